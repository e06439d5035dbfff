/*
 * How much the partition of a graph depends on the starts of k-means. This says nothing of whether
 * there are groups: a partition of noise can be the same from all starts.
 */
#ifndef BRC_GRAPH_STABILITY_H
#define BRC_GRAPH_STABILITY_H

#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/eigenpairs.h"
#include "graph/cluster_graph.h"
#include "graph/spectral.h"

/* Partitions compared, and the restarts of each (fewer where brc_spectral has fewer). */
enum { BRC_STABILITY_PARTITIONS = 5, BRC_STABILITY_RESTARTS = 10 };

/*
 * Mean adjusted Rand index between all pairs of BRC_STABILITY_PARTITIONS partitions into k, each
 * the least inertia of restarts of its own: It is 1 if all are the same, and near 0 if only chance
 * decides. It is also 1 if there are at least k components, which leave k-means no choice. p: at
 * least k pairs.
 *
 * Restarts are numbered from BRC_STABILITY_FIRST on, so that they differ from those of
 * brc_spectral.
 */
enum { BRC_STABILITY_FIRST = 1 << 24 };
brc_rc brc_stability(const brc_graph *g, const brc_eigenpairs *p, size_t k,
		     const brc_spectral_options *o, brc_pool *pool, double *ari, brc_err *err);

/* The evidence for one k. */
typedef struct brc_k_evidence {
	size_t k;
	double gap;    /* eigenvalue k + 1 minus eigenvalue k */
	double starts; /* brc_stability */
} brc_k_evidence;

/*
 * Evidence for k = least .. most, 1 <= least <= most, of p with at least most + 1 pairs. Neither
 * number says whether there are groups: that is what graph/evidence.h tests. von Luxburg's
 * tutorial, section 8.3 (the eigengap).
 */
brc_rc brc_k_evidence_find(const brc_graph *g, const brc_eigenpairs *p, size_t least, size_t most,
			   const brc_spectral_options *o, brc_pool *pool, brc_k_evidence *evidence,
			   brc_err *err);

#endif
