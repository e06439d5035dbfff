/* Random orthonormal columns, and correlation matrices of given eigenvalues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "linalg/haar.h"
#include "linalg/rotation.h"
#include "linalg/row_products.h"

typedef struct extents {
	size_t n, m;
} extents;

/* More than a block of reflections, whole and broken groups of eight, and the smallest. */
static const extents sizes[] = {{1, 1}, {7, 5}, {64, 64}, {130, 130}, {150, 67}, {300, 99}};
enum { SIZES = sizeof(sizes) / sizeof(*sizes) };

static double entry(const double *q, size_t n, size_t i, size_t c)
{
	return q[(c / 8 * brc_haar_rows(n) + i) * 8 + c % 8];
}

static double *haar(size_t n, size_t m, uint32_t draw)
{
	brc_err err = {0};
	double *q = brc_alloc(brc_haar_doubles(n, m), sizeof(*q), &err);
	brc_rng r;

	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, draw);
	assert_int_equal(brc_haar(q, n, m, &r, &err), BRC_OK);
	return q;
}

static void columns_are_orthonormal(void **state)
{
	(void)state;
	for (size_t s = 0; s < SIZES; s++) {
		size_t n = sizes[s].n, m = sizes[s].m;
		double *q = haar(n, m, 0);

		for (size_t a = 0; a < m; a++)
			for (size_t b = 0; b <= a; b++) {
				double sum = 0;

				for (size_t i = 0; i < n; i++)
					sum += entry(q, n, i, a) * entry(q, n, i, b);
				if (!(fabs(sum - (a == b)) < 1e-13))
					fail_msg("%zu x %zu: columns %zu and %zu: %g", n, m, a, b,
						 sum);
			}
		free(q);
	}
}

/*
 * Of Haar's measure every entry has E q^2 = 1/n and E q^4 = 3/(n (n + 2)), and the products of two
 * entries in a row E q_a^2 q_b^2 = 1/(n (n + 2)). Over 4,000 draws with n = 6, each is within four
 * deviations of that, in every entry: the first and the last are made in different ways.
 */
static void directions_are_as_likely(void **state)
{
	enum { N = 6, DRAWS = 4000 };
	double second[N][N] = {{0}}, fourth[N][N] = {{0}}, crossed[N] = {0};

	(void)state;
	for (uint32_t d = 0; d < DRAWS; d++) {
		double *q = haar(N, N, d);

		for (size_t i = 0; i < N; i++) {
			for (size_t c = 0; c < N; c++) {
				double v = entry(q, N, i, c);

				second[i][c] += v * v / DRAWS;
				fourth[i][c] += v * v * v * v / DRAWS;
			}
			crossed[i] += pow(entry(q, N, i, 0) * entry(q, N, i, N - 1), 2) / DRAWS;
		}
		free(q);
	}
	for (size_t i = 0; i < N; i++) {
		for (size_t c = 0; c < N; c++) {
			assert_true(fabs(second[i][c] - 1. / N) < .013);
			assert_true(fabs(fourth[i][c] - 3. / (N * (N + 2))) < .009);
		}
		assert_true(fabs(crossed[i] - 1. / (N * (N + 2))) < .003);
	}
}

/* Descending, some of them tiny; they add up to n. */
static void spectrum(double *value, size_t n, size_t m)
{
	double sum = 0;

	for (size_t i = 0; i < m; i++)
		sum += value[i] = exp(-9. * (double)i / (double)m);
	for (size_t i = 0; i < m; i++)
		value[i] *= (double)n / sum;
}

static void eigenvalues_stay_and_the_diagonal_is_1(void **state)
{
	(void)state;
	for (size_t s = 0; s < SIZES; s++) {
		size_t n = sizes[s].n, m = sizes[s].m;
		double *value = malloc(m * sizeof(*value)), *b = malloc(n * m * sizeof(*b));
		double *a = calloc(n * n, sizeof(*a)), *w = malloc(n * sizeof(*w));
		brc_err err = {0};
		brc_rng r;

		spectrum(value, n, m);
		brc_rng_init(&r, 1, BRC_RNG_TEST, 1, (uint32_t)s);
		assert_int_equal(brc_rotation(b, value, n, m, &r, &err), BRC_OK);
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n; j++)
				for (size_t c = 0; c < m; c++)
					a[i * n + j] += b[i * m + c] * b[j * m + c];
		for (size_t i = 0; i < n; i++)
			assert_true(fabs(a[i * n + i] - 1) < 1e-13);
		assert_int_equal(LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'L', (lapack_int)n, a,
					       (lapack_int)n, w),
				 0);
		for (size_t i = 0; i < n; i++)
			if (!(fabs(w[n - 1 - i] - (i < m ? value[i] : 0)) < 1e-10))
				fail_msg("%zu of %zu: eigenvalue %zu is %.15g, not %.15g", m, n, i,
					 w[n - 1 - i], i < m ? value[i] : 0);
		free(value);
		free(b);
		free(a);
		free(w);
	}
}

/* ---- products of rows ---- */

typedef struct found {
	const brc_rows *rows;
	size_t *times; /* [n, n] */
} found;

static void look(void *ctx, const brc_products_tile *t)
{
	const found *f = ctx;
	size_t n = f->rows->n, length = f->rows->length;

	for (size_t i = 0; i < t->rows; i++)
		for (size_t j = 0; j < t->cols; j++) {
			size_t u = t->first + i, v = t->second + j;
			double sum = 0;

			for (size_t s = 0; s < length; s++)
				sum += (double)f->rows->row[u * length + s] *
				       (double)f->rows->row[v * length + s];
			if (!(fabs(sum - t->p[i * BRC_PRODUCTS_TILE + j]) < 1e-12))
				fail_msg("product of rows %zu and %zu", u, v);
			f->times[u * n + v]++;
		}
}

static void every_pair_of_rows_is_multiplied_once(void **state)
{
	static const extents shape[] = {{1, 1}, {3, 1100}, {128, 5}, {200, 33}, {131, 513}};

	(void)state;
	for (size_t s = 0; s < sizeof(shape) / sizeof(*shape); s++) {
		size_t n = shape[s].n, length = shape[s].m;
		float *row = malloc(n * length * sizeof(*row));
		const brc_rows rows = {n, length, row};
		found f = {&rows, calloc(n * n, sizeof(size_t))};
		brc_err err = {0};
		brc_rng r;

		brc_rng_init(&r, 1, BRC_RNG_TEST, 2, (uint32_t)s);
		for (size_t i = 0; i < n * length; i++)
			row[i] = (float)brc_rng_uniform(&r) - .5F;
		assert_int_equal(brc_row_products(&rows, NULL, look, &f, &err), BRC_OK);
		for (size_t i = 0; i < n; i++)
			for (size_t j = i; j < n; j++)
				assert_int_equal(f.times[i * n + j], 1);
		free(row);
		free(f.times);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_orthonormal),
		cmocka_unit_test(directions_are_as_likely),
		cmocka_unit_test(eigenvalues_stay_and_the_diagonal_is_1),
		cmocka_unit_test(every_pair_of_rows_is_multiplied_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
