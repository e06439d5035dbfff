/*
 * The normalised adjacency M = D^-1/2 A D^-1/2 of a graph's connected units
 * as an operator; the normalised Laplacian is I - M, so its smallest
 * eigenvalues are 1 - mu for the largest mu of M (Chung, "Spectral Graph
 * Theory", 1997, chapter 1). Edges stay in single precision where they are and
 * are converted tile by tile; all arithmetic is in double.
 */
#ifndef BRC_GRAPH_NORMALISED_H
#define BRC_GRAPH_NORMALISED_H

#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/graph.h"
#include "linalg/operator.h"

typedef struct brc_normalised brc_normalised;

/*
 * Of `g` (borrowed, with at least one edge). `pool` may be NULL; results are the
 * same bytes for any pool. One apply converts every edge twice and multiplies:
 * 4 operations an edge and vector.
 */
brc_rc brc_normalised_new(brc_normalised **m, const brc_graph *g, brc_pool *pool, brc_err *err);
void brc_normalised_free(brc_normalised *m);

/* y = M x over the connected units: x, y column-major [g->connected, cols]. */
brc_rc brc_normalised_apply(brc_normalised *m, const double *x, double *y, size_t cols,
			    brc_err *err);

/* M itself, both triangles, [g->connected, g->connected]. */
brc_rc brc_normalised_dense(const brc_normalised *m, double *a, brc_err *err);

#endif
