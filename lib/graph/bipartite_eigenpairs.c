/*
 * Eigenpairs of a bipartite graph from singular triplets of B, the normalised edges from its
 * small to its larger part (graph/normalised.h).
 *
 * B B' squares singular values. So those below SMALLEST cannot be distinguished from 0 and from
 * each other well enough. If one of these is wanted, as it is for k above the rank of B, B itself
 * is decomposed (dgesdd). Zero and negative eigenvalues follow from that.
 */
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "graph/eigenproblem.h"
#include "graph/layout.h"
#include "linalg/eigen.h"

/*
 * The trivial eigenvalues of B B' are 1, and the others are within [0, 1]. SHIFT moves the trivial
 * ones to -1.
 */
#define SHIFT 2.
#define SMALLEST 1e-4
/* Entries of B up to which it may be decomposed. */
#define RECTANGLE_MAX ((size_t)1 << 23)

typedef struct bipartite {
	brc_eigenproblem *r;
	brc_bipartition s;
} bipartite;

/*
 * Entries of the smaller part's trivial vector, of length 1. They are sqrt(2) times those of the
 * whole graph's vector.
 */
static double small_trivial(const bipartite *h, size_t i)
{
	return sqrt(2) * h->r->trivial[h->s.small_unit[i]];
}

static brc_rc squared_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	const bipartite *h = ctx;
	size_t n = h->s.small_units;
	double *inner = h->r->inner;

	BRC_TRY(brc_normalised_there_and_back(h->r->m, x, y, cols, err));
	for (size_t c = 0; c < cols; c++) {
		const double *xc = x + c * n;

		memset(inner, 0, h->r->g->components * sizeof(*inner));
		for (size_t i = 0; i < n; i++)
			inner[brc_eigenproblem_component(h->r, h->s.small_unit[i])] +=
				small_trivial(h, i) * xc[i];
		for (size_t i = 0; i < n; i++)
			y[c * n + i] -= SHIFT * small_trivial(h, i) *
					inner[brc_eigenproblem_component(h->r, h->s.small_unit[i])];
	}
	return BRC_OK;
}

static brc_rc squared_dense(void *ctx, double *a, brc_err *err)
{
	const bipartite *h = ctx;
	size_t n = h->s.small_units;

	BRC_TRY(brc_normalised_gram(h->r->m, a, err));
	for (size_t i = 0; i < n; i++) {
		size_t c = brc_eigenproblem_component(h->r, h->s.small_unit[i]);
		double t = SHIFT * small_trivial(h, i);

		for (size_t j = 0; j < n; j++)
			if (brc_eigenproblem_component(h->r, h->s.small_unit[j]) == c)
				a[i * n + j] -= t * small_trivial(h, j);
	}
	return BRC_OK;
}

/* Vector `to` of the result: small part u, large part v, over sqrt(2). */
static void join(const bipartite *h, const double *u, const double *v, double sign, double *to)
{
	for (size_t i = 0; i < h->s.small_units; i++)
		to[h->s.small_unit[i]] = sqrt(.5) * u[i];
	for (size_t j = 0; j < h->s.large_units; j++)
		to[h->s.large_unit[j]] = sign * sqrt(.5) * v[j];
}

/* From squares s^2 and vectors u in value[] and u[]: the pairs 1 - s with v = B'u / s. */
static brc_rc join_all(const bipartite *h, const double *square, const double *u, size_t pairs,
		       brc_err *err)
{
	size_t small = h->s.small_units, large = h->s.large_units;
	double *v = brc_alloc(pairs * large, sizeof(*v), err);
	brc_eigenpairs *p = h->r->p;
	brc_rc rc = v ? brc_normalised_across(h->r->m, false, u, v, pairs, err) : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < pairs; i++) {
		cblas_dscal((int)large, 1 / cblas_dnrm2((int)large, v + i * large, 1),
			    v + i * large, 1);
		p->value[h->r->count + i] = 1 - sqrt(square[i]);
		join(h, u + i * small, v + i * large, 1, p->vector + (h->r->count + i) * p->n);
	}
	free(v);
	return rc;
}

/* Of forming B B' an upper bound: half of 2 operations a pair of units and edge. */
static brc_operator squared_operator(bipartite *h)
{
	double cost = h->r->g->store->cost(h->r->g);

	return (brc_operator){h->s.small_units, h,    squared_apply,
			      squared_dense,    cost, cost / 4 * (double)h->s.small_units};
}

static brc_rc by_squares(bipartite *h, bool *done, brc_err *err)
{
	brc_operator op = squared_operator(h);
	size_t pairs = h->r->p->pairs - h->r->count;
	size_t spare = h->r->p->spare < pairs ? h->r->p->spare : pairs - 1;
	brc_eigen_wanted wanted = {pairs - spare, spare,        true,      h->r->loose,
				   h->r->seed,    h->r->stream, h->r->pool};
	double *square = brc_alloc(pairs, sizeof(*square), err);
	double *u = brc_alloc(pairs * op.n, sizeof(*u), err);
	brc_rc rc =
		square && u ? brc_eigen_largest(&op, &wanted, square, u, NULL, err) : BRC_RESOURCE;

	*done = rc == BRC_OK && square[pairs - 1] > SMALLEST * SMALLEST;
	if (*done)
		rc = join_all(h, square, u, pairs, err);
	free(square);
	free(u);
	return rc;
}

/* ---- the matrix itself ---- */

typedef struct triplets {
	double *b, *s, *u,
		*vt; /* [small, large], [small], [small, small], [small, large], column-major */
} triplets;

/* B plus its trivial triplets once more. These then have the singular value 2, above all others. */
static brc_rc decompose(const bipartite *h, triplets *t, brc_err *err)
{
	size_t small = h->s.small_units, large = h->s.large_units;
	lapack_int info;

	BRC_TRY(brc_normalised_rectangle(h->r->m, t->b, err));
	for (size_t j = 0; j < large; j++)
		for (size_t i = 0; i < small; i++)
			if (brc_eigenproblem_component(h->r, h->s.small_unit[i]) ==
			    brc_eigenproblem_component(h->r, h->s.large_unit[j]))
				t->b[i + j * small] += 2 * h->r->trivial[h->s.small_unit[i]] *
						       h->r->trivial[h->s.large_unit[j]];
	info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', (lapack_int)small, (lapack_int)large, t->b,
			      (lapack_int)small, t->s, t->u, (lapack_int)small, t->vt,
			      (lapack_int)small);
	if (info == LAPACK_WORK_MEMORY_ERROR)
		return brc_fail(err, BRC_RESOURCE, "out of memory in dgesdd");
	if (info != 0)
		return brc_fail(err, BRC_NUMERIC, "dgesdd failed (info %d)", (int)info);
	return BRC_OK;
}

/*
 * A unit vector of the larger part that B maps to 0 and that is orthogonal to those in
 * nothing[count].
 */
static void null_vector(const bipartite *h, const triplets *t, double *nothing, size_t count,
			brc_rng *rng)
{
	size_t small = h->s.small_units, large = h->s.large_units;
	double *x = nothing + count * large, *coef = t->b; /* b is free by now */
	double norm = 0;

	for (size_t j = 0; j < large; j++)
		x[j] = brc_rng_normal(rng);
	for (unsigned pass = 0; pass < 3; pass++) {
		cblas_dgemv(CblasColMajor, CblasNoTrans, (int)small, (int)large, 1, t->vt,
			    (int)small, x, 1, 0, coef, 1);
		cblas_dgemv(CblasColMajor, CblasTrans, (int)small, (int)large, -1, t->vt,
			    (int)small, coef, 1, 1, x, 1);
		for (size_t i = 0; i < count; i++)
			cblas_daxpy((int)large,
				    -cblas_ddot((int)large, nothing + i * large, 1, x, 1),
				    nothing + i * large, 1, x, 1);
		norm = cblas_dnrm2((int)large, x, 1);
		cblas_dscal((int)large, 1 / norm, x, 1);
	}
}

static void join_triplet(const bipartite *h, const triplets *t, size_t index, double sign,
			 size_t at)
{
	size_t small = h->s.small_units, large = h->s.large_units;
	brc_eigenpairs *p = h->r->p;
	double *v = t->b; /* free by now */

	cblas_dcopy((int)large, t->vt + index, (int)small, v, 1);
	p->value[at] = 1 - sign * (index < h->r->g->components ? t->s[index] - 1 : t->s[index]);
	join(h, t->u + index * small, v, sign, p->vector + at * p->n);
}

/*
 * All eigenvalues of M in order: first the singular values, of which the first `components` are
 * known; then a zero for each unit that the large part has more than the small part; then the
 * negative singular values.
 */
static brc_rc list_pairs(const bipartite *h, const triplets *t, brc_err *err)
{
	size_t small = h->s.small_units, large = h->s.large_units, at = h->r->count, nulls = 0;
	brc_eigenpairs *p = h->r->p;
	double *nothing = NULL;
	brc_rng rng;

	for (size_t i = h->r->g->components; i < small && at < p->pairs; i++)
		join_triplet(h, t, i, 1, at++);
	nulls = p->pairs - at < large - small ? p->pairs - at : large - small;
	nothing = brc_alloc(nulls, large * sizeof(*nothing), err);
	BRC_TRY(brc_made(nothing));
	brc_rng_init(&rng, h->r->seed, BRC_RNG_EIGEN, h->r->stream, 1);
	for (size_t i = 0; i < nulls; i++, at++) {
		double *to = p->vector + at * p->n;

		null_vector(h, t, nothing, i, &rng);
		memset(to, 0, p->n * sizeof(*to));
		for (size_t j = 0; j < large; j++)
			to[h->s.large_unit[j]] = nothing[i * large + j];
		p->value[at] = 1;
	}
	for (size_t i = small; i-- > 0 && at < p->pairs;)
		join_triplet(h, t, i, -1, at++);
	free(nothing);
	return BRC_OK;
}

static brc_rc by_rectangle(bipartite *h, bool *done, brc_err *err)
{
	size_t small = h->s.small_units, large = h->s.large_units;
	triplets t = {0};
	brc_rc rc = BRC_RESOURCE;

	*done = large <= RECTANGLE_MAX / small;
	if (!*done)
		return BRC_OK;
	BRC_TRY(brc_mem_need((6 * small * small + 2 * small * large) * sizeof(double), 0,
			     "singular values", err));
	t.b = brc_alloc(small, (large + 1) * sizeof(double), err);
	t.s = brc_alloc(small, sizeof(double), err);
	t.u = brc_alloc(small, small * sizeof(double), err);
	t.vt = brc_alloc(small, large * sizeof(double), err);
	if (t.b && t.s && t.u && t.vt)
		rc = decompose(h, &t, err);
	BRC_THEN(rc, list_pairs(h, &t, err));
	free(t.b);
	free(t.s);
	free(t.u);
	free(t.vt);
	return rc;
}

brc_rc brc_bipartite_solve(brc_eigenproblem *r, const brc_bipartition *parts, bool *done,
			   brc_err *err)
{
	bipartite h = {r, *parts};
	size_t rest = r->p->pairs - r->count;

	*done = false;
	if (r->count + rest <= parts->small_units)
		BRC_TRY(by_squares(&h, done, err));
	if (!*done)
		BRC_TRY(by_rectangle(&h, done, err));
	return BRC_OK;
}
