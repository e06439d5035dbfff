#include "graph/eigenpairs.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "graph/eigenproblem.h"
#include "graph/layout.h"
#include "linalg/eigen.h"

/*
 * The trivial eigenvalues of M are 1. M - shift sum_c v_c v_c^T moves them out of the solver's way.
 * With the shift WITHIN they are among the small eigenvalues, and do not widen the spectrum. If
 * eigenvalues as small as that are wanted, the shift BELOW moves them below all others, which are
 * within [-1, 1].
 */
#define WITHIN 1.
#define BELOW 2.5
#define SMALL 1e-3

void brc_eigenpairs_free(brc_eigenpairs *p)
{
	if (!p)
		return;
	free(p->value);
	free(p->residual);
	free(p->vector);
	free(p);
}

typedef struct deflation {
	const brc_eigenproblem *r;
	const double *x;
	double *y;
} deflation;

static brc_rc deflate_column(void *ctx, size_t c, size_t worker, brc_err *err)
{
	const deflation *d = ctx;
	const brc_eigenproblem *r = d->r;
	size_t n = r->g->connected;
	const double *x = d->x + c * n;
	double *y = d->y + c * n, *inner = r->inner + worker * r->g->components;

	(void)err;
	if (r->g->components == 1) {
		cblas_daxpy((int)n, -r->shift * cblas_ddot((int)n, r->trivial, 1, x, 1), r->trivial,
			    1, y, 1);
		return BRC_OK;
	}
	memset(inner, 0, r->g->components * sizeof(*inner));
	for (size_t v = 0; v < n; v++)
		inner[brc_eigenproblem_component(r, v)] += r->trivial[v] * x[v];
	for (size_t v = 0; v < n; v++)
		y[v] -= r->shift * r->trivial[v] * inner[brc_eigenproblem_component(r, v)];
	return BRC_OK;
}

static brc_rc deflated_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	brc_eigenproblem *r = ctx;

	BRC_TRY(brc_normalised_apply(r->m, x, y, cols, err));
	return brc_pool_run(r->pool, cols, deflate_column, &(deflation){r, x, y}, err);
}

static brc_rc deflated_dense(void *ctx, double *a, brc_err *err)
{
	brc_eigenproblem *r = ctx;
	size_t n = r->g->connected;

	BRC_TRY(brc_normalised_dense(r->m, a, err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (brc_eigenproblem_component(r, i) == brc_eigenproblem_component(r, j))
				a[i * n + j] -= r->shift * (r->trivial[i] * r->trivial[j]);
	return BRC_OK;
}

static brc_operator deflated_operator(const brc_graph *g, brc_eigenproblem *r)
{
	return (brc_operator){
		g->connected,      r,
		deflated_apply,    deflated_dense,
		g->store->cost(g), g->store->dense_cost ? g->store->dense_cost(g) : 1};
}

static void set_trivial(brc_eigenproblem *r)
{
	for (size_t v = 0; v < r->p->n; v++) {
		size_t c = brc_eigenproblem_component(r, v);

		if (c < r->count)
			r->p->vector[c * r->p->n + v] = r->trivial[v];
	}
}

/* The pairs that follow the first `count`, on the whole graph; value 1 - mu. */
static brc_rc solve_whole(brc_eigenproblem *r, brc_err *err)
{
	brc_operator op = deflated_operator(r->g, r);
	brc_eigenpairs *p = r->p;
	size_t pairs = p->pairs - r->count;
	size_t spare = p->spare < pairs ? p->spare : pairs - 1;
	brc_eigen_wanted wanted = {pairs - spare, spare,     false,  r->loose,
				   r->seed,       r->stream, r->pool};

	r->shift = WITHIN;
	BRC_TRY(brc_eigen_largest(&op, &wanted, p->value + r->count, p->vector + r->count * p->n,
				  NULL, err));
	if (p->value[p->pairs - 1] < SMALL) {
		r->shift = BELOW;
		BRC_TRY(brc_eigen_largest(&op, &wanted, p->value + r->count,
					  p->vector + r->count * p->n, NULL, err));
	}
	for (size_t i = r->count; i < p->pairs; i++)
		p->value[i] = 1 - p->value[i];
	return BRC_OK;
}

static brc_rc solve_rest(brc_eigenproblem *r, brc_err *err)
{
	brc_eigenpairs *p = r->p;
	bool done = false;
	brc_bipartition parts;

	if (r->count == p->pairs)
		return BRC_OK;
	if (brc_normalised_bipartition(r->m, &parts))
		BRC_TRY(brc_bipartite_solve(r, &parts, &done, err));
	if (!done)
		BRC_TRY(solve_whole(r, err));
	for (size_t i = r->count; i < p->pairs; i++) {
		brc_eigen_sign(p->vector + i * p->n, p->n);
		p->value[i] = fmax(0, p->value[i]);
	}
	return BRC_OK;
}

/* Residuals with the graph itself, and not with the operator that the solver was given. */
static brc_rc set_residuals(brc_eigenpairs *p, brc_normalised *m, double loose, brc_err *err)
{
	double *y = brc_alloc(p->pairs * p->n, sizeof(*y), err);
	brc_rc rc = y ? brc_normalised_apply(m, p->vector, y, p->pairs, err) : BRC_RESOURCE;
	size_t k = p->pairs - p->spare;

	for (size_t i = 0; i < p->pairs && rc == BRC_OK; i++) {
		const double *x = p->vector + i * p->n;
		double sum = 0, most = BRC_EIGEN_RESIDUAL * loose;

		for (size_t v = 0; v < p->n; v++) {
			double r = (1 - p->value[i]) * x[v] - y[i * p->n + v];

			sum += r * r;
		}
		p->residual[i] = sqrt(sum);
		if (i >= k)
			most = fmax(most, BRC_EIGEN_APART * (p->value[i] - p->value[k - 1]));
		if (!(p->residual[i] <= most))
			rc = brc_fail(err, BRC_NUMERIC,
				      "eigenpair %zu of %zu has residual %.2g, above %.2g", i + 1,
				      p->pairs, p->residual[i], most);
	}
	free(y);
	return rc;
}

static brc_rc problem_init(brc_eigenproblem *r, brc_err *err)
{
	const brc_graph *g = r->g;

	BRC_TRY(BRC_ARRAY(r->trivial, g->connected, err));
	BRC_TRY(BRC_ARRAY(r->inner, brc_times(brc_pool_threads(r->pool), g->components), err));
	for (size_t v = 0; v < g->connected; v++) {
		size_t u = g->unit[v];

		r->trivial[v] = sqrt(g->degree[u] / g->volume[g->component[u]]);
	}
	return brc_normalised_new(&r->m, g, r->pool, err);
}

static brc_rc find_pairs(brc_eigenproblem *r, brc_err *err)
{
	brc_eigenpairs *p = r->p;

	BRC_TRY(BRC_ZEROED(p->value, p->pairs, err));
	BRC_TRY(BRC_ZEROED(p->residual, p->pairs, err));
	BRC_TRY(BRC_ZEROED(p->vector, brc_times(p->pairs, p->n), err));
	BRC_TRY(problem_init(r, err));
	r->count = r->g->components < p->pairs ? r->g->components : p->pairs;
	set_trivial(r);
	BRC_TRY(solve_rest(r, err));
	return set_residuals(p, r->m, r->loose, err);
}

static brc_rc new_pairs(brc_eigenpairs **out, const brc_graph *g, size_t k, size_t spare,
			double loose, uint64_t seed, uint32_t stream, brc_pool *pool, brc_err *err)
{
	brc_eigenproblem r = {.g = g, .pool = pool, .loose = loose, .seed = seed, .stream = stream};
	brc_rc rc;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	if (k < 1 || k > g->connected || spare > g->connected - k)
		return brc_fail(err, BRC_DATA,
				"%zu eigenpairs wanted of a graph with %zu connected units",
				k + spare, g->connected);
	BRC_TRY(BRC_ZEROED(r.p, 1, err));
	r.p->n = g->connected;
	r.p->pairs = k + spare;
	r.p->spare = spare;
	rc = find_pairs(&r, err);
	free(r.trivial);
	free(r.inner);
	brc_normalised_free(r.m);
	return BRC_GIVE(out, r.p, rc, brc_eigenpairs_free);
}

brc_rc brc_eigenpairs_new(brc_eigenpairs **out, const brc_graph *g, size_t k, size_t spare,
			  uint64_t seed, uint32_t stream, brc_pool *pool, brc_err *err)
{
	return new_pairs(out, g, k, spare, 1, seed, stream, pool, err);
}

brc_rc brc_eigenpairs_rough(brc_eigenpairs **out, const brc_graph *g, size_t k, size_t spare,
			    uint64_t seed, uint32_t stream, brc_pool *pool, brc_err *err)
{
	return new_pairs(out, g, k, spare, BRC_EIGENPAIRS_ROUGH, seed, stream, pool, err);
}

size_t brc_eigenpairs_bytes(const brc_graph *g, size_t pairs, size_t threads)
{
	brc_operator op = deflated_operator(g, NULL);
	size_t vectors = brc_times(brc_times(g->n, 16), pairs); /* with those of the residuals */

	return brc_plus(brc_plus(vectors, brc_normalised_bytes(g, pairs, threads)),
			brc_eigen_bytes(&op, pairs));
}
