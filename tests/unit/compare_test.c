#include "linalg_golden.h"

#include <math.h>
#include <string.h>

#include "linalg/compare.h"

enum { MOST = 100 };

static void equals_scikit_learn(void **state)
{
	FILE *f = golden_open("partitions.txt");

	(void)state;
	for (size_t cases = 0; cases < 8; cases++) {
		double rand = golden_next(f), normalised = golden_next(f);
		double mutual = golden_next(f);
		size_t n = (size_t)golden_next(f);
		int32_t label[2][MOST];
		brc_agreement g;

		assert_true(n <= MOST);
		for (size_t side = 0; side < 2; side++)
			for (size_t i = 0; i < n; i++)
				label[side][i] = (int32_t)golden_next(f);
		assert_int_equal(brc_compare_partitions(label[0], label[1], n, &g, NULL), BRC_OK);
		assert_true(fabs(g.rand_index - rand) < 1e-12);
		assert_true(fabs(g.normalised - normalised) < 1e-12);
		assert_true(fabs(g.mutual_information - mutual) < 1e-12);
		assert_int_equal(g.units, n);
		assert_int_equal(g.ignored, 0);
	}
	fclose(f);
}

static void unclustered_units_are_ignored_and_counted(void **state)
{
	const int32_t a[] = {0, 0, 1, 1, -1, 2, -1}, b[] = {3, 3, 9, 9, 3, -1, -1};
	brc_agreement g;

	(void)state;
	assert_int_equal(brc_compare_partitions(a, b, 7, &g, NULL), BRC_OK);
	assert_true(g.rand_index == 1);
	assert_true(fabs(g.normalised - 1) < 1e-12);
	assert_true(fabs(g.mutual_information - log(2)) < 1e-12);
	assert_int_equal(g.units, 4);
	assert_int_equal(g.ignored, 3);
	assert_int_equal(g.clusters_a, 2);
	assert_int_equal(g.clusters_b, 2);
}

static void nothing_to_compare_is_an_error(void **state)
{
	const int32_t a[] = {0, -1}, b[] = {-1, 0};
	brc_agreement g;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_compare_partitions(a, b, 2, &g, &err), BRC_DATA);
	assert_int_equal(g.ignored, 2);
	assert_int_equal(brc_compare_partitions(a, b, 0, &g, &err), BRC_DATA);
}

static void a_single_unit_agrees_with_itself(void **state)
{
	const int32_t a[] = {4};
	brc_agreement g;

	(void)state;
	assert_int_equal(brc_compare_partitions(a, a, 1, &g, NULL), BRC_OK);
	assert_true(g.rand_index == 1 && g.normalised == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_scikit_learn),
		cmocka_unit_test(unclustered_units_are_ignored_and_counted),
		cmocka_unit_test(nothing_to_compare_is_an_error),
		cmocka_unit_test(a_single_unit_agrees_with_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
