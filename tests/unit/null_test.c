/* Null models: what each keeps and what it changes. */
#include "graph_fixture.h"

#include "graph/null.h"

static int by_value(const void *pa, const void *pb)
{
	float a = *(const float *)pa, b = *(const float *)pb;

	return a < b ? -1 : a > b;
}

static float *sorted(const float *w, size_t n)
{
	float *copy = malloc(n * sizeof(*copy));

	memcpy(copy, w, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_value);
	return copy;
}

static bool same_multiset(const float *a, const float *b, size_t n)
{
	float *x = sorted(a, n), *y = sorted(b, n);
	bool same = memcmp(x, y, n * sizeof(*x)) == 0;

	free(x);
	free(y);
	return same;
}

/* A within-layer block, two between layers, a third of the entries 0; unit 4 of l1 isolated. */
static void sparse_graph(fixture *f)
{
	static const size_t units[3] = {20, 15, 10};

	fixture_init(f, 3, units);
	fixture_random(f, 0, 0, 0, 3);
	fixture_random(f, 0, 1, 0, 3);
	fixture_random(f, 1, 2, 0, 3);
	for (size_t i = 0; i < 20; i++)
		f->w[1][i * 15 + 4] = 0;
	for (size_t j = 0; j < 10; j++)
		f->w[2][4 * 10 + j] = 0;
}

static const size_t entries[3] = {400, 300, 150};

/* Block b as a whole matrix, until the next call for it. */
static const float *matrix(const brc_blocks *n, size_t b)
{
	static float w[3][400];

	fixture_matrix(&n->block[b], w[b]);
	return w[b];
}

static void draw(const fixture *f, brc_null kind, bool pooled, uint64_t seed, uint32_t index,
		 brc_blocks *out)
{
	brc_graph g;

	assert_ok(brc_graph_init_all(&g, fixture_blocks(f), &ok_err));
	assert_ok(brc_null_draw(out, fixture_blocks(f), &g, kind, pooled, seed, index, &ok_err));
	assert_ok(brc_blocks_check(out, "null", &ok_err));
	brc_graph_clear(&g);
}

static void layer_keeps_the_values_of_each_block(void **state)
{
	brc_blocks null;
	fixture f;

	(void)state;
	sparse_graph(&f);
	draw(&f, BRC_NULL_LAYER, false, 1, 0, &null);
	for (size_t b = 0; b < 3; b++) {
		assert_true(same_multiset(matrix(&null, b), f.w[b], entries[b]));
		assert_memory_not_equal(matrix(&null, b), f.w[b], entries[b] * sizeof(float));
	}
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

static void layer_nonzero_keeps_the_places_of_zeroes_too(void **state)
{
	brc_blocks null;
	fixture f;

	(void)state;
	sparse_graph(&f);
	draw(&f, BRC_NULL_LAYER_NONZERO, false, 1, 0, &null);
	for (size_t b = 0; b < 3; b++) {
		const float *w = matrix(&null, b);
		size_t moved = 0;

		assert_true(same_multiset(w, f.w[b], entries[b]));
		for (size_t i = 0; i < entries[b]; i++) {
			assert_int_equal(w[i] > 0, f.w[b][i] > 0);
			moved += w[i] != f.w[b][i];
		}
		assert_true(moved > entries[b] / 2);
	}
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

/* Every new value is within a few bandwidths of an old one, none is an old one. */
static void distributions_draw_near_the_old_values(void **state)
{
	brc_blocks null;
	fixture f;

	(void)state;
	sparse_graph(&f);
	for (int all = 0; all < 2; all++) {
		size_t places = 0, same = 0;

		draw(&f,
		     all ? BRC_NULL_LAYER_ALL_DISTRIBUTION : BRC_NULL_LAYER_NONZERO_DISTRIBUTION,
		     false, 3, 0, &null);
		for (size_t b = 0; b < 3; b++) {
			const float *w = matrix(&null, b);
			size_t before = 0, after = 0;

			for (size_t i = 0; i < entries[b]; i++) {
				double nearest = 1;

				before += f.w[b][i] > 0;
				after += w[i] > 0;
				places += (w[i] > 0) != (f.w[b][i] > 0);
				if (!(w[i] > 0))
					continue;
				for (size_t j = 0; j < entries[b]; j++)
					if (f.w[b][j] > 0)
						nearest = fmin(nearest, fabs((double)w[i] -
									     (double)f.w[b][j]));
				assert_true(nearest < 5 * BRC_NULL_BANDWIDTH);
				same += nearest == 0;
			}
			assert_int_equal(before, after);
		}
		assert_true(same < 5); /* equal to the last bit of a float: by accident only */
		assert_int_equal(places > 0, all); /* only the former keeps the places */
		brc_blocks_clear(&null);
	}
	fixture_clear(&f);
}

/* Mean and variance of |v + 0.01 z| for values far from 0: those of v, plus 1e-4. */
static void draws_have_the_bandwidth(void **state)
{
	static const size_t units[2] = {200, 200};
	brc_blocks null;
	double sum = 0, squares = 0, n = 200 * 200;
	fixture f;
	float *w;

	(void)state;
	fixture_init(&f, 2, units);
	w = fixture_block(&f, 0, 1);
	for (size_t i = 0; i < 200 * 200; i++)
		w[i] = 1;
	draw(&f, BRC_NULL_LAYER_NONZERO_DISTRIBUTION, false, 5, 0, &null);
	for (size_t i = 0; i < 200 * 200; i++) {
		double d = (double)null.block[0].w[i] - 1;

		sum += d;
		squares += d * d;
	}
	assert_near(sum / n, 0, 5 * 0.01 / sqrt(n));
	assert_near(sqrt(squares / n), 0.01, 5 * 0.01 / sqrt(2 * n));
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

/* Correlations: one pool of edges; blocks exchange values, each edge counted once. */
static void pooled_keeps_the_values_of_the_whole_graph(void **state)
{
	brc_blocks null;
	float before[2][640];
	const float *w;
	fixture f;
	size_t n[2] = {0, 0};

	(void)state;
	sparse_graph(&f);
	draw(&f, BRC_NULL_LAYER, true, 1, 0, &null);
	for (size_t v = 0; v < 2; v++)
		for (size_t b = 0; b < 3; b++) {
			size_t cols = b == 2 ? 10 : b == 1 ? 15 : 20;

			w = v ? matrix(&null, b) : f.w[b];
			for (size_t i = 0; i < entries[b]; i++)
				if (b > 0 || i % cols > i / cols)
					before[v][n[v]++] = w[i];
		}
	assert_int_equal(n[0], 190 + 300 + 150);
	assert_true(same_multiset(before[0], before[1], n[0]));
	assert_false(same_multiset(null.block[1].w, f.w[1], 300));
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

static void isolated_units_stay_isolated(void **state)
{
	fixture f;

	(void)state;
	sparse_graph(&f);
	for (int kind = 0; kind < 4; kind++) {
		brc_blocks null;

		draw(&f, (brc_null)kind, kind % 2, 9, 1, &null);
		for (size_t i = 0; i < 20; i++)
			assert_true(matrix(&null, 1)[i * 15 + 4] == 0);
		for (size_t j = 0; j < 10; j++)
			assert_true(matrix(&null, 2)[4 * 10 + j] == 0);
		brc_blocks_clear(&null);
	}
	fixture_clear(&f);
}

static void seed_and_draw_choose_the_shuffle(void **state)
{
	static const uint64_t seed[4] = {1, 1, 2, 1};
	static const uint32_t index[4] = {0, 0, 0, 1};
	brc_blocks null[4];
	fixture f;

	(void)state;
	sparse_graph(&f);
	for (size_t i = 0; i < 4; i++)
		draw(&f, BRC_NULL_LAYER_ALL_DISTRIBUTION, false, seed[i], index[i], &null[i]);
	for (size_t b = 0; b < 3; b++) {
		size_t n = b ? entries[b] : 190;

		assert_memory_equal(null[0].block[b].w, null[1].block[b].w, n * sizeof(float));
		assert_memory_not_equal(null[0].block[b].w, null[2].block[b].w, n * sizeof(float));
		assert_memory_not_equal(null[0].block[b].w, null[3].block[b].w, n * sizeof(float));
	}
	for (size_t i = 0; i < 4; i++)
		brc_blocks_clear(&null[i]);
	fixture_clear(&f);
}

/* Two blocks with the same entries: each has random numbers of its own. */
static void blocks_are_shuffled_apart(void **state)
{
	static const size_t units[3] = {10, 10, 10};
	brc_blocks null;
	fixture f;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 1, 0, 0);
	fixture_block(&f, 1, 2);
	memcpy(f.w[1], f.w[0], 100 * sizeof(float));
	draw(&f, BRC_NULL_LAYER, false, 1, 0, &null);
	assert_memory_not_equal(null.block[0].w, null.block[1].w, 100 * sizeof(float));
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

static void names_are_those_of_the_option(void **state)
{
	char all[256] = "";

	(void)state;
	for (int i = 0; i < BRC_NULL_GIVEN; i++) {
		strcat(all, i ? "|" : "");
		strcat(all, brc_null_name((brc_null)i));
	}
	assert_string_equal(all, BRC_NULLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layer_keeps_the_values_of_each_block),
		cmocka_unit_test(layer_nonzero_keeps_the_places_of_zeroes_too),
		cmocka_unit_test(distributions_draw_near_the_old_values),
		cmocka_unit_test(draws_have_the_bandwidth),
		cmocka_unit_test(pooled_keeps_the_values_of_the_whole_graph),
		cmocka_unit_test(isolated_units_stay_isolated),
		cmocka_unit_test(seed_and_draw_choose_the_shuffle),
		cmocka_unit_test(blocks_are_shuffled_apart),
		cmocka_unit_test(names_are_those_of_the_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
