/*
 * The operations on edges, independent of how they are stored. Internal to lib/graph.
 *
 * A layout is one way to hold the entries of a block: one file, layout_*.c, and one table of the
 * functions below. A store is one way to hold all blocks of a graph: block by block, each in its
 * layout (store_blocks.c), or as factors that blocks have in common (store_factors.c). Nothing else
 * in lib/graph asks how edges are held. A new layout is a file, and a row in blocks_section.c.
 */
#ifndef BRC_GRAPH_LAYOUT_H
#define BRC_GRAPH_LAYOUT_H

#include "base/threads.h"
#include "graph/adjacency.h"
#include "graph/blocks.h"
#include "graph/cluster_graph.h"
#include "linalg/fit.h"

/* Some rows of a product y += A x with vectors interleaved by eights (linalg/tile.h). */
typedef struct brc_tile_task {
	size_t row, rows;      /* of the result, within its layer */
	const double *x;       /* of the layer that is multiplied */
	double *y;             /* of the first row */
	size_t groups, stride; /* of eight vectors; doubles from one to the next */
	double *scratch;       /* [BRC_TILE_SCRATCH] */
} brc_tile_task;

/* A layout of blocks. NULL stands for an operation that it does not need. */
typedef struct brc_block_layout {
	const char *name; /* `layout` of the record */
	unsigned version; /* of the sections, at least */
	bool sparse;      /* entries that are 0 are not stored */

	/* ---- sections ---- */
	brc_rc (*write)(const brc_blocks *b, size_t k, brc_section *s, brc_err *err);
	/* Appends the block (from, to) whose record is number k. */
	brc_rc (*read)(brc_blocks *b, const brc_section *s, size_t k, size_t from, size_t to,
		       brc_err *err);
	/* Checks beyond those of `add` and of the entries. */
	brc_rc (*check)(const brc_blocks *b, size_t k, const char *what, brc_err *err);

	/* ---- entries ---- */
	/* Row i, every pair of units once: within a layer those behind i only. */
	brc_row (*row)(const brc_block *b, size_t i);
	/* Row i with both triangles; NULL: `unpack` fills w[rows, cols] with some rows. */
	brc_row (*whole)(const brc_block *b, size_t i);
	void (*unpack)(const void *former, const brc_block *b, size_t first, size_t rows, float *w);
	size_t (*entries)(const brc_block *b); /* how many are stored */
	/* Append a block of this kind to `to`, which owns it: n values at these places, by rows. */
	brc_rc (*fill)(brc_blocks *to, const brc_block *like, const brc_entry *at,
		       const float *value, size_t n, brc_err *err);

	/* ---- products ---- */
	/* Operations of one with a vector; those of compressed rows count for four. */
	double (*work)(const brc_block *b);
	/*
	 * Data that products need, made once for each graph; and their bytes. NULL: nothing is
	 * needed.
	 */
	brc_rc (*prepare)(const brc_block *b, void **prepared, brc_err *err);
	size_t (*prepared)(const brc_block *b);
	void (*add_rows)(const brc_block *b, const void *prepared, const brc_tile_task *t);
	/* Not within a layer: there rows serve as columns. */
	void (*add_columns)(const brc_block *b, const void *prepared, const brc_tile_task *t);
} brc_block_layout;

extern const brc_block_layout brc_block_dense, brc_block_triangle, brc_block_rows,
	brc_block_factors;

/* ---- whole graphs ---- */

typedef brc_rc (*brc_group_visit)(void *ctx, size_t a, size_t b, double sum, brc_err *err);
typedef bool (*brc_row_visit)(void *ctx, size_t u, const brc_row *row);

/* A store of graphs. NULL stands for what it need not do. */
typedef struct brc_edge_store {
	bool shuffles; /* it has a matrix whose entries can change places */

	/* ---- blocks without a graph made of them ---- */
	/* Append the blocks of `from`, a graph on the same layers, or only those within layers. */
	brc_rc (*add_all)(brc_blocks *b, const brc_blocks *from, bool within, brc_err *err);
	brc_rc (*check)(const brc_blocks *b, const char *what, brc_err *err);
	brc_rc (*write)(const brc_blocks *b, brc_section *s, brc_err *err); /* beyond the blocks */
	/*
	 * The state that forms rows which are not stored (graph/strip.h). NULL: nothing is needed.
	 */
	brc_rc (*former_new)(void **former, const brc_blocks *b, brc_err *err);
	void (*former_free)(void *former);
	/*
	 * Summed edges between groups of units. group: [units of all layers], numbered through the
	 * layers in order, so that layer l has groups first[l] .. first[l + 1] - 1; -1 for units in
	 * none. Calls visit(ctx, a, b, sum) for each pair a < b whose sum is > 0.
	 */
	brc_rc (*group_sums)(const brc_blocks *b, const int32_t *group, const size_t *first,
			     brc_group_visit visit, void *ctx, brc_err *err);

	/* ---- a graph ---- */
	brc_rc (*attach)(brc_graph *g, const brc_blocks *b, brc_err *err); /* fills g->factors */
	/* g->degree, zeroed, and g->links. */
	brc_rc (*degrees)(brc_graph *g, const brc_blocks *b, brc_err *err);
	/*
	 * Every pair of units once: visit(ctx, u, row) gets edges of unit u with the units
	 * brc_row_column says, all behind u or in members behind its own. It returns false to end
	 * the walk.
	 */
	brc_rc (*walk)(const brc_graph *g, brc_row_visit visit, void *ctx, brc_err *err);
	bool (*joins)(const brc_graph *g, size_t e); /* has block e an edge? */
	/* sum[groups, groups] += edges between units of two groups, both directions of each.
	 * group: [g->n], -1 for none. */
	brc_rc (*sums)(const brc_graph *g, const int32_t *group, size_t groups, double *sum,
		       brc_err *err);
	/* cut[c + 1] += the edges that leave cluster c (0: units in none); volume likewise, given.
	 */
	brc_rc (*cut)(const brc_graph *g, const int32_t *label, size_t k, const double *volume,
		      double *cut, brc_err *err);

	/* ---- products (graph/adjacency.h) ---- */
	brc_rc (*product_init)(brc_adjacency *a, brc_err *err);
	brc_rc (*multiply)(brc_adjacency *a, brc_err *err);
	void (*product_clear)(brc_adjacency *a);
	double (*cost)(const brc_graph *g);       /* operations for one vector */
	double (*dense_cost)(const brc_graph *g); /* of forming the matrix; NULL: next to none */
	size_t (*bytes)(const brc_graph *g, size_t threads); /* beyond vectors and scratch */
} brc_edge_store;

extern const brc_edge_store brc_edge_store_blocks, brc_edge_store_factors;

/* BRC_DATA: block k, within a layer, has entries (i, j) and (j, i) that differ, or i == j. */
brc_rc brc_blocks_asymmetric(const brc_blocks *b, size_t k, size_t i, size_t j, brc_err *err);

/* Append a block as it is, once it is known to join layers in order. */
brc_rc brc_blocks_append(brc_blocks *b, const brc_block *block, brc_err *err);

/* The tensor `name` of a section as single precision: borrowed, or of <f8 rounded and b's own. */
brc_rc brc_block_entries(brc_blocks *b, const brc_section *s, const char *name, size_t ndim,
			 const size_t *shape, const float **w, brc_err *err);

/* The tensor of a block that holds all entries in order (`write` of layouts). */
brc_rc brc_block_write_entries(const brc_blocks *b, size_t k, brc_section *s, brc_err *err);

/* "block/3" or "block/3/start". Returns buf. */
char *brc_block_tensor_name(char buf[48], size_t k, const char *part);

#endif
