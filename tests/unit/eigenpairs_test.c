/* Eigenpairs of the normalised Laplacian: known spectra, components, derivatives. */
#include "graph_fixture.h"

#include "graph/eigenpairs.h"

static brc_eigenpairs *pairs_of(const fixture *f, brc_graph *g, size_t pairs)
{
	brc_eigenpairs *p = NULL;

	assert_ok(brc_graph_init_all(g, fixture_blocks(f), &ok_err));
	assert_ok(brc_eigenpairs_new(&p, g, pairs, 0, 42, 0, NULL, &ok_err));
	return p;
}

static void check_values(const fixture *f, const double *value, size_t n, double tolerance)
{
	brc_graph g;
	brc_eigenpairs *p = pairs_of(f, &g, n);

	for (size_t i = 0; i < n; i++) {
		assert_near(p->value[i], value[i], tolerance);
		assert_true(p->residual[i] <= 1e-12);
	}
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
}

static void two_triangles_are_embedded_as_known(void **state)
{
	static const double value[6] = {0, .1271583853, 1.3, 1.5, 1.5, 1.5728416147};
	static const double second[3] = {.3045693809, .3045693809, .2271122796};
	fixture f;
	brc_graph g;
	brc_eigenpairs *p;

	(void)state;
	fixture_triangles(&f);
	check_values(&f, value, 6, 5e-11);
	p = pairs_of(&f, &g, 2);
	for (size_t u = 0; u < 6; u++) {
		double scale = 1 / sqrt(g.degree[u]);

		/* The embedding: vectors over the square root of the degree. */
		assert_near(scale * p->vector[u], .2773500981, 5e-11);
		assert_near(fabs(scale * p->vector[6 + u]), second[u < 3 ? u : 5 - u], 5e-11);
		assert_true(p->vector[6 + u] * p->vector[6] * (u < 3 ? 1 : -1) > 0);
	}
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

static void a_small_network_is_embedded_as_known(void **state)
{
	static const double value[6] = {0, .0938011918, 1, 1, 1.9061988082, 2};
	static const double second[6] = {-.0829435825, .1566942210,  -.0986889873,
					 .1419961163,  -.1022134716, .1498840014};
	fixture f;
	brc_graph g;
	brc_eigenpairs *p;

	(void)state;
	fixture_small(&f, 100);
	check_values(&f, value, 6, 5e-11);
	p = pairs_of(&f, &g, 2);
	for (size_t u = 0; u < 6; u++) /* edges times 100: embeddings over 10 */
		assert_near(10 * p->vector[6 + u] / sqrt(g.degree[u]), second[u], 5e-11);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* The second eigenvalue of the small network with `delta` added to one magnitude. */
static double second_value(size_t block, size_t entry, float delta)
{
	fixture f;
	brc_graph g;
	brc_eigenpairs *p;
	double value;

	fixture_small(&f, 1e5);
	f.w[block][entry] += delta;
	p = pairs_of(&f, &g, 2);
	value = p->value[1];
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
	return value;
}

/* Known derivatives of the second eigenvalue by each weight, from central differences. */
static void derivatives_of_the_second_eigenvalue(void **state)
{
	static const struct {
		size_t block, entry;
		double sign, derivative;
	} known[] = {{0, 0, 1, -.00131098}, {0, 1, -1, -.04806125}, {0, 3, 1, -.00397838},
		     {1, 0, -1, .00188115}, {1, 1, 1, .05876769},   {1, 2, 1, .05676702},
		     {1, 3, -1, .00393635}};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		double up = second_value(known[i].block, known[i].entry, 16);
		double down = second_value(known[i].block, known[i].entry, -16);

		assert_near(known[i].sign * (up - down) / 32 * 1e5, known[i].derivative, 2e-8);
	}
}

/* A bipartite graph's spectrum is symmetric about 1. */
static void chains_are_bipartite(void **state)
{
	static const size_t units[3] = {6, 5, 4};
	fixture f;
	brc_graph g;
	brc_eigenpairs *p;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 1, 0, 0);
	fixture_random(&f, 1, 2, 0, 0);
	p = pairs_of(&f, &g, 15);
	for (size_t i = 0; i < 15; i++)
		assert_near(p->value[i] + p->value[14 - i], 2, 1e-12);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* A star of n leaves: 0, 1 (n - 1 times), 2. A path of n: 1 - cos(pi i / (n - 1)). */
static void stars_and_paths_have_known_eigenvalues(void **state)
{
	double edge[9][3], value[10];
	fixture f;

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		edge[i][0] = 0;
		edge[i][1] = (double)i + 1;
		edge[i][2] = 1;
		value[i + 1] = i < 8 ? 1 : 2;
	}
	value[0] = 0;
	fixture_edges(&f, 10, (const double(*)[3])edge, 9);
	check_values(&f, value, 10, 1e-12);
	fixture_clear(&f);
	for (size_t i = 0; i < 9; i++)
		edge[i][0] = (double)i;
	for (size_t i = 0; i < 10; i++)
		value[i] = 1 - cos(M_PI * (double)i / 9);
	fixture_edges(&f, 10, (const double(*)[3])edge, 9);
	check_values(&f, value, 10, 1e-12);
	fixture_clear(&f);
}

/* Two edges of weights 2 and 1: two zeroes, whose vectors are the components themselves. */
static void components_have_vectors_of_their_own(void **state)
{
	static const double edge[2][3] = {{0, 1, 1}, {2, 3, 2}};
	static const double value[4] = {0, 0, 2, 2};
	static const double vector[8] = {0, 0, M_SQRT1_2, M_SQRT1_2, M_SQRT1_2, M_SQRT1_2, 0, 0};
	fixture f;
	brc_graph g;
	brc_eigenpairs *p;

	(void)state;
	fixture_edges(&f, 5, edge, 2); /* unit 4 is isolated: no part of this */
	check_values(&f, value, 4, 1e-14);
	p = pairs_of(&f, &g, 3);
	assert_int_equal(p->n, 4);
	for (size_t i = 0; i < 8; i++)
		assert_near(p->vector[i], vector[i], 1e-15);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

/* The union of two graphs has the union of their eigenvalues. */
static void components_share_out_the_spectrum(void **state)
{
	static const size_t units[4] = {7, 6, 5, 8};
	double apart[26], together[26];
	size_t n = 0;
	fixture f;

	(void)state;
	for (size_t part = 0; part < 3; part++) { /* the left, the right, both */
		brc_graph g;
		brc_eigenpairs *p;

		fixture_init(&f, 4, units);
		if (part != 1)
			fixture_random(&f, 0, 1, 0, 0);
		if (part != 0)
			fixture_random(&f, 2, 3, 0, 0);
		assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
		assert_ok(brc_eigenpairs_new(&p, &g, g.connected, 0, 1, 0, NULL, &ok_err));
		memcpy(part < 2 ? apart + n : together, p->value, p->n * sizeof(double));
		n += p->n;
		brc_eigenpairs_free(p);
		brc_graph_clear(&g);
		fixture_clear(&f);
	}
	for (size_t i = 0; i < 26; i++) /* sort by insertion */
		for (size_t j = i; j > 0 && apart[j] < apart[j - 1]; j--) {
			double t = apart[j];

			apart[j] = apart[j - 1];
			apart[j - 1] = t;
		}
	for (size_t i = 0; i < 26; i++)
		assert_near(together[i], apart[i], 1e-12);
}

static void vectors_are_orthonormal_with_their_largest_entry_positive(void **state)
{
	static const size_t units[3] = {30, 20, 10};
	fixture f;
	brc_graph g;
	brc_eigenpairs *p;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 0, 0, 2);
	fixture_random(&f, 1, 2, 0, 2);
	p = pairs_of(&f, &g, 9);
	assert_int_equal(g.components, 2);
	for (size_t i = 0; i < 9; i++) {
		double largest = 0;

		for (size_t v = 0; v < p->n; v++)
			if (fabs(p->vector[i * p->n + v]) > fabs(largest) * (1 + 1e-9))
				largest = p->vector[i * p->n + v];
		assert_true(largest > 0);
		for (size_t j = 0; j < 9; j++) {
			double inner = 0;

			for (size_t v = 0; v < p->n; v++)
				inner += p->vector[i * p->n + v] * p->vector[j * p->n + v];
			assert_near(inner, i == j, 1e-12);
		}
	}
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

static void too_many_pairs_are_refused(void **state)
{
	brc_err err = {0};
	brc_eigenpairs *p;
	brc_graph g;
	fixture f;

	(void)state;
	fixture_triangles(&f);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&f), &ok_err));
	assert_int_equal(brc_eigenpairs_new(&p, &g, 7, 0, 1, 0, NULL, &err), BRC_DATA);
	assert_int_equal(brc_eigenpairs_new(&p, &g, 0, 0, 1, 0, NULL, &err), BRC_DATA);
	brc_graph_clear(&g);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_triangles_are_embedded_as_known),
		cmocka_unit_test(a_small_network_is_embedded_as_known),
		cmocka_unit_test(derivatives_of_the_second_eigenvalue),
		cmocka_unit_test(chains_are_bipartite),
		cmocka_unit_test(stars_and_paths_have_known_eigenvalues),
		cmocka_unit_test(components_have_vectors_of_their_own),
		cmocka_unit_test(components_share_out_the_spectrum),
		cmocka_unit_test(vectors_are_orthonormal_with_their_largest_entry_positive),
		cmocka_unit_test(too_many_pairs_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
