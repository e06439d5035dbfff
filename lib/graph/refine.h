/*
 * Improves a partition on the graph itself: single units change cluster as long as that lowers the
 * n-cut.
 */
#ifndef BRC_GRAPH_REFINE_H
#define BRC_GRAPH_REFINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/cluster_graph.h"

/*
 * label: [g->n], clusters 0 .. k-1, -1 for isolated units, which stay; no cluster is emptied.
 * The n-cut never rises; on return no single unit could change cluster and lower it by more than
 * BRC_REFINE_LEAST (or BRC_REFINE_SWEEPS sweeps are over). *moved: units whose cluster is another
 * one than before. Clusters are numbered anew, by descending size. Same bytes for any pool.
 *
 * A sweep costs one product of the affinity with the clusters' k indicator vectors, at 4 operations
 * for each edge and vector. This is as much as one or two steps of the eigensolver. Ten to thirty
 * sweeps are usual.
 *
 * Dhillon, Guan and Kulis, "Weighted graph cuts without eigenvectors", PAMI 29 (2007), section 4
 * (local search by single moves).
 */
#define BRC_REFINE_LEAST 1e-9
enum { BRC_REFINE_SWEEPS = 200 };
brc_rc brc_refine(const brc_graph *g, int32_t *label, size_t k, double epsilon, brc_pool *pool,
		  size_t *moved, brc_err *err);

/* Bytes that it takes at most; SIZE_MAX if that does not fit. */
size_t brc_refine_bytes(const brc_graph *g, size_t k, size_t threads);

#endif
