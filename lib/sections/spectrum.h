/*
 * The section spectrum/1 (docs/sections.md): the results of clustering each graph, the affinity
 * image of the first graph, and the summed edges between sub-clusters.
 */
#ifndef BRC_SECTIONS_SPECTRUM_H
#define BRC_SECTIONS_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/graph_result.h"
#include "sections/subclusters.h"
#include "stream/section.h"

enum { BRC_AFFINITY_BINS = 512 }; /* of the affinity image, at most */

typedef struct brc_spectrum {
	size_t n; /* graphs */
	brc_graph_result *graph;
	/* The affinity of graph 0, averaged over bins of units sorted by cluster; 0 bins where it
	 * has no clusters. */
	size_t bins, clusters;
	float *image;      /* [bins, bins] */
	int32_t *boundary; /* [clusters], as many as k of graph 0: the first bin of each cluster */
	brc_subcluster_table group;
	size_t links;
	int32_t *link_from, *link_to; /* [links] rows of `group`, from < to, ascending */
	double *link_weight;          /* summed edges, > 0 */
} brc_spectrum;

void brc_spectrum_clear(brc_spectrum *p); /* of a zeroed or a filled struct */

/*
 * From a section, copied. BRC_DATA when a record or table is not as docs/sections.md has it: the
 * image is square, of 1 to BRC_AFFINITY_BINS bins, boundaries ascend within it, links join two
 * sub-clusters of the table.
 */
brc_rc brc_spectrum_read(brc_spectrum *p, const brc_section *s, brc_err *err);
/* Into an empty section; everything is copied. */
brc_rc brc_spectrum_write(const brc_spectrum *p, brc_section *s, brc_err *err);

#endif
