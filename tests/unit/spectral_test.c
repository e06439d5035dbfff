/* Spectral clustering: what it must find, what it must say, what may not change it. */
#include "graph_fixture.h"

#include "graph/ncut.h"
#include "graph/spectral.h"
#include "linalg/compare.h"

static const brc_spectral_options plain = {.seed = 42};

static void cluster_with(const fixture *f, size_t k, const brc_spectral_options *o, brc_graph *g,
			 brc_clustering *c)
{
	assert_ok(brc_graph_init_all(g, fixture_blocks(f), &ok_err));
	assert_ok(brc_spectral_cluster(c, g, k, o, NULL, &ok_err));
}

static void cluster(const fixture *f, size_t k, brc_graph *g, brc_clustering *c)
{
	cluster_with(f, k, &plain, g, c);
}

static void clear(fixture *f, brc_graph *g, brc_clustering *c)
{
	brc_clustering_clear(c);
	brc_graph_clear(g);
	fixture_clear(f);
}

static double rand_index(const int32_t *a, const int32_t *b, size_t n)
{
	brc_agreement agreement;

	assert_ok(brc_compare_partitions(a, b, n, &agreement, &ok_err));
	return agreement.rand_index;
}

static void two_clusters_are_the_triangles(void **state)
{
	static const int32_t label[6] = {0, 0, 0, 1, 1, 1};
	brc_spectral_options paper = {.seed = 42, .epsilon = BRC_NCUT_EPSILON_PAPER};
	brc_clustering c;
	brc_graph g;
	fixture f;

	(void)state;
	fixture_triangles(&f);
	cluster(&f, 2, &g, &c);
	assert_near(rand_index(c.label, label, 6), 1, 0);
	assert_near(c.ncut, 2.0 / 13, 1e-15);
	assert_near(c.lower_bound, .1271583853, 5e-11);
	assert_int_equal(c.pairs, 3);
	assert_int_equal(c.n_warnings, 0);
	assert_int_equal(c.empty, 0);
	brc_clustering_clear(&c);
	brc_graph_clear(&g);
	cluster_with(&f, 2, &paper, &g, &c);
	assert_near(c.ncut, 0.153846153609, 5e-13);
	clear(&f, &g, &c);
}

static void a_planted_partition_is_found(void **state)
{
	brc_clustering c;
	brc_graph g;
	int32_t group[64];
	fixture f;

	(void)state;
	fixture_planted(&f, 4, 16, 0.05F);
	for (size_t u = 0; u < 64; u++)
		group[u] = (int32_t)(u % 4);
	cluster(&f, 4, &g, &c);
	assert_near(rand_index(c.label, group, 64), 1, 0);
	assert_int_equal(c.n_warnings, 0);
	clear(&f, &g, &c);
}

/* Weights of an MLP in diagonal blocks, joined weakly: clusters are the blocks in each layer. */
static void modules_of_a_chain_are_found(void **state)
{
	static const size_t units[4] = {12, 15, 9, 6};
	brc_clustering c;
	brc_graph g;
	int32_t module[42];
	fixture f;

	(void)state;
	fixture_init(&f, 4, units);
	for (size_t l = 0; l < 3; l++) {
		fixture_random(&f, l, l + 1, 0, 0);
		for (size_t i = 0; i < units[l]; i++)
			for (size_t j = 0; j < units[l + 1]; j++)
				if (i % 3 != j % 3)
					f.w[l][i * units[l + 1] + j] *= 0.02F;
	}
	for (size_t l = 0; l < 4; l++)
		for (size_t i = 0; i < units[l]; i++)
			module[f.blocks.layers.first[l] + i] = (int32_t)(i % 3);
	cluster(&f, 3, &g, &c);
	assert_near(rand_index(c.label, module, 42), 1, 0);
	clear(&f, &g, &c);
}

/* The sum of the k smallest eigenvalues bounds every n-cut, the found one and any other. */
static void the_lower_bound_holds(void **state)
{
	static const size_t units[3] = {14, 10, 12};
	int32_t label[36];
	brc_clustering c;
	brc_graph g;
	brc_rng r;
	fixture f;

	(void)state;
	for (uint32_t draw = 0; draw < 12; draw++) {
		size_t k = 2 + draw % 5;
		double ncut;

		fixture_init(&f, 3, units);
		fixture_random(&f, 0, 1, draw, 3);
		fixture_random(&f, 1, 2, draw, 3);
		fixture_random(&f, 2, 2, draw, 3);
		cluster(&f, k, &g, &c);
		assert_true(c.lower_bound <= c.ncut + 1e-12);
		brc_rng_init(&r, 1, BRC_RNG_TEST, 9, draw);
		for (size_t u = 0; u < 36; u++)
			label[u] = u < k ? (int32_t)u : (int32_t)brc_rng_below(&r, (uint32_t)k);
		assert_ok(brc_ncut(&g, label, k, 0, &ncut, &ok_err));
		assert_true(c.lower_bound <= ncut + 1e-12);
		assert_true(c.ncut < ncut);
		clear(&f, &g, &c);
	}
}

/* ---- components ---- */

/* Five edges of weights 5, 4, 3, 2, 1 and a lonely unit. */
static void five_edges(fixture *f)
{
	static const double edge[5][3] = {{0, 1, 3}, {2, 3, 1}, {4, 5, 5}, {6, 7, 2}, {8, 9, 4}};

	fixture_edges(f, 11, edge, 5);
}

static void more_components_than_clusters_are_merged_whole(void **state)
{
	/* 5 | 4 | then 3 joins 4, 2 joins 5, 1 joins the 7 that comes first */
	static const int32_t label[11] = {1, 1, 0, 0, 0, 0, 0, 0, 1, 1, -1};
	brc_clustering c;
	brc_graph g;
	fixture f;

	(void)state;
	five_edges(&f);
	cluster(&f, 2, &g, &c);
	assert_memory_equal(c.label, label, sizeof(label));
	assert_true(c.ncut == 0);
	assert_true(c.lower_bound == 0);
	assert_int_equal(c.n_warnings, 1);
	assert_string_equal(c.warning[0], "5 components merged whole into 2 clusters");
	clear(&f, &g, &c);
}

static void as_many_components_as_clusters_are_the_clusters(void **state)
{
	static const int32_t label[11] = {2, 2, 4, 4, 0, 0, 3, 3, 1, 1, -1};
	brc_clustering c;
	brc_graph g;
	fixture f;

	(void)state;
	five_edges(&f);
	cluster(&f, 5, &g, &c);
	assert_memory_equal(c.label, label, sizeof(label));
	assert_int_equal(c.n_warnings, 0);
	clear(&f, &g, &c);
}

/* Two components, one of them the triangles: three clusters split only that one. */
static void fewer_components_than_clusters_are_split(void **state)
{
	static const double edge[8][3] = {{0, 1, 1}, {0, 2, 1}, {1, 2, 1},    {3, 4, 1},
					  {3, 5, 1}, {4, 5, 1}, {2, 3, 0.01}, {6, 8, 2}};
	static const int32_t part[8] = {0, 0, 0, 1, 1, 1, 2, 2};
	brc_clustering c;
	brc_graph g;
	int32_t label[8];
	fixture f;

	(void)state;
	fixture_edges(&f, 9, edge, 8);
	cluster(&f, 3, &g, &c);
	assert_int_equal(c.label[7], -1);
	memcpy(label, c.label, 7 * sizeof(*label));
	label[7] = c.label[8];
	label[6] = c.label[6];
	assert_near(rand_index(label, part, 8), 1, 0);
	assert_int_equal(c.n_warnings, 0);
	clear(&f, &g, &c);
}

/* ---- what is said ---- */

static void an_undetermined_embedding_is_said(void **state)
{
	double edge[15][3];
	brc_clustering c;
	brc_graph g;
	fixture f;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 6; i++) /* the complete graph of 6: 0, then 1.2 five times */
		for (size_t j = i + 1; j < 6; j++) {
			edge[n][0] = (double)i;
			edge[n][1] = (double)j;
			edge[n++][2] = 1;
		}
	fixture_edges(&f, 6, (const double(*)[3])edge, n);
	cluster(&f, 3, &g, &c);
	assert_int_equal(c.n_warnings, 1);
	assert_non_null(strstr(c.warning[0], "eigenvalues 3 and 4 are equal (1.2)"));
	brc_clustering_clear(&c);
	brc_graph_clear(&g);
	cluster(&f, 1, &g, &c); /* eigenvalues 1 and 2 are not */
	assert_int_equal(c.n_warnings, 0);
	assert_true(c.ncut == 0);
	clear(&f, &g, &c);
}

/* k independent vectors have k different rows at least: even a star fills all its clusters. */
static void no_cluster_stays_empty(void **state)
{
	static const double edge[5][3] = {{0, 1, 1}, {0, 2, 1}, {0, 3, 1}, {0, 4, 1}, {0, 5, 1}};
	brc_clustering c;
	brc_graph g;
	fixture f;

	(void)state;
	for (size_t k = 1; k <= 6; k++) {
		size_t size[6] = {0};

		fixture_edges(&f, 6, edge, 5);
		cluster(&f, k, &g, &c);
		for (size_t u = 0; u < 6; u++)
			size[c.label[u]]++;
		for (size_t i = 0; i < k; i++)
			assert_true(size[i] > 0);
		assert_int_equal(c.empty, 0);
		clear(&f, &g, &c);
	}
}

static void as_many_clusters_as_units_are_singletons(void **state)
{
	static const int32_t singletons[6] = {0, 1, 2, 3, 4, 5};
	brc_clustering c;
	brc_graph g;
	fixture f;

	(void)state;
	fixture_triangles(&f);
	cluster(&f, 6, &g, &c);
	assert_near(rand_index(c.label, singletons, 6), 1, 0);
	assert_int_equal(c.pairs, 6);
	assert_near(c.ncut, 6, 1e-12);
	assert_near(c.lower_bound, 6, 1e-12); /* the trace */
	clear(&f, &g, &c);
}

static void more_clusters_than_connected_units_are_refused(void **state)
{
	brc_clustering c;
	brc_err err = {0};
	brc_graph g;
	fixture f;

	(void)state;
	five_edges(&f);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_int_equal(brc_spectral_cluster(&c, &g, 11, &plain, NULL, &err), BRC_DATA);
	assert_string_equal(err.message, "11 clusters wanted of 10 connected units");
	assert_int_equal(brc_spectral_cluster(&c, &g, 0, &plain, NULL, &err), BRC_DATA);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* Restarts of the paper: 25 up to 2,000 units (an MLP has 1,818), 100 above (VGG-16: 4,224). */
static void restarts_follow_the_size(void **state)
{
	static const size_t vgg16 = 64 * 2 + 128 * 2 + 256 * 3 + 512 * 6;
	brc_graph g = {.connected = 784 + 4 * 256 + 10};

	(void)state;
	assert_int_equal(g.connected, 1818);
	assert_int_equal(brc_spectral_restarts(&g, 0), 25);
	g.connected = 2000;
	assert_int_equal(brc_spectral_restarts(&g, 0), 25);
	g.connected = 2001;
	assert_int_equal(brc_spectral_restarts(&g, 0), 100);
	g.connected = vgg16;
	assert_int_equal(vgg16, 4224);
	assert_int_equal(brc_spectral_restarts(&g, 0), 100);
	assert_int_equal(brc_spectral_restarts(&g, 7), 7);
}

/* ---- what may not matter ---- */

/* Units of layer 1 in another order, with their edges: nothing changes but their places. */
static void the_order_of_units_does_not_matter(void **state)
{
	static const size_t units[3] = {20, 16, 12};
	brc_clustering c[2];
	brc_graph g[2];
	fixture f[2];
	int32_t moved[48];

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		fixture_init(&f[v], 3, units);
		for (size_t l = 0; l < 2; l++) {
			fixture_random(&f[v], l, l + 1, 0, 0);
			for (size_t i = 0; i < units[l]; i++)
				for (size_t j = 0; j < units[l + 1]; j++)
					if (i % 4 != j % 4)
						f[v].w[l][i * units[l + 1] + j] *= 0.02F;
		}
	}
	for (size_t i = 0; i < 20; i++) /* unit j goes to place 15 - j */
		for (size_t j = 0; j < 16; j++)
			f[1].w[0][i * 16 + 15 - j] = f[0].w[0][i * 16 + j];
	for (size_t j = 0; j < 16; j++)
		for (size_t i = 0; i < 12; i++)
			f[1].w[1][(15 - j) * 12 + i] = f[0].w[1][j * 12 + i];
	for (size_t v = 0; v < 2; v++)
		cluster(&f[v], 4, &g[v], &c[v]);
	for (size_t u = 0; u < 48; u++) {
		size_t there = u >= 20 && u < 36 ? 20 + 15 - (u - 20) : u;

		assert_near(g[1].degree[there], g[0].degree[u], 1e-13);
		moved[u] = c[1].label[there];
	}
	for (size_t i = 0; i < 5; i++)
		assert_near(c[1].value[i], c[0].value[i], 1e-13);
	assert_near(rand_index(moved, c[0].label, 48), 1, 0);
	assert_near(c[1].ncut, c[0].ncut, 1e-13);
	for (size_t v = 0; v < 2; v++)
		clear(&f[v], &g[v], &c[v]);
}

static void the_scale_of_edges_does_not_matter(void **state)
{
	static const size_t units[2] = {20, 16};
	brc_clustering c[2];
	brc_graph g[2];
	fixture f[2];

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		fixture_init(&f[v], 2, units);
		fixture_random(&f[v], 0, 1, 0, 3);
		for (size_t i = 0; v && i < 320; i++)
			f[v].w[0][i] *= 0x1p-60F;
		cluster(&f[v], 3, &g[v], &c[v]);
	}
	assert_memory_equal(c[0].label, c[1].label, 36 * sizeof(int32_t));
	assert_near(c[1].ncut, c[0].ncut, 1e-13);
	for (size_t v = 0; v < 2; v++)
		clear(&f[v], &g[v], &c[v]);
}

static void threads_do_not_matter(void **state)
{
	static const size_t units[3] = {200, 150, 100};
	brc_clustering c[2];
	brc_graph g;
	fixture f;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 1, 0, 3);
	fixture_random(&f, 1, 2, 0, 3);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	for (size_t run = 0; run < 2; run++) {
		brc_pool *pool;

		assert_ok(brc_pool_new(&pool, run + 1, &ok_err));
		assert_ok(brc_spectral_cluster(&c[run], &g, 6, &plain, pool, &ok_err));
		brc_pool_free(pool);
	}
	assert_memory_equal(c[0].label, c[1].label, g.n * sizeof(int32_t));
	assert_memory_equal(c[0].value, c[1].value, 7 * sizeof(double));
	assert_memory_equal(c[0].residual, c[1].residual, 7 * sizeof(double));
	assert_true(c[0].inertia == c[1].inertia && c[0].ncut == c[1].ncut);
	brc_clustering_clear(&c[1]);
	clear(&f, &g, &c[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_clusters_are_the_triangles),
		cmocka_unit_test(a_planted_partition_is_found),
		cmocka_unit_test(modules_of_a_chain_are_found),
		cmocka_unit_test(the_lower_bound_holds),
		cmocka_unit_test(more_components_than_clusters_are_merged_whole),
		cmocka_unit_test(as_many_components_as_clusters_are_the_clusters),
		cmocka_unit_test(fewer_components_than_clusters_are_split),
		cmocka_unit_test(an_undetermined_embedding_is_said),
		cmocka_unit_test(no_cluster_stays_empty),
		cmocka_unit_test(as_many_clusters_as_units_are_singletons),
		cmocka_unit_test(more_clusters_than_connected_units_are_refused),
		cmocka_unit_test(restarts_follow_the_size),
		cmocka_unit_test(the_order_of_units_does_not_matter),
		cmocka_unit_test(the_scale_of_edges_does_not_matter),
		cmocka_unit_test(threads_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
