/* Controls inside bins: bins keep what they must, and p-values against them are calibrated. */
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
#include "stats/inference.h"
#include "study/binned_controls.h"

static void must(brc_rc rc, const brc_err *err)
{
	if (rc != BRC_OK)
		fail_msg("%s", err->message);
}

/* ---- bins ---- */

static void equal_values_share_a_bin(void **state)
{
	static const double value[] = {5, 1, 1, 1, 9, 8, 2, 7, 6, 1};
	int32_t bin[10];

	(void)state;
	/* four values of 1 are the ranks 1 to 4, whose mean is 2.5: the second bin of five */
	assert_int_equal(brc_bins_of(value, 10, 5, bin, NULL), 4);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(bin[i], value[i] == 1   ? 1
					 : value[i] == 2 ? 2
					 : value[i] <= 5 ? 2
					 : value[i] <= 7 ? 3
							 : 4);
	assert_int_equal(brc_bins_of(value, 10, 1, bin, NULL), 1);
}

static void values_without_ties_fill_bins_evenly(void **state)
{
	double value[103];
	int32_t bin[103];
	size_t count[5] = {0};

	(void)state;
	for (size_t i = 0; i < 103; i++)
		value[i] = (double)(i * 37 % 103);
	assert_int_equal(brc_bins_of(value, 103, 5, bin, NULL), 5);
	for (size_t i = 0; i < 103; i++) {
		assert_int_equal(bin[i], (size_t)((value[i] + 0.5) * 5 / 103));
		count[bin[i]]++;
	}
	for (size_t b = 0; b < 5; b++)
		assert_in_range(count[b], 20, 21);
}

/* ---- a layer whose labels depend on a property of the units ---- */

enum { UNITS = 60, DRAWS = 39 };

typedef struct layer {
	brc_labels labels;
	brc_subclusters *t;
	double value[UNITS];
} layer;

/* The higher the bin of a unit, the rarer label 0. Label 2 is rare; unit 7 has none. */
static void make_layer(layer *y, uint32_t partition)
{
	const char *const name[] = {"a"};
	const size_t units[] = {UNITS};
	int32_t bin[UNITS];
	double value[UNITS - 1];
	brc_layers layers;
	brc_err err;
	brc_rng r;

	brc_rng_init(&r, 5, BRC_RNG_TEST, 0, partition);
	must(brc_layers_init(&layers, 1, name, units, &err), &err);
	must(brc_labels_init(&y->labels, &layers, &err), &err);
	for (size_t u = 0; u < UNITS; u++) {
		y->value[u] = brc_rng_normal(&r);
		if (u != 7)
			value[u - (u > 7)] = y->value[u];
	}
	assert_int_equal(brc_bins_of(value, UNITS - 1, BRC_BINS, bin, &err), BRC_BINS);
	for (size_t u = 0; u < UNITS; u++) {
		const size_t at = u - (u > 7);

		y->labels.label[u] = brc_rng_uniform(&r) < 0.1 + 0.2 * bin[at];
		if (brc_rng_uniform(&r) < 0.2)
			y->labels.label[u] = 2;
	}
	y->labels.label[7] = -1;
	must(brc_subclusters_new(&y->t, &y->labels, &err), &err);
	assert_int_equal(y->t->n, 3);
	brc_layers_clear(&layers);
}

static void free_layer(layer *y)
{
	brc_subclusters_free(y->t);
	brc_labels_clear(&y->labels);
}

static void draw_kept(layer *y, brc_control_sets *sets, const size_t *keep, size_t m, size_t n,
		      uint64_t seed)
{
	const uint32_t stream[] = {3};
	brc_binned_controls c;
	brc_redraw how;
	brc_err err;

	must(brc_binned_controls_init(&c, y->value, &y->labels.layers, &err), &err);
	how = brc_binned_redraw(&c, BRC_MATCH_DEGREE);
	must(brc_control_sets_redraw(sets, &y->labels, y->t, keep, m, n, &how, seed, stream, 0,
				     &err),
	     &err);
	brc_binned_controls_clear(&c);
}

static void draw_binned(layer *y, brc_control_sets *sets, size_t n, uint64_t seed)
{
	draw_kept(y, sets, (const size_t[]){0, 1, 2}, 3, n, seed);
}

/* Its units are drawn like those of others, so that others get the same sets. */
static void a_group_that_is_left_out_moves_too(void **state)
{
	const size_t keep[] = {0, 2};
	brc_control_sets all, some;
	layer y;

	(void)state;
	make_layer(&y, 1);
	draw_binned(&y, &all, DRAWS, 6);
	draw_kept(&y, &some, keep, 2, DRAWS, 6);
	for (size_t b = 0; b <= DRAWS; b++)
		for (size_t i = 0; i < 2; i++) {
			const size_t a = b * 3 + keep[i], s = b * 2 + i;

			assert_memory_equal(all.unit + all.first[a], some.unit + some.first[s],
					    y.t->item[keep[i]].size * sizeof(*all.unit));
			assert_true(all.value[a] == some.value[s]);
		}
	brc_control_sets_clear(&all);
	brc_control_sets_clear(&some);
	free_layer(&y);
}

/* Of every set the units in each bin, as many as the group has; and no unit in two sets. */
static void a_control_has_as_many_units_of_every_bin_as_its_group(void **state)
{
	double own[UNITS];
	int32_t bin[UNITS], place[UNITS];
	brc_control_sets sets;
	size_t n = 0, moved = 0;
	layer y;

	(void)state;
	make_layer(&y, 0);
	for (size_t u = 0; u < UNITS; u++) {
		place[u] = y.labels.label[u] < 0 ? -1 : (int32_t)n;
		if (y.labels.label[u] >= 0)
			own[n++] = y.value[u];
	}
	assert_int_equal(brc_bins_of(own, n, BRC_BINS, bin, NULL), BRC_BINS);
	draw_binned(&y, &sets, 50, 42);
	for (size_t b = 0; b <= 50; b++) {
		bool used[UNITS] = {false};

		for (size_t i = 0; i < 3; i++) {
			const int32_t *set = sets.unit + sets.first[b * 3 + i];
			int count[BRC_BINS] = {0};
			double sum = 0;

			for (size_t k = 0; k < y.t->item[i].size; k++) {
				assert_true(place[set[k]] >= 0 && !used[set[k]]);
				used[set[k]] = true;
				count[bin[place[set[k]]]]++;
				count[bin[place[y.t->item[i].unit[k]]]]--;
				sum += y.value[set[k]];
				moved += (size_t)set[k] != y.t->item[i].unit[k];
			}
			for (size_t k = 0; k < BRC_BINS; k++)
				assert_int_equal(count[k], 0);
			assert_true(sets.value[b * 3 + i] == sum / (double)y.t->item[i].size);
		}
	}
	assert_true(moved > 1000);
	brc_control_sets_clear(&sets);
	free_layer(&y);
}

/* What silencing a set would do: its units' values count, and noise of their own. */
static void damage(const layer *y, const brc_control_sets *sets, uint32_t partition, double *t)
{
	double noise[UNITS];
	brc_rng r;

	brc_rng_init(&r, 6, BRC_RNG_TEST, 1, partition);
	for (size_t u = 0; u < UNITS; u++)
		noise[u] = floor(4 * (brc_rng_normal(&r) + 2 * y->value[u])); /* with ties */
	for (size_t b = 0; b <= DRAWS; b++)
		for (size_t i = 0; i < 3; i++) {
			const int32_t *set = sets->unit + sets->first[b * 3 + i];

			t[b * 3 + i] = 0;
			for (size_t k = 0; k < y->t->item[i].size; k++)
				t[b * 3 + i] += noise[set[k]];
		}
}

/* Shares of p <= .05 over partitions: single, omnibus, any after max-T. */
typedef struct shares {
	double single, omnibus, maxt;
} shares;

static shares calibrate(bool matched, uint32_t partitions)
{
	static const size_t keep[] = {0, 1, 2};
	static const uint32_t stream[] = {3};
	const brc_question ask = {"t", "t", "", BRC_TAIL_RIGHT, 0.05, BRC_FDR_BH, false};
	shares s = {0, 0, 0};
	brc_err err;

	for (uint32_t p = 0; p < partitions; p++) {
		double t[(DRAWS + 1) * 3];
		brc_control_sets sets;
		brc_inference i;
		layer y;

		make_layer(&y, p);
		if (matched)
			draw_binned(&y, &sets, DRAWS, p);
		else
			must(brc_control_sets_init(&sets, &y.labels, y.t, keep, 3, DRAWS,
						   BRC_CONTROLS_PERMUTATION, p, stream, 0, &err),
			     &err);
		damage(&y, &sets, p, t);
		must(brc_inference_run(&i, &ask, t, DRAWS, 3, &err), &err);
		for (size_t k = 0; k < 3; k++)
			s.single += (i.p[k] <= 0.05) / 3.0 / partitions;
		s.omnibus += (double)(i.omnibus_p <= 0.05) / partitions;
		s.maxt += (double)(i.significant_maxt > 0) / partitions;
		brc_inference_clear(&i);
		brc_control_sets_clear(&sets);
		free_layer(&y);
	}
	return s;
}

#ifdef __SANITIZE_ADDRESS__
#define PARTITIONS 150
#else
#define PARTITIONS 1500
#endif

/*
 * Labels that know the bins of a property alone find nothing against controls matched by it;
 * against random controls they do.
 */
static void labels_that_know_the_bins_alone_find_nothing(void **state)
{
	const shares random = calibrate(false, PARTITIONS), matched = calibrate(true, PARTITIONS);

	(void)state;
	print_message("# P(p <= 0.05): random controls %.3f single, %.3f omnibus, %.3f max-T; "
		      "matched %.3f, %.3f, %.3f\n",
		      random.single, random.omnibus, random.maxt, matched.single, matched.omnibus,
		      matched.maxt);
	assert_true(random.single > 0.2 && random.omnibus > 0.2);
	assert_true(matched.single < 0.05 + 3 * sqrt(0.05 * 0.95 / PARTITIONS));
	assert_true(matched.single > 0.03); /* not idle either */
	assert_true(matched.omnibus < 0.05 + 3 * sqrt(0.05 * 0.95 / PARTITIONS));
	assert_true(matched.maxt < 0.05 + 3 * sqrt(0.05 * 0.95 / PARTITIONS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_share_a_bin),
		cmocka_unit_test(values_without_ties_fill_bins_evenly),
		cmocka_unit_test(a_group_that_is_left_out_moves_too),
		cmocka_unit_test(a_control_has_as_many_units_of_every_bin_as_its_group),
		cmocka_unit_test(labels_that_know_the_bins_alone_find_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
