/* What spectral does about structure: from options and streams to the sections. */
#ifndef BRC_GRAPH_WEIGH_H
#define BRC_GRAPH_WEIGH_H

#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"
#include "graph/evidence.h"
#include "graph/partition.h"
#include "stream/filter.h"

typedef struct brc_weighed {
	brc_evidence evidence; /* no copies: nothing was tested */
	double *p;             /* [sets of the evidence] of clusterability */
	size_t *chosen;        /* [graphs] brc_evidence_choose; NULL where k was given */
} brc_weighed;

/*
 * The evidence for every k of the plan, or for every k in its range: then the plan's k are set to
 * those that stand out, 0 for none. Correlations need `samples`, the path of a stream of
 * activations: BRC_USAGE with a hint where it is NULL. Clear it whatever is returned.
 */
brc_rc brc_weigh(brc_filter *f, const brc_cli *cli, const brc_laplacian *l,
		 brc_partition_plan *plan, size_t copies, const char *samples, brc_weighed *w,
		 brc_err *err);
void brc_weighed_clear(brc_weighed *w); /* of a zeroed or a filled struct */

/* Say it on stderr, and write structure and partitions of every set; nothing without copies. */
brc_rc brc_weigh_write(brc_filter *f, const brc_cli *cli, const char *name,
		       const brc_partition_plan *plan, const brc_laplacian *l, const brc_weighed *w,
		       brc_err *err);

#endif
