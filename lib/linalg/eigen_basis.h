/* The basis of block Lanczos, with the problem that it belongs to. Only eigen_lanczos.c uses it. */
#ifndef BRC_LINALG_EIGEN_BASIS_H
#define BRC_LINALG_EIGEN_BASIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/threads.h"
#include "linalg/chebyshev.h"
#include "linalg/eigen_methods.h"
#include "linalg/operator.h"

enum { BRC_LANCZOS_BLOCK = 8 };

typedef struct brc_lanczos {
	const brc_operator *op; /* A, or a polynomial of it */
	size_t n, k;            /* k: pairs wanted, the spare ones included */
	size_t sure;            /* of them, those wanted to full accuracy */
	bool squares;
	double loose;  /* times the tolerance, at least 1 */
	size_t most;   /* columns that the basis may have */
	size_t size;   /* columns that it has */
	size_t done;   /* of them, those whose column of H is known */
	size_t kept;   /* of them, those that the last restart kept */
	double *v;     /* n x most: the basis */
	double *w;     /* n x BRC_LANCZOS_BLOCK: A times the last block, orthogonal to v */
	double *h;     /* most x most, upper triangle */
	double *gram;  /* BRC_LANCZOS_BLOCK x BRC_LANCZOS_BLOCK: w'w */
	double *theta; /* [done] eigenvalues of H, ascending */
	double *s;     /* done x done: its eigenvectors */
	double *coef;  /* most x BRC_LANCZOS_BLOCK */
	double *parts; /* chunks x most x BRC_LANCZOS_BLOCK: what each chunk of rows adds to coef */
	double *rotated; /* workers x CHUNK x (k + beyond): rows of Ritz vectors */
	size_t beyond;
	double scale;  /* lower bound of the largest |eigenvalue| */
	bool filter;   /* to be used after the first basis */
	bool filtered; /* op is `polynomial` */
	brc_chebyshev t;
	brc_operator polynomial;
	double strict; /* how many times more accurately than needed a polynomial must converge */
	unsigned tries;
	const double *found; /* [k] descending: the result so far; NULL before there is one */
	brc_rng rng;
	brc_pool *pool;
} brc_lanczos;

/* An empty basis; with `filter` a smaller one, and memory for a polynomial. Clear it in any case.
 */
brc_rc brc_lanczos_init(brc_lanczos *l, const brc_eigen_problem *p, bool filter, brc_err *err);
void brc_lanczos_clear(brc_lanczos *l);

/*
 * Make the vectors in w orthogonal to the basis and to each other, and append them as its last
 * block. A vector of which only rounding is left is replaced by a random one.
 */
void brc_lanczos_append(brc_lanczos *l);
/* The same with random vectors. */
void brc_lanczos_append_random(brc_lanczos *l);

/* Apply the operator to the last block: its columns of H, and in w what lies outside the basis. */
brc_rc brc_lanczos_expand(brc_lanczos *l, brc_err *err);

/* Eigenpairs of H into theta and s. */
brc_rc brc_lanczos_solve(brc_lanczos *l, brc_err *err);

/* The i-th largest Ritz value. */
static inline double brc_lanczos_ritz(const brc_lanczos *l, size_t i)
{
	return l->theta[l->done - 1 - i];
}

/* Of the i-th largest Ritz pair: || w s_last ||. */
double brc_lanczos_residual(const brc_lanczos *l, size_t i);

/* The basis becomes the `count` <= k + beyond leading Ritz vectors, in ascending order. */
void brc_lanczos_keep(brc_lanczos *l, size_t count);

#endif
