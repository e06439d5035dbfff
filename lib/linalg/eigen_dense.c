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
	brc_rc rc = unit ? BRC_OK : BRC_RESOURCE;
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

	BRC_TRY(op->dense ? op->dense(op->ctx, a, err) : from_columns(op, a, err));
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
	/* the matrix, and the working memory of dsyevd if dsyevr fails */
	return brc_times(brc_plus(brc_times(brc_times(n, n), 3), brc_times(64, n)), sizeof(double));
}

static brc_rc outcome(const char *routine, lapack_int info, brc_err *err)
{
	if (info == 0)
		return BRC_OK;
	if (info == LAPACK_WORK_MEMORY_ERROR)
		return brc_fail(err, BRC_RESOURCE, "out of memory in %s", routine);
	return brc_fail(err, BRC_NUMERIC, "%s failed (info %d)", routine, (int)info);
}

/* The k largest by dsyevr. *found < k if it miscounts repeated eigenvalues. */
static brc_rc by_relative_robust(size_t n, size_t k, double *a, double *w, double *vectors,
				 size_t *found, brc_err *err)
{
	lapack_int m = 0, size = (lapack_int)n;
	lapack_int *support = brc_alloc(2 * n, sizeof(*support), err);
	lapack_int info;

	BRC_TRY(brc_made(support));
	info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'L', size, a, size, 0, 0,
			      size - (lapack_int)k + 1, size, 0, &m, w, vectors, size, support);
	free(support);
	*found = (size_t)m;
	return outcome("dsyevr", info, err);
}

/*
 * All pairs by divide and conquer. It never miscounts repeated eigenvalues, but costs several times
 * as much.
 */
static brc_rc by_divide_and_conquer(size_t n, size_t k, double *a, double *w, double *vectors,
				    brc_err *err)
{
	lapack_int size = (lapack_int)n;

	BRC_TRY(outcome("dsyevd", LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', size, a, size, w),
			err));
	memcpy(vectors, a + (n - k) * n, k * n * sizeof(*a));
	memmove(w, w + n - k, k * sizeof(*w));
	return BRC_OK;
}

brc_rc brc_eigen_dense(const brc_eigen_problem *p, double *values, double *vectors, brc_err *err)
{
	size_t n = p->op->n, k = p->wanted.k + p->wanted.spare, found = 0;
	double *a, *w;
	brc_rc rc;

	if (n > 46340) /* n * n beyond LAPACK's 32-bit integers */
		return brc_fail(err, BRC_RESOURCE,
				"a dense eigenproblem of %zu rows is too large for LAPACK", n);
	a = brc_alloc(n * n, sizeof(*a), err);
	w = brc_alloc(n, sizeof(*w), err);
	rc = a && w ? BRC_OK : BRC_RESOURCE;
	BRC_THEN(rc, fill(p->op, a, err));
	BRC_THEN(rc, by_relative_robust(n, k, a, w, vectors, &found, err));
	if (rc == BRC_OK && found != k) {
		rc = fill(p->op, a, err); /* dsyevr overwrote it */
		BRC_THEN(rc, by_divide_and_conquer(n, k, a, w, vectors, err));
	}
	if (rc == BRC_OK) {
		memcpy(values, w, k * sizeof(*w));
		reverse(values, vectors, n, k);
	}
	free(a);
	free(w);
	return rc;
}
