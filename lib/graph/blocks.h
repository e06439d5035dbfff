/*
 * An undirected weighted graph whose units are grouped in layers, held as
 * dense blocks of edges between pairs of layers: what the sections weights,
 * affinity and laplacian hold (docs/sections.md, "Blocks").
 *
 * A block (from, to), from <= to, holds <f4 [units of from, units of to],
 * row-major, every entry finite and >= 0. from < to: it stands for both
 * triangles and is stored once. from == to: it is symmetric with a zero
 * diagonal, stored whole. A pair of layers without a block has no edges.
 */
#ifndef BRC_GRAPH_BLOCKS_H
#define BRC_GRAPH_BLOCKS_H

#include <stddef.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_block {
	size_t from, to; /* layer indices, from <= to */
	const float *w;  /* borrowed: [layers.units[from], layers.units[to]] */
} brc_block;

typedef struct brc_blocks {
	brc_layers layers;
	size_t n, cap;
	brc_block *block;
} brc_blocks;

/*
 * Write a graph: init, add each block, write; then brc_filter_write the
 * section while the blocks' memory is still there. Clear releases the table
 * and the list, never the edges.
 */

/* An empty graph over a copy of `layers`. */
brc_rc brc_blocks_init(brc_blocks *b, const brc_layers *layers, brc_err *err);
void brc_blocks_clear(brc_blocks *b); /* of a zeroed or an initialised struct */

/* Append a block; `w` is borrowed. BRC_DATA unless from <= to < layers.n. */
brc_rc brc_blocks_add(brc_blocks *b, size_t from, size_t to, const float *w, brc_err *err);

/*
 * Is it a graph as described above, with no pair of layers twice? BRC_DATA
 * names `what` ("weights/1 weights"), the block, both layers and both units.
 */
brc_rc brc_blocks_check(const brc_blocks *b, const char *what, brc_err *err);

/*
 * Check, then add the layer table, one record a block and the tensors
 * "block/i" to `s`. The tensors borrow the blocks' memory.
 */
brc_rc brc_blocks_write(const brc_blocks *b, brc_section *s, brc_err *err);

/*
 * Read and check the graph of a section; its blocks borrow the section's
 * tensors. The first records must be the block records, in order; the number
 * of them is b->n (records of another kind, laplacian's, may follow).
 */
brc_rc brc_blocks_read(brc_blocks *b, const brc_section *s, brc_err *err);

#endif
