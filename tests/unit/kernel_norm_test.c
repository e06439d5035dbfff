/* Norms of kernel slices: METHOD's golden vector 6, and identities between them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/rng.h"
#include "linalg/kernel_norm.h"

static double norm(brc_norm kind, const float *k, size_t h, size_t w)
{
	double v = -1;

	assert_int_equal(brc_kernel_norm(kind, k, h, w, &v, NULL), BRC_OK);
	return v;
}

static void golden(const float *k, size_t h, size_t w, const double want[4])
{
	for (int kind = BRC_NORM_L1; kind <= BRC_NORM_SPECTRAL; kind++)
		assert_true(fabs(norm((brc_norm)kind, k, h, w) - want[kind]) < 1e-9);
}

static void norms_of_a_kernel_equal_those_worked_out_by_hand(void **state)
{
	(void)state;
	golden((const float[]){1, -2, 3, -4, 5, -6, 7, -8, 9}, 3, 3,
	       (const double[]){45, 16.8819430161, 18, 16.8481033526});
	golden((const float[]){1, -2, 3, 0, 5, -1, 2, -8, 4}, 3, 3,
	       (const double[]){26, 11.1355287257, 15, 10.8589393847});
	assert_true(norm(BRC_NORM_COLSUM, (const float[]){1, -2, 3, 4}, 2, 2) == 6);
}

static void all_norms_of_one_weight_are_its_magnitude(void **state)
{
	const float k = -0.75f, zero[6] = {0};

	(void)state;
	golden(&k, 1, 1, (const double[]){0.75, 0.75, 0.75, 0.75});
	golden(zero, 2, 3, (const double[]){0, 0, 0, 0});
}

static void random_kernel(float *k, size_t n, uint32_t draw)
{
	brc_rng rng;

	brc_rng_init(&rng, 6, BRC_RNG_TEST, 0, draw);
	for (size_t i = 0; i < n; i++)
		k[i] = (float)brc_rng_normal(&rng);
}

/* The largest |k| x over unit vectors x, found by many steps of |k|'|k|: Perron's vector. */
static double by_power(const float *k, size_t h, size_t w)
{
	double x[16], y[16], length = 0;

	for (size_t c = 0; c < w; c++)
		x[c] = 1;
	for (int step = 0; step < 2000; step++) {
		double z[16] = {0};

		length = 0;
		for (size_t r = 0; r < h; r++) {
			y[r] = 0;
			for (size_t c = 0; c < w; c++)
				y[r] += fabs((double)k[r * w + c]) * x[c];
			for (size_t c = 0; c < w; c++)
				z[c] += fabs((double)k[r * w + c]) * y[r];
		}
		for (size_t c = 0; c < w; c++)
			length += z[c] * z[c];
		length = sqrt(length);
		for (size_t c = 0; c < w; c++)
			x[c] = z[c] / length;
	}
	return sqrt(length);
}

static void the_spectral_norm_is_that_of_power_iteration(void **state)
{
	float k[7 * 7];

	(void)state;
	for (uint32_t draw = 0; draw < 40; draw++) {
		size_t h = 1 + draw % 7, w = 1 + draw / 6 % 7;
		double want;

		random_kernel(k, h * w, draw);
		want = by_power(k, h, w);
		assert_true(fabs(norm(BRC_NORM_SPECTRAL, k, h, w) - want) < 1e-12 * want);
	}
}

static void a_whole_kernel_comes_out_by_producer(void **state)
{
	enum { OUT = 3, IN = 4, H = 3, W = 2 };
	float k[OUT * IN * H * W], all[IN * OUT];

	(void)state;
	random_kernel(k, OUT * IN * H * W, 99);
	for (int kind = BRC_NORM_L1; kind <= BRC_NORM_SPECTRAL; kind++) {
		assert_int_equal(brc_kernel_norms((brc_norm)kind, k, OUT, IN, H, W, all, NULL),
				 BRC_OK);
		for (size_t o = 0; o < OUT; o++)
			for (size_t i = 0; i < IN; i++)
				assert_true(all[i * OUT + o] ==
					    (float)norm((brc_norm)kind, k + (o * IN + i) * H * W, H,
							W));
	}
}

static void what_is_not_finite_stays_so(void **state)
{
	const float nan_first[] = {NAN, 1, 2, 3}, inf_last[] = {1, 2, 3, INFINITY};

	(void)state;
	for (int kind = BRC_NORM_L1; kind <= BRC_NORM_SPECTRAL; kind++) {
		assert_false(isfinite(norm((brc_norm)kind, nan_first, 2, 2)));
		assert_false(isfinite(norm((brc_norm)kind, inf_last, 2, 2)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(norms_of_a_kernel_equal_those_worked_out_by_hand),
		cmocka_unit_test(all_norms_of_one_weight_are_its_magnitude),
		cmocka_unit_test(the_spectral_norm_is_that_of_power_iteration),
		cmocka_unit_test(a_whole_kernel_comes_out_by_producer),
		cmocka_unit_test(what_is_not_finite_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
