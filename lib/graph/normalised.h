/*
 * The normalised adjacency M = D^-1/2 A D^-1/2 of a graph's connected units
 * as an operator; the normalised Laplacian is I - M, so its smallest
 * eigenvalues are 1 - mu for the largest mu of M (Chung, "Spectral Graph
 * Theory", 1997, chapter 1).
 *
 * The layers may form two parts without edges within a part, as in any chain of layers. Then M = (0
 * B; B' 0). Its eigenvalues are plus and minus the singular values s of B, and zeroes. With B'u = s
 * v, its vectors are (u, +-v) / sqrt(2). So it is enough to solve the operator B B' on the part
 * with fewer units.
 */
#ifndef BRC_GRAPH_NORMALISED_H
#define BRC_GRAPH_NORMALISED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/cluster_graph.h"

typedef struct brc_normalised brc_normalised;

/*
 * Of `g` (borrowed, with at least one edge). `pool` may be NULL; results are the
 * same bytes for any pool. One apply costs 4 operations an edge and vector.
 */
brc_rc brc_normalised_new(brc_normalised **m, const brc_graph *g, brc_pool *pool, brc_err *err);
void brc_normalised_free(brc_normalised *m);

/* y = M x over the connected units: x, y column-major [g->connected, cols]. */
brc_rc brc_normalised_apply(brc_normalised *m, const double *x, double *y, size_t cols,
			    brc_err *err);

/* M itself, both triangles, [g->connected, g->connected]. */
brc_rc brc_normalised_dense(const brc_normalised *m, double *a, brc_err *err);

/* ---- bipartite graphs ---- */

/*
 * The two parts, if the layers have them, as ascending indices among the connected units. The small
 * part is the one with fewer units. False for a graph with edges within a layer, or with a cycle of
 * an odd number of layers.
 */
typedef struct brc_bipartition {
	size_t small_units, large_units;
	const size_t *small_unit, *large_unit;
} brc_bipartition;
bool brc_normalised_bipartition(const brc_normalised *m, brc_bipartition *parts);

/* y = B x of x [large units, cols] (small false: y = B' x of x [small units, cols]), column-major.
 */
brc_rc brc_normalised_across(brc_normalised *m, bool small, const double *x, double *y, size_t cols,
			     brc_err *err);

/* y = B B' x: x, y column-major [small units, cols]. */
brc_rc brc_normalised_there_and_back(brc_normalised *m, const double *x, double *y, size_t cols,
				     brc_err *err);

/* B [small units, large units], column-major, and B B' [small units, small units], formed. */
brc_rc brc_normalised_rectangle(const brc_normalised *m, double *b, brc_err *err);
brc_rc brc_normalised_gram(const brc_normalised *m, double *a, brc_err *err);

/* Bytes for `cols` vectors and `threads` workers beside the graph; SIZE_MAX if that does not fit.
 */
size_t brc_normalised_bytes(const brc_graph *g, size_t cols, size_t threads);

#endif
