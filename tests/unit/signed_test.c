/* Signed correlations: eigenvalues and mean, beside numpy (tests/oracle/nulls.py), and in sections.
 */
#include "graph_fixture.h"

#include "graph/signed.h"
#include "linalg/factor_columns.h"

static double next(FILE *file)
{
	double v = 0;

	if (fscanf(file, "%lf", &v) != 1)
		fail_msg("a golden file is too short");
	return v;
}

/* The correlations of values x[samples, n], whose units are those of the layers. */
static void correlate(brc_signed *s, const brc_layers *layers, bool across, const float *x,
		      size_t samples, brc_corr_method method)
{
	const brc_samples in = {x, samples, brc_layers_total(layers), false};
	float *row = calloc(samples * in.n, sizeof(*row));

	assert_ok(brc_factor_columns_fill(row, &in, method, NULL, NULL, &ok_err));
	assert_ok(brc_signed_rows(s, layers, across, samples, row, &ok_err));
	s->own = row;
	assert_ok(brc_signed_eigenvalues(s, false, NULL, &ok_err));
}

static void eigenvalues_and_means_are_those_of_numpy(void **state)
{
	FILE *file = fopen("tests/golden/graph/signed.txt", "r");
	size_t cases;

	(void)state;
	assert_non_null(file);
	cases = (size_t)next(file);
	for (size_t c = 0; c < cases; c++) {
		bool ranks = next(file) > 0;
		size_t samples = (size_t)next(file), units = (size_t)next(file), m;
		float x[480];
		brc_signed s;
		fixture f;

		fixture_init(&f, 1, &units);
		for (size_t i = 0; i < samples * units; i++)
			x[i] = (float)next(file);
		correlate(&s, &f.blocks.layers, true, x, samples,
			  ranks ? BRC_CORR_SPEARMAN : BRC_CORR_PEARSON);
		assert_int_equal(s.part[0].n, units - 1);
		assert_near(s.part[0].mean, next(file), 1e-7);
		m = (size_t)next(file);
		assert_int_equal(s.part[0].m, m);
		for (size_t i = 0; i < m; i++)
			assert_near(s.part[0].value[i], next(file), 1e-6);
		brc_signed_clear(&s);
		fixture_clear(&f);
	}
	fclose(file);
}

static void values(float *x, size_t n, uint32_t draw)
{
	brc_rng r;

	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, draw);
	for (size_t i = 0; i < n; i++)
		x[i] = (float)brc_rng_normal(&r);
}

/* Unit 3, in the second layer, is constant. */
static void made(brc_signed *s, fixture *f, bool across)
{
	static const size_t units[2] = {3, 4};
	static float x[20 * 7];

	fixture_init(f, 2, units);
	values(x, 20 * 7, 5);
	for (size_t i = 0; i < 20; i++)
		x[i * 7 + 3] = 1;
	correlate(s, &f->blocks.layers, across, x, 20, BRC_CORR_SPEARMAN);
}

static brc_section *section_of(const brc_signed *s)
{
	static const int32_t constant = 3;
	brc_section *out;

	assert_ok(brc_section_new(&out, "affinity", 1, "x", &ok_err));
	assert_ok(brc_section_add_column(out, "constant/unit", "<i4", 1, &constant, &ok_err));
	if (s)
		assert_ok(brc_signed_write(s, out, &ok_err));
	return out;
}

static void a_section_holds_them(void **state)
{
	(void)state;
	for (int across = 0; across < 2; across++) {
		brc_signed s, back;
		brc_section *section;
		bool found;
		fixture f;

		made(&s, &f, across);
		assert_int_equal(s.n, across ? 1 : 2);
		section = section_of(&s);
		assert_ok(brc_signed_read(&back, section, &f.blocks.layers, !across, &found,
					  &ok_err));
		assert_true(found);
		for (size_t p = 0; p < s.n; p++) {
			const brc_signed_part *a = &s.part[p], *b = &back.part[p];

			assert_int_equal(a->n, b->n);
			assert_memory_equal(a->unit, b->unit, a->n * sizeof(*a->unit));
			assert_int_equal(a->m, b->m);
			assert_memory_equal(a->value, b->value, a->m * sizeof(*a->value));
			assert_true(a->mean == b->mean && !b->row);
		}
		brc_signed_clear(&s);
		brc_signed_clear(&back);
		brc_section_free(section);
		fixture_clear(&f);
	}
}

static void a_section_without_them_has_none(void **state)
{
	brc_section *section = section_of(NULL);
	static const size_t units = 4;
	brc_signed s;
	bool found;
	fixture f;

	(void)state;
	fixture_init(&f, 1, &units);
	assert_ok(brc_signed_read(&s, section, &f.blocks.layers, false, &found, &ok_err));
	assert_false(found);
	assert_null(s.part);
	brc_section_free(section);
	fixture_clear(&f);
}

/* What is wrong is said, and nothing is left behind. */
static void eigenvalues_of_no_correlations_are_refused(void **state)
{
	(void)state;
	for (int wrong = 0; wrong < 5; wrong++) {
		brc_signed s, back;
		brc_section *section;
		brc_err err = {0};
		bool found;
		fixture f;

		made(&s, &f, true);
		if (wrong == 0)
			s.part[0].value[0] += 1; /* the sum */
		if (wrong == 1)
			s.part[0].value[5] = -s.part[0].value[5];
		if (wrong == 2)
			s.part[0].value[1] = s.part[0].value[0] * 2; /* the order */
		if (wrong == 3)
			s.part[0].mean = NAN;
		if (wrong == 4)
			s.part[0].value[2] = NAN;
		section = section_of(&s);
		assert_int_equal(
			brc_signed_read(&back, section, &f.blocks.layers, false, &found, &err),
			BRC_DATA);
		assert_non_null(strstr(err.message, "affinity/1 x"));
		assert_null(back.part);
		brc_signed_clear(&s);
		brc_section_free(section);
		fixture_clear(&f);
	}
}

/* Any pool, in memory or in a file: the same bytes. */
static void pools_and_files_do_not_matter(void **state)
{
	enum { SAMPLES = 300, UNITS = 700 };
	static const size_t units = UNITS;
	static float x[SAMPLES * UNITS];
	double *value[3];
	size_t m[3];
	fixture f;

	(void)state;
	fixture_init(&f, 1, &units);
	values(x, SAMPLES * UNITS, 1);
	for (size_t i = 0; i < 3; i++) {
		brc_pool *pool;
		brc_signed s;
		float *row = malloc(sizeof(x));

		memcpy(row, x, sizeof(x));
		assert_ok(brc_pool_new(&pool, 1 + i, &ok_err));
		assert_ok(brc_signed_rows(&s, &f.blocks.layers, true, SAMPLES, row, &ok_err));
		assert_ok(brc_signed_eigenvalues(&s, i == 2, pool, &ok_err));
		m[i] = s.part[0].m;
		value[i] = s.part[0].value;
		s.part[0].value = NULL;
		s.own = row;
		brc_signed_clear(&s);
		brc_pool_free(pool);
	}
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(m[i], m[0]);
		assert_memory_equal(value[i], value[0], m[0] * sizeof(**value));
	}
	for (size_t i = 0; i < 3; i++)
		free(value[i]);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eigenvalues_and_means_are_those_of_numpy),
		cmocka_unit_test(a_section_holds_them),
		cmocka_unit_test(a_section_without_them_has_none),
		cmocka_unit_test(eigenvalues_of_no_correlations_are_refused),
		cmocka_unit_test(pools_and_files_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
