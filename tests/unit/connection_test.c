/* How clusters hang together: cuts that are known exactly, and all cuts of small clusters. */
#include "graph_fixture.h"

#include "graph/connection.h"
#include "graph/laplacian.h"
#include "graph/ncut.h"

enum { UNITS = 13 };

/*
 * Two cliques of four units, 0-3 and 4-7, joined by an edge of 0.1; a pair 8-9; a triangle 10-12.
 * Edges of 0.5 join the first clique to 8, and 9 to 10.
 */
static void two_cliques(fixture *f)
{
	double edge[32][3];
	size_t n = 0;

	for (size_t first = 0; first < 8; first += 4)
		for (size_t i = 0; i < 4; i++)
			for (size_t j = i + 1; j < 4; j++) {
				const double e[3] = {(double)(first + i), (double)(first + j), 1};

				memcpy(edge[n++], e, sizeof(e));
			}
	memcpy(edge[n++], (const double[3]){3, 4, 0.1F}, sizeof(*edge));
	memcpy(edge[n++], (const double[3]){0, 8, 0.5}, sizeof(*edge));
	memcpy(edge[n++], (const double[3]){8, 9, 1}, sizeof(*edge));
	memcpy(edge[n++], (const double[3]){9, 10, 0.5}, sizeof(*edge));
	memcpy(edge[n++], (const double[3]){10, 11, 1}, sizeof(*edge));
	memcpy(edge[n++], (const double[3]){11, 12, 1}, sizeof(*edge));
	memcpy(edge[n++], (const double[3]){10, 12, 1}, sizeof(*edge));
	fixture_edges(f, UNITS, edge, n);
}

static void look(fixture *f, const int32_t *label, size_t k, brc_connection *out)
{
	brc_laplacian l;
	int32_t two[UNITS];
	bool known;

	assert_ok(brc_laplacian_global(&l, fixture_blocks(f), "affinity", "a", &ok_err));
	assert_ok(brc_connection_find(&l.graph[0].graph, label, k, 0, 0, out, &known, &ok_err));
	assert_true(known);
	for (size_t c = 0; c < k; c++) { /* the outer n-cut is that of two clusters */
		double ncut;

		for (size_t u = 0; u < UNITS; u++)
			two[u] = label[u] == (int32_t)c;
		assert_ok(brc_ncut(&l.graph[0].graph, two, 2, 0, &ncut, &ok_err));
		assert_near(out[c].outer, ncut, 1e-12);
	}
	brc_laplacian_clear(&l);
}

static void known_cuts_are_found(void **state)
{
	static const int32_t label[UNITS] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2};
	const double bridge = 0.1F;
	brc_connection x[3];
	fixture f;

	(void)state;
	two_cliques(&f);
	look(&f, label, 3, x);
	assert_int_equal(x[0].parts, 1);
	assert_near(x[0].inner, 2 * bridge / (12 + bridge), 1e-6); /* at the bridge */
	assert_near(x[1].inner, 2, 1e-9);                          /* one edge, between two units */
	assert_near(x[2].inner, 2 / 2.0 + 2 / 4.0, 1e-9);          /* one unit of a triangle */
	assert_true(x[0].inner < x[0].outer);
	assert_true(x[1].inner > x[1].outer && x[2].inner > x[2].outer);
	fixture_clear(&f);
}

/* Units 0-3 and 10-12 share no edge; a cluster of one unit has no cut; 11 is alone in its cluster.
 */
static void parts_are_counted(void **state)
{
	static const int32_t label[UNITS] = {0, 0, 0, 0, 1, 1, 1, 1, 2, -1, 0, 1, 0};
	brc_connection x[3];
	fixture f;

	(void)state;
	two_cliques(&f);
	look(&f, label, 3, x);
	assert_int_equal(x[0].parts, 2);
	assert_near(x[0].inner, 0, 0);
	assert_int_equal(x[1].parts, 2);
	assert_near(x[1].inner, 0, 0);
	assert_int_equal(x[2].parts, 1);
	assert_true(isnan(x[2].inner));
	fixture_clear(&f);
}

static double best_cut(const float *w, size_t n)
{
	double best = INFINITY;

	for (size_t set = 1; set < ((size_t)1 << n) - 1; set++) {
		double cut = 0, volume[2] = {0, 0};

		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n; j++) {
				double e = (double)w[i * n + j];

				volume[set >> i & 1] += e;
				cut += (set >> i & 1) > (set >> j & 1) ? e : 0;
			}
		best = fmin(best, cut / volume[0] + cut / volume[1]);
	}
	return best;
}

/* One cluster of random edges: no cut is better than the best of all. */
static void sweeps_come_near_the_best_of_all_cuts(void **state)
{
	enum { N = 10, GRAPHS = 20 };
	double ratio = 0;
	uint64_t seed = 7;

	(void)state;
	for (size_t t = 0; t < GRAPHS; t++) {
		static const int32_t label[N] = {0};
		double edge[N * N][3];
		float w[N * N] = {0};
		size_t n = 0;
		brc_laplacian l;
		brc_connection x;
		bool known;
		fixture f;

		for (size_t i = 0; i < N; i++)
			for (size_t j = i + 1; j < N; j++) {
				double v;

				seed = seed * 6364136223846793005u + 1442695040888963407u;
				v = (double)(float)pow((double)(seed >> 40) / (1 << 24), 4);
				memcpy(edge[n++], (const double[3]){(double)i, (double)j, v},
				       sizeof(*edge));
				w[i * N + j] = w[j * N + i] = (float)v;
			}
		fixture_edges(&f, N, edge, n);
		assert_ok(brc_laplacian_global(&l, fixture_blocks(&f), "affinity", "a", &ok_err));
		assert_ok(brc_connection_find(&l.graph[0].graph, label, 1, 0, 0, &x, &known,
					      &ok_err));
		assert_true(isnan(x.outer));
		assert_true(x.inner >= best_cut(w, N) - 1e-9);
		ratio += x.inner / best_cut(w, N) / GRAPHS;
		brc_laplacian_clear(&l);
		fixture_clear(&f);
	}
	assert_true(ratio < 1.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_cuts_are_found),
		cmocka_unit_test(parts_are_counted),
		cmocka_unit_test(sweeps_come_near_the_best_of_all_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
