/* n-cuts of shuffled networks: the p-value, and what it says of planted and random graphs. */
#include "graph_fixture.h"

#include "graph/clusterability.h"
#include "graph/ncut.h"
#include "graph/spectral.h"

static void summarise(brc_clusterability *c, double *ncut, size_t n, double observed, bool paper)
{
	*c = (brc_clusterability){.observed = observed, .shuffles = n, .ncut = ncut};
	brc_clusterability_summarise(c, paper);
}

static void ties_count_against_significance(void **state)
{
	double ncut[4] = {1, 2, 3, 6};
	brc_clusterability c;

	(void)state;
	summarise(&c, ncut, 4, 2, false);
	assert_near(c.p, 3.0 / 5, 1e-15);
	summarise(&c, ncut, 4, 2, true); /* the published rule: strictly less */
	assert_near(c.p, 2.0 / 5, 1e-15);
	assert_near(c.mean, 3, 1e-15);
	assert_near(c.sd, sqrt(14.0 / 4), 1e-15);
	assert_near(c.z, -1 / sqrt(14.0 / 4), 1e-15);
	summarise(&c, ncut, 4, 0.5, false);
	assert_near(c.p, 1.0 / 5, 1e-15);
	summarise(&c, ncut, 4, 7, false);
	assert_near(c.p, 1, 0);
}

/* n-cuts that strengths alone decide agree under fitted networks as far as these are fitted. */
static void fitted_nulls_tie_within_the_fit(void **state)
{
	double ncut[4] = {2 + 1e-9, 2 - 1e-9, 2 + 6e-8, 2 + 1e-6};
	brc_clusterability c = {.observed = 2, .shuffles = 4, .ncut = ncut};

	(void)state;
	brc_clusterability_summarise(&c, false); /* of no fitted null: only what is smaller */
	assert_near(c.p, 2.0 / 5, 1e-15);
	snprintf(c.null, sizeof(c.null), "residual-nonzero");
	brc_clusterability_summarise(&c, false);
	assert_near(c.p, 4.0 / 5, 1e-15);
	ncut[3] = 2;
	brc_clusterability_summarise(&c, false);
	assert_near(c.p, 1, 0);
	assert_true(isnan(c.z));
}

static void equal_nulls_have_no_z(void **state)
{
	double ncut[3] = {2, 2, 2};
	brc_clusterability c;

	(void)state;
	summarise(&c, ncut, 3, 1, false);
	assert_near(c.sd, 0, 0);
	assert_true(isnan(c.z));
	assert_near(c.p, 0.25, 0);
}

static const size_t three = 3, six = 6, many = 64;

static brc_clusterability_options options(size_t threads)
{
	return (brc_clusterability_options){.k = &three,
					    .n_k = 1,
					    .shuffles = 19,
					    .restarts = 5,
					    .seed = 42,
					    .threads = threads};
}

/* Test a network; c[n_k]. */
static brc_rc test(brc_clusterability *c, const fixture *f, brc_null null, bool chosen,
		   const brc_clusterability_options *o, brc_err *err)
{
	const brc_edge_origin weights = {.affinity = false};
	brc_null_model m = {0};
	brc_graph g;
	brc_rc rc;

	assert_ok(brc_graph_init_all(&g, fixture_blocks(f), &ok_err));
	memset(c, 0, o->n_k * sizeof(*c));
	rc = brc_null_model_init(&m,
				 &(brc_null_wanted){.kind = null,
						    .chosen = chosen,
						    .origin = &weights,
						    .blocks = &f->blocks,
						    .graph = &g},
				 err);
	BRC_THEN(rc, brc_clusterability_test(c, &m, o, NULL, err));
	brc_null_model_clear(&m);
	brc_graph_clear(&g);
	return rc;
}

/* A chain of three layers in three modules; `between` scales the edges across them. */
static void modules(fixture *f, float between)
{
	static const size_t units[3] = {21, 24, 18};

	fixture_init(f, 3, units);
	for (size_t l = 0; l < 2; l++) {
		fixture_random(f, l, l + 1, 0, 0);
		for (size_t i = 0; i < units[l]; i++)
			for (size_t j = 0; j < units[l + 1]; j++)
				if (i % 3 != j % 3)
					f->w[l][i * units[l + 1] + j] *= between;
	}
}

static void modular_networks_are_found_clusterable(void **state)
{
	fixture f;

	(void)state;
	modules(&f, 0.3F);
	for (int null = 0; null < 6; null++) {
		brc_clusterability_options o = options(2);
		brc_clusterability c;

		assert_ok(test(&c, &f, (brc_null)null, false, &o, &ok_err));
		assert_string_equal(c.null, brc_null_name((brc_null)null));
		assert_near(c.p, 1.0 / 20, 1e-15);
		assert_true(c.z < -3);
		brc_clusterability_clear(&c);
	}
	fixture_clear(&f);
}

/* Of few edges of equal weight many shuffles are the same graph, units in another order. */
static void rounding_breaks_no_tie(void **state)
{
	static const size_t units[2] = {4, 5};
	brc_clusterability_options o = options(1);

	(void)state;
	for (uint32_t i = 0; i < 12; i++) {
		brc_clusterability c;
		size_t reached = 0;
		fixture f;

		fixture_init(&f, 2, units);
		fixture_random(&f, 0, 1, i, 0);
		for (size_t e = 0; e < 20; e++)
			f.w[0][e] = f.w[0][e] > 0.5F;
		o.shuffles = 99;
		assert_ok(test(&c, &f, BRC_NULL_LAYER, false, &o, &ok_err));
		for (size_t n = 0; n < 99; n++)
			reached += c.ncut[n] < c.observed + 1e-9;
		assert_near(c.p, (double)(reached + 1) / 100, 1e-15);
		brc_clusterability_clear(&c);
		fixture_clear(&f);
	}
}

/* Networks without modules: p is uniform on 1/20 .. 20/20, so small ones are rare. */
static void random_networks_are_not(void **state)
{
	static const size_t units[3] = {12, 14, 10};
	size_t small = 0;

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		brc_clusterability_options o = options(2);
		brc_clusterability c;
		fixture f;

		fixture_init(&f, 3, units);
		fixture_random(&f, 0, 1, i, 0);
		fixture_random(&f, 1, 2, i, 0);
		assert_ok(test(&c, &f, BRC_NULL_LAYER, false, &o, &ok_err));
		small += c.p <= 0.1;
		brc_clusterability_clear(&c);
		fixture_clear(&f);
	}
	assert_true(small <= 10); /* binomial(40, 0.1) exceeds 10 once in a thousand */
}

static void the_observed_ncut_is_that_of_spectral(void **state)
{
	brc_clusterability_options o = options(2);
	brc_spectral_options spectral = {.restarts = 5, .seed = 42};
	brc_clusterability c;
	brc_clustering clustering;
	brc_graph g;
	fixture f;

	(void)state;
	modules(&f, 0.7F);
	for (int paper = 0; paper < 2; paper++) {
		o.paper = paper;
		spectral.epsilon = paper ? BRC_NCUT_EPSILON_PAPER : 0;
		spectral.by_inertia = paper;
		assert_ok(test(&c, &f, BRC_NULL_LAYER_NONZERO, false, &o, &ok_err));
		assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
		assert_ok(brc_spectral_cluster(&clustering, &g, 3, &spectral, NULL, &ok_err));
		assert_true(c.observed == clustering.ncut);
		brc_clustering_clear(&clustering);
		brc_graph_clear(&g);
		brc_clusterability_clear(&c);
	}
	fixture_clear(&f);
}

static void workers_and_memory_do_not_matter(void **state)
{
	brc_clusterability c[3];
	fixture f;

	(void)state;
	modules(&f, 0.7F);
	for (size_t i = 0; i < 3; i++) {
		brc_clusterability_options o = options(i + 1);

		o.mem = i == 2 ? (size_t)3 << 20 : 0; /* room for one at a time */
		assert_ok(test(&c[i], &f, BRC_NULL_LAYER_ALL_DISTRIBUTION, false, &o, &ok_err));
	}
	for (size_t i = 1; i < 3; i++) {
		assert_true(c[i].observed == c[0].observed);
		assert_memory_equal(c[i].ncut, c[0].ncut, 19 * sizeof(double));
	}
	for (size_t i = 0; i < 3; i++)
		brc_clusterability_clear(&c[i]);
	fixture_clear(&f);
}

static void too_many_clusters_or_too_little_memory_are_refused(void **state)
{
	brc_clusterability_options o = options(1);
	brc_clusterability c;
	brc_err err = {0};
	fixture f;

	(void)state;
	modules(&f, 1);
	o.k = &many;
	assert_int_equal(test(&c, &f, BRC_NULL_LAYER, false, &o, &err), BRC_DATA);
	brc_clusterability_clear(&c);
	o.k = &three;
	o.mem = 1000;
	assert_int_equal(test(&c, &f, BRC_NULL_LAYER, false, &o, &err), BRC_RESOURCE);
	brc_clusterability_clear(&c);
	fixture_clear(&f);
}

/* Undefined n-cuts are no part of mean and sd, and count against significance. */
static void undefined_shuffles_count_against_significance(void **state)
{
	double ncut[9] = {5, NAN, 6, 5, 6, NAN, 5, 6, 3};
	brc_clusterability c;

	(void)state;
	for (int paper = 0; paper < 2; paper++) {
		summarise(&c, ncut, 9, 4, paper);
		assert_int_equal(c.undefined, 2);
		assert_near(c.mean, 36. / 7, 1e-15);
		assert_near(c.p, 4. / 10, 1e-15);
		assert_true(c.sd > 0);
	}
	ncut[0] = NAN;
	summarise(&c, ncut, 2, 4, false);
	assert_true(isnan(c.mean) && isnan(c.sd) && isnan(c.z));
	assert_near(c.p, 1, 1e-15);
}

/* Three edges that reach six units may be shuffled into a star, with four. */
static void a_shuffle_with_too_few_connected_units_is_no_error(void **state)
{
	static const size_t units[2] = {3, 3};
	brc_clusterability_options o = options(2);
	brc_clusterability c;
	fixture f;
	float *w;

	(void)state;
	fixture_init(&f, 2, units);
	w = fixture_block(&f, 0, 1);
	w[0] = w[4] = w[8] = 1;
	o.k = &six;
	o.shuffles = 60;
	assert_ok(test(&c, &f, BRC_NULL_LAYER, false, &o, &ok_err));
	assert_true(c.undefined > 0 && c.undefined < 60);
	for (size_t i = 0; i < 60; i++)
		assert_true(isnan(c.ncut[i]) || fabs(c.ncut[i] - 6) < 1e-12);
	assert_near(c.p, 1, 1e-15);
	brc_clusterability_clear(&c);
	fixture_clear(&f);
}

static void the_section_holds_the_test(void **state)
{
	brc_clusterability_options o = options(1);
	brc_clusterability c;
	brc_clusterability back;
	brc_section *s;
	fixture f;

	(void)state;
	modules(&f, 0.5F);
	o.restarts = 0;
	assert_ok(test(&c, &f, BRC_NULL_LAYER_NONZERO, false, &o, &ok_err));
	assert_ok(brc_section_new(&s, "clusterability", 1, "x", &ok_err));
	assert_ok(brc_clusterability_write(&c, s, &ok_err));
	assert_ok(brc_clusterability_read(&back, s, &ok_err));
	assert_string_equal(back.null, "layer-nonzero");
	assert_int_equal(back.restarts, 25);
	assert_near(back.p, c.p, 0);
	assert_int_equal(back.shuffles, 19);
	assert_memory_equal(back.ncut, c.ncut, 19 * sizeof(double));
	brc_clusterability_clear(&back);
	brc_section_free(s);
	brc_clusterability_clear(&c);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ties_count_against_significance),
		cmocka_unit_test(fitted_nulls_tie_within_the_fit),
		cmocka_unit_test(equal_nulls_have_no_z),
		cmocka_unit_test(modular_networks_are_found_clusterable),
		cmocka_unit_test(rounding_breaks_no_tie),
		cmocka_unit_test(random_networks_are_not),
		cmocka_unit_test(the_observed_ncut_is_that_of_spectral),
		cmocka_unit_test(workers_and_memory_do_not_matter),
		cmocka_unit_test(too_many_clusters_or_too_little_memory_are_refused),
		cmocka_unit_test(undefined_shuffles_count_against_significance),
		cmocka_unit_test(a_shuffle_with_too_few_connected_units_is_no_error),
		cmocka_unit_test(the_section_holds_the_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
