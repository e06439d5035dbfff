/*
 * The published null models of a network. Its edges are shuffled, or drawn anew, within the
 * matrices of the layers. graph/null_model.h has all null models.
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
 * All null models. The first four are published (Filan, Casper, Hod, Wild, Critch, Russell:
 * "Clusterability in Neural Networks", arXiv 2103.03386), and say what happens to the entries of a
 * matrix. layer: all are permuted. layer-nonzero: those that are not zero are permuted among their
 * places. layer-nonzero-distribution: those that are not zero are replaced by draws from a Gaussian
 * kernel density estimate of them, bandwidth 0.01. layer-all-distribution: the first, then the
 * third.
 *
 * A draw is |v + 0.01 z|, v one of the values at random and z standard normal. An estimate of the
 * signed weights would give the same magnitudes, because z is symmetric. Edges are magnitudes, and
 * cannot be negative.
 *
 * The next two are those of graph/residual.h, with zeroes that move and that stay, and the next
 * three those of graph/correlation_null.h. The last one is no model: the graphs are given.
 */
typedef enum brc_null {
	BRC_NULL_LAYER = 0,
	BRC_NULL_LAYER_NONZERO = 1,
	BRC_NULL_LAYER_NONZERO_DISTRIBUTION = 2,
	BRC_NULL_LAYER_ALL_DISTRIBUTION = 3,
	BRC_NULL_RESIDUAL = 4,
	BRC_NULL_RESIDUAL_NONZERO = 5,
	BRC_NULL_ROTATION = 6,
	BRC_NULL_SAMPLES = 7,
	BRC_NULL_HQS = 8,
	BRC_NULL_GIVEN = 9
} brc_null;
/* Those that can be asked for. */
#define BRC_NULLS                                                                \
	"layer|layer-nonzero|layer-nonzero-distribution|layer-all-distribution|" \
	"residual|residual-nonzero|rotation|samples|hqs"
#define BRC_NULL_BANDWIDTH 0.01

/* The word of BRC_NULLS, or "against" of given graphs. Static. */
const char *brc_null_name(brc_null kind);

/*
 * Draw number `draw` of a published null: the same layers and pairs of layers, edges of its own.
 * `g` is the graph of all of `blocks` (brc_graph_init_all), whose store has a matrix to shuffle.
 * Edges of its isolated units are no part of the shuffle, they stay 0. Of a block within a layer
 * each pair of units takes part once. pooled: all blocks are one matrix, as for correlation graphs;
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
