/* What spectral does about structure: from options and streams to the sections. */
#ifndef BRC_GRAPH_WEIGH_H
#define BRC_GRAPH_WEIGH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"
#include "graph/consensus.h"
#include "graph/evidence.h"
#include "graph/partition.h"
#include "stream/filter.h"

typedef struct brc_weighed {
	brc_evidence evidence; /* no copies: nothing was tested */
	double *p;             /* [sets of the evidence] of clusterability */
	size_t *chosen;        /* [graphs] brc_evidence_choose; NULL where k was given */
	double *membership;    /* [sets of the plan, units] of consensus; NULL without it */
	double core;
} brc_weighed;

/*
 * The evidence for every k of the plan, with or without null graphs, or for every k in its range:
 * then the plan's k are set to those that stand out, 0 for none. Correlations need `samples`, the
 * path of a stream of activations: BRC_USAGE with a hint where it is NULL. Clear it whatever is
 * returned.
 */
brc_rc brc_weigh(brc_filter *f, const brc_cli *cli, const brc_laplacian *l,
		 brc_partition_plan *plan, size_t copies, bool nulls, const char *samples,
		 brc_weighed *w, brc_err *err);
void brc_weighed_clear(brc_weighed *w); /* of a zeroed or a filled struct */

/*
 * The consensus of the copies of every set takes the place of the labels in c[sets, graphs]
 * (graph/consensus.h).
 */
brc_rc brc_weigh_consensus(brc_weighed *w, const brc_partition_plan *plan, const brc_laplacian *l,
			   const brc_consensus_options *o, brc_clustering *c, brc_err *err);

/* Say it on stderr, and write structure and partitions of every set; nothing without copies. */
brc_rc brc_weigh_write(brc_filter *f, const brc_cli *cli, const char *name,
		       const brc_partition_plan *plan, const brc_laplacian *l, const brc_weighed *w,
		       brc_err *err);

#endif
