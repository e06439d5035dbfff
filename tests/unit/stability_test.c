/* Stability of partitions, and the number of clusters that a graph suggests. */
#include "graph_fixture.h"

#include "graph/partition.h"
#include "graph/stability.h"

static brc_eigenpairs *prepare(const fixture *f, brc_graph *g, size_t pairs)
{
	brc_eigenpairs *p = NULL;

	assert_ok(brc_graph_init_all(g, fixture_blocks(f), &ok_err));
	assert_ok(brc_eigenpairs_new(&p, g, pairs, 0, 42, 0, NULL, &ok_err));
	return p;
}

static void planted_groups_have_the_same_starts(void **state)
{
	brc_spectral_options o = {.seed = 1};
	brc_k_evidence e[9];
	brc_eigenpairs *p;
	fixture f;
	brc_graph g;

	(void)state;
	fixture_planted(&f, 5, 16, 0.1F);
	p = prepare(&f, &g, 11);
	assert_ok(brc_k_evidence_find(&g, p, 2, 10, &o, NULL, e, &ok_err));
	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(e[i].k, i + 2);
		assert_near(e[i].gap, p->value[i + 2] - p->value[i + 1], 0);
		assert_true(e[i].starts <= 1);
	}
	assert_near(e[3].starts, 1, 1e-12);
	assert_true(e[8].starts < 0.9); /* groups are cut at will */
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* Whole components are merged by volume: nothing is left to chance. */
static void components_are_stable(void **state)
{
	brc_spectral_options o = {.seed = 1};
	brc_eigenpairs *p;
	fixture f;
	brc_graph g;
	double ari;

	(void)state;
	fixture_planted(&f, 6, 4, 0);
	p = prepare(&f, &g, 7);
	for (size_t k = 2; k <= 6; k++) {
		assert_ok(brc_stability(&g, p, k, &o, NULL, &ari, &ok_err));
		assert_near(ari, 1, 0);
	}
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

static void the_stream_holds_the_evidence(void **state)
{
	brc_partition_plan plan;
	brc_clustering c[2] = {0};
	brc_laplacian l;
	brc_labels labels;
	brc_spectrum spectrum;
	brc_pool *pool = NULL;
	fixture f;

	(void)state;
	fixture_planted(&f, 4, 12, 0.1F);
	assert_ok(brc_laplacian_global(&l, fixture_blocks(&f), "affinity", "x", &ok_err));
	assert_ok(brc_partition_plan_range(&plan, &l, "2-7", &ok_err));
	plan.options.seed = 42;
	plan.k[0] = 4;
	for (size_t run = 0; run < 2; run++) { /* and threads do not matter */
		if (run)
			assert_ok(brc_pool_new(&pool, 3, &ok_err));
		assert_ok(brc_partition_run(&plan, &l, pool, NULL, &c[run], &ok_err));
	}
	assert_int_equal(c[0].k, 4);
	assert_near(c[0].starts, 1, 1e-12);
	assert_memory_equal(c[0].label, c[1].label, 48 * sizeof(int32_t));
	assert_memory_equal(c[0].evidence, c[1].evidence, 6 * sizeof(*c[0].evidence));
	assert_ok(brc_partition_labels(&labels, &l, &c[0], &ok_err));
	assert_ok(brc_partition_spectrum(&spectrum, &labels, &l, &c[0], &ok_err));
	assert_int_equal(spectrum.graph[0].choices, 6);
	assert_int_equal(spectrum.graph[0].choice_k[2], 4);
	assert_near(spectrum.graph[0].choice_gap[2], c[0].evidence[2].gap, 0);
	assert_near(spectrum.graph[0].choice_starts[2], 1, 1e-12);
	brc_spectrum_clear(&spectrum);
	brc_labels_clear(&labels);
	brc_clustering_clear(&c[0]);
	brc_clustering_clear(&c[1]);
	brc_partition_plan_clear(&plan);
	brc_laplacian_clear(&l);
	brc_pool_free(pool);
	fixture_clear(&f);
}

/* Fewer connected units than clusters allowed: the choice ends below, and this is said. */
static void the_choice_ends_with_the_units(void **state)
{
	brc_partition_plan plan;
	brc_clustering c = {0};
	brc_laplacian l;
	brc_err err = {0};
	fixture f;

	(void)state;
	fixture_triangles(&f);
	assert_ok(brc_laplacian_global(&l, fixture_blocks(&f), "affinity", "x", &ok_err));
	assert_ok(brc_partition_plan_range(&plan, &l, "2-30", &ok_err));
	plan.k[0] = 2;
	assert_ok(brc_partition_run(&plan, &l, NULL, NULL, &c, &ok_err));
	assert_int_equal(c.k, 2);
	assert_int_equal(c.n_evidence, 4);
	assert_int_equal(c.n_warnings, 1);
	assert_non_null(strstr(c.warning[0], "up to 5 only: 6 units"));
	brc_clustering_clear(&c);
	brc_partition_plan_clear(&plan);
	assert_int_equal(brc_partition_plan_range(&plan, &l, "5-4", &err), BRC_USAGE);
	assert_int_equal(brc_partition_plan_range(&plan, &l, "0-4", &err), BRC_USAGE);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted_groups_have_the_same_starts),
		cmocka_unit_test(components_are_stable),
		cmocka_unit_test(the_stream_holds_the_evidence),
		cmocka_unit_test(the_choice_ends_with_the_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
