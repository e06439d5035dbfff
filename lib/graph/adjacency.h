/*
 * Products of a graph's affinity A with several vectors at once. Edges stay in
 * single precision where they are; all arithmetic is in double.
 */
#ifndef BRC_GRAPH_ADJACENCY_H
#define BRC_GRAPH_ADJACENCY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/cluster_graph.h"
#include "linalg/tile.h"

/*
 * The vectors x and y = A x over all units of the graph. Eight vectors are interleaved: entry u of
 * vector c is x[(c / 8 * n + u) * 8 + c % 8].
 */
typedef struct brc_adjacency {
	const brc_graph *g;
	double *x, *y;
	size_t groups; /* of eight vectors, that there is memory for */
	/* private */
	brc_pool *pool;
	size_t now; /* groups of the current product */
	const bool *wanted;
	double *scratch; /* [workers, BRC_TILE_SCRATCH] */
	void *work;      /* of the graph's store (graph/layout.h) */
} brc_adjacency;

/* A task computes the rows row .. row + rows - 1, BRC_TILE_SLAB or fewer, of a member. */
typedef struct brc_slab {
	size_t member, row, rows;
} brc_slab;

/* The *n slabs of the members chosen ([n_members], NULL: all), in order; free() it. NULL with err
 * set. */
brc_slab *brc_slabs_new(const brc_graph *g, const bool *chosen, size_t *n, brc_err *err);

/* The place of entry u of vector c in x and y. */
static inline size_t brc_adjacency_at(const brc_adjacency *a, size_t u, size_t c)
{
	return (c / BRC_LANES * a->g->n + u) * BRC_LANES + c % BRC_LANES;
}

/*
 * Of `g` (borrowed). `pool` may be NULL; results are the same bytes for any pool. A block of
 * compressed rows between two members is stored a second time, by columns. Nothing else is copied.
 */
brc_rc brc_adjacency_init(brc_adjacency *a, const brc_graph *g, brc_pool *pool, brc_err *err);
void brc_adjacency_clear(brc_adjacency *a); /* of a zeroed or an initialised struct */

/* Memory for `cols` vectors: x zeroed, y undefined. */
brc_rc brc_adjacency_reserve(brc_adjacency *a, size_t cols, brc_err *err);

/*
 * y = A x for the first `cols` vectors, at the units of the wanted members ([n_members], NULL:
 * all). Other entries of y are not written. All members take 4 operations for each edge and vector.
 * A graph given by factors always computes all members (graph/factors.h).
 */
brc_rc brc_adjacency_multiply(brc_adjacency *a, const bool *wanted, size_t cols, brc_err *err);

/* Bytes beyond the graph for `cols` vectors and `threads` workers; SIZE_MAX if that does not fit.
 */
size_t brc_adjacency_bytes(const brc_graph *g, size_t cols, size_t threads);

#endif
