/*
 * Eigenpairs of a bipartite graph from singular triplets of B, the normalised edges from its
 * near to its far side (graph/normalised.h).
 *
 * B B' squares singular values: those below SMALLEST it cannot tell from 0 and
 * from each other well enough. Where one of these is wanted, as for k above the rank of
 * B, B itself is decomposed (dgesdd), and zero and negative eigenvalues follow from it.
 */
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "graph/trivial.h"
#include "linalg/eigen.h"

/* The trivial eigenvalues of B B' are 1, the others within [0, 1]: SHIFT puts them at -1. */
#define SHIFT 2.
#define SMALLEST 1e-4
/* Entries of B up to which it may be decomposed. */
#define RECTANGLE_MAX ((size_t)1 << 23)

typedef struct halves {
	brc_rest *r;
	brc_sides s;
} halves;

/* Of the near side's trivial unit vector: its own entries are sqrt(2) times larger. */
static double near_trivial(const halves *h, size_t i)
{
	return sqrt(2) * h->r->trivial[h->s.near_unit[i]];
}

static brc_rc halved_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	const halves *h = ctx;
	size_t n = h->s.near_units;
	double *inner = h->r->inner;

	BRC_TRY(brc_normalised_there_and_back(h->r->m, x, y, cols, err));
	for (size_t c = 0; c < cols; c++) {
		const double *xc = x + c * n;

		memset(inner, 0, h->r->g->components * sizeof(*inner));
		for (size_t i = 0; i < n; i++)
			inner[brc_rest_component(h->r, h->s.near_unit[i])] +=
				near_trivial(h, i) * xc[i];
		for (size_t i = 0; i < n; i++)
			y[c * n + i] -= SHIFT * near_trivial(h, i) *
					inner[brc_rest_component(h->r, h->s.near_unit[i])];
	}
	return BRC_OK;
}

static brc_rc halved_dense(void *ctx, double *a, brc_err *err)
{
	const halves *h = ctx;
	size_t n = h->s.near_units;

	BRC_TRY(brc_normalised_gram(h->r->m, a, err));
	for (size_t i = 0; i < n; i++) {
		size_t c = brc_rest_component(h->r, h->s.near_unit[i]);
		double t = SHIFT * near_trivial(h, i);

		for (size_t j = 0; j < n; j++)
			if (brc_rest_component(h->r, h->s.near_unit[j]) == c)
				a[i * n + j] -= t * near_trivial(h, j);
	}
	return BRC_OK;
}

/* Vector `to` of the result: near part u, far part v, over sqrt(2). */
static void join(const halves *h, const double *u, const double *v, double sign, double *to)
{
	for (size_t i = 0; i < h->s.near_units; i++)
		to[h->s.near_unit[i]] = sqrt(.5) * u[i];
	for (size_t j = 0; j < h->s.far_units; j++)
		to[h->s.far_unit[j]] = sign * sqrt(.5) * v[j];
}

/* From squares s^2 and vectors u in value[] and u[]: the pairs 1 - s with v = B'u / s. */
static brc_rc join_all(const halves *h, const double *square, const double *u, size_t pairs,
		       brc_err *err)
{
	size_t near = h->s.near_units, far = h->s.far_units;
	double *v = brc_alloc(pairs * far, sizeof(*v), err);
	brc_eigenpairs *p = h->r->p;
	brc_rc rc = v ? brc_normalised_across(h->r->m, false, u, v, pairs, err) : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < pairs; i++) {
		cblas_dscal((int)far, 1 / cblas_dnrm2((int)far, v + i * far, 1), v + i * far, 1);
		p->value[h->r->count + i] = 1 - sqrt(square[i]);
		join(h, u + i * near, v + i * far, 1, p->vector + (h->r->count + i) * p->n);
	}
	free(v);
	return rc;
}

/* Operations of one application of B B' to a vector, and of forming it. */
static brc_operator halved_operator(halves *h)
{
	const brc_graph *g = h->r->g;
	brc_operator op = {h->s.near_units, h, halved_apply, halved_dense, 0, 0};
	double near = (double)h->s.near_units;

	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *b = &g->edges[e];
		double edges = b->block.start ? 4 * (double)b->block.start[b->rows]
					      : (double)b->rows * (double)b->cols;

		op.apply_cost += 4 * edges;
		op.dense_cost += edges * near; /* an upper bound: half of 2 a pair of units */
	}
	return op;
}

static brc_rc by_squares(halves *h, bool *done, brc_err *err)
{
	brc_operator op = halved_operator(h);
	size_t pairs = h->r->p->pairs - h->r->count;
	size_t spare = h->r->p->spare < pairs ? h->r->p->spare : pairs - 1;
	brc_eigen_wanted wanted = {pairs - spare, spare,        true,
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
	double *b, *s, *u, *vt; /* [near, far], [near], [near, near], [near, far], column-major */
} triplets;

/* B + its trivial triplets once more: those have the singular value 2, above all others. */
static brc_rc decompose(const halves *h, triplets *t, brc_err *err)
{
	size_t near = h->s.near_units, far = h->s.far_units;
	lapack_int info;

	BRC_TRY(brc_normalised_rectangle(h->r->m, t->b, err));
	for (size_t j = 0; j < far; j++)
		for (size_t i = 0; i < near; i++)
			if (brc_rest_component(h->r, h->s.near_unit[i]) ==
			    brc_rest_component(h->r, h->s.far_unit[j]))
				t->b[i + j * near] += 2 * h->r->trivial[h->s.near_unit[i]] *
						      h->r->trivial[h->s.far_unit[j]];
	info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', (lapack_int)near, (lapack_int)far, t->b,
			      (lapack_int)near, t->s, t->u, (lapack_int)near, t->vt,
			      (lapack_int)near);
	if (info == LAPACK_WORK_MEMORY_ERROR)
		return brc_fail(err, BRC_RESOURCE, "out of memory in dgesdd");
	if (info != 0)
		return brc_fail(err, BRC_NUMERIC, "dgesdd failed (info %d)", (int)info);
	return BRC_OK;
}

/* A unit vector of the far side that B maps to 0, apart from those in nothing[count]. */
static void null_vector(const halves *h, const triplets *t, double *nothing, size_t count,
			brc_rng *rng)
{
	size_t near = h->s.near_units, far = h->s.far_units;
	double *x = nothing + count * far, *coef = t->b; /* b is free by now */
	double norm = 0;

	for (size_t j = 0; j < far; j++)
		x[j] = brc_rng_normal(rng);
	for (unsigned pass = 0; pass < 3; pass++) {
		cblas_dgemv(CblasColMajor, CblasNoTrans, (int)near, (int)far, 1, t->vt, (int)near,
			    x, 1, 0, coef, 1);
		cblas_dgemv(CblasColMajor, CblasTrans, (int)near, (int)far, -1, t->vt, (int)near,
			    coef, 1, 1, x, 1);
		for (size_t i = 0; i < count; i++)
			cblas_daxpy((int)far, -cblas_ddot((int)far, nothing + i * far, 1, x, 1),
				    nothing + i * far, 1, x, 1);
		norm = cblas_dnrm2((int)far, x, 1);
		cblas_dscal((int)far, 1 / norm, x, 1);
	}
}

static void join_triplet(const halves *h, const triplets *t, size_t index, double sign, size_t at)
{
	size_t near = h->s.near_units, far = h->s.far_units;
	brc_eigenpairs *p = h->r->p;
	double *v = t->b; /* free by now */

	cblas_dcopy((int)far, t->vt + index, (int)near, v, 1);
	p->value[at] = 1 - sign * (index < h->r->g->components ? t->s[index] - 1 : t->s[index]);
	join(h, t->u + index * near, v, sign, p->vector + at * p->n);
}

/*
 * All eigenvalues of M in order: the singular values, of which the first `components` are known;
 * zeroes for each far unit more than there are near ones; the singular values, negative.
 */
static brc_rc list_pairs(const halves *h, const triplets *t, brc_err *err)
{
	size_t near = h->s.near_units, far = h->s.far_units, at = h->r->count, nulls = 0;
	brc_eigenpairs *p = h->r->p;
	double *nothing = NULL;
	brc_rng rng;

	for (size_t i = h->r->g->components; i < near && at < p->pairs; i++)
		join_triplet(h, t, i, 1, at++);
	nulls = p->pairs - at < far - near ? p->pairs - at : far - near;
	nothing = brc_alloc(nulls, far * sizeof(*nothing), err);
	if (!nothing)
		return BRC_RESOURCE;
	brc_rng_init(&rng, h->r->seed, BRC_RNG_EIGEN, h->r->stream, 1);
	for (size_t i = 0; i < nulls; i++, at++) {
		double *to = p->vector + at * p->n;

		null_vector(h, t, nothing, i, &rng);
		memset(to, 0, p->n * sizeof(*to));
		for (size_t j = 0; j < far; j++)
			to[h->s.far_unit[j]] = nothing[i * far + j];
		p->value[at] = 1;
	}
	for (size_t i = near; i-- > 0 && at < p->pairs;)
		join_triplet(h, t, i, -1, at++);
	free(nothing);
	return BRC_OK;
}

static brc_rc by_rectangle(halves *h, bool *done, brc_err *err)
{
	size_t near = h->s.near_units, far = h->s.far_units;
	triplets t = {0};
	brc_rc rc = BRC_RESOURCE;

	*done = far <= RECTANGLE_MAX / near;
	if (!*done)
		return BRC_OK;
	BRC_TRY(brc_mem_need((6 * near * near + 2 * near * far) * sizeof(double), 0,
			     "singular values", err));
	t.b = brc_alloc(near, (far + 1) * sizeof(double), err);
	t.s = brc_alloc(near, sizeof(double), err);
	t.u = brc_alloc(near, near * sizeof(double), err);
	t.vt = brc_alloc(near, far * sizeof(double), err);
	if (t.b && t.s && t.u && t.vt)
		rc = decompose(h, &t, err);
	if (rc == BRC_OK)
		rc = list_pairs(h, &t, err);
	free(t.b);
	free(t.s);
	free(t.u);
	free(t.vt);
	return rc;
}

brc_rc brc_halves_solve(brc_rest *r, const brc_sides *sides, bool *done, brc_err *err)
{
	halves h = {r, *sides};
	size_t rest = r->p->pairs - r->count;

	*done = false;
	if (r->count + rest <= sides->near_units)
		BRC_TRY(by_squares(&h, done, err));
	if (!*done)
		BRC_TRY(by_rectangle(&h, done, err));
	return BRC_OK;
}
