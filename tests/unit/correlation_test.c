#include "linalg_golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/byte_products.h"
#include "linalg/correlation.h"
#include "linalg/triangle.h"
#include "linalg/ranks.h"

#define TOLERANCE 2e-6 /* what correlation.h promises */
#define WIDE_TOLERANCE 1e-12

/* The whole symmetric matrix of a packed triangle, entries of `size` bytes. */
static void square(const char *triangle, size_t n, size_t size, char *out)
{
	memset(out, 0, n * n * size);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			const char *from = triangle + brc_triangle_at(n, i, j) * size;

			memcpy(out + (i * n + j) * size, from, size);
			memcpy(out + (j * n + i) * size, from, size);
		}
}

/* All columns against all, in panels of `panel`: edges n x n, floats or doubles. */
static void *correlate_panels(const float *x, size_t samples, size_t n, brc_corr_method method,
			      brc_corr_edge edge, bool wide, size_t panel, brc_pool *pool,
			      uint8_t *trait)
{
	size_t bytes = n * n * (wide ? sizeof(double) : sizeof(float));
	void *copy = brc_alloc(bytes, 1, NULL);
	const brc_range all = {0, n};
	brc_scratch out;
	brc_correlation c;

	assert_int_equal(brc_scratch_init(&out, bytes, panel > 0, "test", NULL), BRC_OK);
	assert_int_equal(brc_correlation_init(&c, &(brc_samples){x, samples, n, false}, method,
					      wide, panel, pool, NULL, NULL),
			 BRC_OK);
	assert_int_equal(brc_correlation_block(&c, all, all, edge, pool, &out, NULL), BRC_OK);
	square(out.data, n, bytes / (n * n), copy);
	memcpy(trait, c.trait, n);
	brc_correlation_clear(&c);
	brc_scratch_clear(&out);
	return copy;
}

/* The same in one piece and single precision; in *constant the flags; to be freed. */
static float *correlate(const float *x, size_t samples, size_t n, brc_corr_method method,
			brc_corr_edge edge, brc_pool *pool, uint8_t *constant)
{
	float *a = correlate_panels(x, samples, n, method, edge, false, 0, pool, constant);

	for (size_t u = 0; u < n; u++)
		constant[u] = (constant[u] & BRC_COLUMN_CONSTANT) != 0;
	return a;
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
	float *a = correlate(&four[0][0], 4, 4, BRC_CORR_PEARSON, BRC_CORR_ABS, NULL, constant);

	(void)state;
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

static void correlations_equal_those_of_scipy(void **state)
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
		double *w = correlate_panels(x, samples, n, (brc_corr_method)method,
					     BRC_CORR_SQUARE, true, 0, NULL, constant);

		for (size_t i = 0; i < n * n; i++) {
			double r = golden_next(f);

			near(a[i], i % (n + 1) == 0 ? 0 : r * r);
			near(b[i], i % (n + 1) == 0 ? 0 : fmax(r, 0));
			assert_true(fabs(w[i] - (i % (n + 1) == 0 ? 0 : r * r)) < WIDE_TOLERANCE);
		}
		free(a);
		free(b);
		free(w);
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
	float *a = correlate(x, SAMPLES, N, BRC_CORR_PEARSON, BRC_CORR_SQUARE, NULL, constant);
	float *b = correlate(x, SAMPLES, N, BRC_CORR_PEARSON, BRC_CORR_ABS, NULL, constant);

	(void)state;
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
	float *a;

	(void)state;
	brc_rng_init(&rng, 4, BRC_RNG_TEST, 0, 0);
	for (size_t s = 0; s < SAMPLES; s++) {
		double common = brc_rng_normal(&rng);

		for (size_t u = 0; u < N; u++) {
			double v = common + 0.3 * brc_rng_normal(&rng) - 1.5 - 0.02 * (double)u;

			x[s * N + u] = v > 0 ? (float)v : 0;
		}
	}
	a = correlate(x, SAMPLES, N, BRC_CORR_PEARSON, BRC_CORR_ABS, NULL, constant);
	for (size_t u = 0; u < N; u++)
		for (size_t v = 0; v < u; v++)
			near(a[u * N + v], fabs(pearson(x, SAMPLES, N, u, v)));
	free(a);
	free(x);
}

/* Columns of few values, alike: products are few different terms, each thousands of times. */
static void columns_of_few_values_are_accurate(void **state)
{
	enum { SAMPLES = 10000, N = 24 };
	float *x = brc_alloc((size_t)SAMPLES * N, sizeof(*x), NULL);
	uint8_t constant[N];
	brc_rng rng;

	(void)state;
	brc_rng_init(&rng, 6, BRC_RNG_TEST, 0, 0);
	for (size_t s = 0; s < SAMPLES; s++) {
		double common = brc_rng_uniform(&rng);

		for (size_t u = 0; u < N; u++) { /* 2 to 13 values of a common number, or almost */
			double v = common + (u % 2) * 0.01 * brc_rng_uniform(&rng);

			x[s * N + u] = 0.37f + 0.11f * (float)floor(v * (double)(2 + u / 2));
		}
	}
	for (int method = 0; method < 2; method++) {
		float *a = correlate(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_ABS, NULL,
				     constant);
		double *w = correlate_panels(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_ABS,
					     true, 0, NULL, constant);

		for (size_t i = 0; i < N * N; i++)
			near(a[i], w[i]);
		if (method == BRC_CORR_PEARSON)
			for (size_t u = 0; u < N; u++)
				for (size_t v = 0; v < u; v++)
					near(a[u * N + v], fabs(pearson(x, SAMPLES, N, u, v)));
		free(a);
		free(w);
	}
	free(x);
}

/* Constant and duplicate columns, the first two among them; opposite ones; a single outlier. */
/* Twice the centred mid-ranks of column u, and their sum of squares. */
static int64_t whole_ranks(const float *x, size_t samples, size_t n, size_t u, int64_t *q)
{
	float *column = brc_alloc(samples, sizeof(*column), NULL);
	uint32_t *twice = brc_alloc(samples, sizeof(*twice), NULL);
	int64_t sum = 0;
	brc_ranks *r;

	assert_int_equal(brc_ranks_new(&r, samples, NULL), BRC_OK);
	for (size_t s = 0; s < samples; s++)
		column[s] = x[s * n + u];
	brc_ranks_double(r, column, samples, twice, NULL);
	for (size_t s = 0; s < samples; s++) {
		q[s] = (int64_t)twice[s] - (int64_t)samples - 1;
		sum += q[s] * q[s];
	}
	brc_ranks_free(r);
	free(twice);
	free(column);
	return sum;
}

static void equals_whole_numbers(size_t samples, size_t n)
{
	float *x = columns_alike(samples, n);
	uint8_t *trait = brc_alloc(n, 1, NULL);
	int64_t *q = brc_alloc(samples * n, sizeof(*q), NULL);
	int64_t *square = brc_alloc(n, sizeof(*square), NULL);
	double *edge;

	for (size_t s = 0; s < samples; s++) /* the largest ranks, both ways */
		x[s * n + 1] = -(x[s * n] = (float)s);
	edge = correlate_panels(x, samples, n, BRC_CORR_SPEARMAN, BRC_CORR_ABS, true, 0, NULL,
				trait);
	for (size_t u = 0; u < n; u++)
		square[u] = whole_ranks(x, samples, n, u, q + u * samples);
	for (size_t u = 0; u < n; u++)
		for (size_t v = 0; v < u; v++) {
			int64_t sum = 0;
			double want;

			for (size_t s = 0; s < samples; s++)
				sum += q[u * samples + s] * q[v * samples + s];
			want = fabs((double)sum) / sqrt((double)square[u]) /
			       sqrt((double)square[v]);
			if (!(fabs(edge[u * n + v] - want) <= 1e-15))
				fail_msg("%zu x %zu: %.17g instead of %.17g", samples, n,
					 edge[u * n + v], want);
		}
	free(square);
	free(q);
	free(edge);
	free(trait);
	free(x);
}

/* Products of bytes leave nothing but the rounding of the last steps: all sizes of tiles. */
static void exact_columns_give_the_correlation_itself(void **state)
{
	(void)state;
	if (!brc_byte_products_fast())
		skip();
	equals_whole_numbers(2, 3);
	equals_whole_numbers(5, 20);
	equals_whole_numbers(300, 130);
	equals_whole_numbers(32640, 9);
	equals_whole_numbers(40, 1030);
}

static void duplicates_correlate_fully_and_constants_not_at_all(void **state)
{
	enum { SAMPLES = 1000, N = 8 };
	float *x = columns_alike(SAMPLES, N);
	uint8_t constant[N];

	(void)state;
	for (size_t s = 0; s < SAMPLES; s++) {
		x[s * N] = x[s * N + 1] = 3;      /* constant */
		x[s * N + 3] = x[s * N + 2];      /* the same */
		x[s * N + 4] = -x[s * N + 2];     /* opposite */
		x[s * N + 5] = s == 500 ? 1 : 0;  /* once */
		x[s * N + 6] = s == 500 ? -2 : 9; /* once, opposite */
	}
	for (int method = 0; method < 2; method++) {
		float *a = correlate(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_POSITIVE,
				     NULL, constant);
		float *b = correlate(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_SQUARE, NULL,
				     constant);

		assert_true(constant[0] == 1 && constant[1] == 1 && constant[2] == 0);
		for (size_t j = 0; j < N; j++)
			assert_true(a[j] == 0 && b[N + j] == 0);
		near(a[2 * N + 3], 1);
		near(b[2 * N + 3], 1);
		assert_true(a[2 * N + 4] == 0 && a[5 * N + 6] == 0);
		near(b[2 * N + 4], 1);
		near(b[5 * N + 6], 1);
		free(a);
		free(b);
	}
	free(x);
}

/* Two samples: every pair goes together or against each other. */
static void two_samples_and_more_units_than_samples(void **state)
{
	enum { N = 300 };
	float *x = columns_alike(2, N);
	uint8_t constant[N];
	float *a = correlate(x, 2, N, BRC_CORR_SPEARMAN, BRC_CORR_SQUARE, NULL, constant);

	(void)state;
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			near(a[i * N + j], i != j);
	free(a);
	free(x);
}

static void blocks_between_layers_are_parts_of_the_whole(void **state)
{
	enum { SAMPLES = 333, N = 700, A = 290 };
	const brc_range a = {3, A}, b = {A + 3, N - A - 3};
	float *x = columns_alike(SAMPLES, N);
	brc_scratch out;
	brc_correlation c;
	uint8_t constant[N];
	brc_err err = {0};
	float *whole = correlate(x, SAMPLES, N, BRC_CORR_SPEARMAN, BRC_CORR_SQUARE, NULL, constant);

	(void)state;
	assert_int_equal(
		brc_scratch_init(&out, a.count * b.count * sizeof(float), false, "test", NULL),
		BRC_OK);
	assert_int_equal(brc_correlation_init(&c, &(brc_samples){x, SAMPLES, N, false},
					      BRC_CORR_SPEARMAN, false, 0, NULL, NULL, NULL),
			 BRC_OK);
	assert_int_equal(brc_correlation_block(&c, a, b, BRC_CORR_SQUARE, NULL, &out, NULL),
			 BRC_OK);
	for (size_t i = 0; i < a.count; i++)
		for (size_t j = 0; j < b.count; j++)
			near(((float *)out.data)[i * b.count + j],
			     whole[(a.first + i) * N + b.first + j]);
	assert_int_equal(
		brc_correlation_block(&c, a, (brc_range){10, 5}, BRC_CORR_ABS, NULL, &out, &err),
		BRC_USAGE);
	assert_non_null(strstr(err.message, "overlap"));
	brc_correlation_clear(&c);
	brc_scratch_clear(&out);
	free(x);
	free(whole);
}

/* In memory or on the disk, in one piece or in panels. */
static void panels_do_not_change_a_byte(void **state)
{
	enum { SAMPLES = 70, N = 2400 };
	float *x = columns_alike(SAMPLES, N);
	uint8_t constant[N];

	(void)state;
	for (int wide = 0; wide < 2; wide++) {
		size_t bytes = (size_t)N * N * (wide ? sizeof(double) : sizeof(float));
		void *one = correlate_panels(x, SAMPLES, N, BRC_CORR_SPEARMAN, BRC_CORR_SQUARE,
					     wide, 0, NULL, constant);
		void *many = correlate_panels(x, SAMPLES, N, BRC_CORR_SPEARMAN, BRC_CORR_SQUARE,
					      wide, 1024, NULL, constant);

		assert_memory_equal(one, many, bytes);
		free(one);
		free(many);
	}
	free(x);
}

/* A field of /proc/self/status in bytes, 0 where there is none. */
static size_t status(const char *field)
{
	char line[256];
	size_t kilobytes = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			kilobytes = strtoul(line + strlen(field), NULL, 10);
	if (f)
		fclose(f);
	return kilobytes * 1024;
}

/* 66 MB of columns and 34 MB of edges, worked on in panels of 8 MB. */
static void spooled_work_stays_small(void **state)
{
	enum { SAMPLES = 4000, N = 4096, PANEL = 512 };
	float *x = brc_alloc((size_t)SAMPLES * N, sizeof(*x), NULL);
	const brc_samples in = {x, SAMPLES, N, false};
	const brc_range all = {0, N};
	brc_scratch out;
	brc_correlation c;
	FILE *reset = fopen("/proc/self/clear_refs", "w");
	size_t before;
	size_t most;

	(void)state;
	for (size_t i = 0; i < (size_t)SAMPLES * N; i++)
		x[i] = (float)(i * 2654435761u % 1000003);
	if (!reset || fputs("5", reset) < 0 || fclose(reset) != 0) { /* the peak starts anew */
		free(x);
		skip();
	}
	before = status("VmRSS:");
	assert_int_equal(
		brc_scratch_init(&out, (size_t)N * N / 2 * sizeof(float), true, "test", NULL),
		BRC_OK);
	assert_int_equal(
		brc_correlation_init(&c, &in, BRC_CORR_SPEARMAN, false, PANEL, NULL, NULL, NULL),
		BRC_OK);
	assert_int_equal(brc_correlation_block(&c, all, all, BRC_CORR_SQUARE, NULL, &out, NULL),
			 BRC_OK);
	most = status("VmHWM:") - before;
	if (most > brc_correlation_work(SAMPLES, PANEL, 1, false) + (24u << 20))
		fail_msg("%zu bytes more in memory", most);
	brc_correlation_clear(&c);
	brc_scratch_clear(&out);
	free(x);
}

static void panels_fit_the_memory(void **state)
{
	const size_t samples = 10000, least = brc_correlation_work(samples, 512, 2, false);

	(void)state;
	assert_int_equal(brc_correlation_panel(samples, 2, 0, false), 512);
	for (size_t memory = least; memory < 100 * least; memory += 3 * least) {
		size_t panel = brc_correlation_panel(samples, 2, memory, false);

		assert_true(brc_correlation_work(samples, panel, 2, false) <= memory);
		assert_true(brc_correlation_work(samples, 2 * panel, 2, false) >= memory);
	}
	assert_true(brc_correlation_bytes(SIZE_MAX / 2, 3, false) == SIZE_MAX);
	assert_true(brc_correlation_work(SIZE_MAX / 8, 3, 1, true) == SIZE_MAX);
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
		float *two;

		assert_int_equal(brc_pool_new(&pool, 2, NULL), BRC_OK);
		two = correlate(x, SAMPLES, N, (brc_corr_method)method, BRC_CORR_SQUARE, pool,
				constant);
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
	brc_correlation c;
	size_t column = 99;
	brc_err err = {0};

	(void)state;
	x[399 * N + 2] = NAN;
	x[398 * N + 6] = -INFINITY;
	assert_int_equal(brc_correlation_init(&c, &(brc_samples){x, SAMPLES, N, false},
					      BRC_CORR_PEARSON, false, 0, NULL, &column, &err),
			 BRC_DATA);
	assert_int_equal(column, 6);
	assert_non_null(strstr(err.message, "sample 398, column 6 is infinite"));
	x[398 * N + 6] = 0;
	assert_int_equal(brc_correlation_init(&c, &(brc_samples){x, SAMPLES, N, false},
					      BRC_CORR_SPEARMAN, false, 0, NULL, &column, &err),
			 BRC_DATA);
	assert_int_equal(column, 2);
	assert_non_null(strstr(err.message, "not a number"));
	assert_int_equal(brc_correlation_init(&c, &(brc_samples){x, 1, N, false}, BRC_CORR_SPEARMAN,
					      false, 0, NULL, &column, &err),
			 BRC_DATA);
	assert_non_null(strstr(err.message, "2 samples"));
	free(x);
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

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spearman_of_four_units),
		cmocka_unit_test(pearson_of_four_units),
		cmocka_unit_test(constant_units_have_no_edges),
		cmocka_unit_test(correlations_equal_those_of_scipy),
		cmocka_unit_test(single_precision_is_accurate),
		cmocka_unit_test(mostly_silent_units_are_accurate),
		cmocka_unit_test(columns_of_few_values_are_accurate),
		cmocka_unit_test(exact_columns_give_the_correlation_itself),
		cmocka_unit_test(duplicates_correlate_fully_and_constants_not_at_all),
		cmocka_unit_test(two_samples_and_more_units_than_samples),
		cmocka_unit_test(blocks_between_layers_are_parts_of_the_whole),
		cmocka_unit_test(panels_do_not_change_a_byte),
		cmocka_unit_test(spooled_work_stays_small),
		cmocka_unit_test(panels_fit_the_memory),
		cmocka_unit_test(threads_do_not_change_a_byte),
		cmocka_unit_test(refuses_what_is_not_finite),
		cmocka_unit_test(extreme_magnitudes_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Once with products of floats whatever the processor, once with what it multiplies best. */
int main(void)
{
	int status = 0, failed;
	pid_t child = fork();

	if (child == 0) {
		setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE", 1);
		if (brc_byte_products_fast())
			return 1;
		return run();
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	failed = run();
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? failed : 1;
}
