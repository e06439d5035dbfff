#include "graph/eigenpairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/normalised.h"
#include "linalg/eigen.h"

/*
 * The trivial eigenvalues of M are 1. SHIFT puts them at -3/2, below the rest of
 * the spectrum, which is within [-1, 1]: M - SHIFT sum_c v_c v_c^T.
 */
#define SHIFT 2.5

typedef struct deflated {
	const brc_graph *g;
	brc_normalised *m;
	double *trivial; /* [connected] sqrt(degree / volume of the unit's component) */
	double *inner;   /* [components] products of a vector with the trivial ones */
} deflated;

void brc_eigenpairs_free(brc_eigenpairs *p)
{
	if (!p)
		return;
	free(p->value);
	free(p->residual);
	free(p->vector);
	free(p);
}

static brc_rc deflated_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	deflated *d = ctx;
	const brc_graph *g = d->g;
	size_t n = g->connected;

	BRC_TRY(brc_normalised_apply(d->m, x, y, cols, err));
	for (size_t c = 0; c < cols; c++) {
		const double *xc = x + c * n;
		double *yc = y + c * n;

		memset(d->inner, 0, g->components * sizeof(*d->inner));
		for (size_t v = 0; v < n; v++)
			d->inner[g->component[g->unit[v]]] += d->trivial[v] * xc[v];
		for (size_t v = 0; v < n; v++)
			yc[v] -= SHIFT * d->trivial[v] * d->inner[g->component[g->unit[v]]];
	}
	return BRC_OK;
}

static brc_rc deflated_dense(void *ctx, double *a, brc_err *err)
{
	deflated *d = ctx;
	const brc_graph *g = d->g;
	size_t n = g->connected;

	BRC_TRY(brc_normalised_dense(d->m, a, err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (g->component[g->unit[i]] == g->component[g->unit[j]])
				a[i * n + j] -= SHIFT * (d->trivial[i] * d->trivial[j]);
	return BRC_OK;
}

static void set_trivial(brc_eigenpairs *p, const deflated *d, size_t count)
{
	const brc_graph *g = d->g;

	for (size_t v = 0; v < p->n; v++) {
		size_t c = (size_t)g->component[g->unit[v]];

		if (c < count)
			p->vector[c * p->n + v] = d->trivial[v];
	}
}

/* The pairs that follow the first `count`, from the solver; value 1 - mu. */
static brc_rc solve_rest(brc_eigenpairs *p, deflated *d, size_t count, uint64_t seed,
			 uint32_t stream, brc_err *err)
{
	brc_operator op = {p->n, d, deflated_apply, deflated_dense};

	if (count == p->pairs)
		return BRC_OK;
	BRC_TRY(brc_eigen_largest(&op, p->pairs - count, seed, stream, p->value + count,
				  p->vector + count * p->n, NULL, err));
	for (size_t i = count; i < p->pairs; i++)
		p->value[i] = fmax(0, 1 - p->value[i]);
	return BRC_OK;
}

/* Residuals against the graph itself, not against what the solver was given. */
static brc_rc set_residuals(brc_eigenpairs *p, brc_normalised *m, brc_err *err)
{
	double *y = brc_alloc(p->pairs * p->n, sizeof(*y), err);
	brc_rc rc = y ? brc_normalised_apply(m, p->vector, y, p->pairs, err) : BRC_RESOURCE;

	for (size_t i = 0; i < p->pairs && rc == BRC_OK; i++) {
		const double *x = p->vector + i * p->n;
		double sum = 0;

		for (size_t v = 0; v < p->n; v++) {
			double r = (1 - p->value[i]) * x[v] - y[i * p->n + v];

			sum += r * r;
		}
		p->residual[i] = sqrt(sum);
		if (!(p->residual[i] <= BRC_EIGEN_RESIDUAL))
			rc = brc_fail(err, BRC_NUMERIC,
				      "eigenpair %zu of %zu has residual %.2g, above %g", i + 1,
				      p->pairs, p->residual[i], BRC_EIGEN_RESIDUAL);
	}
	free(y);
	return rc;
}

static brc_rc deflated_init(deflated *d, const brc_graph *g, brc_pool *pool, brc_err *err)
{
	d->g = g;
	d->trivial = brc_alloc(g->connected, sizeof(*d->trivial), err);
	d->inner = brc_alloc(g->components, sizeof(*d->inner), err);
	if (!d->trivial || !d->inner)
		return BRC_RESOURCE;
	for (size_t v = 0; v < g->connected; v++) {
		size_t u = g->unit[v];

		d->trivial[v] = sqrt(g->degree[u] / g->volume[g->component[u]]);
	}
	return brc_normalised_new(&d->m, g, pool, err);
}

static void deflated_clear(deflated *d)
{
	free(d->trivial);
	free(d->inner);
	brc_normalised_free(d->m);
}

static brc_rc find_pairs(brc_eigenpairs *p, deflated *d, uint64_t seed, uint32_t stream,
			 brc_err *err)
{
	size_t components = d->g->components;
	size_t trivial = components < p->pairs ? components : p->pairs;

	p->value = brc_calloc(p->pairs, sizeof(*p->value), err);
	p->residual = brc_calloc(p->pairs, sizeof(*p->residual), err);
	p->vector = brc_calloc(p->pairs, p->n * sizeof(*p->vector), err);
	if (!p->value || !p->residual || !p->vector)
		return BRC_RESOURCE;
	set_trivial(p, d, trivial);
	BRC_TRY(solve_rest(p, d, trivial, seed, stream, err));
	return set_residuals(p, d->m, err);
}

brc_rc brc_eigenpairs_new(brc_eigenpairs **out, const brc_graph *g, size_t pairs, uint64_t seed,
			  uint32_t stream, brc_pool *pool, brc_err *err)
{
	deflated d = {0};
	brc_eigenpairs *p;
	brc_rc rc;

	if (pairs < 1 || pairs > g->connected)
		return brc_fail(err, BRC_DATA,
				"%zu eigenpairs wanted of a graph with %zu connected units", pairs,
				g->connected);
	p = brc_calloc(1, sizeof(*p), err);
	if (!p)
		return BRC_RESOURCE;
	p->n = g->connected;
	p->pairs = pairs;
	rc = deflated_init(&d, g, pool, err);
	if (rc == BRC_OK)
		rc = find_pairs(p, &d, seed, stream, err);
	deflated_clear(&d);
	if (rc != BRC_OK) {
		brc_eigenpairs_free(p);
		return rc;
	}
	*out = p;
	return BRC_OK;
}

size_t brc_eigenpairs_bytes(const brc_graph *g, size_t pairs, size_t threads)
{
	size_t solver = brc_eigen_bytes(g->connected, pairs);
	size_t vectors, work, total;

	/* Vectors and residuals; x and y of an apply, of at most pairs + 80 columns; tiles. */
	if (!brc_mul(g->n, 16, &vectors) || !brc_mul(vectors, pairs, &vectors) ||
	    !brc_mul(g->n, 16, &work) || !brc_mul(work, pairs + 80, &work) ||
	    !brc_add(vectors, work, &total) || !brc_add(total, solver, &total) ||
	    !brc_add(total, threads << 18, &total))
		return SIZE_MAX;
	return total;
}
