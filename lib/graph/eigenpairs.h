/*
 * The smallest eigenpairs of a graph's normalised Laplacian
 *     L = I - D^-1/2 A D^-1/2
 * over its connected units, trivial ones included.
 */
#ifndef BRC_GRAPH_EIGENPAIRS_H
#define BRC_GRAPH_EIGENPAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/cluster_graph.h"

typedef struct brc_eigenpairs {
	size_t n;      /* connected units of the graph */
	size_t pairs;  /* eigenpairs */
	size_t spare;  /* the last of them, which only have to be distinguished from the others */
	double *value; /* [pairs] ascending, in [0, 2] */
	double *residual; /* [pairs] ||L v - value v||_2 of unit vectors, at most 1e-8; of a spare
			   * one at most 0.1 of its distance from the last other value, or 1e-8 */
	double *vector;   /* column-major [n, pairs], orthonormal */
} brc_eigenpairs;

/*
 * The k + spare smallest, k >= 1, k + spare <= g->connected (BRC_DATA otherwise).
 *
 * Every component c has the eigenvalue 0, with a vector that is sqrt(degree / volume of c) on its
 * units and 0 elsewhere. These trivial pairs are set by formula, in the order of the components,
 * and moved out of the solver's way. The solver finds the rest: the leading pairs of all components
 * together. So a graph with several components has a reproducible embedding. A solver alone would
 * return an arbitrary basis. In every vector the entry of largest magnitude is positive.
 *
 * A graph whose layers are bipartite is solved on its smaller part, by singular values
 * (graph/normalised.h); others as they are.
 *
 * (seed, stream) choose the solver's start. Same bytes for any pool.
 * BRC_NUMERIC when a residual exceeds its limit.
 */
brc_rc brc_eigenpairs_new(brc_eigenpairs **p, const brc_graph *g, size_t k, size_t spare,
			  uint64_t seed, uint32_t stream, brc_pool *pool, brc_err *err);

/* The same with residuals of at most BRC_EIGENPAIRS_ROUGH times as much, in less time: for graphs
 * that differ from others by far more than that. */
#define BRC_EIGENPAIRS_ROUGH 1e5
brc_rc brc_eigenpairs_rough(brc_eigenpairs **p, const brc_graph *g, size_t k, size_t spare,
			    uint64_t seed, uint32_t stream, brc_pool *pool, brc_err *err);
void brc_eigenpairs_free(brc_eigenpairs *p);

/* Bytes that it takes at most, with `threads` workers; SIZE_MAX if that does not fit. */
size_t brc_eigenpairs_bytes(const brc_graph *g, size_t pairs, size_t threads);

#endif
