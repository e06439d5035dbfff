/*
 * Which method: counted on one processor, dsyevr costs 4/3 n^3 operations at about
 * half the GEMM rate, block Lanczos 50 to 100 applies to 8 vectors of 16 n^2
 * operations each, and as much again for the basis. They meet near n = 2,000 for
 * k = 16; with k the basis grows, and from n / 2 columns on the dense method wins.
 */
#include "linalg/eigen.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "linalg/backend.h"
#include "linalg/eigen_methods.h"

enum { DENSE_ROWS = 2000, RESIDUAL_COLS = 32 };

static bool use_dense(size_t n, size_t k)
{
	return n <= DENSE_ROWS || brc_eigen_lanczos_basis(k) >= n / 2;
}

size_t brc_eigen_bytes(size_t n, size_t k)
{
	size_t bytes = use_dense(n, k) ? brc_eigen_dense_bytes(n) : brc_eigen_lanczos_bytes(n, k);
	size_t residual;
	if (!brc_mul(n, RESIDUAL_COLS * sizeof(double), &residual) ||
	    !brc_add(bytes, residual, &bytes))
		return SIZE_MAX;
	return bytes;
}

/* Make the entry of largest magnitude positive; the first where several are as large. */
static void fix_sign(double *v, size_t n)
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
static brc_rc check_residuals(const brc_operator *op, size_t k, const double *values,
			      const double *vectors, double *residuals, brc_err *err)
{
	size_t n = op->n;
	double *y = brc_alloc(RESIDUAL_COLS, n * sizeof(*y), err), scale = 1;
	brc_rc rc = y == NULL ? BRC_RESOURCE : BRC_OK;
	for (size_t i = 0; i < k; i++)
		scale = fmax(scale, fabs(values[i]));
	for (size_t i = 0; rc == BRC_OK && i < k; i++) {
		size_t c = i % RESIDUAL_COLS, cols = k - i < RESIDUAL_COLS ? k - i : RESIDUAL_COLS;
		if (c == 0)
			rc = op->apply(op->ctx, vectors + i * n, y, cols, err);
		if (rc != BRC_OK)
			break;
		cblas_daxpy((int)n, -values[i], vectors + i * n, 1, y + c * n, 1);
		double norm = cblas_dnrm2((int)n, y + c * n, 1);
		if (residuals != NULL)
			residuals[i] = norm;
		if (!(norm <= BRC_EIGEN_RESIDUAL * scale))
			rc = brc_fail(err, BRC_NUMERIC,
				      "eigenpair %zu of %zu has residual %g, more than %g", i + 1,
				      k, norm, BRC_EIGEN_RESIDUAL * scale);
	}
	free(y);
	return rc;
}

brc_rc brc_eigen_largest(const brc_operator *op, size_t k, uint64_t seed, uint32_t stream,
			 double *values, double *vectors, double *residuals, brc_err *err)
{
	brc_eigen_problem p = {op, k, seed, stream};
	if (k == 0 || k > op->n)
		return brc_fail(err, BRC_USAGE, "cannot find %zu eigenpairs of %zu", k, op->n);
	brc_linalg_serial();
	BRC_TRY(use_dense(op->n, k) ? brc_eigen_dense(&p, values, vectors, err)
				    : brc_eigen_lanczos(&p, values, vectors, err));
	for (size_t i = 0; i < k; i++)
		fix_sign(vectors + i * op->n, op->n);
	return check_residuals(op, k, values, vectors, residuals, err);
}
