/* Graphs clustered by scikit-learn and solved by SciPy (tests/oracle/spectral.py). */
#include "graph_fixture.h"

#include "graph/ncut.h"
#include "graph/spectral.h"

enum { MOST = 128 };

typedef struct oracle {
	fixture f;
	size_t k, n, values;
	int32_t label[MOST];
	double ncut, value[MOST];
} oracle;

static double next(FILE *file)
{
	double v = 0;

	if (fscanf(file, "%lf", &v) != 1)
		fail_msg("a golden file is too short");
	return v;
}

static size_t next_size(FILE *file)
{
	return (size_t)next(file);
}

static void oracle_read(oracle *o, const char *name)
{
	char path[128];
	size_t layers, units[8], blocks;
	FILE *file;

	snprintf(path, sizeof(path), "tests/golden/graph/%s.txt", name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot open %s", path);
	layers = next_size(file);
	for (size_t l = 0; l < layers; l++)
		units[l] = next_size(file);
	fixture_init(&o->f, layers, units);
	o->n = brc_layers_total(&o->f.blocks.layers);
	blocks = next_size(file);
	for (size_t b = 0; b < blocks; b++) {
		size_t from = next_size(file), to = next_size(file);
		float *w = fixture_block(&o->f, from, to);

		for (size_t i = 0; i < units[from] * units[to]; i++)
			w[i] = (float)next(file);
	}
	o->k = next_size(file);
	for (size_t u = 0; u < o->n; u++)
		o->label[u] = (int32_t)next(file);
	o->ncut = next(file);
	o->values = next_size(file);
	for (size_t i = 0; i < o->values; i++)
		o->value[i] = next(file);
	fclose(file);
}

static void check(const char *name)
{
	brc_spectral_options options = {.seed = 42};
	brc_eigenpairs *p;
	brc_clustering c;
	brc_graph g;
	oracle o;
	double ncut;

	oracle_read(&o, name);
	assert_ok(brc_blocks_check(fixture_blocks(&o.f), name, &ok_err));
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&o.f), &ok_err));
	assert_ok(brc_ncut(&g, o.label, o.k, 0, &ncut, &ok_err));
	assert_near(ncut, o.ncut, 1e-12);
	assert_ok(brc_eigenpairs_new(&p, &g, o.values, 0, 42, 0, NULL, &ok_err));
	for (size_t i = 0; i < o.values; i++)
		assert_near(p->value[i], o.value[i], 1e-10);
	assert_ok(brc_spectral(&c, &g, p, o.k, &options, NULL, &ok_err));
	if (!(c.ncut <= 1.001 * o.ncut))
		fail_msg("%s: n-cut %.9g, scikit-learn's best of 10 is %.9g", name, c.ncut, o.ncut);
	assert_true(c.lower_bound <= c.ncut);
	brc_clustering_clear(&c);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
	fixture_clear(&o.f);
}

static void a_chain_of_layers(void **state)
{
	(void)state;
	check("chain");
}

static void a_chain_with_skips(void **state)
{
	(void)state;
	check("skips");
}

static void a_planted_partition_is_clustered_as_the_oracle_does(void **state)
{
	(void)state;
	check("planted");
}

static void a_correlation_graph_is_clustered_as_the_oracle_does(void **state)
{
	(void)state;
	check("correlation");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_of_layers),
		cmocka_unit_test(a_chain_with_skips),
		cmocka_unit_test(a_planted_partition_is_clustered_as_the_oracle_does),
		cmocka_unit_test(a_correlation_graph_is_clustered_as_the_oracle_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
