/*
 * The normalised cut against numbers computed independently, as the published
 * code defines it (epsilon 1e-8). Weights are stored in single precision, so the
 * graphs are scaled to whole numbers and epsilon with them: the n-cut is the same.
 */
#include "graph_fixture.h"

#include "graph/ncut.h"

/* The n-cut of the whole graph under labels in 0 .. k-1. */
static double ncut(const fixture *f, const int32_t *label, size_t k, double epsilon)
{
	brc_graph g;
	double value;

	assert_ok(brc_graph_init_all(&g, fixture_blocks(f), &ok_err));
	assert_ok(brc_ncut(&g, label, k, epsilon, &value, &ok_err));
	brc_graph_clear(&g);
	return value;
}

static const int32_t alternating[12] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};

static void a_small_network_has_the_published_ncut(void **state)
{
	fixture f;
	double value;

	(void)state;
	fixture_small(&f, 100);
	value = ncut(&f, alternating, 2, 100 * BRC_NCUT_EPSILON_PAPER);
	assert_near(value, 0.098896704073, 5e-13);
	assert_near(brc_ncut_in_out(value, 2), 9.61156043446585, 1e-9);
	fixture_clear(&f);
}

static void a_big_network_has_the_published_ncut(void **state)
{
	static const int32_t label[12] = {1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
	fixture f;

	(void)state;
	fixture_big(&f, 1000);
	assert_near(ncut(&f, label, 2, 1000 * BRC_NCUT_EPSILON_PAPER), 0.037213054062, 5e-13);
	fixture_clear(&f);
}

static void two_triangles_have_the_published_ncut(void **state)
{
	static const int32_t label[6] = {0, 0, 0, 1, 1, 1};
	fixture f;

	(void)state;
	fixture_triangles(&f);
	assert_near(ncut(&f, label, 2, BRC_NCUT_EPSILON_PAPER), 0.153846153609, 5e-13);
	fixture_clear(&f);
}

/* Without epsilon the same cuts are other numbers: those of the formula. */
static void the_published_epsilon_changes_the_ncut(void **state)
{
	static const int32_t label[6] = {0, 0, 0, 1, 1, 1};
	fixture f;

	(void)state;
	fixture_triangles(&f);
	assert_near(ncut(&f, label, 2, 0), 2.0 / 13, 1e-16);
	assert_true(fabs(ncut(&f, label, 2, 0) - 0.153846153609) > 2e-10);
	fixture_clear(&f);
	fixture_small(&f, 100);
	assert_true(fabs(ncut(&f, alternating, 2, 0) - 0.098896704073) > 1e-11);
	fixture_clear(&f);
}

static void squared_correlations_have_the_published_ncut(void **state)
{
	static const double edge[6][3] = {{0, 1, 90}, {0, 2, 90}, {0, 3, 50},
					  {1, 2, 64}, {1, 3, 20}, {2, 3, 80}};
	static const int32_t label[4] = {0, 0, 1, 1};
	fixture f;

	(void)state;
	fixture_edges(&f, 4, edge, 6);
	assert_near(ncut(&f, label, 2, 100 * BRC_NCUT_EPSILON_PAPER), 1.137788775986, 5e-13);
	fixture_clear(&f);
}

static void no_edge_cut_is_exactly_zero(void **state)
{
	static const double edge[2][3] = {{0, 1, 1}, {2, 3, 2}};
	static const int32_t label[4] = {0, 0, 1, 1};
	fixture f;

	(void)state;
	fixture_edges(&f, 4, edge, 2);
	assert_true(ncut(&f, label, 2, 0) == 0);
	assert_true(isinf(brc_ncut_in_out(0, 2)));
	fixture_clear(&f);
}

static void names_of_clusters_do_not_matter(void **state)
{
	static const size_t units[3] = {9, 11, 7};
	static const int32_t rename[4] = {2, 0, 3, 1};
	int32_t label[27], renamed[27];
	fixture f;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 1, 0, 4);
	fixture_random(&f, 1, 1, 0, 4);
	fixture_random(&f, 0, 2, 0, 4);
	for (size_t u = 0; u < 27; u++) {
		label[u] = (int32_t)(u * u % 4);
		renamed[u] = rename[label[u]];
	}
	assert_near(ncut(&f, renamed, 4, 0), ncut(&f, label, 4, 0), 1e-14);
	fixture_clear(&f);
}

/* Powers of two scale without rounding: not a bit may change. */
static void scale_does_not_matter(void **state)
{
	static const size_t units[2] = {13, 17};
	int32_t label[30];
	double before;
	fixture f;

	(void)state;
	fixture_init(&f, 2, units);
	fixture_random(&f, 0, 1, 0, 0);
	for (size_t u = 0; u < 30; u++)
		label[u] = (int32_t)(u % 3);
	before = ncut(&f, label, 3, 0);
	for (size_t i = 0; i < 13 * 17; i++)
		f.w[0][i] *= 0x1p-70F;
	assert_true(ncut(&f, label, 3, 0) == before);
	fixture_clear(&f);
}

static void clusters_without_units_or_edges_add_nothing(void **state)
{
	static const double edge[2][3] = {{0, 1, 1}, {1, 2, 3}};
	static const int32_t label[5] = {0, 4, 4, 2, -1}; /* 3 and 4 are isolated */
	fixture f;

	(void)state;
	fixture_edges(&f, 5, edge, 2);
	assert_near(ncut(&f, label, 6, 0), 1.0 / 1 + 1.0 / 7, 1e-15);
	fixture_clear(&f);
}

static void edges_to_units_without_label_are_cut(void **state)
{
	static const double edge[2][3] = {{0, 1, 1}, {1, 2, 3}};
	static const int32_t label[3] = {-1, 0, 0};
	fixture f;

	(void)state;
	fixture_edges(&f, 3, edge, 2);
	assert_near(ncut(&f, label, 1, 0), 1.0 / 7, 1e-15);
	fixture_clear(&f);
}

static void labels_out_of_range_are_refused(void **state)
{
	static const int32_t wrong[2][6] = {{0, 1, 2, 0, 1, 0}, {0, 1, -2, 0, 1, 0}};
	brc_err err = {0};
	fixture f;
	brc_graph g;
	double value;

	(void)state;
	fixture_triangles(&f);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(brc_ncut(&g, wrong[i], 2, 0, &value, &err), BRC_DATA);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_network_has_the_published_ncut),
		cmocka_unit_test(a_big_network_has_the_published_ncut),
		cmocka_unit_test(two_triangles_have_the_published_ncut),
		cmocka_unit_test(the_published_epsilon_changes_the_ncut),
		cmocka_unit_test(squared_correlations_have_the_published_ncut),
		cmocka_unit_test(no_edge_cut_is_exactly_zero),
		cmocka_unit_test(names_of_clusters_do_not_matter),
		cmocka_unit_test(scale_does_not_matter),
		cmocka_unit_test(clusters_without_units_or_edges_add_nothing),
		cmocka_unit_test(edges_to_units_without_label_are_cut),
		cmocka_unit_test(labels_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
