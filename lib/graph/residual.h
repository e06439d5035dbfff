/*
 * A null model that keeps the strength of every unit. The edge w_ij of a block is split into what
 * the strengths of its units make expected, r_i c_j / T, and its residual e_ij = w_ij T / (r_i
 * c_j). Here r_i and c_j are the sums of its row and of its column, and T is the sum of all
 * entries. The residuals change places. Then each is multiplied by what is expected at its new
 * place, and the matrix is fitted to the sums r and c again (linalg/fit.h).
 *
 * So a graph without groups looks like its null graphs, whether its units are alike or a few of
 * them have most of the edges.
 */
#ifndef BRC_GRAPH_RESIDUAL_H
#define BRC_GRAPH_RESIDUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"

typedef struct brc_residual brc_residual;

/* Entries of a block are called sparse if at least so many of them are 0. */
#define BRC_RESIDUAL_SPARSE 0.8

/* Which zeroes keep their places. */
typedef enum brc_zeroes {
	BRC_ZEROES_MOVE = 0, /* none: they are permuted with the other entries */
	BRC_ZEROES_STAY = 1, /* all: edges are permuted among their own places */
	/* those of blocks where at least BRC_RESIDUAL_SPARSE of the entries are 0: pruned weights,
	 * or layers that are not joined densely. If they moved, the sums could seldom be fitted. */
	BRC_ZEROES_BY_BLOCK = 2
} brc_zeroes;

/*
 * The null model of a graph, to be drawn from by any number of threads. `blocks` is borrowed, and
 * its store has a matrix to shuffle (not factors: BRC_DATA). pooled: all blocks are one symmetric
 * matrix, as of imported graphs; otherwise each is its own, symmetric within a layer. Units without
 * an edge in a matrix take no part in it. BRC_DATA above 2^32 - 1 edges in one matrix.
 */
brc_rc brc_residual_new(brc_residual **r, const brc_blocks *blocks, brc_zeroes zeroes, bool pooled,
			brc_err *err);
void brc_residual_free(brc_residual *r);

/* In how many matrices do zeroes keep their places although there are some? */
size_t brc_residual_kept(const brc_residual *r);

/*
 * A matrix gets other places until its sums can be fitted, as those of the graph itself can, but
 * not more often than this. Where fitting is slow, BRC_RESIDUAL_SLOW times are enough.
 */
enum { BRC_RESIDUAL_TRIES = 100, BRC_RESIDUAL_SLOW = 5 };

/*
 * Draw number `draw`: the same layers and pairs of layers in the same layouts, edges of its own.
 * Keyed by (seed, BRC_RNG_NULL, block, draw), the block 0 where pooled. *fitted is false, and `out`
 * is empty, where the sums of a matrix could not be fitted in all these tries: then the draw is
 * undefined.
 */
brc_rc brc_residual_draw(const brc_residual *r, uint64_t seed, uint32_t draw, brc_blocks *out,
			 bool *fitted, brc_err *err);

/* Bytes that a draw takes at most. SIZE_MAX if that does not fit. */
size_t brc_residual_bytes(const brc_residual *r);

#endif
