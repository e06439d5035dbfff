/* Statistics of lesions from counts: against numpy, and the published example. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/damage.h"
#include "stats/extremes.h"
#include "stats/published.h"
#include "stats_golden.h"

static void to_i64(const char *key, int64_t *out, size_t n)
{
	double v[16];

	golden(key, v, n);
	for (size_t i = 0; i < n; i++)
		out[i] = (int64_t)v[i];
}

static void damage_equals_the_oracle_from_numpy(void **state)
{
	static int64_t images[4], base[4];
	static int32_t correct[32];
	static double base_loss[4], loss[32];
	double v[32], t[8];
	brc_lesions l = {.m = 2, .classes = 4, .draws = 3, .images = 24};

	(void)state;
	to_i64("damage.images", images, 4);
	to_i64("damage.base", base, 4);
	golden("damage.correct", v, 32);
	for (int i = 0; i < 32; i++)
		correct[i] = (int32_t)v[i];
	golden("damage.base_loss", base_loss, 4);
	golden("damage.loss", loss, 32);
	l.class_images = images;
	l.baseline_correct = base;
	l.baseline_loss = base_loss;
	l.correct = correct;
	l.loss = loss;
	golden("damage.accuracy", v, 8);
	brc_damage_accuracy(&l, BRC_WEIGHT_CLASS, t);
	assert_near(t, v, 8, 1e-12);
	golden("damage.plain", v, 8);
	brc_damage_accuracy(&l, BRC_WEIGHT_IMAGE, t);
	assert_near(t, v, 8, 1e-12);
	golden("damage.spread", v, 8);
	brc_damage_spread(&l, BRC_WEIGHT_CLASS, t);
	assert_near(t, v, 8, 1e-12);
	golden("damage.range", v, 8);
	brc_damage_range(&l, BRC_WEIGHT_CLASS, t);
	assert_near(t, v, 8, 1e-12);
	golden("damage.change_loss", v, 8);
	brc_damage_loss(&l, BRC_WEIGHT_CLASS, t);
	assert_near(t, v, 8, 1e-7);
	golden("damage.plain_loss", v, 8);
	brc_damage_loss(&l, BRC_WEIGHT_IMAGE, t);
	assert_near(t, v, 8, 1e-7);
	assert_true(fabs(brc_lesions_baseline_plain(&l) - 20.0 / 24) < 1e-15);
	assert_true(fabs(brc_lesions_baseline_balanced(&l) - (6.0 / 7 + 1 + 0.75) / 3) < 1e-15);
}

/* Classes at .98 .99 .97 unharmed, .90 .98 .97 lesioned, three controls; 100 images each. */
static int64_t hundred[] = {100, 100, 100}, unharmed[] = {98, 99, 97};
static const int32_t example[] = {90, 98, 97, 97, 98, 96, 98, 97, 95, 96, 99, 97};

static brc_lesions three_classes(const int32_t *correct, size_t draws, size_t m)
{
	return (brc_lesions){.m = m,
			     .classes = 3,
			     .draws = draws,
			     .images = 300,
			     .class_images = hundred,
			     .baseline_correct = unharmed,
			     .correct = correct};
}

static void the_published_example_comes_out(void **state)
{
	const double change[] = {-.03, -.01, -.04 / 3, -.02 / 3}, range[] = {8.0 / 3, 0, 1.5, 3};
	brc_lesions l = three_classes(example, 3, 1);
	double t[4], p;

	(void)state;
	brc_damage_accuracy(&l, BRC_WEIGHT_CLASS, t);
	assert_near(t, change, 4, 1e-12);
	brc_published_p(t, 3, 1, BRC_TAIL_LEFT, &p);
	assert_true(p == 0.25);
	brc_damage_range(&l, BRC_WEIGHT_CLASS, t);
	assert_near(t, range, 4, 1e-11);
	brc_published_p(t, 3, 1, BRC_TAIL_RIGHT, &p);
	assert_true(p == 0.5);
}

/* No change on average: the range is undefined, published p = 0.05, by default p = 1. */
static void no_mean_change_leaves_the_range_undefined(void **state)
{
	const int32_t correct[] = {97, 100, 97, 97, 98, 96, 98, 97, 95, 96, 99, 97};
	brc_lesions l = three_classes(correct, 3, 1);
	double t[4], p;

	(void)state;
	brc_damage_range(&l, BRC_WEIGHT_CLASS, t);
	assert_true(isnan(t[0]));
	brc_published_p(t, 3, 1, BRC_TAIL_RIGHT, &p);
	assert_true(p == 0.25);
	brc_extremes_orient(t, 3, 1, BRC_TAIL_RIGHT, t);
	brc_extremes_p(t, 3, 1, &p);
	assert_true(p == 1);
}

/* The same changes in another order of classes are ties, whatever the rounding of sums. */
static void changes_in_another_order_of_classes_are_ties(void **state)
{
	const int32_t correct[] = {91, 98, 96, 97, 92, 96, 97, 98, 90, 98, 92, 95};
	brc_lesions l = three_classes(correct, 3, 1);
	double t[4];

	(void)state; /* changes -7 -1 -1, -1 -7 -1, -1 -1 -7, 0 -7 -2 */
	brc_damage_accuracy(&l, BRC_WEIGHT_CLASS, t);
	for (int b = 1; b < 4; b++)
		assert_true(t[b] == t[0]);
	brc_damage_spread(&l, BRC_WEIGHT_CLASS, t);
	assert_true(t[1] == t[0] && t[2] == t[0] && t[3] > t[0]);
	brc_damage_range(&l, BRC_WEIGHT_CLASS, t);
	assert_true(t[1] == t[0] && t[2] == t[0] && t[3] > t[0]);
}

static void change_is_told_for_each_class(void **state)
{
	const double want[] = {-.08, -.01, 0, -.01, -.01, -.01, 0, -.02, -.02, -.02, 0, 0};
	brc_lesions l = three_classes(example, 3, 1);
	double t[12];

	(void)state;
	brc_damage_classes(&l, 0, t);
	assert_near(t, want, 12, 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_equals_the_oracle_from_numpy),
		cmocka_unit_test(the_published_example_comes_out),
		cmocka_unit_test(no_mean_change_leaves_the_range_undefined),
		cmocka_unit_test(changes_in_another_order_of_classes_are_ties),
		cmocka_unit_test(change_is_told_for_each_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
