#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/ranks.h"

/* From the definition: values below, and half of the others that are equal. */
static uint32_t twice_rank(const float *x, size_t n, size_t i)
{
	uint32_t below = 0, equal = 0;
	for (size_t j = 0; j < n; j++) {
		below += x[j] < x[i];
		equal += x[j] == x[i];
	}
	return 2 * below + equal + 1;
}

static void check_ranks(const float *x, size_t n)
{
	uint32_t *twice = brc_alloc(n, sizeof(*twice), NULL);
	brc_ranks *r;
	assert_int_equal(brc_ranks_new(&r, n, NULL), BRC_OK);
	brc_ranks_double(r, x, n, twice);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(twice[i], twice_rank(x, n, i));
	brc_ranks_free(r);
	free(twice);
}

static void signs_zeroes_and_extremes(void **state)
{
	const float x[] = {0.0f,    -0.0f,  1,        -1,       FLT_MAX,    -FLT_MAX,
			   FLT_MIN, 1e-45f, -1e-45f,  0.0f,     FLT_MAX,    1e-45f,
			   3,       3,      -FLT_MAX, -FLT_MIN, 1 + 1.2e-7f};
	(void)state;
	check_ranks(x, sizeof(x) / sizeof(x[0]));
	for (size_t n = 1; n < 4; n++)
		check_ranks(x, n);
}

static void random_values(void **state)
{
	enum { N = 1500 };
	float x[N];
	brc_rng rng;
	(void)state;
	brc_rng_init(&rng, 5, BRC_RNG_TEST, 0, 0);
	for (int kind = 0; kind < 4; kind++) {
		for (size_t i = 0; i < N; i++) {
			double v = brc_rng_normal(&rng);
			x[i] = (float)(kind == 0   ? v
				       : kind == 1 ? round(v)     /* ties */
				       : kind == 2 ? 1 + 1e-6 * v /* equal high digits */
						   : exp(40 * v));
		}
		check_ranks(x, N);
	}
}

/* The working memory serves columns of any length up to its own, one after the other. */
static void unit_columns(void **state)
{
	const float x[] = {2, 1, 2, 7}, all_equal[] = {4, 4, 4};
	const double want[] = {0, -1.5, 0, 1.5};
	float z[4], in_place[4];
	double norm = 0;
	brc_ranks *r;
	(void)state;
	assert_int_equal(brc_ranks_new(&r, 100, NULL), BRC_OK);
	assert_false(brc_ranks_unit(r, all_equal, 3, z));
	assert_true(z[0] == 0 && z[1] == 0 && z[2] == 0);
	assert_true(brc_ranks_unit(r, x, 4, z));
	for (size_t i = 0; i < 4; i++) {
		norm += (double)z[i] * z[i];
		assert_true(fabs(z[i] - want[i] / sqrt(4.5)) < 1e-7);
	}
	assert_true(fabs(norm - 1) < 1e-6);
	memcpy(in_place, x, sizeof(x));
	assert_true(brc_ranks_unit(r, in_place, 4, in_place));
	assert_memory_equal(in_place, z, sizeof(z));
	brc_ranks_free(r);
}

static void finds_the_first_value_that_is_not_finite(void **state)
{
	enum { N = 1000 };
	float x[N];
	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = FLT_MAX * (i % 2 == 0 ? 1.0f : -1.0f);
	assert_int_equal(brc_first_nonfinite(x, N), N);
	assert_int_equal(brc_first_nonfinite(x, 0), 0);
	for (size_t at = N; at-- > 0; at -= at % 37) {
		x[at] = at % 3 == 0 ? NAN : at % 3 == 1 ? INFINITY : -INFINITY;
		assert_int_equal(brc_first_nonfinite(x, N), at);
		assert_int_equal(brc_first_nonfinite(x, at), at);
	}
}

static void refuses_impossible_lengths(void **state)
{
	brc_ranks *r;
	(void)state;
	assert_int_equal(brc_ranks_new(&r, 0, NULL), BRC_USAGE);
	assert_int_equal(brc_ranks_new(&r, (size_t)1 << 31, NULL), BRC_USAGE);
	assert_null(r);
	brc_ranks_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_zeroes_and_extremes),
		cmocka_unit_test(random_values),
		cmocka_unit_test(unit_columns),
		cmocka_unit_test(finds_the_first_value_that_is_not_finite),
		cmocka_unit_test(refuses_impossible_lengths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
