/*
 * An undirected weighted graph whose units are grouped in layers, held as
 * blocks of edges between pairs of layers: what the sections weights,
 * affinity and laplacian hold (docs/sections.md, "Blocks").
 *
 * A block (from, to), from <= to, is a matrix [units of from, units of to],
 * every entry finite and >= 0, in one of three layouts. Dense: <f4, row-major.
 * Rows: compressed rows; those of unit i are number start[i] .. start[i + 1] - 1,
 * each with its column, ascending within the row, and its weight. Factors: each layer has a
 * matrix [units, samples], and the edge of two units is the squared cosine of the angle between
 * their rows (graph/factors.h), formed where it is needed; then all blocks are of that layout,
 * one for every pair of layers, or one for every layer with itself and no others.
 *
 * from < to: the block stands for both triangles and is stored once. from == to:
 * it is symmetric with a zero diagonal, stored whole. A pair of layers without a
 * block has no edges.
 */
#ifndef BRC_GRAPH_BLOCKS_H
#define BRC_GRAPH_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

/* Samples that factors may have: products of more take more time than the edges would. */
enum { BRC_FACTOR_SAMPLES = 16384 };

typedef struct brc_block {
	size_t from, to; /* layer indices, from <= to */
	const float *w;  /* borrowed: [units of from, units of to], or [start[units of from]]; NULL:
			  * by factors */
	const int64_t *start;  /* NULL: dense; else [units of from + 1], from 0, not descending */
	const int32_t *column; /* [start[units of from]], within the units of `to` */
} brc_block;

/*
 * Edges of one unit: of row i of a block those that it stores, in order. Dense
 * rows hold an entry for every column, first .. first + n - 1, zeroes included.
 */
typedef struct brc_row {
	size_t n, first;
	const float *w;
	const int32_t *column; /* NULL: dense */
} brc_row;

static inline size_t brc_row_column(const brc_row *r, size_t j)
{
	return r->column ? (size_t)r->column[j] : r->first + j;
}

typedef struct brc_blocks {
	brc_layers layers;
	size_t n, cap;
	brc_block *block;
	size_t n_own, cap_own;
	float **own;          /* memory of blocks that the graph itself holds */
	size_t samples;       /* columns of the factors; 0: there are none */
	const float **factor; /* [layers] borrowed: [units, samples] each */
} brc_blocks;

/* Are the edges given by factors? Then no block has rows that could be looked at. */
static inline bool brc_blocks_factored(const brc_blocks *b)
{
	return b->samples > 0;
}

/*
 * Write a graph: init, add each block, write; then brc_filter_write the
 * section while the blocks' memory is still there. Clear releases the table,
 * the list and edges of its own, never borrowed ones.
 */

/* An empty graph over a copy of `layers`. */
brc_rc brc_blocks_init(brc_blocks *b, const brc_layers *layers, brc_err *err);
void brc_blocks_clear(brc_blocks *b); /* of a zeroed or an initialised struct */

/* Append a dense block; `w` is borrowed. BRC_DATA unless from <= to < layers.n. */
brc_rc brc_blocks_add(brc_blocks *b, size_t from, size_t to, const float *w, brc_err *err);

/* The same; `w`, of free(), is the graph's from then on, also on failure. */
brc_rc brc_blocks_add_own(brc_blocks *b, size_t from, size_t to, float *w, brc_err *err);

/*
 * The same in compressed rows. BRC_DATA, naming the unit, also unless start
 * ascends from 0 and the columns of each row ascend within the layer: whoever holds a
 * block may rely on that.
 */
brc_rc brc_blocks_add_rows(brc_blocks *b, size_t from, size_t to, const int64_t *start,
			   const int32_t *column, const float *w, brc_err *err);

/* Append a block of another graph on the same layers; its memory is borrowed. */
brc_rc brc_blocks_add_block(brc_blocks *b, const brc_block *block, brc_err *err);

/*
 * Make it a graph by factors[layers], `samples` columns each, borrowed: without blocks so far,
 * it gets those of all pairs of layers or, where not `across`, those within layers.
 */
brc_rc brc_blocks_add_factors(brc_blocks *b, size_t samples, const float *const *factor,
			      bool across, brc_err *err);

/* Row i of a block (not by factors) whose rows have `cols` columns. */
brc_row brc_block_row(const brc_block *b, size_t cols, size_t i);

/*
 * Is it a graph as described above, with no pair of layers twice? Rows of factors are zeroes, or
 * have a length between 1e-18 and 1e18. BRC_DATA
 * names `what` ("weights/1 weights"), the block, both layers and both units.
 */
brc_rc brc_blocks_check(const brc_blocks *b, const char *what, brc_err *err);

/*
 * Check, then add the layer table, one record a block and its tensors
 * ("block/i", or "block/i/start", "/column" and "/weight"; "factor/l") to `s`. The tensors borrow
 * the blocks' memory.
 */
brc_rc brc_blocks_write(const brc_blocks *b, brc_section *s, brc_err *err);

/*
 * Read and check the graph of a section; its blocks borrow the section's
 * tensors, but for dense blocks of <f8, which are rounded to single precision. The first records
 * must be the block records, in order; the number of them is b->n (records of another kind,
 * laplacian's, may follow).
 */
brc_rc brc_blocks_read(brc_blocks *b, const brc_section *s, brc_err *err);

#endif
