/* Control sets: right sizes, right layer, disjoint where they must be, uniform, reproducible. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "study/controls.h"

static const int32_t two_layers[] = {7, 0, -1, 7, 0, 7, 7,  -1, /* layer a: 8 units */
				     0, 0, 1,  2, 2, 2, -1, 1}; /* layer b: 8 units */

static void make(brc_labels *l, brc_subclusters **t)
{
	const char *const name[] = {"a", "b"};
	const size_t units[] = {8, 8};
	brc_layers layers;
	brc_err err;

	assert_int_equal(brc_layers_init(&layers, 2, name, units, &err), BRC_OK);
	assert_int_equal(brc_labels_init(l, &layers, &err), BRC_OK);
	memcpy(l->label, two_layers, sizeof(two_layers));
	assert_int_equal(brc_subclusters_new(t, l, &err), BRC_OK);
	assert_int_equal((*t)->n, 5); /* a0 a7 b0 b1 b2 */
	brc_layers_clear(&layers);
}

static void draw(brc_control_sets *sets, const brc_labels *l, const brc_subclusters *t,
		 const size_t *keep, size_t m, size_t n, brc_controls how, uint64_t seed)
{
	const uint32_t stream[] = {1, 2};

	assert_int_equal(brc_control_sets_init(sets, l, t, keep, m, n, how, seed, stream, 0, NULL),
			 BRC_OK);
}

static const size_t all[] = {0, 1, 2, 3, 4};

static void check_sets(brc_controls how)
{
	brc_labels l;
	brc_subclusters *t;
	brc_control_sets sets;
	size_t overlaps = 0;

	make(&l, &t);
	draw(&sets, &l, t, all, 5, 50, how, 42);
	for (size_t b = 0; b <= 50; b++) {
		int used[16] = {0};

		for (size_t i = 0; i < 5; i++) {
			const int32_t *u = sets.unit + sets.first[b * 5 + i];
			const size_t base = t->item[i].layer * 8;

			for (size_t k = 0; k < t->item[i].size; k++) {
				assert_in_range(u[k], 0, 7);
				assert_true(k == 0 || u[k] > u[k - 1]);
				assert_true(two_layers[base + (size_t)u[k]] >= 0);
				overlaps += (size_t)used[base + (size_t)u[k]]++;
				if (b == 0)
					assert_int_equal(u[k], t->item[i].unit[k]);
			}
		}
	}
	if (how == BRC_CONTROLS_PERMUTATION)
		assert_int_equal(overlaps, 0);
	else
		assert_true(overlaps > 50);
	brc_control_sets_clear(&sets);
	brc_subclusters_free(t);
	brc_labels_clear(&l);
}

static void permuted_controls_have_the_layer_and_size_of_their_sub_cluster(void **state)
{
	(void)state;
	check_sets(BRC_CONTROLS_PERMUTATION);
}

static void independent_controls_have_the_layer_and_size_of_their_sub_cluster(void **state)
{
	(void)state;
	check_sets(BRC_CONTROLS_INDEPENDENT);
}

/* Leaving sub-clusters out changes no draw of the others; a seed does. */
static void a_draw_depends_on_the_seed_and_its_own_sub_cluster_alone(void **state)
{
	static const brc_controls how[] = {BRC_CONTROLS_PERMUTATION, BRC_CONTROLS_INDEPENDENT};
	const size_t few[] = {1, 4};
	brc_labels l;
	brc_subclusters *t;

	(void)state;
	make(&l, &t);
	for (int h = 0; h < 2; h++) {
		brc_control_sets a, b, c;
		size_t differ = 0;

		draw(&a, &l, t, all, 5, 20, how[h], 42);
		draw(&b, &l, t, few, 2, 20, how[h], 42);
		draw(&c, &l, t, few, 2, 20, how[h], 43);
		for (size_t d = 0; d <= 20; d++) {
			for (size_t i = 0; i < 2; i++) {
				const size_t bytes = t->item[few[i]].size * sizeof(int32_t);
				const int32_t *from = b.unit + b.first[d * 2 + i];

				assert_memory_equal(a.unit + a.first[d * 5 + few[i]], from, bytes);
				differ += memcmp(c.unit + c.first[d * 2 + i], from, bytes) != 0;
			}
		}
		assert_true(differ > 20);
		brc_control_sets_clear(&a);
		brc_control_sets_clear(&b);
		brc_control_sets_clear(&c);
	}
	brc_subclusters_free(t);
	brc_labels_clear(&l);
}

/* Draw b shuffles the labels of layer l's eligible units by generator (seed, CONTROL, stream, b).
 */
static void keyed_by_layer_and_draw(void **state)
{
	brc_labels l;
	brc_subclusters *t;
	brc_control_sets sets;

	(void)state;
	make(&l, &t);
	draw(&sets, &l, t, all, 5, 3, BRC_CONTROLS_PERMUTATION, 42);
	for (uint32_t b = 1; b <= 3; b++)
		for (uint32_t layer = 0; layer < 2; layer++) {
			int32_t unit[8], label[8];
			size_t n = 0;
			brc_rng rng;

			for (int32_t u = 0; u < 8; u++)
				if (two_layers[8 * layer + (uint32_t)u] >= 0) {
					unit[n] = u;
					label[n++] = two_layers[8 * layer + (uint32_t)u];
				}
			brc_rng_init(&rng, 42, BRC_RNG_CONTROL, layer + 1, b);
			brc_rng_shuffle(&rng, label, n);
			for (size_t i = 0; i < 5; i++) {
				const int32_t *set = sets.unit + sets.first[b * 5 + i];

				for (size_t k = 0; t->item[i].layer == layer && k < n; k++)
					if (label[k] == t->item[i].cluster)
						assert_int_equal(*set++, unit[k]);
			}
		}
	brc_control_sets_clear(&sets);
	brc_subclusters_free(t);
	brc_labels_clear(&l);
}

/* Sub-cluster a0 holds 2 of 6 eligible units: 15 sets, each as likely. */
static void every_control_set_is_as_likely_as_another(void **state)
{
	static const brc_controls how[] = {BRC_CONTROLS_PERMUTATION, BRC_CONTROLS_INDEPENDENT};
	enum { DRAWS = 6000 };
	brc_labels l;
	brc_subclusters *t;

	(void)state;
	make(&l, &t);
	for (int h = 0; h < 2; h++) {
		brc_control_sets sets;
		int count[64] = {0}, kinds = 0;
		double chi2 = 0;

		draw(&sets, &l, t, all, 5, DRAWS, how[h], 42);
		for (size_t b = 1; b <= DRAWS; b++) {
			const int32_t *u = sets.unit + sets.first[b * 5];

			count[u[0] * 8 + u[1]]++;
		}
		for (int k = 0; k < 64; k++) {
			if (!count[k])
				continue;
			kinds++;
			chi2 += pow(count[k] - DRAWS / 15.0, 2) / (DRAWS / 15.0);
		}
		assert_int_equal(kinds, 15);
		assert_true(chi2 < 36.12); /* chi-square(14) at 0.001 */
		brc_control_sets_clear(&sets);
	}
	brc_subclusters_free(t);
	brc_labels_clear(&l);
}

static void sub_clusters_too_small_or_too_large_are_named(void **state)
{
	char reason[96];

	(void)state;
	assert_false(brc_controls_size_ok(1, 10, 2, 0.99, reason));
	assert_string_equal(reason, "fewer than 2 units");
	assert_true(brc_controls_size_ok(2, 10, 2, 0.99, reason));
	assert_true(brc_controls_size_ok(99, 100, 2, 0.99, reason));
	assert_false(brc_controls_size_ok(100, 100, 2, 0.99, reason));
	assert_string_equal(reason, "more than 0.99 of the layer's clustered units");
	assert_true(brc_controls_size_ok(100, 100, 2, 1, reason));
}

static void more_draws_than_memory_holds_are_refused(void **state)
{
	const uint32_t stream[] = {0, 1};
	brc_labels l;
	brc_subclusters *t;
	brc_control_sets sets;
	brc_err err;

	(void)state;
	make(&l, &t);
	assert_int_equal(brc_control_sets_init(&sets, &l, t, all, 5, 1000000,
					       BRC_CONTROLS_PERMUTATION, 42, stream, 1 << 20, &err),
			 BRC_RESOURCE);
	assert_null(sets.unit);
	brc_subclusters_free(t);
	brc_labels_clear(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permuted_controls_have_the_layer_and_size_of_their_sub_cluster),
		cmocka_unit_test(independent_controls_have_the_layer_and_size_of_their_sub_cluster),
		cmocka_unit_test(a_draw_depends_on_the_seed_and_its_own_sub_cluster_alone),
		cmocka_unit_test(keyed_by_layer_and_draw),
		cmocka_unit_test(every_control_set_is_as_likely_as_another),
		cmocka_unit_test(sub_clusters_too_small_or_too_large_are_named),
		cmocka_unit_test(more_draws_than_memory_holds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
