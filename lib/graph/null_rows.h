/*
 * New places for edges, one by one: of blocks in compressed rows, and of dense ones that are
 * shuffled together with such.
 */
#ifndef BRC_GRAPH_NULL_ROWS_H
#define BRC_GRAPH_NULL_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "graph/graph.h"

/* A block in compressed rows that owns its memory. */
typedef struct brc_own_rows {
	int64_t *start;
	int32_t *column;
	float *w;
} brc_own_rows;

void brc_own_rows_clear(brc_own_rows *r); /* of a zeroed or a filled struct */

/*
 * The edges > 0 of `e`, each once (of a block within a layer those above the diagonal), in order
 * of their rows; returns their number. value NULL: count only.
 */
size_t brc_null_rows_values(const brc_edges *e, float *value);

/*
 * The cells of a block: pairs of connected units of `g` that it could join, each pair within a
 * layer once, numbered by rows. *cells: how many there are.
 */
brc_rc brc_null_cells(const brc_graph *g, const brc_edges *e, uint64_t *cells, brc_err *err);

/* n <= all distinct numbers below `all`, ascending, every set of them as likely. */
void brc_null_draw_cells(brc_rng *rng, uint64_t all, uint64_t *number, size_t n);

/*
 * A block like `e` with the n values in these cells, ascending, or (NULL) at the places of `e`'s
 * own edges, in order; mirrored within a layer. In compressed rows, and dense (w: [rows, cols]).
 */
brc_rc brc_null_fill_rows(brc_own_rows *out, const brc_graph *g, const brc_edges *e,
			  const uint64_t *cell, const float *value, size_t n, brc_err *err);
brc_rc brc_null_fill_dense(float *w, const brc_graph *g, const brc_edges *e, const uint64_t *cell,
			   const float *value, size_t n, brc_err *err);

#endif
