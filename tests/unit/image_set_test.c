/* What sets of images are recognised by, and which entries of a history a section comes from. */
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
#include "sections/image_overlap.h"
#include "sections/image_set.h"
#include "stream/ancestors.h"
#include "stream/history.h"

/* n images from number `from` on; their hashes are those of their numbers. */
static brc_image_set set_of(size_t from, size_t n)
{
	brc_image_set s = {0};

	for (size_t i = from; i < from + n; i++) {
		brc_rng rng;
		uint64_t hash[2];

		brc_rng_init(&rng, i, BRC_RNG_TEST, 0, 0);
		hash[0] = brc_rng_u64(&rng);
		hash[1] = brc_rng_u64(&rng);
		brc_image_set_add(&s, hash);
	}
	return s;
}

static void small_sets_are_compared_exactly(void **state)
{
	const brc_image_set a = set_of(0, 300), b = set_of(290, 40);
	bool exact;
	size_t common;

	(void)state;
	assert_true(brc_image_set_share(&b, &a, &exact, &common) == 10 / 40.0);
	assert_true(exact);
	assert_int_equal(common, 10);
	assert_true(brc_image_set_share(&a, &b, &exact, &common) == 10 / 300.0);
	assert_false(brc_image_set_same(&a, &b));
}

/* Shares of 0, 2, 10, 50 and 100 %: within five standard errors of the sketch. */
static void shares_of_large_sets_are_estimated(void **state)
{
	enum { N = 20000 };
	static const double shares[] = {0, 0.02, 0.1, 0.5, 1};
	const brc_image_set a = set_of(0, N);

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
		const double p = shares[i], error = sqrt(p * (1 - p) / BRC_IMAGE_SKETCH);
		const brc_image_set b = set_of((size_t)((1 - p) * N), N);
		bool exact;
		size_t common;

		assert_true(fabs(brc_image_set_share(&b, &a, &exact, &common) - p) <= 5 * error);
		assert_false(exact);
		assert_int_equal(brc_image_set_same(&a, &b), p == 1);
	}
}

/* A small set among a large one: the few hashes that can be compared are all there. */
static void a_part_of_a_large_set_is_found(void **state)
{
	const brc_image_set large = set_of(0, 30000), part = set_of(29000, 1000);
	bool exact;
	size_t common;

	(void)state;
	assert_true(brc_image_set_share(&part, &large, &exact, &common) == 1);
	assert_true(common >= 5);
}

static void goes_through_a_map(void **state)
{
	static const size_t sizes[] = {1, 7, BRC_IMAGE_SKETCH - 1, BRC_IMAGE_SKETCH, 5000};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const brc_image_set s = set_of(5, sizes[i]);
		brc_map *m = brc_image_set_map(&s);
		brc_image_set back;

		assert_true(brc_image_set_read(&back, m));
		assert_memory_equal(&back, &s, sizeof(s));
		brc_map_free(m);
	}
}

static void hostile_maps_are_no_sets(void **state)
{
	static const char digest[] = "00000000000000010000000000000002";
	static const struct {
		const char *digest, *sketch;
		int64_t count;
	} bad[] = {
		{digest, "", 1},
		{digest, "000000000000000", 1},
		{digest, "000000000000000g", 1},
		{digest, "0000000000000002", 0},
		{digest, "0000000000000002", -1},
		{digest, "00000000000000020000000000000002", 2},
		{digest, "00000000000000020000000000000001", 2},
		{digest, "                ", 1},
		{digest, "0x00000000000001", 1},
		{"0000", "0000000000000002", 1},
		{"0000000000000001000000000000000-", "0000000000000002", 1},
		{NULL, "0000000000000002", 1},
		{digest, NULL, 1},
	};
	char *sketch = malloc((BRC_IMAGE_SKETCH + 1) * 16 + 1);
	brc_image_set s;
	brc_map *m;

	(void)state;
	assert_non_null(sketch);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		m = brc_map_new();
		brc_map_put_int(m, "count", bad[i].count);
		brc_map_put_string(m, "digest", bad[i].digest);
		brc_map_put_string(m, "sketch", bad[i].sketch);
		assert_false(brc_image_set_read(&s, m));
		brc_map_free(m);
	}
	for (int i = 0; i <= BRC_IMAGE_SKETCH; i++)
		snprintf(sketch + 16 * i, 17, "%016x", i);
	m = brc_map_new();
	brc_map_put_int(m, "count", 5000);
	brc_map_put_string(m, "digest", digest);
	brc_map_put_string(m, "sketch", sketch);
	assert_false(brc_image_set_read(&s, m));
	brc_map_free(m);
	free(sketch);
}

/* ---- the history ---- */

static brc_map *entry(const char *tool, const char *reads, const char *writes,
		      const brc_image_set *images)
{
	brc_map *e = brc_map_new();

	brc_map_put_string(e, "tool", tool);
	for (; *reads; reads++)
		brc_history_note(e, "reads", "section", "x", (char[]){*reads, '\0'});
	for (; *writes; writes++)
		brc_history_note(e, "writes", "section", "x", (char[]){*writes, '\0'});
	if (images)
		brc_map_put_map(e, "images", brc_image_set_map(images));
	return e;
}

static void free_all(brc_map **e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		brc_map_free(e[i]);
}

/* Entries in any order, a diamond, a loop, one that is in no way related. */
static void ancestors_are_found(void **state)
{
	enum { N = 6 };
	brc_map *e[N] = {
		entry("d", "bc", "d", NULL), entry("a", "", "a", NULL),
		entry("b", "az", "b", NULL), entry("c", "a", "c", NULL),
		entry("x", "ax", "x", NULL), entry("z", "d", "z", NULL),
	};
	bool made[N];
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_ancestors((const brc_map *const *)e, N, "d", made, &err), BRC_OK);
	assert_true(made[0] && made[1] && made[2] && made[3] && made[5]);
	assert_false(made[4]);
	assert_int_equal(brc_ancestors((const brc_map *const *)e, N, "c", made, &err), BRC_OK);
	assert_true(made[1] && made[3]);
	assert_false(made[0] || made[2] || made[4] || made[5]);
	assert_int_equal(brc_ancestors((const brc_map *const *)e, N, "", made, &err), BRC_OK);
	assert_false(made[0] || made[1]);
	free_all(e, N);
}

static brc_image_overlap overlap(brc_map **e, size_t n, const char *digest,
				 const brc_image_set *test)
{
	brc_image_overlap o;
	brc_err err = {0};

	assert_int_equal(
		brc_image_overlap_find(&o, (const brc_map *const *)e, n, digest, test, NULL, &err),
		BRC_OK);
	return o;
}

static void only_the_images_that_groups_come_from_count(void **state)
{
	const brc_image_set fit = set_of(0, 5000), test = set_of(5000, 1000),
			    both = set_of(4900, 1000);
	brc_map *e[] = {entry("activations", "", "a", &fit), entry("corr", "a", "l", NULL),
			entry("activations", "", "x", &test),
			entry("extract-weights", "", "w", NULL),
			entry("activations", "", "o", NULL)};
	enum { N = sizeof(e) / sizeof(*e) };
	brc_image_overlap o = overlap(e, N, "l", &test);

	(void)state;
	assert_true(o.images && !o.unknown && !o.same && o.share == 0 &&
		    !brc_image_overlap_bad(&o));
	o = overlap(e, N, "l", &both);
	assert_true(brc_image_overlap_bad(&o) && !o.exact && fabs(o.share - 0.1) < 0.1);
	o = overlap(e, N, "x", &test);
	assert_true(o.same && brc_image_overlap_bad(&o));
	o = overlap(e, N, "w", &test);
	assert_false(o.images || o.unknown || brc_image_overlap_bad(&o));
	o = overlap(e, N, "o", &test);
	assert_true(o.images && o.unknown && !brc_image_overlap_bad(&o));
	o = overlap(e, N, "l", NULL);
	assert_true(o.unknown && !brc_image_overlap_bad(&o));
	free_all(e, N);
}

/* Images that large sets share by chance, half a percent, are seldom an alarm: 10 of 200 pairs. */
static void a_few_images_alike_are_no_alarm(void **state)
{
	size_t alarms = 0;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		const size_t n = i % 2 ? 1000 : 4000, from = 100000 * i;
		const brc_image_set fit = set_of(from, 4000),
				    test = set_of(from + 4000 - n / 200, n);
		brc_map *e[] = {entry("activations", "", "a", &fit)};
		const brc_image_overlap o = overlap(e, 1, "a", &test);

		alarms += brc_image_overlap_bad(&o);
		brc_map_free(e[0]);
	}
	assert_true(alarms <= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_sets_are_compared_exactly),
		cmocka_unit_test(shares_of_large_sets_are_estimated),
		cmocka_unit_test(a_part_of_a_large_set_is_found),
		cmocka_unit_test(goes_through_a_map),
		cmocka_unit_test(hostile_maps_are_no_sets),
		cmocka_unit_test(ancestors_are_found),
		cmocka_unit_test(only_the_images_that_groups_come_from_count),
		cmocka_unit_test(a_few_images_alike_are_no_alarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
