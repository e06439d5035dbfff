/*
 * An undirected weighted graph whose units are grouped in layers. Its edges lie in blocks, one for
 * each pair of layers that are joined: the sections weights, affinity and laplacian hold such a
 * graph (docs/sections.md, "Blocks").
 *
 * A block (from, to), from <= to, has an entry for every pair of units of the two layers; all are
 * finite and >= 0, and 0 stands for no edge. It holds them in one of four layouts
 * (graph/layout.h):
 *
 * - dense, between two layers: a matrix [units of from, units of to], row-major;
 * - triangle, within a layer: each pair of units once, packed (linalg/triangle.h);
 * - rows: compressed rows. Those of unit i are number start[i] .. start[i + 1] - 1, each with its
 *   column, ascending within the row, and its weight. Within a layer both triangles are stored;
 * - factors: each layer has a matrix [units, samples], and the edge of two units is the squared
 *   cosine of the angle between their rows, formed where it is needed (graph/factors.h). Then all
 *   blocks have this layout. There is one for every pair of layers, or one for every layer with
 *   itself and no others.
 *
 * A pair of layers without a block has no edges.
 */
#ifndef BRC_GRAPH_BLOCKS_H
#define BRC_GRAPH_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

/* The most samples that factors may have. With more, products would take more time than edges. */
enum { BRC_FACTOR_SAMPLES = 16384 };

/* The latest version of the sections that hold blocks. 2: there is a triangle among them. */
enum { BRC_BLOCKS_VERSION = 2 };

typedef struct brc_block {
	size_t from, to;   /* layer indices, from <= to */
	size_t rows, cols; /* units of both */
	const struct brc_block_layout *layout;
	const float *w;        /* borrowed: the entries, as the layout orders them */
	const int64_t *start;  /* of rows: [rows + 1], from 0, not descending */
	const int32_t *column; /* of rows: [start[rows]] */
} brc_block;

/*
 * Edges of one unit in order of their columns: entry j is that of column
 * first + j, or first + column[j] where there is a list of columns.
 */
typedef struct brc_row {
	size_t n, first;
	const float *w;
	const int32_t *column; /* NULL: every column from `first` on, zeroes included */
	const double *wide;    /* instead of `w`: weights in double precision */
} brc_row;

static inline size_t brc_row_column(const brc_row *r, size_t j)
{
	return r->first + (r->column ? (size_t)r->column[j] : j);
}

static inline double brc_row_weight(const brc_row *r, size_t j)
{
	return r->wide ? r->wide[j] : (double)r->w[j];
}

typedef struct brc_blocks {
	brc_layers layers;
	const struct brc_edge_store *store; /* by factors, or block by block (graph/layout.h) */
	size_t n, cap;
	brc_block *block;
	size_t n_own, cap_own;
	void **own;           /* memory that the graph itself holds */
	size_t samples;       /* columns of the factors; 0: there are none */
	const float **factor; /* [layers] borrowed: [units, samples] each */
} brc_blocks;

/*
 * Write a graph: init, add each block, write; then brc_filter_put the section while the blocks'
 * memory is still there. Clear releases the lists and the memory of brc_blocks_alloc, never what
 * was borrowed.
 */

/* An empty graph over a copy of `layers`. */
brc_rc brc_blocks_init(brc_blocks *b, const brc_layers *layers, brc_err *err);
void brc_blocks_clear(brc_blocks *b); /* of a zeroed or an initialised struct */

/* n zeroed elements of `size` bytes that live as long as the graph. NULL with err set. */
void *brc_blocks_alloc(brc_blocks *b, size_t n, size_t size, brc_err *err);

/*
 * Append a block with all its entries; `w` is borrowed. Between layers it is dense, and within a
 * layer the packed triangle. BRC_DATA unless from <= to < layers.n.
 */
brc_rc brc_blocks_add(brc_blocks *b, size_t from, size_t to, const float *w, brc_err *err);

/* How many entries that is. */
size_t brc_blocks_entries(const brc_blocks *b, size_t from, size_t to);

/*
 * Append a block in compressed rows, borrowed. BRC_DATA, naming the unit, also unless `start`
 * ascends from 0 and the columns of each row ascend within the layer: code that holds a block may
 * rely on that.
 */
brc_rc brc_blocks_add_rows(brc_blocks *b, size_t from, size_t to, const int64_t *start,
			   const int32_t *column, const float *w, brc_err *err);

/*
 * Make it a graph by factors[layers], `samples` columns each, borrowed. It has had no blocks so
 * far, and gets those of all pairs of layers or, where not `across`, those within layers.
 */
brc_rc brc_blocks_add_factors(brc_blocks *b, size_t samples, const float *const *factor,
			      bool across, brc_err *err);

/*
 * Is it a graph as described above, in which no pair of layers occurs twice? Rows of factors are
 * zeroes, or have a length between 1e-18 and 1e18. BRC_DATA names `what` ("weights/1 weights"), the
 * block, both layers and both units.
 */
brc_rc brc_blocks_check(const brc_blocks *b, const char *what, brc_err *err);

/*
 * Check, then add the layer table, one record a block and its tensors
 * ("block/i", or "block/i/start", "/column" and "/weight"; "factor/l") to `s`. The tensors borrow
 * the blocks' memory. The section's version becomes the least that has the layouts.
 */
brc_rc brc_blocks_write(const brc_blocks *b, brc_section *s, brc_err *err);

/* The record of block number k alone, for who writes the tensors piece by piece: */
brc_rc brc_blocks_write_record(const brc_blocks *b, size_t k, brc_section *s, brc_err *err);

/* The tensor of a block with all its entries. */
typedef struct brc_block_tensor {
	char name[48]; /* "block/3" */
	size_t ndim, shape[2];
	const char *axes;
} brc_block_tensor;
brc_block_tensor brc_block_tensor_of(const brc_blocks *b, size_t k);

/*
 * Read and check the graph of a section; its blocks borrow the section's tensors, apart from
 * blocks of <f8, which are rounded to single precision, and squares within a layer (version 1),
 * which must be symmetric with a zero diagonal and are packed. The first records
 * must be the block records, in order; the number of them is b->n (records of another kind,
 * laplacian's, may follow).
 */
brc_rc brc_blocks_read(brc_blocks *b, const brc_section *s, brc_err *err);

#endif
