/* Partitions of whole networks: plans, labels, the sections spectrum and labels. */
#include "graph_fixture.h"

#include "graph/partition.h"

/* The first three are the layers of the global graph. */
static const size_t chain_units[5] = {8, 9, 7, 6, 5};

/* Layers in two weakly joined modules (units by parity). */
static void chain(fixture *f, size_t layers)
{
	fixture_init(f, layers, chain_units);
	for (size_t l = 0; l + 1 < layers; l++) {
		fixture_random(f, l, l + 1, 0, 0);
		for (size_t i = 0; i < chain_units[l]; i++)
			for (size_t j = 0; j < chain_units[l + 1]; j++)
				if (i % 2 != j % 2)
					f->w[l][i * chain_units[l + 1] + j] *= 0.05F;
	}
}

typedef struct result {
	fixture f;
	brc_laplacian l;
	brc_partition_plan plan;
	brc_clustering *c;
} result;

/* Local: three graphs, one of the first two layers, one of l2, one of the last two. */
static void prepare(result *r, bool local)
{
	memset(r, 0, sizeof(*r));
	chain(&r->f, local ? 5 : 3);
	assert_ok((local ? brc_laplacian_local : brc_laplacian_global)(&r->l, fixture_blocks(&r->f),
								       "weights", "w", &ok_err));
}

static void run(result *r, size_t threads)
{
	brc_pool *pool;

	r->plan.options.seed = 42;
	r->c = calloc(r->plan.sets * r->l.n, sizeof(*r->c));
	assert_ok(brc_pool_new(&pool, threads, &ok_err));
	assert_ok(brc_partition_run(&r->plan, &r->l, pool, NULL, r->c, &ok_err));
	brc_pool_free(pool);
}

static void finish(result *r)
{
	for (size_t i = 0; r->c && i < r->plan.sets * r->l.n; i++)
		brc_clustering_clear(&r->c[i]);
	free(r->c);
	brc_partition_plan_clear(&r->plan);
	brc_laplacian_clear(&r->l);
	fixture_clear(&r->f);
}

/* A set for each of the n values of k. */
static void plan_ks(result *r, const size_t *k, size_t n)
{
	char list[64] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%zu", i ? "," : "",
			 k[i]);
	assert_ok(brc_partition_plan_ks(&r->plan, &r->l, list, "-k", &ok_err));
}

static void a_list_makes_a_labelling_for_each_k(void **state)
{
	static const size_t k[3] = {2, 5, 3};
	result r;

	(void)state;
	prepare(&r, false);
	plan_ks(&r, k, 3);
	run(&r, 2);
	for (size_t set = 0; set < 3; set++) {
		brc_spectral_options o = {.seed = 42};
		brc_clustering alone;

		assert_int_equal(r.c[set].k, k[set]);
		assert_int_equal(r.c[set].pairs, k[set] + 1);
		assert_ok(brc_spectral_cluster(&alone, &r.l.graph[0].graph, k[set], &o, NULL,
					       &ok_err));
		assert_near(r.c[set].ncut, alone.ncut, 1e-12);
		for (size_t i = 0; i <= k[set]; i++)
			assert_near(r.c[set].value[i], alone.value[i], 1e-12);
		brc_clustering_clear(&alone);
	}
	finish(&r);
}

/* Labels of which layer l1 has 3, l0 one of these and another, l2 one; layers in another order. */
static void other_labels(brc_labels *labels)
{
	static const char *const name[5] = {"l2", "l1", "l0", "l3", "l4"};
	static const size_t units[5] = {7, 9, 8, 6, 5};
	brc_layers layers;

	assert_ok(brc_layers_init(&layers, 5, name, units, &ok_err));
	assert_ok(brc_labels_init(labels, &layers, &ok_err));
	for (size_t u = 0; u < 7; u++)
		labels->label[u] = 3;
	for (size_t u = 0; u < 9; u++)
		labels->label[7 + u] = (int32_t)(7 * (u % 3));
	for (size_t u = 0; u < 4; u++)
		labels->label[16 + u] = u ? 5 : 7;
	brc_layers_clear(&layers);
}

static void k_is_taken_from_the_same_layers(void **state)
{
	brc_labels from, labels;
	result r;

	(void)state;
	other_labels(&from);
	prepare(&r, true);
	assert_ok(brc_partition_plan_from(&r.plan, &r.l, &from, &ok_err));
	assert_int_equal(r.plan.k[0], 4); /* 0, 7, 14 and 5 */
	assert_int_equal(r.plan.k[1], 1);
	assert_int_equal(r.plan.k[2], 0);
	run(&r, 1);
	assert_ok(brc_partition_labels(&labels, &r.l, r.c, &ok_err));
	for (size_t u = 17; u < 24; u++)
		assert_int_equal(labels.label[u], 0);
	for (size_t u = 24; u < 35; u++)
		assert_int_equal(labels.label[u], -1);
	assert_int_equal(labels.mode, BRC_LABELS_LOCAL);
	assert_int_equal(labels.k, 4);
	assert_int_equal(labels.isolated, 11);
	assert_near(labels.ncut, r.c[0].ncut / 2, 1e-15); /* the n-cut of one cluster is 0 */
	assert_int_equal(r.c[2].n_warnings, 1);
	brc_labels_clear(&labels);
	brc_labels_clear(&from);
	finish(&r);
}

static void labels_of_other_layers_give_no_k(void **state)
{
	static const char *const name[2] = {"l0", "l1"};
	static const size_t units[2] = {8, 10};
	brc_labels from;
	brc_layers layers;
	brc_err err = {0};
	result r;

	(void)state;
	assert_ok(brc_layers_init(&layers, 2, name, units, &ok_err));
	assert_ok(brc_labels_init(&from, &layers, &ok_err));
	prepare(&r, true);
	assert_int_equal(brc_partition_plan_from(&r.plan, &r.l, &from, &err), BRC_DATA);
	assert_string_equal(err.message,
			    "layer l1 has 9 units, but 10 in the labels to take k from");
	finish(&r);
	prepare(&r, false);
	assert_int_equal(brc_partition_plan_from(&r.plan, &r.l, &from, &err), BRC_DATA);
	assert_non_null(strstr(err.hint, "--local"));
	finish(&r);
	brc_labels_clear(&from);
	brc_layers_clear(&layers);
}

static void too_large_a_k_is_refused_or_lowered(void **state)
{
	static const size_t k = 25;
	brc_err err = {0};
	result r;

	(void)state;
	prepare(&r, false);
	plan_ks(&r, &k, 1);
	r.c = calloc(1, sizeof(*r.c));
	assert_int_equal(brc_partition_run(&r.plan, &r.l, NULL, NULL, r.c, &err), BRC_DATA);
	assert_string_equal(err.message, "graph global: 25 clusters wanted of 24 connected units");
	r.plan.lower = true;
	assert_ok(brc_partition_run(&r.plan, &r.l, NULL, NULL, r.c, &ok_err));
	assert_int_equal(r.c[0].k, 24);
	assert_non_null(strstr(r.c[0].warning[0], "24 clusters instead of 25"));
	finish(&r);
}

static void too_little_memory_is_refused_before_work(void **state)
{
	static const size_t k = 2;
	brc_err err = {0};
	result r;

	(void)state;
	prepare(&r, true);
	plan_ks(&r, &k, 1);
	r.plan.mem = 4096;
	r.c = calloc(r.l.n, sizeof(*r.c));
	assert_int_equal(brc_partition_run(&r.plan, &r.l, NULL, NULL, r.c, &err), BRC_RESOURCE);
	assert_null(r.c[0].label);
	finish(&r);
}

static void local_labels_come_from_their_own_graphs(void **state)
{
	static const size_t k = 2;
	brc_labels labels;
	result r;

	(void)state;
	prepare(&r, true);
	plan_ks(&r, &k, 1);
	run(&r, 2);
	assert_ok(brc_partition_labels(&labels, &r.l, r.c, &ok_err));
	assert_int_equal(r.l.n, 3);
	assert_memory_equal(labels.label, r.c[0].label, 17 * sizeof(int32_t)); /* l0 and l1 */
	assert_memory_equal(labels.label + 17, r.c[1].label + 9, 7 * sizeof(int32_t));
	assert_memory_equal(labels.label + 24, r.c[2].label + 7, 11 * sizeof(int32_t));
	assert_near(labels.ncut, (r.c[0].ncut + r.c[1].ncut + r.c[2].ncut) / 3, 1e-15);
	for (size_t l = 0; l < 5; l++) /* units of a layer are clustered by parity */
		for (size_t u = 2; u < chain_units[l]; u++) {
			size_t first = labels.layers.first[l];

			assert_int_equal(labels.label[first + u], labels.label[first + u % 2]);
		}
	brc_labels_clear(&labels);
	finish(&r);
}

static void several_graphs_are_the_same_for_any_pool(void **state)
{
	static const size_t k[2] = {2, 4};
	result r[2];

	(void)state;
	for (size_t v = 0; v < 2; v++) {
		prepare(&r[v], true);
		plan_ks(&r[v], k, 2);
		run(&r[v], 1 + v);
	}
	for (size_t i = 0; i < 6; i++) {
		const brc_graph *g = &r[0].l.graph[i % 3].graph;

		assert_memory_equal(r[0].c[i].label, r[1].c[i].label, g->n * sizeof(int32_t));
		assert_memory_equal(r[0].c[i].value, r[1].c[i].value,
				    r[0].c[i].pairs * sizeof(double));
		assert_true(r[0].c[i].ncut == r[1].c[i].ncut);
	}
	finish(&r[0]);
	finish(&r[1]);
}

/* With one start of k-means on a graph without clusters, its random numbers decide. */
static void every_graph_has_random_numbers_of_its_own(void **state)
{
	static const size_t units[5] = {30, 30, 30, 30, 30}, k = 7;
	size_t other = 0;
	result r = {0};

	(void)state;
	fixture_init(&r.f, 5, units);
	for (size_t l = 0; l < 4; l++)
		fixture_random(&r.f, l, l + 1, 0, 0);
	assert_ok(brc_laplacian_local(&r.l, fixture_blocks(&r.f), "weights", "w", &ok_err));
	plan_ks(&r, &k, 1);
	r.plan.options.restarts = 1;
	run(&r, 2);
	for (size_t g = 0; g < 3; g++)
		for (uint32_t stream = 0; stream < 3; stream++) {
			brc_spectral_options o = {.restarts = 1, .seed = 42, .stream = stream};
			brc_clustering c;

			assert_ok(brc_spectral_cluster(&c, &r.l.graph[g].graph, k, &o, NULL,
						       &ok_err));
			if (stream == g)
				assert_true(c.inertia == r.c[g].inertia);
			else
				other += c.inertia != r.c[g].inertia;
			brc_clustering_clear(&c);
		}
	assert_true(other >= 5);
	finish(&r);
}

/* ---- sections ---- */

static brc_section *section_of(result *r, bool spectrum)
{
	brc_section *s;
	brc_labels labels;
	brc_spectrum p;

	assert_ok(brc_section_new(&s, spectrum ? "spectrum" : "labels", 1, "x", &ok_err));
	assert_ok(brc_partition_labels(&labels, &r->l, r->c, &ok_err));
	if (spectrum) {
		assert_ok(brc_partition_spectrum(&p, &labels, &r->l, r->c, &ok_err));
		assert_ok(brc_spectrum_write(&p, s, &ok_err));
		brc_spectrum_clear(&p);
	} else {
		assert_ok(brc_labels_write(&labels, s, &ok_err));
	}
	brc_labels_clear(&labels);
	return s;
}

static void the_spectrum_says_what_was_found(void **state)
{
	static const char *const keys[] = {"graph",      "k",     "units", "isolated",
					   "components", "edges", "empty"};
	static const int64_t wanted[] = {0, 2, 24, 0, 1, 8 * 9 + 9 * 7, 0};
	static const size_t k = 2;
	const brc_tensor *t;
	const brc_map *m;
	brc_section *s;
	int64_t i;
	double d;
	result r;

	(void)state;
	prepare(&r, false);
	plan_ks(&r, &k, 1);
	run(&r, 1);
	s = section_of(&r, true);
	assert_int_equal(s->n_records, 1);
	m = s->records[0];
	for (size_t n = 0; n < sizeof(keys) / sizeof(*keys); n++) {
		assert_true(brc_map_int(m, keys[n], &i));
		assert_int_equal(i, wanted[n]);
	}
	assert_string_equal(brc_map_string(m, "name", ""), "global");
	assert_true(brc_map_double(m, "ncut", &d) && d == r.c[0].ncut);
	assert_true(brc_map_double(m, "lower_bound", &d) && d == r.c[0].lower_bound);
	assert_true(brc_map_double(m, "inertia", &d) && d == r.c[0].inertia);
	assert_true(brc_map_double(m, "in_out", &d) && d == r.c[0].in_out);
	assert_int_equal(brc_map_get(m, "warnings")->u.list.n, 0);
	assert_ok(brc_section_need_column(s, "graph/0/eigenvalue", "<f8", 3, &t, &ok_err));
	assert_memory_equal(t->data, r.c[0].value, 3 * sizeof(double));
	assert_ok(brc_section_need_column(s, "graph/0/residual", "<f8", 3, &t, &ok_err));
	brc_section_free(s);
	s = section_of(&r, false);
	assert_true(brc_map_double(s->records[0], "ncut", &d) && d == r.c[0].ncut);
	assert_string_equal(brc_map_string(s->meta, "mode", ""), "global");
	brc_section_free(s);
	finish(&r);
}

/* Every edge is in the picture, and every edge between groups in a link: the sums say so. */
static void picture_and_links_hold_all_edges(void **state)
{
	static const size_t k = 3;
	const brc_tensor *picture, *t;
	const int32_t *from, *to, *layer, *cluster;
	double edges = 0, shown = 0, linked = 0;
	brc_section *s;
	size_t n;
	result r;
	double within[3] = {0}, all[3] = {0}, ncut = 0;

	(void)state;
	prepare(&r, false);
	plan_ks(&r, &k, 1);
	run(&r, 1);
	s = section_of(&r, true);
	for (size_t u = 0; u < 24; u++)
		edges += r.l.graph[0].graph.degree[u] / 2;
	picture = brc_section_tensor(s, "picture");
	assert_int_equal(picture->shape[0], 24);
	for (size_t i = 0; i < 24; i++)
		for (size_t j = 0; j < 24; j++) {
			const float *p = picture->data;

			assert_true(p[i * 24 + j] == p[j * 24 + i]);
			shown += (double)p[i * 24 + j] / 2;
		}
	assert_near(shown, edges, 1e-4);
	t = brc_section_tensor(s, "link/weight");
	n = t->shape[0];
	for (size_t i = 0; i < n; i++)
		linked += ((const double *)t->data)[i];
	assert_near(linked, edges, 1e-10); /* a chain: no edge within a sub-cluster */
	from = brc_section_tensor(s, "link/from")->data;
	to = brc_section_tensor(s, "link/to")->data;
	layer = brc_section_tensor(s, "group/layer")->data;
	cluster = brc_section_tensor(s, "group/cluster")->data;
	for (size_t i = 0; i < n; i++) {
		assert_true(from[i] < to[i]);
		assert_int_equal(layer[from[i]] + 1, layer[to[i]]);
		assert_true(i == 0 || from[i - 1] < from[i] || to[i - 1] < to[i]);
	}
	/* Links within clusters weigh 1 - cut(c) / vol(c) of the whole, as the n-cut has it. */
	for (size_t i = 0; i < n; i++) {
		double w = ((const double *)t->data)[i];

		all[cluster[from[i]]] += w;
		all[cluster[to[i]]] += w;
		if (cluster[from[i]] == cluster[to[i]])
			within[cluster[from[i]]] += 2 * w;
	}
	for (size_t i = 0; i < 3; i++)
		ncut += 1 - within[i] / all[i];
	assert_near(ncut, r.c[0].ncut, 1e-12);
	brc_section_free(s);
	finish(&r);
}

/* 1,000 units in 4 equal groups: 512 bins, groups start at every 128th, 1 within, 0.25 between. */
static void a_large_picture_is_binned(void **state)
{
	static const size_t k = 4;
	const brc_tensor *t;
	const int32_t *boundary;
	const float *p;
	brc_laplacian l;
	brc_section *s;
	int32_t label[1000];
	fixture f;
	brc_clustering c;
	brc_labels labels;
	brc_spectrum spectrum;

	(void)state;
	fixture_planted(&f, 4, 250, 0.25F);
	assert_ok(brc_laplacian_global(&l, fixture_blocks(&f), "affinity", "a", &ok_err));
	for (size_t u = 0; u < 1000; u++)
		label[u] = (int32_t)(u % 4);
	c = (brc_clustering){.k = k, .label = label};
	assert_ok(brc_partition_labels(&labels, &l, &c, &ok_err));
	assert_ok(brc_section_new(&s, "spectrum", 1, "x", &ok_err));
	assert_ok(brc_partition_spectrum(&spectrum, &labels, &l, &c, &ok_err));
	assert_ok(brc_spectrum_write(&spectrum, s, &ok_err));
	brc_spectrum_clear(&spectrum);
	/* Edges within a group are no link: six pairs of groups, each 250 x 250 edges of 1/4. */
	t = brc_section_tensor(s, "link/weight");
	assert_int_equal(t->shape[0], 6);
	for (size_t i = 0; i < 6; i++)
		assert_near(((const double *)t->data)[i], 250 * 250 * 0.25, 1e-6);
	t = brc_section_tensor(s, "picture");
	assert_int_equal(t->shape[0], 512);
	p = t->data;
	boundary = brc_section_tensor(s, "picture/boundary")->data;
	for (int32_t i = 0; i < 4; i++)
		assert_int_equal(boundary[i], 128 * i);
	for (size_t i = 0; i < 512; i++)
		for (size_t j = 0; j < 512; j++) {
			double wanted = i / 128 == j / 128 ? 1 : 0.25;
			size_t units = ((i + 1) * 1000 + 511) / 512 - (i * 1000 + 511) / 512;

			if (i == j) /* a unit has no edge to itself */
				wanted *= (double)(units - 1) / (double)units;
			assert_near(p[i * 512 + j], wanted, 1e-6);
		}
	brc_section_free(s);
	brc_labels_clear(&labels);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_makes_a_labelling_for_each_k),
		cmocka_unit_test(k_is_taken_from_the_same_layers),
		cmocka_unit_test(labels_of_other_layers_give_no_k),
		cmocka_unit_test(too_large_a_k_is_refused_or_lowered),
		cmocka_unit_test(too_little_memory_is_refused_before_work),
		cmocka_unit_test(local_labels_come_from_their_own_graphs),
		cmocka_unit_test(several_graphs_are_the_same_for_any_pool),
		cmocka_unit_test(every_graph_has_random_numbers_of_its_own),
		cmocka_unit_test(the_spectrum_says_what_was_found),
		cmocka_unit_test(picture_and_links_hold_all_edges),
		cmocka_unit_test(a_large_picture_is_binned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
