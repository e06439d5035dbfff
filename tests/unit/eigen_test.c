#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/eigen.h"
#include "linalg/eigen_methods.h"

typedef brc_rc (*method)(const brc_eigen_problem *, double *, double *, brc_err *);

struct pairs {
	size_t n, k;
	double *values, *vectors, *residuals;
};

static struct pairs pairs_new(size_t n, size_t k)
{
	struct pairs p = {n, k, brc_calloc(k, 8, NULL), brc_calloc(n * k, 8, NULL),
			  brc_calloc(k, 8, NULL)};

	return p;
}

static void pairs_clear(struct pairs *p)
{
	free(p->values);
	free(p->vectors);
	free(p->residuals);
}

/* ---- operators ---- */

struct matrix {
	size_t n;
	double *a;
};

static brc_rc matrix_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	const struct matrix *m = ctx;
	int n = (int)m->n;

	(void)err;
	cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, (int)cols, n, 1, m->a, n, x, n, 0,
		    y, n);
	return BRC_OK;
}

static brc_rc matrix_dense(void *ctx, double *a, brc_err *err)
{
	const struct matrix *m = ctx;

	(void)err;
	memcpy(a, m->a, m->n * m->n * sizeof(*a));
	return BRC_OK;
}

static brc_operator matrix_operator(struct matrix *m)
{
	brc_operator op = {m->n, m, matrix_apply, matrix_dense, 0, 0};

	return op;
}

static struct matrix zeroes(size_t n)
{
	struct matrix m = {n, brc_calloc(n * n, sizeof(double), NULL)};

	return m;
}

static void set(struct matrix *m, size_t i, size_t j, double v)
{
	m->a[i * m->n + j] = m->a[j * m->n + i] = v;
}

static struct matrix random_symmetric(size_t n)
{
	struct matrix m = zeroes(n);
	brc_rng rng;

	brc_rng_init(&rng, 11, BRC_RNG_TEST, 0, 0);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			set(&m, i, j, brc_rng_normal(&rng));
	return m;
}

/* `copies` disjoint complete graphs on `size` vertices, normalised: 1 occurs `copies` times. */
static struct matrix equal_cliques(size_t copies, size_t size)
{
	struct matrix m = zeroes(copies * size);

	for (size_t c = 0; c < copies; c++)
		for (size_t i = 0; i < size; i++)
			for (size_t j = 0; j < i; j++)
				set(&m, c * size + i, c * size + j, 1 / (double)(size - 1));
	return m;
}

/* Any diagonal matrix without storing it. */
static brc_rc diagonal_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	const struct matrix *m = ctx;

	(void)err;
	for (size_t c = 0; c < cols; c++)
		for (size_t i = 0; i < m->n; i++)
			y[c * m->n + i] = m->a[i] * x[c * m->n + i];
	return BRC_OK;
}

/* A star with vertex 0 in the middle, normalised: eigenvalues 1, 0 (n - 2 times), -1. */
static brc_rc star_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	size_t n = *(const size_t *)ctx;
	double edge = 1 / sqrt((double)n - 1);

	(void)err;
	for (size_t c = 0; c < cols; c++, x += n, y += n) {
		y[0] = 0;
		for (size_t i = 1; i < n; i++) {
			y[0] += edge * x[i];
			y[i] = edge * x[0];
		}
	}
	return BRC_OK;
}

/* ---- checks ---- */

static void close_to(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("%.17g instead of %.17g", got, want);
}

/* Descending, orthonormal, and A v = lambda v. */
static void check_pairs(const brc_operator *op, const struct pairs *p)
{
	double *y = brc_alloc(p->n * p->k, sizeof(*y), NULL);

	assert_int_equal(op->apply(op->ctx, p->vectors, y, p->k, NULL), BRC_OK);
	for (size_t i = 0; i < p->k; i++) {
		const double *v = p->vectors + i * p->n;

		assert_true(i == 0 || p->values[i] <= p->values[i - 1]);
		for (size_t j = 0; j <= i; j++)
			close_to(cblas_ddot((int)p->n, v, 1, p->vectors + j * p->n, 1), i == j,
				 1e-11);
		cblas_daxpy((int)p->n, -p->values[i], v, 1, y + i * p->n, 1);
		assert_true(cblas_dnrm2((int)p->n, y + i * p->n, 1) < 1e-8);
	}
	free(y);
}

static void check_signs(const struct pairs *p)
{
	for (size_t i = 0; i < p->k; i++) {
		const double *v = p->vectors + i * p->n;
		double most = 0;
		size_t at = 0;

		for (size_t r = 0; r < p->n; r++)
			most = fmax(most, fabs(v[r]));
		while (fabs(v[at]) < most * (1 - 1e-12))
			at++;
		assert_true(v[at] > 0);
	}
}

/* As the cost of applying A: so small that a polynomial of A is applied instead. */
#define SPARSE 1.

static struct pairs largest(const brc_operator *op, size_t k)
{
	struct pairs p = pairs_new(op->n, k);

	assert_int_equal(brc_eigen_largest(op, &(brc_eigen_wanted){.k = k, .seed = 42}, p.values,
					   p.vectors, p.residuals, NULL),
			 BRC_OK);
	check_pairs(op, &p);
	check_signs(&p);
	for (size_t i = 0; i < k; i++)
		assert_true(p.residuals[i] < 1e-8);
	return p;
}

static struct pairs by(method f, const brc_operator *op, size_t k, uint64_t seed)
{
	struct pairs p = pairs_new(op->n, k);
	brc_eigen_problem q = {op, {.k = k, .seed = seed}};

	assert_int_equal(f(&q, p.values, p.vectors, NULL), BRC_OK);
	check_pairs(op, &p);
	return p;
}

/* ---- tests ---- */

/* All eigenvalues by LAPACK's QR iteration, which neither method uses. */
static double *all_eigenvalues(const struct matrix *m)
{
	double *a = brc_alloc(m->n * m->n, sizeof(*a), NULL), *w = brc_alloc(m->n, 8, NULL);

	memcpy(a, m->a, m->n * m->n * sizeof(*a));
	assert_int_equal(LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'U', (int)m->n, a, (int)m->n, w), 0);
	free(a);
	return w;
}

static void eigenvalues_of_random_matrices_equal_those_of_lapack(void **state)
{
	(void)state;
	for (size_t n = 1; n < 90; n += 11) {
		struct matrix m = random_symmetric(n);
		brc_operator op = matrix_operator(&m), without = op;
		double *all = all_eigenvalues(&m);

		without.dense = NULL;
		for (size_t k = 1; k <= n; k += k < 3 || k == n ? 1 : n - k) {
			struct pairs p = largest(&op, k), q = largest(&without, k);

			for (size_t i = 0; i < k; i++) {
				close_to(p.values[i], all[n - 1 - i], 1e-10);
				close_to(q.values[i], all[n - 1 - i], 1e-10);
			}
			pairs_clear(&p);
			pairs_clear(&q);
		}
		free(all);
		free(m.a);
	}
}

/* Two triangles joined by an edge of weight 0.5: eigenvalues of its normalised Laplacian. */
static void two_joined_triangles_have_the_known_eigenvectors(void **state)
{
	const double laplacian[] = {0, .1271583853, 1.3, 1.5, 1.5, 1.5728416147};
	const double second[] = {.3045693809, .3045693809, .2271122796};
	const double edge[][3] = {{0, 1, 1}, {0, 2, 1}, {1, 2, 1}, {3, 4, 1},
				  {3, 5, 1}, {4, 5, 1}, {2, 3, .5}};
	const double degree[] = {2, 2, 2.5, 2.5, 2, 2};
	struct matrix m = zeroes(6);
	brc_operator op = matrix_operator(&m);
	struct pairs p;

	(void)state;
	for (size_t e = 0; e < 7; e++) {
		size_t i = (size_t)edge[e][0], j = (size_t)edge[e][1];

		set(&m, i, j, edge[e][2] / sqrt(degree[i] * degree[j]));
	}
	p = largest(&op, 6);
	for (size_t i = 0; i < 6; i++) {
		double x;

		close_to(1 - p.values[i], laplacian[i], 1e-9);
		close_to(p.vectors[i] / sqrt(degree[i]), .2773500981, 1e-9);
		/* the sign rule: of -x and x, equal to rounding in magnitude */
		x = p.vectors[6 + i] / sqrt(degree[i]);
		close_to(fabs(x), second[i < 3 ? i : 5 - i], 1e-9);
		assert_true((x > 0) == (i < 3));
	}
	pairs_clear(&p);
	free(m.a);
}

/* Path: adjacency eigenvalues 2 cos(pi j / (n + 1)). */
static void a_path_has_its_cosines(void **state)
{
	enum { N = 120, K = 10 };
	const double pi = acos(-1);
	struct matrix m = zeroes(N);
	brc_operator op = matrix_operator(&m);
	struct pairs p;

	(void)state;
	for (size_t i = 0; i + 1 < N; i++)
		set(&m, i, i + 1, 1);
	p = largest(&op, K);
	for (size_t i = 0; i < K; i++)
		close_to(p.values[i], 2 * cos(pi * (double)(i + 1) / (N + 1)), 1e-10);
	pairs_clear(&p);
	free(m.a);
}

static void a_star_has_one_eigenvalue_that_is_not_zero(void **state)
{
	(void)state;
	for (size_t n = 50; n <= 5000; n *= 100) { /* dense, then block Lanczos */
		brc_operator op = {n, &n, star_apply, NULL, 0, 0};
		struct pairs p = largest(&op, 14);

		for (size_t i = 0; i < 14; i++)
			close_to(p.values[i], i == 0, 1e-10);
		close_to(p.vectors[0], sqrt(.5), 1e-10);
		pairs_clear(&p);
	}
}

static void a_zero_matrix_has_zeroes(void **state)
{
	double *none = brc_calloc(3000, sizeof(double), NULL);

	(void)state;
	for (size_t n = 30; n <= 3000; n *= 100) {
		struct matrix m = {n, none};
		brc_operator op = {n, &m, diagonal_apply, NULL, 0, 0};
		struct pairs p = largest(&op, 5);

		for (size_t i = 0; i < 5; i++)
			close_to(p.values[i], 0, 1e-14);
		pairs_clear(&p);
	}
	free(none);
}

/* More copies of an eigenvalue than vectors in a block, others above, between and below. */
static void eigenvalues_repeated_more_often_than_a_block_holds_are_all_found(void **state)
{
	enum { N = 2500, TWICE = 2, MANY = 21, AGAIN = 19 };
	double d[N], want[TWICE + 1 + MANY + 1 + AGAIN];
	size_t k = 0;
	struct matrix m = {N, d};
	brc_operator op = {N, &m, diagonal_apply, NULL, 0, 0};

	(void)state;
	for (size_t i = 0; i < TWICE; i++)
		want[k++] = 1;
	want[k++] = .95;
	for (size_t i = 0; i < MANY; i++)
		want[k++] = .9;
	want[k++] = .89999;
	for (size_t i = 0; i < AGAIN; i++)
		want[k++] = .8;
	for (size_t i = 0; i < N; i++) /* their places: 997 is prime to N */
		d[i * 997 % N] = i < k ? want[i] : .7 * cos((double)i);
	for (size_t some = 1; some <= k; some += 7) {
		struct pairs p;

		op.apply_cost = some % 2 ? SPARSE : 0;
		p = largest(&op, some);
		for (size_t i = 0; i < some; i++)
			close_to(p.values[i], want[i], 1e-10);
		pairs_clear(&p);
	}
}

static void equal_components_share_their_eigenvalues(void **state)
{
	struct matrix m = equal_cliques(25, 12);
	brc_operator op = matrix_operator(&m);
	method const methods[] = {brc_eigen_dense, brc_eigen_lanczos};

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		struct pairs p = by(methods[f], &op, 27, 1);

		for (size_t i = 0; i < 27; i++)
			close_to(p.values[i], i < 25 ? 1 : -1. / 11, 1e-10);
		pairs_clear(&p);
	}
	free(m.a);
}

static void both_methods_agree(void **state)
{
	struct matrix m = random_symmetric(420);
	brc_operator op = matrix_operator(&m);

	(void)state;
	for (size_t k = 1; k <= 40; k += 13) {
		struct pairs p = by(brc_eigen_dense, &op, k, 1);
		struct pairs q = by(brc_eigen_lanczos, &op, k, 1);
		struct pairs r;

		op.apply_cost = SPARSE;
		r = by(brc_eigen_lanczos, &op, k, 2);
		op.apply_cost = 0;
		for (size_t i = 0; i < k; i++) {
			close_to(p.values[i], q.values[i], 1e-10);
			close_to(p.values[i], r.values[i], 1e-10);
			close_to(fabs(cblas_ddot(420, p.vectors + i * 420, 1, q.vectors + i * 420,
						 1)),
				 1, 1e-10);
		}
		pairs_clear(&p);
		pairs_clear(&q);
		pairs_clear(&r);
	}
	free(m.a);
}

extern void dsaupd_(int *ido, const char *bmat, const int *n, const char *which, const int *nev,
		    const double *tol, double *resid, const int *ncv, double *v, const int *ldv,
		    int *iparam, int *ipntr, double *workd, double *workl, const int *lworkl,
		    int *info, size_t, size_t);
extern void dseupd_(const int *rvec, const char *howmny, const int *select, double *d, double *z,
		    const int *ldz, const double *sigma, const char *bmat, const int *n,
		    const char *which, const int *nev, const double *tol, double *resid,
		    const int *ncv, double *v, const int *ldv, int *iparam, int *ipntr,
		    double *workd, double *workl, const int *lworkl, int *info, size_t, size_t,
		    size_t);

/* The nev largest eigenvalues, ascending, by ARPACK. */
static void arpack(const brc_operator *op, int nev, double *values)
{
	int n = (int)op->n, ncv = 3 * nev + 20, lworkl = ncv * (ncv + 8), ido = 0, info = 1;
	int iparam[11] = {1, 0, 1000, 1, 0, 0, 1}, ipntr[11], rvec = 0;
	double tol = 0, sigma = 0;
	double *resid = brc_alloc(op->n, 8, NULL), *workd = brc_calloc(3 * op->n, 8, NULL);
	double *v = brc_calloc(op->n * (size_t)ncv, 8, NULL);
	double *workl = brc_calloc((size_t)lworkl, 8, NULL);
	int *select = brc_calloc((size_t)ncv, sizeof(int), NULL);

	for (int i = 0; i < n; i++)
		resid[i] = sin(1 + i * i);
	for (;;) {
		dsaupd_(&ido, "I", &n, "LA", &nev, &tol, resid, &ncv, v, &n, iparam, ipntr, workd,
			workl, &lworkl, &info, 1, 2);
		if (ido != 1 && ido != -1)
			break;
		assert_int_equal(
			op->apply(op->ctx, workd + ipntr[0] - 1, workd + ipntr[1] - 1, 1, NULL),
			BRC_OK);
	}
	assert_int_equal(info, 0);
	dseupd_(&rvec, "A", select, values, v, &n, &sigma, "I", &n, "LA", &nev, &tol, resid, &ncv,
		v, &n, iparam, ipntr, workd, workl, &lworkl, &info, 1, 1, 2);
	assert_int_equal(info, 0);
	free(resid);
	free(workd);
	free(v);
	free(workl);
	free(select);
}

static void eigenvalues_agree_with_those_of_arpack(void **state)
{
	enum { N = 2200, K = 12 };
	double d[N], other[K];
	struct matrix m = {N, d};
	brc_operator op = {N, &m, diagonal_apply, NULL, 0, 0};

	(void)state;
	for (size_t i = 0; i < N; i++) /* a semicircle: dense near its ends */
		d[i] = cos(acos(-1) * pow((double)(i + 1) / N, 2. / 3));
	arpack(&op, K, other);
	for (int sparse = 0; sparse < 2; sparse++) {
		struct pairs p;

		op.apply_cost = sparse ? SPARSE : 0;
		p = largest(&op, K);
		for (size_t i = 0; i < K; i++) {
			close_to(p.values[i], other[K - 1 - i], 1e-10);
			close_to(p.values[i], d[i], 1e-10);
		}
		pairs_clear(&p);
	}
}

static void same_arguments_same_bytes(void **state)
{
	size_t n = 2600;
	brc_operator op = {n, &n, star_apply, NULL, 0, 0};
	struct pairs p = largest(&op, 9), q = largest(&op, 9);

	(void)state;
	assert_memory_equal(p.values, q.values, 9 * sizeof(double));
	assert_memory_equal(p.vectors, q.vectors, 9 * n * sizeof(double));
	pairs_clear(&p);
	pairs_clear(&q);
}

static brc_rc failing_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	(void)ctx;
	(void)x;
	(void)y;
	return brc_fail(err, BRC_STREAM, "no %zu columns today", cols);
}

static void impossible_requests_and_numbers_that_are_not_finite_are_refused(void **state)
{
	enum { N = 2500 };
	double *d = brc_calloc(N, sizeof(double), NULL);
	struct matrix m = {N, d};
	brc_operator op = {N, &m, diagonal_apply, NULL, 0, 0},
		     bad = {N, NULL, failing_apply, NULL, 0, 0};
	struct pairs p = pairs_new(N, 4);
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_eigen_largest(&op, &(brc_eigen_wanted){.k = 0, .seed = 1}, p.values,
					   p.vectors, NULL, &err),
			 BRC_USAGE);
	assert_int_equal(brc_eigen_largest(&op, &(brc_eigen_wanted){.k = N + 1, .seed = 1},
					   p.values, p.vectors, NULL, &err),
			 BRC_USAGE);
	for (int small = 0; small < 2; small++) {
		bad.n = op.n = m.n = small ? 20 : N;
		d[small ? 5 : 2000] = small ? INFINITY : NAN;
		assert_int_equal(brc_eigen_largest(&op, &(brc_eigen_wanted){.k = 4, .seed = 1},
						   p.values, p.vectors, NULL, &err),
				 BRC_NUMERIC);
		assert_non_null(strstr(err.message, "not finite"));
		assert_int_equal(brc_eigen_largest(&bad, &(brc_eigen_wanted){.k = 4, .seed = 1},
						   p.values, p.vectors, NULL, &err),
				 BRC_STREAM);
	}
	pairs_clear(&p);
	free(d);
}

/* Residuals are measured, not taken from the iteration: an operator that is not symmetric. */
static void residuals_are_verified(void **state)
{
	struct matrix m = random_symmetric(30);
	brc_operator op = matrix_operator(&m);
	struct pairs p = pairs_new(30, 3);
	brc_err err = {0};

	(void)state;
	m.a[29] += 1;
	assert_int_equal(brc_eigen_largest(&op, &(brc_eigen_wanted){.k = 3, .seed = 1}, p.values,
					   p.vectors, NULL, &err),
			 BRC_NUMERIC);
	assert_non_null(strstr(err.message, "residual"));
	pairs_clear(&p);
	free(m.a);
}

static void bytes_are_counted_without_overflow(void **state)
{
	brc_operator op = {1000, NULL, NULL, NULL, 0, 0};

	(void)state;
	assert_true(brc_eigen_bytes(&op, 16) >= 1000 * 16 * 8);
	op.n = 100000;
	assert_true(brc_eigen_bytes(&op, 16) < (size_t)100000 * 100000);
	op.n = SIZE_MAX / 2;
	assert_true(brc_eigen_bytes(&op, 16) == SIZE_MAX);
	assert_true(brc_eigen_bytes(&op, SIZE_MAX / 2) == SIZE_MAX);
}

/* A spare pair is only told from the last wanted one; the wanted ones are as good as ever. */
static void spare_pairs_are_told_apart(void **state)
{
	enum { N = 4000, K = 5 };
	double *d = brc_alloc(N, sizeof(double), NULL);
	struct matrix m = {N, d};
	brc_operator op = {N, &m, diagonal_apply, NULL, N, 1e15};
	struct pairs p = pairs_new(N, K + 1);
	brc_eigen_wanted wanted = {.k = K, .spare = 1, .seed = 3};

	(void)state;
	for (size_t i = 0; i < N; i++)
		d[i] = i < K ? 2 - .1 * (double)i : cos(acos(-1) * (double)(i - K) / N);
	assert_int_equal(brc_eigen_largest(&op, &wanted, p.values, p.vectors, p.residuals, NULL),
			 BRC_OK);
	for (size_t i = 0; i < K; i++) {
		close_to(p.values[i], 2 - .1 * (double)i, 1e-10);
		assert_true(p.residuals[i] < 1e-8);
	}
	assert_true(p.residuals[K] < .1 * (1.6 - p.values[K]));
	close_to(p.values[K], 1, .05);
	free(d);
	pairs_clear(&p);
}

/* Threads share the work beside the operator too, and change no byte. */
static void a_pool_changes_nothing(void **state)
{
	size_t n = 9000;
	brc_operator op = {n, &n, star_apply, NULL, 0, 0};
	struct pairs p = pairs_new(n, 4), q = pairs_new(n, 4);
	brc_eigen_wanted wanted = {.k = 4, .seed = 3};

	(void)state;
	assert_int_equal(brc_eigen_largest(&op, &wanted, p.values, p.vectors, NULL, NULL), BRC_OK);
	assert_int_equal(brc_pool_new(&wanted.pool, 3, NULL), BRC_OK);
	assert_int_equal(brc_eigen_largest(&op, &wanted, q.values, q.vectors, NULL, NULL), BRC_OK);
	brc_pool_free(wanted.pool);
	assert_memory_equal(p.values, q.values, 4 * sizeof(double));
	assert_memory_equal(p.vectors, q.vectors, 4 * n * sizeof(double));
	pairs_clear(&p);
	pairs_clear(&q);
}

/* Eigenvalues on both sides of all others, close ones among them: what a polynomial may confuse. */
static void a_polynomial_confuses_no_eigenvalues(void **state)
{
	enum { N = 3000, K = 20 };
	double d[N];
	struct matrix m = {N, d};
	brc_operator op = {N, &m, diagonal_apply, NULL, SPARSE, 0};
	brc_eigen_wanted wanted = {K, 1, false, 1, 5, 0, NULL};
	struct pairs p;
	struct pairs q;

	(void)state;
	for (size_t i = 0; i < N; i++)
		d[i] = i < 8 ? -1.5 - 1e-3 * (double)i : .3 * sin((double)i * (double)i);
	for (size_t i = 0; i < K; i++)
		d[8 + 97 * i] = i < 10 ? 1 - 1e-9 * (double)i : .5 - .005 * (double)i;
	p = pairs_new(N, K + 1);
	assert_int_equal(brc_eigen_largest(&op, &wanted, p.values, p.vectors, p.residuals, NULL),
			 BRC_OK);
	for (size_t i = 0; i < K; i++) {
		close_to(p.values[i], d[8 + 97 * i], 1e-10);
		assert_true(p.residuals[i] <= 1e-9);
		assert_true(i == 0 || p.values[i] <= p.values[i - 1]);
	}
	q = pairs_new(N, K + 1);
	assert_int_equal(brc_pool_new(&wanted.pool, 3, NULL), BRC_OK);
	assert_int_equal(brc_eigen_largest(&op, &wanted, q.values, q.vectors, NULL, NULL), BRC_OK);
	brc_pool_free(wanted.pool);
	assert_memory_equal(p.values, q.values, (K + 1) * sizeof(double));
	assert_memory_equal(p.vectors, q.vectors, (K + 1) * N * sizeof(double));
	pairs_clear(&p);
	pairs_clear(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eigenvalues_of_random_matrices_equal_those_of_lapack),
		cmocka_unit_test(two_joined_triangles_have_the_known_eigenvectors),
		cmocka_unit_test(a_path_has_its_cosines),
		cmocka_unit_test(a_star_has_one_eigenvalue_that_is_not_zero),
		cmocka_unit_test(a_zero_matrix_has_zeroes),
		cmocka_unit_test(eigenvalues_repeated_more_often_than_a_block_holds_are_all_found),
		cmocka_unit_test(equal_components_share_their_eigenvalues),
		cmocka_unit_test(both_methods_agree),
		cmocka_unit_test(eigenvalues_agree_with_those_of_arpack),
		cmocka_unit_test(same_arguments_same_bytes),
		cmocka_unit_test(impossible_requests_and_numbers_that_are_not_finite_are_refused),
		cmocka_unit_test(residuals_are_verified),
		cmocka_unit_test(bytes_are_counted_without_overflow),
		cmocka_unit_test(spare_pairs_are_told_apart),
		cmocka_unit_test(a_pool_changes_nothing),
		cmocka_unit_test(a_polynomial_confuses_no_eigenvalues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
