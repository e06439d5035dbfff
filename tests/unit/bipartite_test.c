/*
 * Bipartite graphs, solved on one part: the same eigenpairs as by LAPACK on the whole
 * matrix, also beyond the rank, and only for graphs that are bipartite.
 */
#include "graph_fixture.h"

#include <lapacke.h>

#include "base/memory.h"
#include "graph/eigenpairs.h"
#include "graph/normalised.h"

/* All eigenvalues of L by LAPACK's QR iteration on the whole matrix, ascending. */
static double *all_values(const brc_graph *g)
{
	size_t n = g->connected;
	double *a = malloc(n * n * sizeof(*a)), *w = malloc(n * sizeof(*w));
	brc_normalised *m;

	assert_ok(brc_normalised_new(&m, g, NULL, &ok_err));
	assert_ok(brc_normalised_dense(m, a, &ok_err));
	brc_normalised_free(m);
	for (size_t i = 0; i < n * n; i++)
		a[i] = (i % (n + 1) == 0) - a[i];
	assert_int_equal(LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'U', (int)n, a, (int)n, w), 0);
	free(a);
	return w;
}

static bool bipartite(const fixture *f)
{
	brc_normalised *m;
	brc_bipartition parts;
	brc_graph g;
	bool is;

	assert_ok(brc_graph_init_all(&g, fixture_blocks(f), &ok_err));
	assert_ok(brc_normalised_new(&m, &g, NULL, &ok_err));
	is = brc_normalised_bipartition(m, &parts);
	if (is) {
		assert_int_equal(parts.small_units + parts.large_units, g.connected);
		assert_true(parts.small_units <= parts.large_units);
	}
	brc_normalised_free(m);
	brc_graph_clear(&g);
	return is;
}

/* `pairs` of them agree with LAPACK, are orthonormal, and have small residuals. */
static void check(const fixture *f, size_t pairs)
{
	brc_eigenpairs *p = NULL;
	double *all;
	brc_graph g;

	assert_ok(brc_graph_init_all(&g, fixture_blocks(f), &ok_err));
	all = all_values(&g);
	if (pairs > g.connected)
		pairs = g.connected;
	assert_ok(brc_eigenpairs_new(&p, &g, pairs, 0, 42, 0, NULL, &ok_err));
	for (size_t i = 0; i < pairs; i++) {
		assert_near(p->value[i], all[i], 1e-10);
		assert_true(p->residual[i] <= 1e-9);
		for (size_t j = 0; j <= i; j++) {
			double dot = 0;

			for (size_t v = 0; v < p->n; v++)
				dot += p->vector[i * p->n + v] * p->vector[j * p->n + v];
			assert_near(dot, i == j, 1e-9);
		}
	}
	free(all);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
}

static void chain(fixture *f, const size_t *units, size_t layers, uint32_t sparse)
{
	fixture_init(f, layers, units);
	for (size_t l = 0; l + 1 < layers; l++)
		fixture_random(f, l, l + 1, 0, sparse);
}

/* Few pairs, as many as the rank, zero and negative eigenvalues, all. */
static void chains_of_any_number_of_pairs(void **state)
{
	static const size_t units[5] = {30, 9, 14, 6, 40};
	fixture f;

	(void)state;
	chain(&f, units, 5, 3);
	assert_true(bipartite(&f));
	for (size_t pairs = 1; pairs <= 99; pairs += pairs < 17 ? 3 : 11)
		check(&f, pairs);
	check(&f, 99);
	fixture_clear(&f);
}

/* The smaller part is large enough for block Lanczos. */
static void a_wide_chain_goes_through_block_lanczos(void **state)
{
	static const size_t units[4] = {300, 800, 300, 900};
	fixture f;

	(void)state;
	chain(&f, units, 4, 0);
	check(&f, 7);
	fixture_clear(&f);
}

static void stars_and_complete_bipartite_graphs(void **state)
{
	static const size_t sizes[5][2] = {{1, 60}, {60, 1}, {1, 1}, {7, 20}, {30, 30}};

	(void)state;
	for (size_t s = 0; s < 5; s++) {
		float *w;
		fixture f;

		fixture_init(&f, 2, sizes[s]);
		w = fixture_block(&f, 0, 1);
		for (size_t i = 0; i < sizes[s][0] * sizes[s][1]; i++)
			w[i] = 1;
		check(&f, 1);
		check(&f, 2);
		check(&f, 14);
		check(&f, SIZE_MAX);
		fixture_clear(&f);
	}
}

/* A path as a chain of layers of one unit: 1 - cos(pi j / (n - 1)). */
static void a_path_has_its_cosines(void **state)
{
	enum { N = 12 };
	const double pi = acos(-1);
	brc_eigenpairs *p = NULL;
	size_t units[N];
	brc_graph g;
	fixture f;

	(void)state;
	for (size_t i = 0; i < N; i++)
		units[i] = 1;
	fixture_init(&f, N, units);
	for (size_t i = 0; i + 1 < N; i++)
		*fixture_block(&f, i, i + 1) = 1;
	assert_true(bipartite(&f));
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_ok(brc_eigenpairs_new(&p, &g, N, 0, 1, 0, NULL, &ok_err));
	for (size_t j = 0; j < N; j++)
		assert_near(p->value[j], 1 - cos(pi * (double)j / (N - 1)), 1e-12);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* Equal units have equal edges: the rank falls, and eigenvalue 1 is repeated. */
static void duplicate_units_repeat_eigenvalue_one(void **state)
{
	static const size_t units[3] = {10, 20, 10};
	fixture f;

	(void)state;
	chain(&f, units, 3, 0);
	for (size_t i = 0; i < 10; i++)
		for (size_t j = 0; j < 20; j++) {
			f.w[0][i * 20 + j] = f.w[0][i * 20 + j % 3];
			f.w[1][j * 10 + i] = f.w[1][j % 3 * 10 + i];
		}
	for (size_t pairs = 2; pairs <= 40; pairs += 6)
		check(&f, pairs);
	fixture_clear(&f);
}

/* Six equal components: 0 and every other eigenvalue six times. */
static void equal_components_repeat_every_eigenvalue(void **state)
{
	static const size_t units[3] = {12, 18, 6};
	fixture f;

	(void)state;
	chain(&f, units, 3, 0);
	for (size_t i = 0; i < 12; i++)
		for (size_t j = 0; j < 18; j++)
			f.w[0][i * 18 + j] = i % 6 == j % 6 ? (float)(1 + i / 6 + 2 * (j / 6)) : 0;
	for (size_t j = 0; j < 18; j++)
		for (size_t i = 0; i < 6; i++)
			f.w[1][j * 6 + i] = j % 6 == i ? (float)(1 + j / 6) : 0;
	for (size_t pairs = 3; pairs <= 36; pairs += 5)
		check(&f, pairs);
	fixture_clear(&f);
}

/* Isolated units in both parts, a layer without any edge, a block of zeroes within a layer. */
static void empty_layers_and_isolated_units(void **state)
{
	static const size_t units[5] = {12, 15, 4, 11, 9};
	fixture f;

	(void)state;
	fixture_init(&f, 5, units);
	fixture_random(&f, 0, 1, 0, 2);
	fixture_random(&f, 3, 4, 0, 2);
	fixture_block(&f, 1, 1);
	fixture_block(&f, 1, 2);
	for (size_t j = 0; j < 15; j++)
		f.w[0][5 * 15 + j] = 0;
	for (size_t i = 0; i < 11; i++)
		f.w[1][i * 9 + 3] = 0;
	assert_true(bipartite(&f));
	for (size_t pairs = 1; pairs < 45; pairs += 4)
		check(&f, pairs);
	fixture_clear(&f);
}

/* Skips over an even number of layers keep it bipartite, others do not; nor do edges within. */
static void parts_are_tested_not_assumed(void **state)
{
	static const size_t units[5] = {8, 9, 10, 7, 6};
	static const size_t skip[3][2] = {{0, 3}, {0, 2}, {3, 3}};

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		fixture f;

		chain(&f, units, 5, 0);
		fixture_random(&f, skip[s][0], skip[s][1], 0, 0);
		assert_int_equal(bipartite(&f), s == 0);
		for (size_t pairs = 2; pairs <= 40; pairs += 9)
			check(&f, pairs);
		fixture_clear(&f);
	}
}

/* From 1e-30 to 1e30, with units of small degree beside units of large. */
static void weights_of_any_size(void **state)
{
	static const size_t units[3] = {20, 24, 16};

	(void)state;
	for (int whole = 0; whole < 2; whole++) {
		fixture f;

		chain(&f, units, 3, 0);
		if (whole)
			fixture_random(&f, 0, 2, 0, 0); /* not bipartite */
		for (size_t b = 0; b < f.blocks.n; b++) {
			size_t rows = f.blocks.layers.units[f.blocks.block[b].from];
			size_t cols = f.blocks.layers.units[f.blocks.block[b].to];

			for (size_t i = 0; i < rows; i++)
				for (size_t j = 0; j < cols; j++)
					f.w[b][i * cols + j] *=
						powf(10, (float)((i * 7 + j * 5) % 61) - 30);
		}
		check(&f, 9);
		fixture_clear(&f);
	}
}

static void threads_do_not_matter(void **state)
{
	static const size_t units[4] = {300, 700, 280, 500};
	brc_eigenpairs *p[2] = {NULL, NULL};
	brc_pool *pool = NULL;
	brc_graph g;
	fixture f;

	(void)state;
	chain(&f, units, 4, 0);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	for (size_t run = 0; run < 2; run++) {
		if (run)
			assert_ok(brc_pool_new(&pool, 3, &ok_err));
		assert_ok(brc_eigenpairs_new(&p[run], &g, 6, 1, 9, 0, pool, &ok_err));
	}
	assert_memory_equal(p[0]->value, p[1]->value, 7 * sizeof(double));
	assert_memory_equal(p[0]->vector, p[1]->vector, 7 * p[0]->n * sizeof(double));
	brc_eigenpairs_free(p[0]);
	brc_eigenpairs_free(p[1]);
	brc_pool_free(pool);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_of_any_number_of_pairs),
		cmocka_unit_test(a_wide_chain_goes_through_block_lanczos),
		cmocka_unit_test(stars_and_complete_bipartite_graphs),
		cmocka_unit_test(a_path_has_its_cosines),
		cmocka_unit_test(duplicate_units_repeat_eigenvalue_one),
		cmocka_unit_test(equal_components_repeat_every_eigenvalue),
		cmocka_unit_test(empty_layers_and_isolated_units),
		cmocka_unit_test(parts_are_tested_not_assumed),
		cmocka_unit_test(weights_of_any_size),
		cmocka_unit_test(threads_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
