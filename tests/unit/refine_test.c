/* Refinement of partitions on the graph. */
#include "graph_fixture.h"

#include "graph/ncut.h"
#include "graph/refine.h"
#include "graph/spectral.h"

static double ncut_of(const brc_graph *g, const int32_t *label, size_t k)
{
	double ncut;

	assert_ok(brc_ncut(g, label, k, 0, &ncut, &ok_err));
	return ncut;
}

static void sizes(const brc_graph *g, const int32_t *label, size_t *size, size_t k)
{
	memset(size, 0, k * sizeof(*size));
	for (size_t u = 0; u < g->n; u++)
		if (label[u] >= 0)
			size[label[u]]++;
}

/* No single unit could change cluster and lower the n-cut: tried out, one by one. */
static void assert_settled(const brc_graph *g, int32_t *label, size_t k)
{
	double ncut = ncut_of(g, label, k);
	size_t size[16];

	sizes(g, label, size, k);
	for (size_t u = 0; u < g->n; u++) {
		int32_t own = label[u];

		if (own < 0 || size[own] < 2)
			continue;
		for (size_t c = 0; c < k; c++) {
			label[u] = (int32_t)c;
			assert_true(ncut_of(g, label, k) > ncut - 2 * BRC_REFINE_LEAST);
		}
		label[u] = own;
	}
}

static void random_labels(const brc_graph *g, int32_t *label, size_t k)
{
	for (size_t u = 0; u < g->n; u++)
		label[u] = g->degree[u] > 0 ? (int32_t)(u * 7 % k) : -1;
}

/* Dense and sparse, within a layer and between layers, with isolated units. */
static void no_single_move_is_left(void **state)
{
	static const size_t units[3] = {20, 30, 25};

	(void)state;
	for (uint32_t draw = 0; draw < 20; draw++) {
		int32_t label[75];
		size_t size[6], moved;
		brc_graph g;
		fixture f;
		double before;

		fixture_init(&f, 3, units);
		fixture_random(&f, 0, 1, draw, 3);
		fixture_random(&f, 1, 2, draw, 3);
		if (draw % 2)
			fixture_random(&f, 0, 2, draw, 2);
		assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
		random_labels(&g, label, 6);
		before = ncut_of(&g, label, 6);
		assert_ok(brc_refine(&g, label, 6, 0, NULL, &moved, &ok_err));
		assert_true(moved > 0);
		assert_true(ncut_of(&g, label, 6) < before);
		assert_settled(&g, label, 6);
		sizes(&g, label, size, 6);
		for (size_t c = 0; c < 6; c++)
			assert_true(size[c] > 0 && (c == 0 || size[c] <= size[c - 1]));
		for (size_t u = 0; u < g.n; u++)
			assert_true((label[u] < 0) == !(g.degree[u] > 0));
		brc_graph_clear(&g);
		fixture_clear(&f);
	}
}

/* A few units taken out of their groups come back; groups as they are stay. */
static void planted_groups_come_back(void **state)
{
	brc_pool *pool;
	int32_t label[60];
	size_t moved;
	brc_graph g;
	fixture f;

	(void)state;
	fixture_planted(&f, 4, 15, 0.05F);
	assert_ok(brc_pool_new(&pool, 3, &ok_err));
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	for (size_t u = 0; u < 60; u++)
		label[u] = (int32_t)(u % 4);
	assert_ok(brc_refine(&g, label, 4, 0, NULL, &moved, &ok_err));
	assert_int_equal(moved, 0);
	label[0] = 3;  /* of 0 */
	label[17] = 0; /* of 1 */
	label[42] = 1; /* of 2 */
	assert_ok(brc_refine(&g, label, 4, 0, pool, &moved, &ok_err));
	assert_int_equal(moved, 3);
	for (size_t u = 0; u < 60; u++)
		assert_int_equal(label[u], u % 4);
	brc_pool_free(pool);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* As an option of spectral clustering it never does worse; off, nothing is moved. */
static void an_option_of_clustering(void **state)
{
	static const size_t units[2] = {60, 60};
	brc_spectral_options o = {.restarts = 1, .seed = 3};
	brc_clustering plain, refined;
	brc_graph g;
	fixture f;

	(void)state;
	fixture_init(&f, 2, units);
	fixture_random(&f, 0, 1, 5, 3);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_ok(brc_spectral_cluster(&plain, &g, 7, &o, NULL, &ok_err));
	o.refine = true;
	assert_ok(brc_spectral_cluster(&refined, &g, 7, &o, NULL, &ok_err));
	assert_int_equal(plain.moved, 0);
	assert_true(refined.moved > 0);
	assert_true(refined.ncut < plain.ncut);
	assert_near(refined.ncut, ncut_of(&g, refined.label, 7), 0);
	assert_settled(&g, refined.label, 7);
	brc_clustering_clear(&plain);
	brc_clustering_clear(&refined);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_single_move_is_left),
		cmocka_unit_test(planted_groups_come_back),
		cmocka_unit_test(an_option_of_clustering),
	};

	return cmocka_run_group_tests_name("refine", tests, NULL, NULL);
}
