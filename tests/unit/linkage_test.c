/* Average linkage: the same groups as SciPy's (tests/oracle/linkage.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "linalg/linkage.h"

static void groups_are_those_of_scipy(void **state)
{
	FILE *f = fopen("tests/golden/linalg/linkage.txt", "r");
	size_t n, k, cases = 0;

	(void)state;
	assert_non_null(f);
	while (fscanf(f, "%zu %zu", &n, &k) == 2) {
		float *distance = calloc(n * n, sizeof(*distance));
		int32_t *label = calloc(n, sizeof(*label));

		assert_true(distance && label);
		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < n; j++) {
				assert_int_equal(fscanf(f, "%f", &distance[i * n + j]), 1);
				distance[j * n + i] = distance[i * n + j];
			}
		assert_int_equal(brc_linkage_cut(distance, n, k, label, NULL), 0);
		for (size_t i = 0; i < n; i++) {
			int want;

			assert_int_equal(fscanf(f, "%d", &want), 1);
			assert_int_equal(label[i], want);
		}
		free(distance);
		free(label);
		cases++;
	}
	assert_int_equal(cases, 8);
	assert_int_equal(fclose(f), 0);
}

/* Distances that are all equal leave a choice; it is made the same way every time. */
static void ties_are_broken_by_order(void **state)
{
	float distance[25];
	int32_t label[5];

	(void)state;
	for (size_t i = 0; i < 25; i++)
		distance[i] = i % 6 ? 1 : 0;
	assert_int_equal(brc_linkage_cut(distance, 5, 2, label, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(label[i], 0);
	assert_int_equal(label[4], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_those_of_scipy),
		cmocka_unit_test(ties_are_broken_by_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
