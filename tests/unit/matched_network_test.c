/*
 * Matched controls of networks: norms, activations, strengths and grown sets against values of
 * numpy and of an independent program (tests/oracle/controls.py), and groups whose verdicts are
 * known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "graph/strengths.h"
#include "net/in_norms.h"
#include "net/unit_graph.h"
#include "side_by_side.h"
#include "study/cohesive_controls.h"
#include "study/match_lesions.h"
#include "study/match_values.h"
#include "study/match_words.h"
#include "stats/matched.h"
#include "study/measure.h"

static void must(brc_rc rc, const brc_err *err)
{
	if (rc != BRC_OK)
		fail_msg("%s", err->message);
}

static double number(FILE *file)
{
	double v;

	if (fscanf(file, "%lf", &v) != 1)
		fail_msg("the golden values end too early");
	return v;
}

static size_t count(FILE *file)
{
	return (size_t)number(file);
}

static FILE *golden(const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "tests/golden/study/%s.txt", name);
	file = fopen(path, "r");
	assert_non_null(file);
	return file;
}

static void assert_close(double a, double b, double tolerance)
{
	if (!(fabs(a - b) <= tolerance * (fabs(a) + fabs(b)) / 2))
		fail_msg("%.9g is not %.9g", a, b);
}

/* ---- strengths and growth ---- */

enum { LAYERS = 3, MOST = 32 };

/* The chain of cohesive.txt, whose blocks are dense or in compressed rows; half A of each twice. */
typedef struct chain {
	size_t units[LAYERS];
	brc_blocks blocks;
	brc_graph graph;
	float s[LAYERS][MOST * MOST]; /* strengths that are expected */
	FILE *file;
} chain;

/* The same block in compressed rows. */
static void add_rows(brc_blocks *b, size_t k, const float *w, size_t rows, size_t cols)
{
	int64_t *start = brc_blocks_alloc(b, rows + 1, sizeof(*start), NULL);
	int32_t *column = brc_blocks_alloc(b, rows * cols, sizeof(*column), NULL);
	float *weight = brc_blocks_alloc(b, rows * cols, sizeof(*weight), NULL);
	size_t n = 0;
	brc_err err;

	for (size_t i = 0; i < rows; i++) {
		for (size_t j = 0; j < cols; j++)
			if (w[i * cols + j] > 0) {
				column[n] = (int32_t)j;
				weight[n++] = w[i * cols + j];
			}
		start[i + 1] = (int64_t)n;
	}
	must(brc_blocks_add_rows(b, k, k + 1, start, column, weight, &err), &err);
}

static void open_chain(chain *c, bool sparse)
{
	static const char *const name[] = {"a", "b", "c"};
	brc_layers layers;
	brc_err err;

	c->file = golden("cohesive");
	assert_int_equal(count(c->file), LAYERS);
	for (size_t k = 0; k < LAYERS; k++)
		c->units[k] = count(c->file);
	must(brc_layers_init(&layers, LAYERS, name, c->units, &err), &err);
	must(brc_blocks_init(&c->blocks, &layers, &err), &err);
	brc_layers_clear(&layers);
	for (size_t k = 0; k + 1 < LAYERS; k++) {
		const size_t n = c->units[k] * c->units[k + 1];
		float *w = brc_blocks_alloc(&c->blocks, n, sizeof(*w), &err);

		for (size_t i = 0; i < n; i++)
			w[i] = (float)number(c->file);
		if (sparse)
			add_rows(&c->blocks, k, w, c->units[k], c->units[k + 1]);
		else
			must(brc_blocks_add(&c->blocks, k, k + 1, w, &err), &err);
	}
	must(brc_graph_init_all(&c->graph, &c->blocks, &err), &err);
	for (size_t k = 0; k < LAYERS; k++)
		for (size_t i = 0; i < c->units[k] * c->units[k]; i++)
			c->s[k][i] = (float)number(c->file);
}

static void close_chain(chain *c)
{
	brc_graph_clear(&c->graph);
	brc_blocks_clear(&c->blocks);
	fclose(c->file);
}

static void strengths_through_neighbours_are_those_of_numpy(void **state)
{
	(void)state;
	for (int sparse = 0; sparse < 2; sparse++) {
		chain c;

		open_chain(&c, sparse);
		for (size_t k = 0; k < LAYERS; k++) {
			const size_t n = c.units[k];
			float s[MOST * MOST];
			size_t unit[MOST];
			bool through;
			brc_err err;

			for (size_t i = 0; i < n; i++)
				unit[i] = c.graph.first[k] + i;
			must(brc_strengths_make(&c.graph, &c.blocks, unit, n, NULL, s, &through,
						&err),
			     &err);
			assert_true(through);
			for (size_t i = 0; i < n * n; i++)
				assert_close(s[i], c.s[k][i], 1e-6);
		}
		close_chain(&c);
	}
}

/* Some units alone, in another order, with one that is in no graph: the same numbers. */
static void strengths_of_some_units_are_those_among_all(void **state)
{
	static const size_t some[] = {20, 3, BRC_ANY, 4, 11, 7};
	float s[36];
	bool through;
	chain c;
	brc_err err;
	size_t unit[6];

	(void)state;
	open_chain(&c, false);
	for (size_t i = 0; i < 6; i++)
		unit[i] = some[i] == BRC_ANY ? BRC_ANY : c.graph.first[1] + some[i];
	must(brc_strengths_make(&c.graph, &c.blocks, unit, 6, NULL, s, &through, &err), &err);
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < 6; j++)
			assert_close(s[i * 6 + j],
				     some[i] == BRC_ANY || some[j] == BRC_ANY
					     ? 0
					     : c.s[1][some[i] * c.units[1] + some[j]],
				     1e-6);
	close_chain(&c);
}

/* Edges inside a layer are strengths themselves, in every layout that has them. */
static void edges_within_a_layer_are_strengths(void **state)
{
	static const char *const name[] = {"a"};
	static const float packed[] = {0.5F, 0, 0.25F, 0.125F, 1, 0.75F}; /* of 4 units */
	static const float value[4 * 3] = {1, 0, -1, 1, -2, 1, 2, -1, -1, 0, 1, -1};
	static const float *const factor[] = {value};
	const size_t units[] = {4}, unit[] = {0, 1, 2, 3};
	brc_layers layers;
	brc_err err;

	(void)state;
	must(brc_layers_init(&layers, 1, name, units, &err), &err);
	for (int by_factors = 0; by_factors < 2; by_factors++) {
		brc_blocks b;
		brc_graph g;
		float s[16];
		bool through;

		must(brc_blocks_init(&b, &layers, &err), &err);
		if (by_factors)
			must(brc_blocks_add_factors(&b, 3, factor, false, &err), &err);
		else
			must(brc_blocks_add(&b, 0, 0, packed, &err), &err);
		must(brc_graph_init_all(&g, &b, &err), &err);
		must(brc_strengths_make(&g, &b, unit, 4, NULL, s, &through, &err), &err);
		assert_false(through);
		for (size_t i = 0, k = 0; i < 4; i++)
			for (size_t j = i; j < 4; j++) {
				double dot = 0, x = 0, y = 0, edge = 0;

				for (size_t f = 0; f < 3; f++) {
					dot += value[i * 3 + f] * value[j * 3 + f];
					x += value[i * 3 + f] * value[i * 3 + f];
					y += value[j * 3 + f] * value[j * 3 + f];
				}
				if (j > i)
					edge = by_factors ? dot * dot / (x * y) : packed[k++];
				assert_true(fabs(s[i * 4 + j] - edge) < 1e-6);
				assert_true(s[j * 4 + i] == s[i * 4 + j]);
			}
		brc_graph_clear(&g);
		brc_blocks_clear(&b);
	}
	brc_layers_clear(&layers);
}

static void sets_grow_as_another_program_grows_them(void **state)
{
	size_t sets, size[8], n, draws;
	uint64_t seed;
	uint32_t stream;
	chain c;
	void *room;

	(void)state;
	open_chain(&c, false);
	n = c.units[1];
	sets = count(c.file);
	for (size_t g = 0; g < sets; g++)
		size[g] = count(c.file);
	seed = count(c.file);
	stream = (uint32_t)count(c.file);
	draws = count(c.file);
	room = malloc(brc_growth_bytes(n, sets));
	for (uint32_t b = 1; b <= draws; b++) {
		int32_t set[MOST];
		brc_rng r;

		brc_rng_init(&r, seed, BRC_RNG_MATCH + BRC_MATCH_COHESION, stream, b);
		brc_grow_sets(c.s[1], n, size, sets, &r, room, set);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(set[i], count(c.file));
	}
	free(room);
	close_chain(&c);
}

/* ---- properties of units ---- */

static void norms_of_in_weights_are_those_of_numpy(void **state)
{
	FILE *file = golden("in_norms");
	char path[128];
	size_t networks = 0;

	(void)state;
	while (fscanf(file, "%127s", path) == 1) {
		brc_net *net = open_network(path);
		const size_t layers = count(file);
		brc_err err;

		assert_int_equal(brc_net_layers(net)->n, layers + 1);
		for (size_t k = 0; k < layers; k++) {
			const size_t layer = count(file), units = count(file);
			double *norm = calloc(units, sizeof(*norm));

			assert_int_equal(brc_net_layers(net)->units[layer], units);
			must(brc_net_in_norms(net, layer, norm, &err), &err);
			for (size_t u = 0; u < units; u++)
				assert_close(norm[u], number(file), 1e-6);
			free(norm);
		}
		brc_net_free(net);
		networks++;
	}
	assert_int_equal(networks, 5);
	fclose(file);
}

/* The first images of Fashion-MNIST's test set, with labels that say nothing. */
static void open_fashion(brc_dataset *data, brc_array *image, size_t images)
{
	const char *path = "fixtures/fashion-test-2000-images.gz";
	int32_t *label = calloc(images, sizeof(*label));
	brc_err err;

	must(idx_array(path, 0, image, &err), &err);
	assert_non_null(label);
	*data = (brc_dataset){.image = image->data,
			      .n = images,
			      .ndim = 2,
			      .shape = {28, 28},
			      .pixels = 784,
			      .label = label,
			      .classes = 10,
			      .scale = 1 / 255.0};
	must(dataset_check(data, path, &err), &err);
}

/* Labels of whole layers, and where their units are. */
static void plan(brc_experiment *x, brc_match_units *m, const brc_net *net,
		 const brc_labels *labels, const brc_experiment_options *o)
{
	brc_err err;

	must(brc_experiment_init(x, net, labels, o, &err), &err);
	*m = (brc_match_units){net, x->labels, x->net_layer, &x->joined};
}

static void mean_activations_are_those_of_numpy(void **state)
{
	static const char *const name[] = {"hidden1", "hidden2", "hidden3", "hidden4"};
	static const bool used[] = {true, true, false, true};
	const brc_experiment_options o = {.draws = 1, .min_size = 2, .max_fraction = 1};
	FILE *file = golden("activations");
	brc_experiment x;
	brc_match_units m;
	brc_labels labels;
	brc_dataset data;
	brc_array image;
	char path[128];
	double *value;
	brc_net *net;
	brc_err err;

	(void)state;
	assert_int_equal(fscanf(file, "%127s", path), 1);
	net = open_network(path);
	open_labels(&labels, net, name, 4);
	memset(labels.label, 0, brc_layers_total(&labels.layers) * sizeof(*labels.label));
	open_fashion(&data, &image, count(file));
	assert_int_equal(count(file), 4);
	plan(&x, &m, net, &labels, &o);
	value = calloc(brc_layers_total(&labels.layers), sizeof(*value));
	must(brc_match_activation(&m, used, &data, BRC_PRECISION_FLOAT, 0, NULL, value, &err),
	     &err);
	for (size_t l = 0; l < 4; l++) {
		assert_int_equal(count(file), l + 1);
		assert_int_equal(count(file), labels.layers.units[l]);
		for (size_t u = 0; u < labels.layers.units[l]; u++) {
			const double expected = number(file), v = value[labels.layers.first[l] + u];

			assert_true(fabs(v - (used[l] ? expected : 0)) < 1e-5 * (1 + expected));
		}
	}
	free(value);
	brc_experiment_clear(&x);
	brc_array_clear(&image);
	free((void *)data.label);
	brc_dataset_clear(&data);
	brc_labels_clear(&labels);
	brc_net_free(net);
	fclose(file);
}

/* ---- two networks side by side ---- */

typedef struct halves {
	stacked data;
	brc_net *net;
	brc_labels labels; /* of hidden2: 128 units, of which each network has 64 */
	brc_blocks blocks;
	brc_laplacian graph;
	brc_pool *pool;
} halves;

static int open_halves(void **state)
{
	static const char *const name[] = {"hidden2"};
	halves *h = calloc(1, sizeof(*h));
	brc_err err;

	assert_non_null(h);
	stacked_open(&h->data, 400);
	h->net = open_network("fixtures/side-by-side.onnx");
	open_labels(&h->labels, h->net, name, 1);
	must(brc_unit_graph_make(brc_net_layer_graph(h->net), BRC_UNITS_HIDDEN, 0, &h->blocks,
				 &err),
	     &err);
	must(brc_laplacian_global(&h->graph, &h->blocks, "weights", "weights", &err), &err);
	must(brc_pool_new(&h->pool, 2, &err), &err);
	*state = h;
	return 0;
}

static int close_halves(void **state)
{
	halves *h = *state;

	brc_pool_free(h->pool);
	brc_laplacian_clear(&h->graph);
	brc_blocks_clear(&h->blocks);
	brc_labels_clear(&h->labels);
	brc_net_free(h->net);
	stacked_close(&h->data);
	free(h);
	return 0;
}

static void lesion(halves *h, const bool wanted[BRC_MATCHES], size_t draws, uint64_t seed,
		   brc_lesions *l)
{
	const brc_experiment_options o = {
		.draws = draws, .min_size = 2, .max_fraction = 0.99, .seed = seed};
	brc_matching by = {.data = &h->data.data, .graph = &h->graph, .pool = h->pool};
	brc_experiment x;
	brc_err err = {0};

	must(brc_experiment_init(&x, h->net, &h->labels, &o, &err), &err);
	must(brc_experiment_match(&x, h->net, wanted, &by, &err), &err);
	must(brc_experiment_run(&x, h->net, &h->data.data, "x", h->pool, NULL, l, &err), &err);
	brc_experiment_clear(&x);
}

/* A draw that is the very same set does the very same damage. */
static void assert_same_sets_do_the_same(const brc_lesions *l)
{
	const brc_lesion_match *m = &l->match[BRC_MATCH_COHESION];
	const size_t c = l->classes;
	size_t same = 0;

	for (size_t b = 1; b <= l->draws; b++)
		for (size_t s = 0; s < l->m; s++) {
			if (m->value[b * l->m + s] != m->value[s])
				continue;
			same++;
			for (size_t k = 0; k < c; k++)
				assert_true(m->tensors.loss[(b * l->m + s) * c + k] ==
					    l->loss[s * c + k]);
		}
	assert_true(same > 10);
}

/*
 * The units of one network. Random groups mix both networks, so each of them beats those. Sets that
 * grow along edges stay in one network unless both begin in the same one. So they often are the
 * very same groups, which no group beats.
 */
static void a_module_beats_random_groups_but_not_those_as_cohesive(void **state)
{
	static const bool all[BRC_MATCHES] = {true, true, true, true};
	const brc_measure how = {.level = 0.05};
	halves *h = *state;
	const brc_inference *st;
	brc_lesions l;
	brc_findings f;
	brc_str text = {0};
	brc_err err = {0};

	for (size_t u = 0; u < 128; u++)
		h->labels.label[u] = u / 64;
	lesion(h, all, 59, 42, &l);
	must(brc_measure_coherence(&f, &l, &how, &err), &err);
	assert_same_sets_do_the_same(&l);
	st = &f.stat[0];
	assert_string_equal(st->statistic, "specificity");
	for (size_t s = 0; s < 2; s++) {
		assert_true(st->p_maxt[s] <= 0.05);
		assert_int_equal(brc_matched_passes(st, &st->activation, s, 0.05), BRC_PASSES_YES);
		assert_int_equal(brc_matched_passes(st, &st->in_norm, s, 0.05), BRC_PASSES_YES);
		assert_int_equal(brc_matched_passes(st, &st->cohesion, s, 0.05), BRC_PASSES_NO);
		assert_true(st->cohesion.p[s] > 0.2);
		/* twice as cohesive as random sets, which lie in both; grown ones are between */
		assert_true(st->cohesion.control_value[s] > 0.6 * st->cohesion.value[s]);
		assert_true(st->cohesion.control_value[s] < st->cohesion.value[s]);
		assert_null(st->cohesion.q);
	}
	assert_true(brc_match_verdict(st, 0, 0.05, &text));
	assert_string_equal(text.s, "beats random, in-norm-matched, activation-matched and "
				    "degree-matched groups; not groups as cohesive as itself");
	brc_str_free(&text);
	brc_findings_clear(&f);
	brc_lesions_clear(&l);
}

/* A kind of controls is the same whatever others are drawn beside it. */
static void kinds_do_not_depend_on_one_another(void **state)
{
	static const bool all[BRC_MATCHES] = {true, true, true, true};
	halves *h = *state;
	brc_lesions together;

	for (size_t u = 0; u < 128; u++)
		h->labels.label[u] = (int32_t)(u % 3);
	lesion(h, all, 5, 42, &together);
	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		const size_t n = 6 * together.m;
		bool one[BRC_MATCHES] = {false};
		brc_lesions alone;

		one[k] = true;
		lesion(h, one, 5, 42, &alone);
		for (brc_match j = 0; j < BRC_MATCHES; j++)
			assert_int_equal(alone.matched[j], j == k);
		assert_memory_equal(alone.match[k].value, together.match[k].value,
				    n * sizeof(double));
		assert_memory_equal(alone.match[k].tensors.loss, together.match[k].tensors.loss,
				    n * together.classes * sizeof(double));
		assert_memory_equal(alone.match[k].tensors.own, together.match[k].tensors.own,
				    n * together.classes * sizeof(double));
		assert_memory_equal(together.match[k].tensors.correct, together.correct,
				    together.m * together.classes * sizeof(int32_t));
		brc_lesions_clear(&alone);
	}
	brc_lesions_clear(&together);
}

#ifdef __SANITIZE_ADDRESS__
enum { PARTITIONS = 10 };
#else
enum { PARTITIONS = 60 };
#endif

/* Random labels: the share of p <= .05 is .05, within three binomial errors, for exact kinds. */
static void random_labels_pass_exact_controls_at_the_level(void **state)
{
	static const bool exact[BRC_MATCHES] = {true, true, true, false};
	const brc_measure how = {.level = 0.05};
	const double error = 3 * sqrt(0.05 * 0.95 / (PARTITIONS * 3.0));
	double share[BRC_MATCHES] = {0};
	halves *h = *state;

	h->data.data.n = 60;
	for (uint32_t p = 0; p < PARTITIONS; p++) {
		brc_lesions l;
		brc_findings f;
		brc_err err = {0};
		brc_rng r;

		brc_rng_init(&r, 3, BRC_RNG_CALIBRATE, 0, p);
		for (size_t u = 0; u < 128; u++)
			h->labels.label[u] = (int32_t)brc_rng_below(&r, 3);
		lesion(h, exact, 19, p, &l);
		must(brc_measure_importance(&f, &l, &how, &err), &err);
		assert_int_equal(f.m, 3);
		for (brc_match k = 0; k < BRC_MATCH_COHESION; k++)
			for (size_t s = 0; s < 3; s++)
				share[k] += brc_match_columns(&f.stat[1], k)->p[s] <= 0.05;
		brc_findings_clear(&f);
		brc_lesions_clear(&l);
	}
	for (brc_match k = 0; k < BRC_MATCH_COHESION; k++) {
		share[k] /= PARTITIONS * 3;
		print_message("# P(p <= 0.05), loss, matched by %s: %.3f\n", brc_match_name(k),
			      share[k]);
		assert_true(share[k] <= 0.05 + error);
	}
	h->data.data.n = 400;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strengths_through_neighbours_are_those_of_numpy),
		cmocka_unit_test(strengths_of_some_units_are_those_among_all),
		cmocka_unit_test(edges_within_a_layer_are_strengths),
		cmocka_unit_test(sets_grow_as_another_program_grows_them),
		cmocka_unit_test(norms_of_in_weights_are_those_of_numpy),
		cmocka_unit_test(mean_activations_are_those_of_numpy),
		cmocka_unit_test_setup_teardown(
			a_module_beats_random_groups_but_not_those_as_cohesive, open_halves,
			close_halves),
		cmocka_unit_test_setup_teardown(kinds_do_not_depend_on_one_another, open_halves,
						close_halves),
		cmocka_unit_test_setup_teardown(random_labels_pass_exact_controls_at_the_level,
						open_halves, close_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
