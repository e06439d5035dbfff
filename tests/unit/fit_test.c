/* Matrices of given sums, beside numpy (tests/oracle/nulls.py) and where there is none. */
#include "linalg_golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linalg/fit.h"

enum { MOST = 64 };

/* A matrix of the file: its entries as brc_fit takes them, and all of the fitted one. */
typedef struct matrix {
	brc_fit fit;
	brc_entry at[MOST];
	double value[MOST], sum[MOST], fitted[MOST];
} matrix;

static void read_matrix(matrix *m, FILE *file)
{
	size_t rows = (size_t)golden_next(file), cols = (size_t)golden_next(file);
	size_t height = rows ? rows : cols;

	m->fit = (brc_fit){.units = rows + cols, .rows = rows, .at = m->at, .sum = m->sum};
	for (size_t i = 0; i < height; i++)
		for (size_t j = 0; j < cols; j++) {
			double v = golden_next(file);

			if (!(v > 0) || (!rows && j < i))
				continue;
			m->at[m->fit.n] = (brc_entry){(int32_t)i, (int32_t)(rows + j)};
			m->value[m->fit.n++] = v;
		}
	for (size_t u = 0; u < m->fit.units; u++)
		m->sum[u] = golden_next(file);
	for (size_t i = 0; i < height * cols; i++)
		m->fitted[i] = golden_next(file);
}

static void sums_are_fitted_as_by_numpy(void **state)
{
	FILE *file = golden_open("fit.txt");
	size_t cases = (size_t)golden_next(file);

	(void)state;
	for (size_t c = 0; c < cases; c++) {
		brc_err err = {0};
		matrix m;
		bool fitted;

		read_matrix(&m, file);
		assert_int_equal(brc_fit_sums(&m.fit, m.value, &fitted, &err), BRC_OK);
		assert_true(fitted);
		for (size_t e = 0; e < m.fit.n; e++) {
			size_t i = (size_t)m.at[e].row, j = (size_t)m.at[e].column - m.fit.rows;
			double want = m.fitted[i * (m.fit.units - m.fit.rows) + j];

			if (fabs(m.value[e] - want) > 1e-7 * want)
				fail_msg("case %zu, entry %zu: %.12g, not %.12g", c, e, m.value[e],
					 want);
		}
	}
	fclose(file);
}

/* Rows 0 and 1 have their only entries in column 2, whose sum is less than theirs together. */
static void patterns_without_a_solution_are_said_to_be_none(void **state)
{
	static const brc_entry between[] = {{0, 2}, {1, 2}, {1, 3}}, path[] = {{0, 1}, {1, 2}};
	static const double wanted[] = {2, 1, 1, 2}, ends[] = {1, 1, 1};
	const brc_fit fit[] = {{3, 4, 2, between, wanted}, {2, 3, 0, path, ends}};

	(void)state;
	for (size_t c = 0; c < 2; c++) {
		double value[3] = {1, 1, 1};
		brc_err err = {0};
		bool fitted;

		assert_int_equal(brc_fit_sums(&fit[c], value, &fitted, &err), BRC_OK);
		assert_false(fitted);
		for (size_t e = 0; e < 3; e++)
			assert_true(value[e] == 1);
	}
}

/* A unit that must have a sum, but has no entry. */
static void a_unit_without_entries_cannot_be_fitted(void **state)
{
	static const brc_entry at[] = {{0, 1}};
	static const double sum[] = {1, 1, 1}, none[] = {1, 1, 0};
	const brc_fit fit[] = {{1, 3, 1, at, sum}, {1, 3, 1, at, none}, {1, 3, 0, at, sum}};
	const bool want[] = {false, true, false};

	(void)state;
	for (size_t c = 0; c < 3; c++) {
		double value[1] = {5};
		brc_err err = {0};
		bool fitted;

		assert_int_equal(brc_fit_sums(&fit[c], value, &fitted, &err), BRC_OK);
		assert_int_equal(fitted, want[c]);
		assert_true(value[0] == (want[c] ? 1 : 5));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_fitted_as_by_numpy),
		cmocka_unit_test(patterns_without_a_solution_are_said_to_be_none),
		cmocka_unit_test(a_unit_without_entries_cannot_be_fitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
