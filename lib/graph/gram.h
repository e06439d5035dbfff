/*
 * The Gram matrix of one part of a bipartite graph of layers.
 */
#ifndef BRC_GRAPH_GRAM_H
#define BRC_GRAPH_GRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/cluster_graph.h"

/*
 * a = S A S S A' S over the smaller part's units, [n, n], both triangles: A the
 * affinity from the small to the larger part, S the diagonal matrix of `scale` ([g->n], 0 for units
 * to be left out). small: [n_members]; place: of each unit with scale > 0, its row in a.
 *
 * Only pairs of small members that share a large member cost anything: 2 operations for each pair
 * of their units and each unit of the large member. Tasks are pairs of slabs of 128 units.
 */
brc_rc brc_gram(const brc_graph *g, const double *scale, const bool *small, const size_t *place,
		size_t n, brc_pool *pool, double *a, brc_err *err);

#endif
