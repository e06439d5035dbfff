/*
 * New places for the edges of a block in compressed rows.
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
 * A block with the n values at the places of `e`'s edges or, with `move`, at n places drawn
 * without replacement from all between connected units of `g`, in order; mirrored within a
 * layer.
 */
brc_rc brc_null_rows_fill(brc_own_rows *out, const brc_graph *g, const brc_edges *e, bool move,
			  const float *value, size_t n, brc_rng *rng, brc_err *err);

#endif
