/*
 * Calibration on a trained network: with random labels instead of a clustering
 * there is nothing to find, so P(p <= 0.05) <= 0.05 for every statistic and
 * test, ties included, up to binomial error.
 *
 *     calibration_test [PARTITIONS CONTROLS IMAGES]
 *
 * prints the share of p-values at or below 0.05. Random labels: each unit of
 * two hidden layers gets one of four labels, all as likely. A second study with
 * sixteen labels and a fifth of the images is full of ties; there the published
 * rule, which counts them as significant, must be seen to fail.
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
#include "study/experiment.h"
#include "study/measure.h"
#include "stats/published.h"
#include "side_by_side.h"

enum { STATISTICS = 5, TESTS = 24 };

/* Shares of p-values <= 0.05, one number a partition. */
typedef struct share {
	char name[64];
	size_t n;
	double sum, sum2;
	bool published; /* for comparison, not held to account */
} share;

typedef struct study {
	size_t partitions, controls, images;
	uint32_t k; /* labels */
	stacked data;
	brc_net *net;
	brc_labels labels;
	brc_pool *pool;
	share share[TESTS];
	size_t tied, values; /* controls equal to the observed value, and all controls */
} study;

static void note(study *y, const char *statistic, const char *test, double value)
{
	char name[64];

	snprintf(name, sizeof(name), "%s, %s", statistic, test);
	for (size_t i = 0; i < TESTS; i++) {
		share *s = &y->share[i];

		if (s->name[0] && strcmp(s->name, name) != 0)
			continue;
		snprintf(s->name, sizeof(s->name), "%s", name);
		s->published = strcmp(test, "as published") == 0;
		s->n++;
		s->sum += value;
		s->sum2 += value * value;
		return;
	}
	fail_msg("too many tests");
}

static double share_of(const double *p, size_t n)
{
	size_t low = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		low += p[i] <= 0.05;
		known += !isnan(p[i]);
	}
	return (double)low / (double)known;
}

static void note_statistic(study *y, const brc_inference *i)
{
	double *p = malloc(i->m * sizeof(*p));

	assert_non_null(p);
	note(y, i->statistic, "single", share_of(i->p, i->m));
	note(y, i->statistic, "omnibus", i->omnibus_p <= 0.05);
	note(y, i->statistic, "max-T", i->significant_maxt > 0);
	if (strcmp(i->statistic, "accuracy") == 0) {
		brc_published_p(i->draw, i->n, i->m, i->tail, p);
		note(y, i->statistic, "as published", share_of(p, i->m));
		for (size_t b = i->m; b < (i->n + 1) * i->m; b++)
			y->tied += i->draw[b] == i->draw[b % i->m];
		y->values += i->n * i->m;
	}
	free(p);
}

static void note_classes_of(study *y, const brc_findings *f, const char *name, const double *p,
			    const double *adjusted)
{
	size_t wrong = 0;

	note(y, name, "single", share_of(p, f->m * f->classes));
	for (size_t s = 0; s < f->m; s++)
		wrong += share_of(adjusted + s * f->classes, f->classes) > 0;
	note(y, name, "max-T over classes", (double)wrong / (double)f->m);
}

static void note_classes(study *y, const brc_findings *f)
{
	note_classes_of(y, f, "class", f->class_p, f->class_p_adjusted);
	note_classes_of(y, f, "t by class", f->class_t_p, f->class_t_p_adjusted);
}

static void one_partition(study *y, uint64_t partition)
{
	const brc_measure how = {.level = 0.05};
	const brc_experiment_options o = {.draws = y->controls,
					  .min_size = 2,
					  .max_fraction = 0.99,
					  .seed = 1000 + partition};
	brc_experiment x;
	brc_lesions l;
	brc_findings f;
	brc_err err = {0};
	brc_rng r;

	brc_rng_init(&r, 42, BRC_RNG_CALIBRATE, 0, (uint32_t)partition);
	for (size_t u = 0; u < brc_layers_total(&y->labels.layers); u++)
		y->labels.label[u] = (int32_t)brc_rng_below(&r, y->k);
	assert_int_equal(brc_experiment_init(&x, y->net, &y->labels, &o, &err), BRC_OK);
	assert_int_equal(
		brc_experiment_run(&x, y->net, &y->data.data, "random", y->pool, NULL, &l, &err),
		BRC_OK);
	assert_int_equal(brc_measure_importance(&f, &l, &how, &err), BRC_OK);
	for (size_t k = 0; k < f.n_stats; k++)
		note_statistic(y, &f.stat[k]);
	brc_findings_clear(&f);
	assert_int_equal(brc_measure_coherence(&f, &l, &how, &err), BRC_OK);
	for (size_t k = 0; k < f.n_stats; k++)
		note_statistic(y, &f.stat[k]);
	note_classes(y, &f);
	brc_findings_clear(&f);
	brc_lesions_clear(&l);
	brc_experiment_clear(&x);
}

static double mean_of(const share *s)
{
	return s->sum / (double)s->n;
}

/* Of shares of several p-values: as seen. Of single ones: binomial. */
static double error_of(const share *s)
{
	const double n = (double)s->n, mean = mean_of(s);

	if (strstr(s->name, "omnibus") || strstr(s->name, "max-T") == s->name + strlen(s->name) - 5)
		return sqrt(0.05 * 0.95 / n);
	return sqrt(fmax(0, s->sum2 / n - mean * mean) / n);
}

static void run_study(study *y)
{
	for (uint64_t k = 0; k < y->partitions; k++)
		one_partition(y, k);
	print_message("# %zu partitions into %u, %zu controls, %zu images; of the controls' "
		      "accuracies %.1f %% tie with the observed one\n",
		      y->partitions, y->k, y->controls, y->images,
		      100 * (double)y->tied / (double)y->values);
	for (size_t i = 0; i < TESTS && y->share[i].name[0]; i++)
		print_message("# P(p <= 0.05) = %.4f +- %.4f  %s\n", mean_of(&y->share[i]),
			      error_of(&y->share[i]), y->share[i].name);
}

/* Every share within three standard errors of 0.05, or below. */
static void no_default_test_finds_more_than_its_level(void **state)
{
	study *y = *state;
	size_t checked = 0;

	run_study(y);
	for (size_t i = 0; i < TESTS && y->share[i].name[0]; i++) {
		const share *s = &y->share[i];

		if (s->published)
			continue;
		checked++;
		assert_true(mean_of(s) <= 0.05 + 3 * error_of(s));
	}
	assert_int_equal(checked, 3 * STATISTICS + 4);
	assert_true(mean_of(&y->share[0]) > 0.02); /* not idle either */
}

static void ties_make_no_test_find_more_than_its_level(void **state)
{
	const study *y = *state;
	bool seen = false;

	no_default_test_finds_more_than_its_level(state);
	assert_true(y->tied > y->values / 5);
	for (size_t i = 0; i < TESTS; i++) {
		const share *s = &y->share[i];

		if (!s->published)
			continue;
		seen = true;
		assert_true(mean_of(s) > 0.05 + 3 * error_of(s));
	}
	assert_true(seen);
}

static int setup(void **state)
{
	/* one layer of each half, of different depths */
	static const char *const name[] = {"a.hidden2", "b.hidden3"};
	study *y = *state;

	stacked_open(&y->data, y->images);
	y->net = open_network("fixtures/side-by-side-split.onnx");
	open_labels(&y->labels, y->net, name, 2);
	return brc_pool_new(&y->pool, 2, NULL) == BRC_OK ? 0 : -1;
}

static int teardown(void **state)
{
	study *y = *state;

	brc_pool_free(y->pool);
	brc_labels_clear(&y->labels);
	brc_net_free(y->net);
	stacked_close(&y->data);
	return 0;
}

/* Partitions by default; fewer under AddressSanitizer, which is some ten times slower. */
#ifdef __SANITIZE_ADDRESS__
#define PARTITIONS 30
#else
#define PARTITIONS 200
#endif

static size_t argument(int argc, char **argv, int at, size_t otherwise)
{
	char *end;
	const size_t v = argc > at ? strtoul(argv[at], &end, 10) : otherwise;

	if (v == 0 || (argc > at && *end)) {
		fprintf(stderr, "usage: %s [PARTITIONS CONTROLS IMAGES]\n", argv[0]);
		exit(2);
	}
	return v;
}

int main(int argc, char **argv)
{
	study few = {.partitions = argument(argc, argv, 1, PARTITIONS),
		     .controls = argument(argc, argv, 2, 39),
		     .images = argument(argc, argv, 3, 300),
		     .k = 4};
	study many = few;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate_setup_teardown(no_default_test_finds_more_than_its_level,
							 setup, teardown, &few),
		cmocka_unit_test_prestate_setup_teardown(ties_make_no_test_find_more_than_its_level,
							 setup, teardown, &many),
	};

	many.k = 16;
	many.images = few.images < 5 ? 1 : few.images / 5;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
