#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/eigen_methods.h"

/* The matrix of an operator without `dense`: its columns are A times unit vectors. */
static brc_rc from_columns(const brc_operator *op, double *a, brc_err *err)
{
	enum { COLS = 32 };
	size_t n = op->n;
	double *unit = brc_calloc(COLS, n * sizeof(*unit), err);
	brc_rc rc = unit == NULL ? BRC_RESOURCE : BRC_OK;
	for (size_t first = 0; rc == BRC_OK && first < n; first += COLS) {
		size_t cols = n - first < COLS ? n - first : COLS;
		for (size_t c = 0; c < cols; c++)
			unit[c * n + first + c] = 1;
		rc = op->apply(op->ctx, unit, a + first * n, cols, err);
		for (size_t c = 0; c < cols; c++)
			unit[c * n + first + c] = 0;
	}
	free(unit);
	return rc;
}

static brc_rc fill(const brc_operator *op, double *a, brc_err *err)
{
	size_t n = op->n;
	BRC_TRY(op->dense != NULL ? op->dense(op->ctx, a, err) : from_columns(op, a, err));
	for (size_t i = 0; i < n * n; i++)
		if (!isfinite(a[i]))
			return brc_fail(err, BRC_NUMERIC,
					"row %zu, column %zu of the matrix is not finite", i % n,
					i / n);
	return BRC_OK;
}

/* dsyevr's ascending order to descending. */
static void reverse(double *values, double *vectors, size_t n, size_t k)
{
	for (size_t i = 0, j = k - 1; i < j; i++, j--) {
		double t = values[i];
		values[i] = values[j];
		values[j] = t;
		for (size_t r = 0; r < n; r++) {
			t = vectors[i * n + r];
			vectors[i * n + r] = vectors[j * n + r];
			vectors[j * n + r] = t;
		}
	}
}

size_t brc_eigen_dense_bytes(size_t n)
{
	size_t square, bytes;
	if (!brc_mul(n, n, &square) || !brc_add(square, 64 * n, &square) ||
	    !brc_mul(square, sizeof(double), &bytes))
		return SIZE_MAX;
	return bytes;
}

brc_rc brc_eigen_dense(const brc_eigen_problem *p, double *values, double *vectors, brc_err *err)
{
	size_t n = p->op->n;
	lapack_int found = 0, info, size = (lapack_int)n;
	if (n > 46340) /* n * n beyond LAPACK's 32-bit integers */
		return brc_fail(err, BRC_RESOURCE,
				"a dense eigenproblem of %zu rows is too large for LAPACK", n);
	double *a = brc_alloc(n * n, sizeof(*a), err), *w = brc_alloc(n, sizeof(*w), err);
	lapack_int *support = brc_alloc(2 * n, sizeof(*support), err);
	brc_rc rc = a == NULL || w == NULL || support == NULL ? BRC_RESOURCE : BRC_OK;
	if (rc == BRC_OK)
		rc = fill(p->op, a, err);
	if (rc == BRC_OK) {
		info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'L', size, a, size, 0, 0,
				      size - (lapack_int)p->k + 1, size, 0, &found, w, vectors,
				      size, support);
		if (info == LAPACK_WORK_MEMORY_ERROR)
			rc = brc_fail(err, BRC_RESOURCE, "out of memory in dsyevr");
		else if (info != 0 || (size_t)found != p->k)
			rc = brc_fail(err, BRC_NUMERIC,
				      "dsyevr found %d of %zu eigenvalues (info %d)", (int)found,
				      p->k, (int)info);
	}
	if (rc == BRC_OK) {
		memcpy(values, w, p->k * sizeof(*w));
		reverse(values, vectors, n, p->k);
	}
	free(a);
	free(w);
	free(support);
	return rc;
}
