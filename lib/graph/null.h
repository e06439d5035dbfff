/*
 * Null models of a network. Its edges are shuffled, or drawn anew, within the matrices of the
 * layers.
 */
#ifndef BRC_GRAPH_NULL_H
#define BRC_GRAPH_NULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "graph/cluster_graph.h"

/*
 * What happens to the entries of one matrix (Filan, Casper, Hod, Wild, Critch,
 * Russell: "Clusterability in Neural Networks", arXiv 2103.03386):
 * layer: all are permuted. layer-nonzero: those that are not zero are permuted
 * among their places. layer-nonzero-distribution: those that are not zero are
 * replaced by draws from a Gaussian kernel density estimate of them, bandwidth
 * 0.01. layer-all-distribution: the first, then the third.
 *
 * A draw is |v + 0.01 z|, v one of the values at random and z standard normal. An estimate of the
 * signed weights would give the same magnitudes, because z is symmetric. Edges are magnitudes, and
 * cannot be negative.
 */
typedef enum brc_null {
	BRC_NULL_LAYER = 0,
	BRC_NULL_LAYER_NONZERO = 1,
	BRC_NULL_LAYER_NONZERO_DISTRIBUTION = 2,
	BRC_NULL_LAYER_ALL_DISTRIBUTION = 3
} brc_null;
#define BRC_NULLS "layer|layer-nonzero|layer-nonzero-distribution|layer-all-distribution"
#define BRC_NULL_BANDWIDTH 0.01

/* The word of BRC_NULLS. Static. */
const char *brc_null_name(brc_null kind);

/*
 * Draw number `draw` of a null: the same layers and pairs of layers, edges of its own. `g` is the
 * graph of all of `blocks` (brc_graph_init_all), whose store has a matrix to shuffle. Edges of its
 * isolated units are no part of the shuffle, they stay 0. Of a block within a layer each pair of
 * units takes part once. pooled: all blocks are one matrix, as for correlation graphs;
 * otherwise each is its own. Keyed by (seed, BRC_RNG_NULL, block, draw), the
 * block 0 where pooled. In compressed rows what is not stored is 0, and takes part in
 * it: all edges get new places where entries are permuted, of several blocks pooled in any of them.
 * BRC_DATA above 2^32 - 1 entries in one matrix (edges of compressed rows).
 */
brc_rc brc_null_draw(brc_blocks *out, const brc_blocks *blocks, const brc_graph *g, brc_null kind,
		     bool pooled, uint64_t seed, uint32_t draw, brc_err *err);

/* Bytes that a draw takes at most. SIZE_MAX if that does not fit. */
size_t brc_null_bytes(const brc_blocks *blocks);

#endif
