/*
 * The trivial eigenvectors of a graph, one for each component, and how a solver avoids them.
 * eigenpairs.c and bipartite_eigenpairs.c share this.
 */
#ifndef BRC_GRAPH_EIGENPROBLEM_H
#define BRC_GRAPH_EIGENPROBLEM_H

#include <stddef.h>
#include <stdint.h>

#include "graph/eigenpairs.h"
#include "graph/normalised.h"

/* The problem to solve: `count` pairs of p are known, and the rest is wanted. */
typedef struct brc_eigenproblem {
	const brc_graph *g;
	brc_normalised *m;
	brc_pool *pool;
	double *trivial; /* [connected] sqrt(degree / volume of the unit's component) */
	double *inner;   /* [workers, components] products of a vector with the trivial ones */
	double shift;    /* of the trivial eigenvalues, where the whole graph is solved */
	brc_eigenpairs *p;
	size_t count; /* pairs known: trivial ones */
	double loose; /* residuals may be so many times as large */
	uint64_t seed;
	uint32_t stream;
} brc_eigenproblem;

/* Component of connected unit v. */
static inline size_t brc_eigenproblem_component(const brc_eigenproblem *r, size_t v)
{
	return (size_t)r->g->component[r->g->unit[v]];
}

/*
 * Fill the pairs from `count` on, for a graph with two parts: values and vectors, descending. *done
 * is false if this way does not work: too many pairs are wanted, or singular values are too small,
 * and the matrix is too large to be decomposed.
 */
brc_rc brc_bipartite_solve(brc_eigenproblem *r, const brc_bipartition *parts, bool *done,
			   brc_err *err);

#endif
