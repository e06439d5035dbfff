/*
 * How often tests of clusterability find something: in graphs without groups, and in graphs that
 * have some. docs/method.md, section 4, has the same on more graphs.
 */
#include "graph_fixture.h"

#include "graph/clusterability.h"
#include "graph/row_graph.h"
#include "linalg/factor_columns.h"

enum { GRAPHS = 12, DRAWS = 19, K = 5 };

/* Is p at most 0.05, by this null model? */
static bool found(const brc_null_wanted *like, brc_null kind)
{
	static const size_t k = K;
	const brc_clusterability_options o = {
		.k = &k, .n_k = 1, .shuffles = DRAWS, .restarts = 5, .seed = 1, .threads = 2};
	brc_null_wanted wanted = *like;
	brc_clusterability c;
	brc_null_model m;
	brc_graph g;
	double p;

	assert_ok(brc_graph_init_all(&g, like->blocks, &ok_err));
	wanted.kind = kind;
	wanted.graph = &g;
	assert_ok(brc_null_model_init(&m, &wanted, &ok_err));
	assert_ok(brc_clusterability_test(&c, &m, &o, NULL, &ok_err));
	p = c.p;
	brc_clusterability_clear(&c);
	brc_null_model_clear(&m);
	brc_graph_clear(&g);
	return p < 0.05 + 1e-9;
}

/* ---- correlations ---- */

enum { UNITS = 150, SAMPLES = 60 };
static const size_t units = UNITS;

/* Series with correlation rho in each of five groups; edges and signed correlations. */
static void series(uint32_t number, double rho, brc_blocks *graph, brc_signed *correlations)
{
	static float x[SAMPLES * UNITS];
	const brc_samples in = {x, SAMPLES, UNITS, false};
	float *row = malloc(sizeof(x));
	fixture f;
	brc_rng r;

	brc_rng_init(&r, 3, BRC_RNG_TEST, 0, number);
	for (size_t s = 0; s < SAMPLES; s++) {
		double common[K];

		for (size_t g = 0; g < K; g++)
			common[g] = brc_rng_normal(&r);
		for (size_t u = 0; u < UNITS; u++)
			x[s * UNITS + u] = (float)(sqrt(1 - rho) * brc_rng_normal(&r) +
						   sqrt(rho) * common[u % K]);
	}
	fixture_init(&f, 1, &units);
	fixture_block(&f, 0, 0);
	assert_ok(brc_factor_columns_fill(row, &in, BRC_CORR_SPEARMAN, NULL, NULL, &ok_err));
	assert_ok(brc_signed_rows(correlations, &f.blocks.layers, true, SAMPLES, row, &ok_err));
	correlations->own = row;
	assert_ok(brc_signed_eigenvalues(correlations, false, NULL, &ok_err));
	assert_ok(brc_row_graph_init(graph, &f.blocks, &ok_err));
	assert_ok(brc_row_graph_fill(graph, &(brc_rows){UNITS, SAMPLES, correlations->part[0].row},
				     correlations->part[0].unit, BRC_CORR_SQUARE, &ok_err));
	fixture_clear(&f);
}

static size_t series_found(brc_null kind, double rho)
{
	const brc_edge_origin origin = {
		.affinity = true, .method = "spearman", .edge = "square", .samples = SAMPLES};
	size_t n = 0;

	for (uint32_t i = 0; i < GRAPHS; i++) {
		brc_signed correlations;
		brc_blocks graph;

		series(i, rho, &graph, &correlations);
		n += found(&(brc_null_wanted){.origin = &origin,
					      .blocks = &graph,
					      .observed = &correlations},
			   kind);
		brc_blocks_clear(&graph);
		brc_signed_clear(&correlations);
	}
	return n;
}

/* Binomial(12, 0.05) exceeds 3 once in five hundred. */
static void independent_series_have_no_groups(void **state)
{
	(void)state;
	assert_int_equal(series_found(BRC_NULL_LAYER, 0),
			 GRAPHS); /* which is wrong, but published */
	assert_in_range(series_found(BRC_NULL_ROTATION, 0), 0, 3);
	assert_in_range(series_found(BRC_NULL_SAMPLES, 0), 0, 3);
	assert_in_range(series_found(BRC_NULL_HQS, 0), 0, 3);
}

static void groups_of_series_are_found(void **state)
{
	(void)state;
	assert_int_equal(series_found(BRC_NULL_ROTATION, .3), GRAPHS);
	assert_int_equal(series_found(BRC_NULL_SAMPLES, .3), GRAPHS);
}

/* ---- weights ---- */

/* A chain of three layers; strengths of units lognormal, weights `within` times as large in groups.
 */
static size_t chains_found(brc_null kind, double spread, double within)
{
	static const size_t layer[3] = {50, 50, 50};
	const brc_edge_origin origin = {.affinity = false};
	size_t n = 0;

	for (uint32_t i = 0; i < GRAPHS; i++) {
		double strength[3][50];
		fixture f;
		brc_rng r;

		brc_rng_init(&r, 4, BRC_RNG_TEST, 0, i);
		for (size_t u = 0; u < 150; u++)
			strength[u / 50][u % 50] = exp(spread * brc_rng_normal(&r));
		fixture_init(&f, 3, layer);
		for (size_t l = 0; l < 2; l++) {
			float *w = fixture_block(&f, l, l + 1);

			for (size_t e = 0; e < 2500; e++)
				w[e] = (float)(fabs(brc_rng_normal(&r)) * strength[l][e / 50] *
					       strength[l + 1][e % 50] *
					       (e / 50 % K == e % 50 % K ? within : 1));
		}
		n += found(&(brc_null_wanted){.origin = &origin, .blocks = fixture_blocks(&f)},
			   kind);
		fixture_clear(&f);
	}
	return n;
}

static void strong_units_are_no_groups(void **state)
{
	(void)state;
	assert_in_range(chains_found(BRC_NULL_RESIDUAL, 0, 1), 0, 3);
	assert_in_range(chains_found(BRC_NULL_RESIDUAL, 1, 1), 0, 3);
}

/* Shuffled entries do not see them where some units are strong. */
static void groups_of_weights_are_found_among_strong_units(void **state)
{
	(void)state;
	assert_int_equal(chains_found(BRC_NULL_RESIDUAL, 0, 3), GRAPHS);
	assert_in_range(chains_found(BRC_NULL_RESIDUAL, 1, 4), GRAPHS - 2, GRAPHS);
	assert_in_range(chains_found(BRC_NULL_LAYER, 1, 4), 0, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_series_have_no_groups),
		cmocka_unit_test(groups_of_series_are_found),
		cmocka_unit_test(strong_units_are_no_groups),
		cmocka_unit_test(groups_of_weights_are_found_among_strong_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
