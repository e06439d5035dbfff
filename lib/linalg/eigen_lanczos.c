/*
 * Block Lanczos with full orthogonalisation and thick restarts.
 *
 * The basis V grows by blocks: W = A V_last spans the next one, made orthogonal first to
 * the last two blocks, which is all that it meets but for rounding (after a restart: to all
 * Ritz vectors kept), then to all of V. H = V'AV is read off the coefficients of the first pass.
 * With H s = theta s, the residual of the Ritz vector V s is || W s_last ||.
 *
 * A start of BLOCK random vectors finds an eigenvalue at most BLOCK times (in exact
 * arithmetic). Where one has been found that often, the search goes on from random
 * vectors orthogonal to what was found, until no further copies come.
 *
 * Cost an apply to BLOCK vectors and 8 n m BLOCK operations a step, m the basis so
 * far. A block of 8 needs about twice the operations of single vectors, reads the
 * matrix a quarter as often, and sees repeated eigenvalues.
 *
 * Golub and Underwood, "The block Lanczos method for computing eigenvalues", 1977;
 * Wu and Simon, "Thick-restart Lanczos method for large symmetric eigenvalue
 * problems", SIAM J. Matrix Anal. Appl. 22 (2000).
 */
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/eigen_methods.h"

enum {
	BLOCK = 8,
	BEYOND = 32,  /* Ritz vectors kept at a restart beyond the k wanted */
	SPACE = 160,  /* columns of the basis beyond 2 k */
	CHECK = 6,    /* Ritz pairs are computed when there are a CHECKth more steps */
	CHUNK = 2048, /* rows in a task */
	CYCLES = 1000
};

/* Relative to the largest |eigenvalue|: of residuals, and to call eigenvalues equal. */
static const double TOLERANCE = 1e-10, SAME = 1e-7;
/* Of the squares of singular values: below, they count as 0. */
static const double SMALL = 1e-8;

struct lanczos {
	const brc_operator *op;
	size_t n, k; /* k: pairs wanted, the spare ones included */
	size_t sure; /* of them, those wanted to full accuracy */
	bool squares;
	size_t most;         /* columns that the basis may have */
	size_t size;         /* columns that it has */
	size_t done;         /* of them, those whose column of H is known */
	size_t kept;         /* of them, those that the last restart kept */
	double *v;           /* n x most: the basis */
	double *w;           /* n x BLOCK: A times the last block, orthogonal to v */
	double *h;           /* most x most, upper triangle */
	double *gram;        /* BLOCK x BLOCK: w'w */
	double *theta;       /* [done] eigenvalues of H, ascending */
	double *s;           /* done x done: its eigenvectors */
	double *coef;        /* most x BLOCK */
	double *parts;       /* chunks x most x BLOCK: what each chunk of rows adds to coef */
	double *turned;      /* n x (k + BEYOND): leading Ritz vectors */
	double scale;        /* lower bound of the largest |eigenvalue| */
	const double *found; /* [k] descending: the result so far; NULL before there is one */
	brc_rng rng;
	brc_pool *pool;
};

/* A product of the basis with vectors, by chunks of rows. */
struct projection {
	struct lanczos *l;
	size_t from; /* first column of the basis */
	double *w;   /* n x cols */
	size_t cols;
};

size_t brc_eigen_lanczos_basis(size_t k)
{
	return k > SIZE_MAX / 4 ? SIZE_MAX : (2 * k + SPACE) / BLOCK * BLOCK;
}

static size_t chunks(size_t n)
{
	return (n - 1) / CHUNK + 1;
}

size_t brc_eigen_lanczos_bytes(size_t n, size_t k)
{
	size_t m = brc_eigen_lanczos_basis(k), columns, tall, square, parts, bytes;
	if (!brc_add(m, k + BEYOND + BLOCK, &columns) || !brc_mul(columns, n, &tall) ||
	    !brc_mul(m, m, &square) || !brc_mul(square, 4, &square) ||
	    !brc_mul(chunks(n), m * BLOCK, &parts) || !brc_add(square, parts, &square) ||
	    !brc_add(tall, square, &bytes) || !brc_mul(bytes, sizeof(double), &bytes))
		return SIZE_MAX;
	return bytes;
}

static void lanczos_clear(struct lanczos *l)
{
	free(l->v);
	free(l->w);
	free(l->h);
	free(l->gram);
	free(l->theta);
	free(l->s);
	free(l->coef);
	free(l->parts);
	free(l->turned);
}

static brc_rc lanczos_init(struct lanczos *l, const brc_eigen_problem *p, brc_err *err)
{
	size_t n = p->op->n, k = p->wanted.k + p->wanted.spare, m = brc_eigen_lanczos_basis(k);
	*l = (struct lanczos){.op = p->op,
			      .n = n,
			      .k = k,
			      .sure = p->wanted.k,
			      .squares = p->wanted.squares,
			      .most = m,
			      .pool = p->wanted.pool};
	if (n < m || n > INT32_MAX)
		return brc_fail(err, BRC_USAGE,
				"block Lanczos for %zu eigenpairs needs more than %zu rows, here "
				"are %zu",
				k, m, n);
	brc_rng_init(&l->rng, p->wanted.seed, BRC_RNG_EIGEN, p->wanted.stream, 0);
	l->v = brc_alloc(m, n * sizeof(double), err);
	l->w = brc_alloc(BLOCK, n * sizeof(double), err);
	l->h = brc_calloc(m, m * sizeof(double), err);
	l->gram = brc_alloc(BLOCK, BLOCK * sizeof(double), err);
	l->theta = brc_alloc(m, sizeof(double), err);
	l->s = brc_alloc(m, m * sizeof(double), err);
	l->coef = brc_alloc(m, BLOCK * sizeof(double), err);
	l->parts = brc_alloc(chunks(n), m * BLOCK * sizeof(double), err);
	l->turned = brc_alloc(k + BEYOND, n * sizeof(double), err);
	bool all = l->v && l->w && l->h && l->gram && l->theta && l->s && l->coef && l->parts &&
		   l->turned;
	return all ? BRC_OK : BRC_RESOURCE;
}

/* Rows of a chunk; *first: the first of them. */
static int chunk_rows(const struct lanczos *l, size_t chunk, size_t *first)
{
	*first = chunk * CHUNK;
	return (int)(l->n - *first < CHUNK ? l->n - *first : CHUNK);
}

static brc_rc multiply_chunk(void *ctx, size_t chunk, size_t worker, brc_err *err)
{
	const struct projection *p = ctx;
	const struct lanczos *l = p->l;
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
	const struct lanczos *l = p->l;
	size_t first;
	int rows = chunk_rows(l, chunk, &first), n = (int)l->n, m = (int)(l->size - p->from);
	(void)worker;
	(void)err;
	cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, rows, (int)p->cols, m, -1,
		    l->v + p->from * l->n + first, n, l->coef, m, 1, p->w + first, n);
	return BRC_OK;
}

/* w -= v (v'w) over basis columns from .. size - 1; the products stay in coef. */
static void project(struct lanczos *l, size_t from, double *w, size_t cols)
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
 * Append w to the basis, orthogonal to it and of unit length. It comes orthogonal
 * to the columns before `done`; where much of it cancels against the others, all are
 * subtracted again. What is mere rounding gives way to a random vector.
 */
static void append(struct lanczos *l, double *w)
{
	double rounding = 1e-14 * l->scale * sqrt((double)l->n);
	double norm = cblas_dnrm2((int)l->n, w, 1), before;
	size_t from = norm > 1e-6 * l->scale ? l->done : 0;
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
	double *column = l->v + l->size * l->n;
	for (size_t i = 0; i < l->n; i++)
		column[i] = w[i] / norm;
	l->size++;
}

static void append_block(struct lanczos *l)
{
	for (size_t c = 0; c < BLOCK; c++)
		append(l, l->w + c * l->n);
}

static void append_random(struct lanczos *l)
{
	memset(l->w, 0, BLOCK * l->n * sizeof(*l->w));
	append_block(l);
}

/* Apply A to the last block: its columns of H, and in w what lies outside the basis. */
static brc_rc expand(struct lanczos *l, brc_err *err)
{
	/* A V_last meets the last two blocks only, after a restart all that was kept. */
	size_t first = l->done, n = l->n, near = first > l->kept ? first - BLOCK : 0;
	BRC_TRY(l->op->apply(l->op->ctx, l->v + first * n, l->w, BLOCK, err));
	for (size_t c = 0; c < BLOCK; c++)
		l->scale = fmax(l->scale, cblas_dnrm2((int)n, l->w + c * n, 1));
	project(l, near, l->w, BLOCK);
	for (size_t c = 0; c < BLOCK; c++) {
		double *column = l->h + (first + c) * l->most;

		memset(column, 0, near * sizeof(*column));
		memcpy(column + near, l->coef + c * (l->size - near),
		       (first + c + 1 - near) * sizeof(*column));
	}
	project(l, 0, l->w, BLOCK);
	cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, BLOCK, BLOCK, (int)n, 1, l->w, (int)n,
		    l->w, (int)n, 0, l->gram, BLOCK);
	l->done = l->size;
	return BRC_OK;
}

/* Eigenpairs of H. */
static brc_rc solve(struct lanczos *l, brc_err *err)
{
	size_t m = l->done;
	bool finite = true;
	for (size_t j = 0; j < m; j++) {
		memcpy(l->s + j * m, l->h + j * l->most, (j + 1) * sizeof(*l->s));
		finite &= isfinite(l->s[j * m + j]) != 0;
	}
	if (!finite)
		return brc_fail(err, BRC_NUMERIC, "the matrix of the eigenproblem is not finite");
	int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', (int)m, l->s, (int)m, l->theta);
	if (info == LAPACK_WORK_MEMORY_ERROR)
		return brc_fail(err, BRC_RESOURCE, "out of memory in dsyevd");
	if (info != 0)
		return brc_fail(err, BRC_NUMERIC, "dsyevd failed on %zu Ritz values (info %d)", m,
				info);
	l->scale = fmax(l->scale, fmax(fabs(l->theta[0]), fabs(l->theta[m - 1])));
	return BRC_OK;
}

/* The i-th largest Ritz value. */
static double ritz(const struct lanczos *l, size_t i)
{
	return l->theta[l->done - 1 - i];
}

/* Of the i-th largest Ritz pair: || w s_last ||. */
static double residual(const struct lanczos *l, size_t i)
{
	const double *s = l->s + (l->done - 1 - i) * l->done + l->done - BLOCK;
	double sum = 0;
	for (size_t a = 0; a < BLOCK; a++)
		for (size_t b = 0; b < BLOCK; b++)
			sum += s[a] * l->gram[b * BLOCK + a] * s[b];
	return sqrt(fmax(sum, 0));
}

/* What the residual of the i-th largest Ritz pair may be. */
static double allowed(const struct lanczos *l, size_t i)
{
	double most = TOLERANCE * l->scale;
	if (l->squares)
		most = TOLERANCE * sqrt(fmax(ritz(l, i), SMALL * l->scale) * l->scale);
	if (i >= l->sure)
		most = fmax(most, BRC_EIGEN_APART / 2 * (ritz(l, l->sure - 1) - ritz(l, i)));
	return most;
}

static bool converged(const struct lanczos *l)
{
	for (size_t i = 0; i < l->k; i++)
		if (i >= l->done || !(residual(l, i) <= allowed(l, i)))
			return false;
	return true;
}

/* Has a Ritz value come up that `found` lacks? */
static bool overtaken(const struct lanczos *l)
{
	for (size_t i = 0; i < l->k; i++)
		if (ritz(l, i) > l->found[i] + SAME * l->scale)
			return true;
	return false;
}

/* Is there an eigenvalue that a block may have found incompletely? */
static bool repeated(const struct lanczos *l)
{
	for (size_t i = BLOCK; i <= l->k; i++)
		if (l->found[i - BLOCK] - l->found[i - 1] <= SAME * l->scale)
			return true;
	return false;
}

/* Steps until the basis is full, or there is `enough` in it. */
static brc_rc cycle(struct lanczos *l, bool (*enough)(const struct lanczos *), brc_err *err)
{
	size_t check = (l->k - 1) / BLOCK + 1; /* the step after which to look */
	for (size_t step = 1;; step++) {
		BRC_TRY(expand(l, err));
		bool full = l->size + BLOCK > l->most;
		if (full || step >= check) {
			BRC_TRY(solve(l, err));
			if (full || enough(l))
				return BRC_OK;
			check = step + step / CHECK + 1;
		}
		append_block(l);
	}
}

/* The basis becomes the `count` leading Ritz vectors, in ascending order. */
static void keep(struct lanczos *l, size_t count)
{
	size_t m = l->done, first = m - count;
	int n = (int)l->n;
	cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, (int)count, (int)m, 1, l->v, n,
		    l->s + first * m, (int)m, 0, l->turned, n);
	memcpy(l->v, l->turned, count * l->n * sizeof(*l->v));
	for (size_t i = 0; i < count; i++) {
		memset(l->h + i * l->most, 0, count * sizeof(*l->h));
		l->h[i * l->most + i] = l->theta[first + i];
	}
	l->size = l->done = l->kept = count;
}

/* Results from the basis as left by keep(l, k). */
static void copy_found(struct lanczos *l, double *values, double *vectors)
{
	for (size_t i = 0; i < l->k; i++) {
		size_t from = l->k - 1 - i;
		values[i] = l->h[from * l->most + from];
		memcpy(vectors + i * l->n, l->v + from * l->n, l->n * sizeof(*vectors));
	}
	l->found = values;
}

static brc_rc iterate(struct lanczos *l, double *values, double *vectors, brc_err *err)
{
	append_random(l);
	for (size_t c = 0; c < CYCLES; c++) {
		bool searching = l->found != NULL;
		BRC_TRY(cycle(l, searching ? overtaken : converged, err));
		if (searching && !overtaken(l))
			return BRC_OK;
		l->found = NULL;
		if (!searching && converged(l)) {
			keep(l, l->k);
			copy_found(l, values, vectors);
			if (!repeated(l))
				return BRC_OK;
			append_random(l);
		} else {
			keep(l, l->k + BEYOND);
			append_block(l);
		}
	}
	brc_fail(err, BRC_NUMERIC,
		 "%zu eigenpairs of %zu did not converge in %d cycles of block "
		 "Lanczos",
		 l->k, l->n, CYCLES);
	return brc_hint(err, "ask for fewer or more eigenvectors: the last ones may lie in a dense "
			     "part of the spectrum");
}

brc_rc brc_eigen_lanczos(const brc_eigen_problem *p, double *values, double *vectors, brc_err *err)
{
	struct lanczos l;
	brc_rc rc = lanczos_init(&l, p, err);
	if (rc == BRC_OK)
		rc = iterate(&l, values, vectors, err);
	lanczos_clear(&l);
	return rc;
}
