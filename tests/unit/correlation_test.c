#include "linalg_golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/correlation.h"

#define TOLERANCE 2e-6 /* what correlation.h promises */

/* All columns against all: edges n x n, in *constant the flags; both to be freed. */
static float *correlate(const float *x, size_t samples, size_t n, brc_corr_method method,
			brc_corr_edge edge, brc_pool *pool, uint8_t *constant)
{
	float *z = brc_alloc(n * brc_correlation_stride(samples), sizeof(float), NULL);
	float *out = brc_alloc(n * n, sizeof(float), NULL);
	brc_range all = {0, n};
	assert_int_equal(
		brc_correlation_columns(x, samples, n, method, pool, z, constant, NULL, NULL),
		BRC_OK);
	assert_int_equal(brc_correlation_block(z, samples, all, all, edge, pool, out, NULL),
			 BRC_OK);
	free(z);
	return out;
}

static void near(double got, double want)
{
	if (!(fabs(got - want) <= TOLERANCE))
		fail_msg("%.9g instead of %.9g", got, want);
}

/* Four units over four samples: correlations known in closed form. */
static const float four[4][4] = {/* [sample][unit] */
				 {1, 1, 4, 0},
				 {2, 3, 3, 0},
				 {2, 2, 2, 5},
				 {4, 4, 1, 5}};

static void spearman_of_four_units(void **state)
{
	const double r[6] = {.948683298051, -.948683298051, .707106781187,
			     -.8,           .4472135955,    -.894427191};
	const double square[6] = {.9, .9, .5, .64, .2, .8};
	uint8_t constant[4];
	(void)state;
	for (int edge = BRC_CORR_SQUARE; edge <= BRC_CORR_POSITIVE; edge++) {
		float *a = correlate(&four[0][0], 4, 4, BRC_CORR_SPEARMAN, (brc_corr_edge)edge,
				     NULL, constant);
		for (size_t i = 0, p = 0; i < 4; i++)
			for (size_t j = i + 1; j < 4; j++, p++) {
				near(a[i * 4 + j], edge == BRC_CORR_SQUARE ? square[p]
						   : edge == BRC_CORR_ABS  ? fabs(r[p])
									   : fmax(r[p], 0));
				assert_true(a[j * 4 + i] == a[i * 4 + j]);
			}
		for (size_t i = 0; i < 4; i++)
			assert_true(a[i * 5] == 0 && constant[i] == 0);
		free(a);
	}
}

static void pearson_of_four_units(void **state)
{
	uint8_t constant[4];
	(void)state;
	float *a = correlate(&four[0][0], 4, 4, BRC_CORR_PEARSON, BRC_CORR_ABS, NULL, constant);
	near(a[1], .923380516877);
	near(a[2], .923380516877);
	near(a[6], .8);
	free(a);
}

static void constant_units_have_no_edges(void **state)
{
	enum { SAMPLES = 5, N = 3 };
	const float x[SAMPLES][N] = {{7, 1, 0}, {7, 2, -0.f}, {7, 0, 0}, {7, 3, 0}, {7, 9, -0.f}};
	uint8_t constant[N];
	(void)state;
	for (int method = 0; method < 2; method++) {
		float *a = correlate(&x[0][0], SAMPLES, N, (brc_corr_method)method, BRC_CORR_SQUARE,
				     NULL, constant);
		assert_true(constant[0] == 1 && constant[1] == 0 && constant[2] == 1);
		for (size_t i = 0; i < N * N; i++)
			assert_true(a[i] == 0);
		free(a);
	}
}

static void equals_scipy(void **state)
{
	FILE *f = golden_open("correlation.txt");
	size_t samples = (size_t)golden_next(f), n = (size_t)golden_next(f);
	float *x = brc_alloc(samples * n, sizeof(*x), NULL);
	uint8_t *constant = brc_alloc(n, 1, NULL);
	(void)state;
	for (size_t i = 0; i < samples * n; i++)
		x[i] = (float)golden_next(f);
	for (int method = 0; method < 2; method++) {
		float *a = correlate(x, samples, n, (brc_corr_method)method, BRC_CORR_SQUARE, NULL,
				     constant);
		float *b = correlate(x, samples, n, (brc_corr_method)method, BRC_CORR_POSITIVE,
				     NULL, constant);
		for (size_t i = 0; i < n * n; i++) {
			double r = golden_next(f);
			near(a[i], i % (n + 1) == 0 ? 0 : r * r);
			near(b[i], i % (n + 1) == 0 ? 0 : fmax(r, 0));
		}
		free(a);
		free(b);
	}
	fclose(f);
	free(x);
	free(constant);
}

/* Values of which many columns correlate almost perfectly, over a large mean. */
static float *columns_alike(size_t samples, size_t n)
{
	float *x = brc_alloc(samples * n, sizeof(*x), NULL);
	brc_rng rng;
	brc_rng_init(&rng, 3, BRC_RNG_TEST, 0, 0);
	for (size_t s = 0; s < samples; s++) {
		double common = brc_rng_normal(&rng);
		for (size_t u = 0; u < n; u++)
			x[s * n + u] =
				(float)(1000 * (double)(u % 5) + (u % 3 == 0 ? -common : common) +
					pow(10, -(double)(u % 7)) * brc_rng_normal(&rng));
	}
	return x;
}

static double pearson(const float *x, size_t samples, size_t n, size_t u, size_t v)
{
	double mu = 0, mv = 0, uu = 0, vv = 0, uv = 0;
	for (size_t s = 0; s < samples; s++) {
		mu += x[s * n + u] / (double)samples;
		mv += x[s * n + v] / (double)samples;
	}
	for (size_t s = 0; s < samples; s++) {
		double a = x[s * n + u] - mu, b = x[s * n + v] - mv;
		uu += a * a;
		vv += b * b;
		uv += a * b;
	}
	return uv / sqrt(uu * vv);
}

/* More samples than one block of the sum, more units than one tile. */
static void single_precision_is_accurate(void **state)
{
	enum { SAMPLES = 9001, N = 300 };
	float *x = columns_alike(SAMPLES, N);
	uint8_t constant[N];
	(void)state;
	float *a = correlate(x, SAMPLES, N, BRC_CORR_PEARSON, BRC_CORR_SQUARE, NULL, constant);
	float *b = correlate(x, SAMPLES, N, BRC_CORR_PEARSON, BRC_CORR_ABS, NULL, constant);
	for (size_t u = 0; u < N; u += 7)
		for (size_t v = 0; v < N; v++) {
			double r = u == v ? 0 : pearson(x, SAMPLES, N, u, v);
			near(a[u * N + v], r * r);
			near(b[u * N + v], fabs(r));
			assert_true(a[u * N + v] == a[v * N + u]);
			assert_true(a[u * N + v] >= 0 && a[u * N + v] <= 1);
		}
	free(a);
	free(b);
	free(x);
}

/* Units that are silent but for a few samples: thousands of equal terms, which add up their errors.
 */
static void mostly_silent_units_are_accurate(void **state)
{
	enum { SAMPLES = 4000, N = 64 };
	float *x = brc_calloc((size_t)SAMPLES * N, sizeof(*x), NULL);
	uint8_t constant[N];
	brc_rng rng;
	(void)state;
	brc_rng_init(&rng, 4, BRC_RNG_TEST, 0, 0);
	for (size_t s = 0; s < SAMPLES; s++) {
		double common = brc_rng_normal(&rng);
		for (size_t u = 0; u < N; u++) {
			double v = common + 0.3 * brc_rng_normal(&rng) - 1.5 - 0.02 * (double)u;
			x[s * N + u] = v > 0 ? (float)v : 0;
		}
	}
	float *a = correlate(x, SAMPLES, N, BRC_CORR_PEARSON, BRC_CORR_ABS, NULL, constant);
	for (size_t u = 0; u < N; u++)
		for (size_t v = 0; v < u; v++)
			near(a[u * N + v], fabs(pearson(x, SAMPLES, N, u, v)));
	free(a);
	free(x);
}

static void blocks_between_layers_are_parts_of_the_whole(void **state)
{
	enum { SAMPLES = 333, N = 700, A = 290 };
	const brc_range a = {3, A}, b = {A + 3, N - A - 3};
	float *x = columns_alike(SAMPLES, N);
	float *z = brc_alloc(N * brc_correlation_stride(SAMPLES), sizeof(float), NULL);
	float *part = brc_alloc(a.count * b.count, sizeof(float), NULL);
	uint8_t constant[N];
	brc_err err = {0};
	(void)state;
	float *whole = correlate(x, SAMPLES, N, BRC_CORR_SPEARMAN, BRC_CORR_SQUARE, NULL, constant);
	assert_int_equal(brc_correlation_columns(x, SAMPLES, N, BRC_CORR_SPEARMAN, NULL, z,
						 constant, NULL, NULL),
			 BRC_OK);
	assert_int_equal(brc_correlation_block(z, SAMPLES, a, b, BRC_CORR_SQUARE, NULL, part, NULL),
			 BRC_OK);
	for (size_t i = 0; i < a.count; i++)
		for (size_t j = 0; j < b.count; j++)
			near(part[i * b.count + j], whole[(a.first + i) * N + b.first + j]);
	assert_int_equal(brc_correlation_block(z, SAMPLES, a, (brc_range){10, 5}, BRC_CORR_ABS,
					       NULL, part, &err),
			 BRC_USAGE);
	assert_non_null(strstr(err.message, "overlap"));
	free(x);
	free(z);
	free(part);
	free(whole);
}

static void threads_do_not_change_a_byte(void **state)
{
	enum { SAMPLES = 5000, N = 600 };
	float *x = columns_alike(SAMPLES, N);
	uint8_t constant[N];
	(void)state;
	for (int method = 0; method < 2; method++) {
		float *one = correlate(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_SQUARE,
				       NULL, constant);
		brc_pool *pool;
		assert_int_equal(brc_pool_new(&pool, 2, NULL), BRC_OK);
		float *two = correlate(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_SQUARE,
				       pool, constant);
		assert_memory_equal(one, two, N * N * sizeof(*one));
		brc_pool_free(pool);
		free(one);
		free(two);
	}
	free(x);
}

static void refuses_what_is_not_finite(void **state)
{
	enum { SAMPLES = 400, N = 7 };
	float *x = columns_alike(SAMPLES, N);
	float *z = brc_alloc(N * brc_correlation_stride(SAMPLES), sizeof(float), NULL);
	uint8_t constant[N];
	size_t column = 99;
	brc_err err = {0};
	(void)state;
	x[399 * N + 2] = NAN;
	x[398 * N + 6] = -INFINITY;
	assert_int_equal(brc_correlation_columns(x, SAMPLES, N, BRC_CORR_PEARSON, NULL, z, constant,
						 &column, &err),
			 BRC_DATA);
	assert_int_equal(column, 6);
	assert_non_null(strstr(err.message, "sample 398, column 6 is infinite"));
	x[398 * N + 6] = 0;
	assert_int_equal(brc_correlation_columns(x, SAMPLES, N, BRC_CORR_SPEARMAN, NULL, z,
						 constant, &column, &err),
			 BRC_DATA);
	assert_int_equal(column, 2);
	assert_non_null(strstr(err.message, "not a number"));
	assert_int_equal(brc_correlation_columns(x, 1, N, BRC_CORR_SPEARMAN, NULL, z, constant,
						 &column, &err),
			 BRC_DATA);
	assert_non_null(strstr(err.message, "2 samples"));
	free(x);
	free(z);
}

static void extreme_magnitudes_do_not_overflow(void **state)
{
	const float x[4][3] = {
		{3e38f, 1e-45f, 1}, {-3e38f, 0, -1}, {3e38f, 1e-45f, 1}, {-3e38f, 0, -1}};
	uint8_t constant[3];
	(void)state;
	for (int method = 0; method < 2; method++) {
		float *a = correlate(&x[0][0], 4, 3, (brc_corr_method)method, BRC_CORR_POSITIVE,
				     NULL, constant);
		near(a[1], 1);
		near(a[2], 1);
		near(a[5], 1);
		assert_true(constant[0] == 0 && constant[1] == 0);
		free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spearman_of_four_units),
		cmocka_unit_test(pearson_of_four_units),
		cmocka_unit_test(constant_units_have_no_edges),
		cmocka_unit_test(equals_scipy),
		cmocka_unit_test(single_precision_is_accurate),
		cmocka_unit_test(mostly_silent_units_are_accurate),
		cmocka_unit_test(blocks_between_layers_are_parts_of_the_whole),
		cmocka_unit_test(threads_do_not_change_a_byte),
		cmocka_unit_test(refuses_what_is_not_finite),
		cmocka_unit_test(extreme_magnitudes_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
