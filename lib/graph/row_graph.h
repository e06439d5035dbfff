/* Graphs of correlations whose samples are in memory, as rows of length 1. */
#ifndef BRC_GRAPH_ROW_GRAPH_H
#define BRC_GRAPH_ROW_GRAPH_H

#include <stddef.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "linalg/correlation.h"
#include "linalg/row_products.h"

/*
 * In a graph `out` that has all its blocks (dense or triangles, in memory of its own), fill in the
 * edges between the units of `rows`; row i is that of unit unit[i], numbered through the layers,
 * ascending. The products of two rows are their correlation. Products are in double.
 */
brc_rc brc_row_graph_fill(brc_blocks *out, const brc_rows *rows, const size_t *unit,
			  brc_corr_edge edge, brc_err *err);

/*
 * An empty graph `out` with the pairs of layers of `like`, zeroes in each: dense, or triangles
 * within layers.
 */
brc_rc brc_row_graph_init(brc_blocks *out, const brc_blocks *like, brc_err *err);

/*
 * A graph by factors like `like`, which is one. rows[parts] are those of its parts, unit[parts] the
 * units of each; `length` is the longest of the rows. Other units get zeroes, and no edges.
 */
brc_rc brc_row_graph_factors(brc_blocks *out, const brc_blocks *like, const brc_rows *rows,
			     const size_t *const *unit, size_t parts, size_t length, brc_err *err);

#endif
