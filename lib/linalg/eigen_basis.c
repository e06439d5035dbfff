/*
 * The basis of block Lanczos: how it grows, stays orthogonal and is cut back.
 *
 * A step costs one `apply` to BRC_LANCZOS_BLOCK vectors, and 8 n m BRC_LANCZOS_BLOCK operations,
 * where m is the size of the basis so far. A block of 8 needs about twice the operations of single
 * vectors, reads the matrix a quarter as often, and sees repeated eigenvalues.
 */
#include "linalg/eigen_basis.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
	BEYOND = 32,       /* Ritz vectors kept at a restart beyond the k wanted */
	SPACE = 160,       /* columns of the basis beyond 2 k */
	FILTER_BEYOND = 8, /* the same two where a polynomial is used */
	FILTER_SPACE = 32,
	CHUNK = 2048 /* rows in a task */
};

/* A product of the basis with vectors, by chunks of rows. */
struct projection {
	brc_lanczos *l;
	size_t from; /* first column of the basis */
	double *w;   /* n x cols */
	size_t cols;
};

size_t brc_eigen_lanczos_basis(size_t k)
{
	return k > SIZE_MAX / 4 ? SIZE_MAX
				: (2 * k + SPACE) / BRC_LANCZOS_BLOCK * BRC_LANCZOS_BLOCK;
}

static size_t chunks(size_t n)
{
	return (n - 1) / CHUNK + 1;
}

size_t brc_eigen_lanczos_bytes(size_t n, size_t k)
{
	size_t m = brc_eigen_lanczos_basis(k);
	size_t columns = brc_plus(m, brc_plus(k, BEYOND + 3 * BRC_LANCZOS_BLOCK));
	size_t square = brc_times(brc_times(m, m), 4);
	size_t parts = brc_times(chunks(n), brc_times(m, BRC_LANCZOS_BLOCK));

	return brc_times(brc_plus(brc_times(columns, n), brc_plus(square, parts)), sizeof(double));
}

void brc_lanczos_clear(brc_lanczos *l)
{
	free(l->v);
	free(l->w);
	free(l->h);
	free(l->gram);
	free(l->theta);
	free(l->s);
	free(l->coef);
	free(l->parts);
	free(l->rotated);
	brc_chebyshev_clear(&l->t);
}

brc_rc brc_lanczos_init(brc_lanczos *l, const brc_eigen_problem *p, bool filter, brc_err *err)
{
	size_t n = p->op->n, k = p->wanted.k + p->wanted.spare, m = brc_eigen_lanczos_basis(k);

	if (filter)
		m = (2 * k + FILTER_SPACE) / BRC_LANCZOS_BLOCK * BRC_LANCZOS_BLOCK;
	*l = (brc_lanczos){.op = p->op,
			   .n = n,
			   .k = k,
			   .sure = p->wanted.k,
			   .squares = p->wanted.squares,
			   .loose = fmax(1, p->wanted.loose),
			   .most = m,
			   .filter = filter,
			   .beyond = filter ? FILTER_BEYOND : BEYOND,
			   .strict = 1,
			   .pool = p->wanted.pool};
	if (n < m || n > INT32_MAX)
		return brc_fail(err, BRC_USAGE,
				"block Lanczos for %zu eigenpairs needs more than %zu rows, here "
				"are %zu",
				k, m, n);
	brc_rng_init(&l->rng, p->wanted.seed, BRC_RNG_EIGEN, p->wanted.stream, 0);
	BRC_TRY(BRC_ARRAY(l->v, brc_times(m, n), err));
	BRC_TRY(BRC_ARRAY(l->w, BRC_LANCZOS_BLOCK * n, err));
	BRC_TRY(BRC_ZEROED(l->h, brc_times(m, m), err));
	BRC_TRY(BRC_ARRAY(l->gram, BRC_LANCZOS_BLOCK * BRC_LANCZOS_BLOCK, err));
	BRC_TRY(BRC_ARRAY(l->theta, m, err));
	BRC_TRY(BRC_ARRAY(l->s, brc_times(m, m), err));
	BRC_TRY(BRC_ARRAY(l->coef, m * BRC_LANCZOS_BLOCK, err));
	BRC_TRY(BRC_ARRAY(l->parts, brc_times(chunks(n), m * BRC_LANCZOS_BLOCK), err));
	BRC_TRY(BRC_ARRAY(l->rotated, brc_pool_threads(l->pool) * CHUNK * (k + l->beyond), err));
	return filter ? brc_chebyshev_init(&l->t, p->op, BRC_LANCZOS_BLOCK, l->pool, err) : BRC_OK;
}

/* Rows of a chunk; *first: the first of them. */
static int chunk_rows(const brc_lanczos *l, size_t chunk, size_t *first)
{
	*first = chunk * CHUNK;
	return (int)(l->n - *first < CHUNK ? l->n - *first : CHUNK);
}

static brc_rc multiply_chunk(void *ctx, size_t chunk, size_t worker, brc_err *err)
{
	const struct projection *p = ctx;
	const brc_lanczos *l = p->l;
	size_t first, columns = l->size - p->from;
	int rows = chunk_rows(l, chunk, &first), n = (int)l->n, m = (int)columns, c = (int)p->cols;

	(void)worker;
	(void)err;
	cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, m, c, rows, 1,
		    l->v + p->from * l->n + first, n, p->w + first, n, 0,
		    l->parts + chunk * columns * p->cols, m);
	return BRC_OK;
}

static brc_rc subtract_chunk(void *ctx, size_t chunk, size_t worker, brc_err *err)
{
	const struct projection *p = ctx;
	const brc_lanczos *l = p->l;
	size_t first;
	int rows = chunk_rows(l, chunk, &first), n = (int)l->n, m = (int)(l->size - p->from);

	(void)worker;
	(void)err;
	cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, rows, (int)p->cols, m, -1,
		    l->v + p->from * l->n + first, n, l->coef, m, 1, p->w + first, n);
	return BRC_OK;
}

/* w -= v (v'w) over basis columns from .. size - 1; the products stay in coef. */
static void project(brc_lanczos *l, size_t from, double *w, size_t cols)
{
	struct projection p = {l, from, w, cols};
	size_t size = (l->size - from) * cols, parts = chunks(l->n);

	if (size == 0)
		return;
	brc_pool_run(l->pool, parts, multiply_chunk, &p, NULL); /* these tasks do not fail */
	memcpy(l->coef, l->parts, size * sizeof(*l->coef));
	for (size_t chunk = 1; chunk < parts; chunk++)
		for (size_t i = 0; i < size; i++)
			l->coef[i] += l->parts[chunk * size + i];
	brc_pool_run(l->pool, parts, subtract_chunk, &p, NULL);
}

/*
 * Append w to the basis, orthogonal to it and of unit length. It is already orthogonal to the
 * columns before `done`. If much of it cancels against the others, all are subtracted again. A
 * vector of which only rounding is left is replaced by a random one.
 */
static void append(brc_lanczos *l, double *w)
{
	double rounding = 1e-14 * l->scale * sqrt((double)l->n);
	double norm = cblas_dnrm2((int)l->n, w, 1), before;
	size_t from = norm > 1e-6 * l->scale ? l->done : 0;
	double *column;

	for (unsigned pass = 0; pass < 20; pass++) {
		if (!(norm > rounding)) {
			for (size_t i = 0; i < l->n; i++)
				w[i] = brc_rng_normal(&l->rng);
			norm = cblas_dnrm2((int)l->n, w, 1);
			rounding = 1e-14 * norm;
			from = 0;
		}
		before = norm;
		project(l, from, w, 1);
		norm = cblas_dnrm2((int)l->n, w, 1);
		if (norm > 0.5 * before)
			break;
		from = 0;
	}
	column = l->v + l->size * l->n;
	for (size_t i = 0; i < l->n; i++)
		column[i] = w[i] / norm;
	l->size++;
}

void brc_lanczos_append(brc_lanczos *l)
{
	for (size_t c = 0; c < BRC_LANCZOS_BLOCK; c++)
		append(l, l->w + c * l->n);
}

void brc_lanczos_append_random(brc_lanczos *l)
{
	memset(l->w, 0, BRC_LANCZOS_BLOCK * l->n * sizeof(*l->w));
	brc_lanczos_append(l);
}

/* Apply A to the last block: its columns of H, and in w what lies outside the basis. */
brc_rc brc_lanczos_expand(brc_lanczos *l, brc_err *err)
{
	/*
	 * A V_last is not orthogonal to the last two blocks, or, after a restart, to all that was
	 * kept.
	 */

	size_t first = l->done, n = l->n, near = first > l->kept ? first - BRC_LANCZOS_BLOCK : 0;

	BRC_TRY(l->op->apply(l->op->ctx, l->v + first * n, l->w, BRC_LANCZOS_BLOCK, err));
	for (size_t c = 0; c < BRC_LANCZOS_BLOCK; c++)
		l->scale = fmax(l->scale, cblas_dnrm2((int)n, l->w + c * n, 1));
	project(l, near, l->w, BRC_LANCZOS_BLOCK);
	for (size_t c = 0; c < BRC_LANCZOS_BLOCK; c++) {
		double *column = l->h + (first + c) * l->most;

		memset(column, 0, near * sizeof(*column));
		memcpy(column + near, l->coef + c * (l->size - near),
		       (first + c + 1 - near) * sizeof(*column));
	}
	project(l, 0, l->w, BRC_LANCZOS_BLOCK);
	cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, BRC_LANCZOS_BLOCK, BRC_LANCZOS_BLOCK,
		    (int)n, 1, l->w, (int)n, l->w, (int)n, 0, l->gram, BRC_LANCZOS_BLOCK);
	l->done = l->size;
	return BRC_OK;
}

/* Eigenpairs of H. */
brc_rc brc_lanczos_solve(brc_lanczos *l, brc_err *err)
{
	size_t m = l->done;
	bool finite = true;
	int info;

	for (size_t j = 0; j < m; j++) {
		memcpy(l->s + j * m, l->h + j * l->most, (j + 1) * sizeof(*l->s));
		finite &= isfinite(l->s[j * m + j]) != 0;
	}
	if (!finite)
		return brc_fail(err, BRC_NUMERIC, "the matrix of the eigenproblem is not finite");
	info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', (int)m, l->s, (int)m, l->theta);
	if (info == LAPACK_WORK_MEMORY_ERROR)
		return brc_fail(err, BRC_RESOURCE, "out of memory in dsyevd");
	if (info != 0)
		return brc_fail(err, BRC_NUMERIC, "dsyevd failed on %zu Ritz values (info %d)", m,
				info);
	l->scale = fmax(l->scale, fmax(fabs(l->theta[0]), fabs(l->theta[m - 1])));
	return BRC_OK;
}

/* Of the i-th largest Ritz pair: || w s_last ||. */
double brc_lanczos_residual(const brc_lanczos *l, size_t i)
{
	const double *s = l->s + (l->done - 1 - i) * l->done + l->done - BRC_LANCZOS_BLOCK;
	double sum = 0;

	for (size_t a = 0; a < BRC_LANCZOS_BLOCK; a++)
		for (size_t b = 0; b < BRC_LANCZOS_BLOCK; b++)
			sum += s[a] * l->gram[b * BRC_LANCZOS_BLOCK + a] * s[b];
	return sqrt(fmax(sum, 0));
}

/* Rows of the basis times the last columns of s, in place. */
static brc_rc rotate_chunk(void *ctx, size_t chunk, size_t worker, brc_err *err)
{
	const struct projection *p = ctx;
	const brc_lanczos *l = p->l;
	size_t first, m = l->done;
	int rows = chunk_rows(l, chunk, &first), count = (int)p->cols;
	double *rotated = l->rotated + worker * CHUNK * (l->k + l->beyond);

	(void)err;
	cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, rows, count, (int)m, 1, l->v + first,
		    (int)l->n, l->s + (m - p->cols) * m, (int)m, 0, rotated, rows);
	for (size_t c = 0; c < p->cols; c++)
		memcpy(l->v + c * l->n + first, rotated + c * (size_t)rows,
		       (size_t)rows * sizeof(*rotated));
	return BRC_OK;
}

/* The basis becomes the `count` leading Ritz vectors, in ascending order. */
void brc_lanczos_keep(brc_lanczos *l, size_t count)
{
	struct projection p = {.l = l, .cols = count};
	size_t first = l->done - count;

	brc_pool_run(l->pool, chunks(l->n), rotate_chunk, &p, NULL); /* these tasks do not fail */
	for (size_t i = 0; i < count; i++) {
		memset(l->h + i * l->most, 0, count * sizeof(*l->h));
		l->h[i * l->most + i] = l->theta[first + i];
	}
	l->size = l->done = l->kept = count;
}
