/*
 * The consensus of partitions of copies (graph/evidence.h). Two units are as alike as the share of
 * copies in which they are in one cluster. Average linkage makes groups of them. The core of a
 * group are the units that are with the others of it in most copies; the rest belongs to no group.
 */
#ifndef BRC_GRAPH_CONSENSUS_H
#define BRC_GRAPH_CONSENSUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/evidence.h"
#include "graph/laplacian.h"
#include "graph/spectral.h"

enum { BRC_CONSENSUS_UNITS = 4096 }; /* of a graph, at most */

typedef struct brc_consensus_options {
	size_t copies;  /* R, at most those of the evidence */
	double core;    /* the least membership, within [0, 1] */
	double epsilon; /* of the n-cut */
	size_t mem;     /* bytes allowed, 0: what the machine has */
} brc_consensus_options;

/*
 * Replace the labels of graph g in c, which is its clustering of set `set`, by the consensus, and
 * n-cut and empty clusters with them; a warning says how many units were kept.
 * membership[units of all layers]: that of the units of g is set: the share of copies in which a
 * unit is with another unit of its group, the mean over these; 0 for a group of one.
 * BRC_DATA with a hint above BRC_CONSENSUS_UNITS, and where the graph has units that take their
 * labels from another graph. BRC_RESOURCE.
 */
brc_rc brc_consensus_make(const brc_evidence *e, const brc_laplacian *l, size_t set, size_t g,
			  const brc_consensus_options *o, brc_clustering *c, double *membership,
			  brc_err *err);

#endif
