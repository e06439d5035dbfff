/* The section clusterability/1: the n-cut of a network, and those of null networks. */
#ifndef BRC_SECTIONS_CLUSTERABILITY_H
#define BRC_SECTIONS_CLUSTERABILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/section.h"

typedef struct brc_clusterability {
	char name[BRC_NAME_MAX]; /* of the section that was read */
	char null[32];           /* name of the null model: "layer"; "against": given networks */
	size_t shuffles;         /* null networks */
	size_t k;                /* clusters */
	size_t restarts;         /* of k-means for the observed graph; 0: not known */
	size_t undefined; /* shuffles without an n-cut: fewer connected units than clusters, or */
	size_t unfitted;  /* sums of rows and columns that could not be fitted */
	double observed;  /* n-cut */
	double mean, sd;  /* of the shuffles with an n-cut; NaN without any. sd over their number */
	double p;         /* (r + 1) / (shuffles + 1): graph/clusterability.h */
	double z;         /* (observed - mean) / sd, NaN where sd is 0 */
	char source[16];  /* see brc_edge_origin_source */
	size_t zeroes_kept; /* matrices whose zeroes kept their places, of `matrices` */
	size_t matrices;    /* that were permuted; 0: not known */
	size_t samples;     /* of correlations; 0: of other edges */
	size_t units;       /* that are connected; 0: not known */
	size_t tested;      /* numbers of clusters that were tested together; 0: this one alone */
	double p_all;       /* of the smallest p among them; NaN: this one alone */
	bool refine;        /* partitions were refined */
	bool paper;         /* by the published rules */
	double *ncut;       /* [shuffles], NaN: undefined; owned */
} brc_clusterability;

void brc_clusterability_clear(brc_clusterability *c); /* of a zeroed or a filled struct */

/*
 * Warning number i of what the result is worth, in a sentence without a full stop: undefined null
 * networks, too few samples, zeroes that kept their places. False where there are no more.
 */
bool brc_clusterability_warning(const brc_clusterability *c, size_t i, char *buf, size_t size);

/* From a section, copied. BRC_DATA where a number is missing or null/ncut has another length. */
brc_rc brc_clusterability_read(brc_clusterability *c, const brc_section *s, brc_err *err);
/* The metadata of the section. */
void brc_clusterability_put(const brc_clusterability *c, brc_map *m);
/* Into an empty section; everything is copied. */
brc_rc brc_clusterability_write(const brc_clusterability *c, brc_section *s, brc_err *err);

#endif
