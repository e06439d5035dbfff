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

static size_t count_equal(const float *x, size_t n, size_t i)
{
	size_t count = 0;

	for (size_t j = 0; j < n; j++)
		count += x[j] == x[i];
	return count;
}

static void check_ties(const float *x, size_t n, const brc_ties *t)
{
	size_t most = 0, second = 0;
	double cubes = 0;

	for (size_t i = 0; i < n; i++) {
		double c = (double)count_equal(x, n, i);

		most = (size_t)c > most ? (size_t)c : most;
		cubes += c * c - 1;
	}
	assert_int_equal(t->most, most);
	assert_int_equal(count_equal(x, n, t->at), most);
	for (size_t i = 0; i < n; i++)
		if (x[i] != x[t->at]) {
			size_t c = count_equal(x, n, i);

			second = c > second ? c : second;
		}
	assert_int_equal(t->second, second);
	assert_true(fabs(t->cubes - cubes) <= 1e-12 * cubes);
}

static void check_ranks(const float *x, size_t n)
{
	uint32_t *twice = brc_alloc(n, sizeof(*twice), NULL);
	brc_ranks *r;
	brc_ties ties;

	assert_int_equal(brc_ranks_new(&r, n, NULL), BRC_OK);
	brc_ranks_double(r, x, n, twice, &ties);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(twice[i], twice_rank(x, n, i));
	check_ties(x, n, &ties);
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

static void ranks_of_random_values_equal_those_of_a_sort(void **state)
{
	enum { N = 1500 };
	float x[N];
	brc_rng rng;

	(void)state;
	brc_rng_init(&rng, 5, BRC_RNG_TEST, 0, 0);
	for (int kind = 0; kind < 6; kind++) {
		for (size_t i = 0; i < N; i++) {
			double v = brc_rng_normal(&rng);

			x[i] = (float)(kind == 0   ? v
				       : kind == 1 ? round(v)     /* ties */
				       : kind == 2 ? 1 + 1e-6 * v /* equal high digits */
				       : kind == 3 ? exp(40 * v)
				       : kind == 4 ? fmax(v, 0) /* half of them least */
						   : (i == 7 ? -1e30 : 1 + 1e-6 * v));
		}
		check_ranks(x, N);
	}
}

/* The working memory serves columns of any length up to its own, one after the other. */
static void ranks_of_shorter_columns_need_no_new_memory(void **state)
{
	const float x[] = {2, 1, 2, 7}, all_equal[] = {4, 4, 4};
	uint32_t twice[4];
	brc_ties ties;
	brc_ranks *r;

	(void)state;
	assert_int_equal(brc_ranks_new(&r, 100, NULL), BRC_OK);
	brc_ranks_double(r, all_equal, 3, twice, &ties);
	assert_true(twice[0] == 4 && twice[1] == 4 && twice[2] == 4);
	assert_true(ties.most == 3 && ties.second == 0 && ties.cubes == 24);
	brc_ranks_double(r, x, 4, twice, NULL);
	assert_true(twice[0] == 5 && twice[1] == 2 && twice[2] == 5 && twice[3] == 8);
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
		cmocka_unit_test(ranks_of_random_values_equal_those_of_a_sort),
		cmocka_unit_test(ranks_of_shorter_columns_need_no_new_memory),
		cmocka_unit_test(finds_the_first_value_that_is_not_finite),
		cmocka_unit_test(refuses_impossible_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
