/* Degrees, components, isolated units; the normalised operator. */
#include "graph_fixture.h"

#include "graph/normalised.h"

static void degrees_are_sums_of_edges(void **state)
{
	static const size_t units[3] = {2, 2, 2};
	static const double degree[6] = {13.3, 7.4, 12 + 9.05, 8.7 + 5.93, 9.13, 5.85};
	fixture f;
	brc_graph g;

	(void)state;
	fixture_small(&f, 100);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_int_equal(g.n, 6);
	for (size_t u = 0; u < 6; u++)
		assert_near(g.degree[u], 100 * degree[u], 1e-9);
	assert_int_equal(g.links, 7);
	assert_int_equal(g.components, 1);
	assert_int_equal(g.connected, 6);
	assert_int_equal(g.n_members, sizeof(units) / sizeof(*units));
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* Components: {1, 4} weight 5, {0, 2, 3} weights 1 + 1, {6, 7} weight 2; 5 is isolated. */
static void components_go_by_volume(void **state)
{
	static const double edge[][3] = {{1, 4, 5}, {0, 2, 1}, {2, 3, 1}, {6, 7, 2}};
	static const int32_t component[8] = {1, 0, 1, 1, 0, -1, 2, 2};
	static const size_t unit[7] = {0, 1, 2, 3, 4, 6, 7};
	fixture f;
	brc_graph g;

	(void)state;
	fixture_edges(&f, 8, edge, 4);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_int_equal(g.components, 3);
	assert_memory_equal(g.component, component, sizeof(component));
	assert_int_equal(g.connected, 7);
	assert_memory_equal(g.unit, unit, sizeof(unit));
	assert_near(g.volume[0], 10, 0);
	assert_near(g.volume[1], 4, 0);
	assert_near(g.volume[2], 4, 0);
	assert_int_equal(g.links, 4);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

static void a_graph_takes_the_members_and_blocks_it_is_told(void **state)
{
	static const size_t units[4] = {2, 3, 2, 4}, member[3] = {0, 2, 3}, block[2] = {3, 1};
	fixture f;
	brc_graph g;

	(void)state;
	fixture_init(&f, 4, units);
	fixture_random(&f, 0, 1, 0, 0);
	fixture_random(&f, 2, 3, 0, 0);
	fixture_random(&f, 1, 2, 0, 0);
	fixture_random(&f, 0, 3, 0, 0);
	assert_ok(brc_graph_init(&g, fixture_blocks(&f), member, 3, block, 2, &ok_err));
	assert_int_equal(g.n, 8);
	assert_int_equal(g.edges[0].from, 0);
	assert_int_equal(g.edges[0].to, 2);
	assert_int_equal(g.edges[1].from, 1);
	assert_ptr_equal(g.edges[1].block.w, f.w[1]);
	assert_near(g.degree[0], f.w[3][0] + f.w[3][1] + f.w[3][2] + f.w[3][3], 1e-6);
	assert_int_equal(g.components, 1);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

static void wrong_members_and_blocks_are_refused(void **state)
{
	static const size_t units[3] = {2, 2, 2};
	static const size_t members[][2] = {{1, 0}, {0, 0}, {1, 3}, {0, 2}};
	static const size_t twice[2] = {0, 0}, beyond[1] = {1}, both[2] = {0, 1};
	brc_err err = {0};
	fixture f;
	brc_graph g;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 1, 0, 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
			brc_graph_init(&g, fixture_blocks(&f), members[i], 2, both, 1, &err),
			BRC_DATA);
	assert_int_equal(brc_graph_init(&g, fixture_blocks(&f), both, 2, twice, 2, &err), BRC_DATA);
	assert_int_equal(brc_graph_init(&g, fixture_blocks(&f), both, 2, beyond, 1, &err),
			 BRC_DATA);
	fixture_clear(&f);
}

static void a_graph_without_edges_is_all_isolated(void **state)
{
	static const size_t units[2] = {2, 3};
	fixture f;
	brc_graph g;

	(void)state;
	fixture_init(&f, 2, units);
	fixture_block(&f, 0, 1);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_int_equal(g.components, 0);
	assert_int_equal(g.connected, 0);
	for (size_t u = 0; u < 5; u++)
		assert_int_equal(g.component[u], -1);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* Layers wider than a tile, a layer with edges within, zeroes, and an isolated unit. */
static void wide_graph(fixture *f)
{
	static const size_t units[3] = {300, 150, 40};

	fixture_init(f, 3, units);
	fixture_random(f, 0, 1, 0, 3);
	fixture_random(f, 1, 1, 0, 4);
	fixture_random(f, 0, 2, 0, 0);
	for (size_t j = 0; j < 150; j++)
		f->w[0][299 * 150 + j] = 0;
	for (size_t j = 0; j < 40; j++)
		f->w[2][299 * 40 + j] = 0;
}

static void apply_is_the_dense_matrix(void **state)
{
	enum { COLS = 3 };
	fixture f;
	brc_graph g;
	brc_normalised *m;
	double *a, *x, *y;

	(void)state;
	wide_graph(&f);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_int_equal(g.connected, 489);
	assert_ok(brc_normalised_new(&m, &g, NULL, &ok_err));
	a = calloc(g.connected * g.connected, sizeof(*a));
	x = calloc(g.connected * COLS, sizeof(*x));
	y = calloc(g.connected * COLS, sizeof(*y));
	for (size_t i = 0; i < g.connected * COLS; i++)
		x[i] = sin((double)(i * i % 1009));
	assert_ok(brc_normalised_dense(m, a, &ok_err));
	assert_ok(brc_normalised_apply(m, x, y, COLS, &ok_err));
	for (size_t c = 0; c < COLS; c++)
		for (size_t i = 0; i < g.connected; i++) {
			double sum = 0;

			for (size_t j = 0; j < g.connected; j++)
				sum += a[i * g.connected + j] * x[c * g.connected + j];
			assert_near(y[c * g.connected + i], sum, 1e-13);
		}
	free(a);
	free(x);
	free(y);
	brc_normalised_free(m);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* M sqrt(d) = sqrt(d), entry by entry symmetric. */
static void dense_is_normalised(void **state)
{
	fixture f;
	brc_graph g;
	brc_normalised *m;
	double *a;

	(void)state;
	wide_graph(&f);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_ok(brc_normalised_new(&m, &g, NULL, &ok_err));
	a = calloc(g.connected * g.connected, sizeof(*a));
	assert_ok(brc_normalised_dense(m, a, &ok_err));
	for (size_t i = 0; i < g.connected; i++) {
		double sum = 0;

		for (size_t j = 0; j < g.connected; j++) {
			assert_true(a[i * g.connected + j] == a[j * g.connected + i]);
			sum += a[i * g.connected + j] * sqrt(g.degree[g.unit[j]]);
		}
		assert_near(sum, sqrt(g.degree[g.unit[i]]), 1e-12);
	}
	free(a);
	brc_normalised_free(m);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

static void apply_gives_the_same_bytes_for_any_pool(void **state)
{
	enum { COLS = 17 };
	fixture f;
	brc_graph g;
	double *x, *y[2];

	(void)state;
	wide_graph(&f);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	x = calloc(g.connected * COLS, sizeof(*x));
	for (size_t i = 0; i < g.connected * COLS; i++)
		x[i] = cos((double)(i * 7 % 1013));
	for (size_t run = 0; run < 2; run++) {
		brc_normalised *m;
		brc_pool *pool = NULL;

		y[run] = calloc(g.connected * COLS, sizeof(*y[run]));
		if (run)
			assert_ok(brc_pool_new(&pool, 3, &ok_err));
		assert_ok(brc_normalised_new(&m, &g, pool, &ok_err));
		assert_ok(brc_normalised_apply(m, x, y[run], COLS, &ok_err));
		brc_normalised_free(m);
		brc_pool_free(pool);
	}
	assert_memory_equal(y[0], y[1], g.connected * COLS * sizeof(double));
	free(x);
	free(y[0]);
	free(y[1]);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(degrees_are_sums_of_edges),
		cmocka_unit_test(components_go_by_volume),
		cmocka_unit_test(a_graph_takes_the_members_and_blocks_it_is_told),
		cmocka_unit_test(wrong_members_and_blocks_are_refused),
		cmocka_unit_test(a_graph_without_edges_is_all_isolated),
		cmocka_unit_test(apply_is_the_dense_matrix),
		cmocka_unit_test(dense_is_normalised),
		cmocka_unit_test(apply_gives_the_same_bytes_for_any_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
