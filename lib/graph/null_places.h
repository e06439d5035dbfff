/*
 * New places for edges, one by one: of blocks in compressed rows, and of dense ones that are
 * shuffled together with such. Internal to lib/graph.
 */
#ifndef BRC_GRAPH_NULL_PLACES_H
#define BRC_GRAPH_NULL_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"
#include "graph/cluster_graph.h"
#include "linalg/fit.h"

/* The edges > 0 of a block, each once, in order of their rows; returns their number. */
size_t brc_null_values(const brc_block *b, float *value);

/*
 * The cells of a block: pairs of connected units of `g` that it could join, each pair within a
 * layer once, numbered by rows. Returns how many there are.
 */
uint64_t brc_null_cells(const brc_graph *g, const brc_edges *e);

/* n <= all distinct numbers below `all`, ascending, every set of them as likely. */
void brc_null_draw_cells(brc_rng *rng, uint64_t all, uint64_t *number, size_t n);

/* The places of n cells, which are ascending, within their layers. */
brc_rc brc_null_cell_places(const brc_graph *g, const brc_edges *e, const uint64_t *cell,
			    brc_entry *at, size_t n, brc_err *err);

/*
 * Append to `out` a block like `e` with the n values in these cells, ascending, or (NULL) at the
 * places of `e`'s own edges, in order.
 */
brc_rc brc_null_fill(brc_blocks *out, const brc_graph *g, const brc_edges *e, const uint64_t *cell,
		     const float *value, size_t n, brc_err *err);

#endif
