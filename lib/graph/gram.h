/*
 * The Gram matrix of one side of a bipartite graph of layers.
 */
#ifndef BRC_GRAPH_GRAM_H
#define BRC_GRAPH_GRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/graph.h"

/*
 * a = S A S S A' S over the near side's units, [n, n], both triangles: A the
 * affinity from the near to the far side, S the diagonal matrix of `scale` ([g->n], 0 for units
 * to be left out). near: [n_members]; place: of each unit with scale > 0, its row in a.
 *
 * Only pairs of near members with a far member in common cost anything: 2 operations for
 * each pair of their units and unit of that. Tasks are pairs of slabs of 128 units.
 */
brc_rc brc_gram(const brc_graph *g, const double *scale, const bool *near, const size_t *place,
		size_t n, brc_pool *pool, double *a, brc_err *err);

#endif
