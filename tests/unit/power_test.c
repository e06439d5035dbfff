/*
 * A network whose truth is known: two independent networks side by side, one
 * answering classes 0 to 4, the other 5 to 9. Silencing one half of a hidden
 * layer must stand out against random halves of that layer, in the spread over
 * classes and in its own classes, and in the other half's classes not at all.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "study/experiment.h"
#include "study/measure.h"
#include "side_by_side.h"

enum { LAYERS = 3, DRAWS = 199, M = 2 * LAYERS };

typedef struct known {
	stacked images;
	brc_net *net;
	brc_labels labels;
	brc_lesions lesions;
} known;

static int setup(void **state)
{
	static const char *const name[LAYERS] = {"hidden1", "hidden2", "hidden3"};
	const brc_experiment_options o = {
		.draws = DRAWS, .min_size = 2, .max_fraction = 0.99, .seed = 42};
	known *k = calloc(1, sizeof(*k));
	brc_experiment x;
	brc_pool *pool;
	brc_err err = {0};

	assert_non_null(k);
	stacked_open(&k->images, 2000);
	k->net = open_network("fixtures/side-by-side.onnx");
	open_labels(&k->labels, k->net, name, LAYERS);
	for (size_t u = 0; u < brc_layers_total(&k->labels.layers); u++)
		k->labels.label[u] = u % 128 >= 64;
	assert_int_equal(brc_pool_new(&pool, 2, &err), BRC_OK);
	assert_int_equal(brc_experiment_init(&x, k->net, &k->labels, &o, &err), BRC_OK);
	if (brc_experiment_run(&x, k->net, &k->images.data, "halves", pool, NULL, &k->lesions,
			       &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(k->lesions.m, M);
	brc_experiment_clear(&x);
	brc_pool_free(pool);
	*state = k;
	return 0;
}

static int teardown(void **state)
{
	known *k = *state;

	brc_lesions_clear(&k->lesions);
	brc_labels_clear(&k->labels);
	brc_net_free(k->net);
	stacked_close(&k->images);
	free(k);
	return 0;
}

/* T: for each half of each layer, the mean change of recall over its own or the other's classes. */
static void mean_over(const brc_lesions *l, bool own, double *t)
{
	double *d = malloc((DRAWS + 1) * 10 * sizeof(*d));

	assert_non_null(d);
	for (size_t s = 0; s < M; s++) {
		const size_t first = (l->cluster[s] == 0) == own ? 0 : 5;

		brc_damage_classes(l, s, d);
		for (size_t b = 0; b <= DRAWS; b++) {
			t[b * M + s] = 0;
			for (size_t c = first; c < first + 5; c++)
				t[b * M + s] += d[b * 10 + c] / 5;
		}
	}
	free(d);
}

static brc_inference infer(const double *t, brc_tail tail)
{
	const brc_question ask = {"s", "", "", tail, .05, BRC_FDR_BH, false};
	brc_inference i;

	assert_int_equal(brc_inference_run(&i, &ask, t, DRAWS, M, NULL), BRC_OK);
	return i;
}

static void a_half_is_important_for_its_own_classes(void **state)
{
	const known *k = *state;
	static double t[(DRAWS + 1) * M];
	brc_inference i;

	mean_over(&k->lesions, true, t);
	i = infer(t, BRC_TAIL_LEFT);
	for (size_t s = 0; s < M; s++) {
		assert_true(i.p_maxt[s] <= 0.05);
		assert_true(i.observed[s] < -0.6 && i.effect[s] < -0.1);
	}
	assert_true(i.omnibus_p <= 0.05);
	brc_inference_clear(&i);
}

static void a_half_is_not_important_for_other_classes(void **state)
{
	const known *k = *state;
	static double t[(DRAWS + 1) * M];
	brc_inference i;

	mean_over(&k->lesions, false, t);
	i = infer(t, BRC_TAIL_LEFT);
	for (size_t s = 0; s < M; s++) {
		assert_true(i.p_maxt[s] > 0.05);
		assert_true(i.observed[s] == 0); /* no weight crosses, so not one image */
	}
	brc_inference_clear(&i);
}

/* Which of the statistics, specificity first. */
enum { SPECIFICITY, SPREAD, RANGE };

static void specificity_finds_every_half_and_its_classes(void **state)
{
	const known *k = *state;
	const brc_measure how = {.level = 0.05, .minimum_effect = 0.01};
	size_t own = 0;
	brc_findings f;

	assert_int_equal(brc_measure_coherence(&f, &k->lesions, &how, NULL), BRC_OK);
	assert_string_equal(f.stat[SPECIFICITY].statistic, "specificity");
	assert_int_equal(f.stat[SPECIFICITY].significant_maxt, M);
	assert_int_equal(f.stat[SPECIFICITY].significant_q, M);
	assert_true(f.stat[SPECIFICITY].omnibus_p <= 0.05);
	for (size_t s = 0; s < M; s++)
		for (size_t c = 0; c < 10; c++) {
			bool found = f.class_t_p_adjusted[s * 10 + c] <= 0.05;

			own += found && (c < 5) == (f.cluster[s] == 0);
			assert_true(!found || (c < 5) == (f.cluster[s] == 0));
		}
	print_message("# %zu of %d own classes found by t, none of the others\n", own, 5 * M);
	assert_true(own >= 20);
	brc_findings_clear(&f);
}

static void the_class_spread_finds_every_half(void **state)
{
	const known *k = *state;
	const brc_measure how = {.level = 0.05};
	brc_findings f;

	assert_int_equal(brc_measure_coherence(&f, &k->lesions, &how, NULL), BRC_OK);
	assert_string_equal(f.stat[SPREAD].statistic, "spread");
	assert_int_equal(f.stat[SPREAD].significant_maxt, M);
	assert_int_equal(f.stat[SPREAD].significant_q, M);
	assert_true(f.stat[SPREAD].omnibus_p <= 0.05);
	/* No single class of the other half is ever found. */
	for (size_t s = 0; s < M; s++)
		for (size_t c = 0; c < 10; c++)
			if ((c < 5) != (f.cluster[s] == 0))
				assert_true(f.class_p_adjusted[s * 10 + c] > 0.05);
	brc_findings_clear(&f);
}

/* The published range sees none of it: it divides by the mean change of the controls. */
static void the_range_finds_no_half_where_the_spread_finds_all(void **state)
{
	const known *k = *state;
	const brc_measure how = {.level = 0.05};
	brc_findings f;

	assert_int_equal(brc_measure_coherence(&f, &k->lesions, &how, NULL), BRC_OK);
	assert_string_equal(f.stat[RANGE].statistic, "range");
	for (size_t s = 0; s < M; s++)
		assert_true(f.stat[RANGE].p[s] > 0.8 && f.stat[SPREAD].p[s] == 1.0 / (DRAWS + 1));
	brc_findings_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_half_is_important_for_its_own_classes),
		cmocka_unit_test(a_half_is_not_important_for_other_classes),
		cmocka_unit_test(specificity_finds_every_half_and_its_classes),
		cmocka_unit_test(the_class_spread_finds_every_half),
		cmocka_unit_test(the_range_finds_no_half_where_the_spread_finds_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
