/*
 * How strongly units of a layer hang together in a graph: the edges between them. Where the graph
 * has no edges between them, as that of a network's weights, it is the edges through common
 * neighbours,
 *
 *     (A D^-1 A)_ij = sum over units v of A_iv A_vj / d_v,
 *
 * the chance to go from i to j in two steps, times the degree of i.
 */
#ifndef BRC_GRAPH_STRENGTHS_H
#define BRC_GRAPH_STRENGTHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/blocks.h"
#include "graph/cluster_graph.h"

/*
 * s[n, n], symmetric, the diagonal 0: the strengths between unit[n] of the graph, BRC_ANY for a
 * unit that is not in it, whose strengths are 0. *through: they are edges through common
 * neighbours. `blocks` are those that the graph was made of. `pool` may be NULL; the same bytes for
 * any pool. Memory beside s is that of products with 32 vectors, or of some rows. Edges take one
 * pass over the blocks between the units' layers; those through neighbours n products with the
 * layers around. BRC_RESOURCE.
 */
brc_rc brc_strengths_make(const brc_graph *g, const brc_blocks *blocks, const size_t *unit,
			  size_t n, brc_pool *pool, float *s, bool *through, brc_err *err);

/* Bytes that it takes, s included; SIZE_MAX if that does not fit. */
size_t brc_strengths_bytes(const brc_graph *g, size_t n, size_t threads);

#endif
