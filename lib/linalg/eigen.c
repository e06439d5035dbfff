#include "linalg/eigen.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/blas.h"
#include "base/memory.h"
#include "linalg/eigen_methods.h"

enum { RESIDUAL_COLS = 32 };

/*
 * The method is chosen by counting operations. Their rates were measured on one processor, relative
 * to matrix products: tridiagonal reduction is half memory bound. On the graphs of networks, block
 * Lanczos takes LANCZOS_STEPS steps of 8 vectors. Each step applies A, and makes the vectors
 * orthogonal to the basis. If the basis has n / 2 columns or more, the dense method is faster
 * anyway.
 */
#define DENSE_OPERATIONS (4. / 3)
#define DENSE_SLOWNESS 3.
#define LANCZOS_STEPS 26.
#define SMALL_ROWS 64

static double dense_time(const brc_operator *op)
{
	double n = (double)op->n, form = op->dense_cost > 0 ? op->dense_cost : 2 * n * n * n;

	return form + DENSE_SLOWNESS * DENSE_OPERATIONS * n * n * n;
}

static double lanczos_time(const brc_operator *op, size_t pairs)
{
	double n = (double)op->n, basis = (double)brc_eigen_lanczos_basis(pairs);
	double apply = op->apply_cost > 0 ? op->apply_cost : 2 * n * n;

	return LANCZOS_STEPS * 8 * (apply + 4 * n * basis) + 20 * basis * basis * basis;
}

static bool use_dense(const brc_operator *op, size_t pairs)
{
	if (op->n <= SMALL_ROWS || brc_eigen_lanczos_basis(pairs) >= op->n / 2)
		return true;
	return op->n <= 46340 && dense_time(op) < lanczos_time(op, pairs);
}

size_t brc_eigen_bytes(const brc_operator *op, size_t pairs)
{
	size_t n = op->n;

	return brc_plus(use_dense(op, pairs) ? brc_eigen_dense_bytes(n)
					     : brc_eigen_lanczos_bytes(n, pairs),
			brc_times(n, RESIDUAL_COLS * sizeof(double)));
}

void brc_eigen_sign(double *v, size_t n)
{
	double most = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(v[i]));
	while (at + 1 < n && fabs(v[at]) < most * (1 - 1e-12))
		at++;
	if (v[at] < 0)
		for (size_t i = 0; i < n; i++)
			v[i] = -v[i];
}

/* || A v - lambda v || of each pair; BRC_NUMERIC when one is too large. */
static brc_rc check_residuals(const brc_eigen_problem *p, const double *values,
			      const double *vectors, double *residuals, brc_err *err)
{
	const brc_operator *op = p->op;
	size_t n = op->n, pairs = p->wanted.k + p->wanted.spare;
	double *y = brc_alloc(RESIDUAL_COLS, n * sizeof(*y), err), scale = 1;
	brc_rc rc = y ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; i < pairs; i++)
		scale = fmax(scale, fabs(values[i]));
	for (size_t i = 0; rc == BRC_OK && i < pairs; i++) {
		size_t c = i % RESIDUAL_COLS,
		       cols = pairs - i < RESIDUAL_COLS ? pairs - i : RESIDUAL_COLS;
		double norm, most;

		if (c == 0)
			rc = op->apply(op->ctx, vectors + i * n, y, cols, err);
		if (rc != BRC_OK)
			break;
		cblas_daxpy((int)n, -values[i], vectors + i * n, 1, y + c * n, 1);
		norm = cblas_dnrm2((int)n, y + c * n, 1);
		most = BRC_EIGEN_RESIDUAL * scale * fmax(1, p->wanted.loose);
		if (residuals)
			residuals[i] = norm;
		if (i >= p->wanted.k)
			most = fmax(most, BRC_EIGEN_APART * (values[p->wanted.k - 1] - values[i]));
		if (!(norm <= most))
			rc = brc_fail(err, BRC_NUMERIC,
				      "eigenpair %zu of %zu has residual %g, more than %g", i + 1,
				      pairs, norm, most);
	}
	free(y);
	return rc;
}

brc_rc brc_eigen_largest(const brc_operator *op, const brc_eigen_wanted *wanted, double *values,
			 double *vectors, double *residuals, brc_err *err)
{
	brc_eigen_problem p = {op, *wanted};
	size_t pairs = wanted->k + wanted->spare;

	if (wanted->k == 0 || pairs > op->n)
		return brc_fail(err, BRC_USAGE, "cannot find %zu eigenpairs of %zu", pairs, op->n);
	BRC_TRY(brc_blas_ready(err));
	BRC_TRY(use_dense(op, pairs) ? brc_eigen_dense(&p, values, vectors, err)
				     : brc_eigen_lanczos(&p, values, vectors, err));
	for (size_t i = 0; i < pairs; i++)
		brc_eigen_sign(vectors + i * op->n, op->n);
	return check_residuals(&p, values, vectors, residuals, err);
}
