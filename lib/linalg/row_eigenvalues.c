#include "linalg/row_eigenvalues.h"

#include <lapacke.h>
#include <stdlib.h>

#include "base/blas.h"
#include "base/memory.h"
#include "base/scratch.h"

enum { LARGEST = 46340 }; /* n * n beyond LAPACK's 32-bit integers */

/* Columns of R that are multiplied at a time: they are copied as rows. */
enum { CHUNK = 512 };

typedef struct gram {
	double *a; /* [n, n]: pairs i <= j as a[i * n + j] */
	size_t n;
} gram;

static void add(void *ctx, const brc_products_tile *t)
{
	const gram *g = ctx;

	for (size_t i = 0; i < t->rows; i++)
		for (size_t j = 0; j < t->cols; j++)
			g->a[(t->first + i) * g->n + t->second + j] +=
				t->p[i * BRC_PRODUCTS_TILE + j];
}

/* to[length, rows]: rows first .. of R as columns, in squares that stay cached. */
static void transpose(const brc_rows *r, size_t first, size_t rows, float *to)
{
	enum { SQUARE = 32 };

	for (size_t i0 = 0; i0 < rows; i0 += SQUARE)
		for (size_t j0 = 0; j0 < r->length; j0 += SQUARE)
			for (size_t i = i0; i < rows && i < i0 + SQUARE; i++)
				for (size_t j = j0; j < r->length && j < j0 + SQUARE; j++)
					to[j * rows + i] = r->row[(first + i) * r->length + j];
}

/* R' R, of some rows of R after others. */
static brc_rc multiply_columns(const brc_rows *r, brc_pool *pool, gram *g, brc_err *err)
{
	float *to;
	brc_rc rc = BRC_ARRAY(to, brc_times(r->length, CHUNK), err);

	for (size_t i = 0; i < r->n && rc == BRC_OK; i += CHUNK) {
		const brc_rows some = {r->length, brc_least(CHUNK, r->n - i), to};

		transpose(r, i, some.length, to);
		rc = brc_row_products(&some, pool, add, g, err);
	}
	free(to);
	return rc;
}

static brc_rc eigenvalues(gram *g, double *w, brc_err *err)
{
	lapack_int n = (lapack_int)g->n, info;

	/* Row-major pairs i <= j are LAPACK's lower triangle. */
	info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'N', 'L', n, g->a, n, w);
	if (info == LAPACK_WORK_MEMORY_ERROR)
		return brc_fail(err, BRC_RESOURCE, "out of memory in dsyevd");
	if (info != 0)
		return brc_fail(err, BRC_NUMERIC, "dsyevd failed (info %d)", (int)info);
	return BRC_OK;
}

/* Ascending to descending, without those that are rounding. Returns how many are left. */
static size_t keep(double *w, size_t n)
{
	double trace = 0;
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		trace += w[i];
	for (size_t i = 0; i < n / 2; i++) {
		double t = w[i];

		w[i] = w[n - 1 - i];
		w[n - 1 - i] = t;
	}
	while (m < n && w[m] > BRC_EIGENVALUE_ROUNDING * trace)
		m++;
	return m;
}

brc_rc brc_row_eigenvalues(const brc_rows *r, bool spool, brc_pool *pool, double **value, size_t *m,
			   brc_err *err)
{
	gram g = {.n = brc_least(r->n, r->length)};
	brc_scratch matrix = {0};
	double *w;
	brc_rc rc;

	BRC_TRY(brc_blas_ready(err));
	if (g.n > LARGEST)
		return brc_fail(err, BRC_RESOURCE, "%zu eigenvalues are too many for LAPACK", g.n);
	BRC_TRY(BRC_ARRAY(w, g.n, err));
	rc = brc_scratch_init(&matrix, g.n * g.n * sizeof(*g.a), spool, "eigenvalues", err);
	g.a = matrix.data;
	if (rc == BRC_OK)
		rc = r->n <= r->length ? brc_row_products(r, pool, add, &g, err)
				       : multiply_columns(r, pool, &g, err);
	if (rc == BRC_OK && g.n > 0)
		rc = eigenvalues(&g, w, err);
	if (rc == BRC_OK)
		*m = keep(w, g.n);
	brc_scratch_clear(&matrix);
	return BRC_GIVE(value, w, rc, free);
}

size_t brc_row_eigenvalues_bytes(size_t n, size_t length, size_t threads)
{
	size_t small = brc_least(n, length);

	/* The matrix, the columns on their way, and dsyevd's room of 2 n + 1 and its blocks. */
	return brc_plus(brc_plus(brc_times(brc_times(small, small), sizeof(double)),
				 brc_times(small, CHUNK * sizeof(float) + 256 * sizeof(double))),
			brc_row_products_bytes(threads));
}
