/* Null graphs whose units keep their strengths. */
#include "graph_fixture.h"

#include "graph/residual.h"

enum { BLOCKS = 3, MOST = 400 };

/* A block within l0, two between layers; unit 4 of l1 isolated. `sparse`: see fixture_random. */
static void chain(fixture *f, uint32_t sparse)
{
	static const size_t units[3] = {20, 15, 12};

	fixture_init(f, 3, units);
	fixture_random(f, 0, 0, 0, sparse);
	fixture_random(f, 0, 1, 0, sparse);
	fixture_random(f, 1, 2, 0, sparse);
	for (size_t i = 0; i < 20; i++)
		f->w[1][i * 15 + 4] = 0;
	for (size_t j = 0; j < 12; j++)
		f->w[2][4 * 12 + j] = 0;
}

/* The same graph in compressed rows; the arrays live as long as `like`, which owns them. */
static void in_rows(fixture *like, brc_blocks *out)
{
	const brc_blocks *b = fixture_blocks(like);

	assert_ok(brc_blocks_init(out, &b->layers, &ok_err));
	for (size_t k = 0; k < b->n; k++) {
		const brc_block *e = &b->block[k];
		int64_t *start = brc_blocks_alloc(&like->blocks, e->rows + 1, 8, &ok_err);
		int32_t *column = brc_blocks_alloc(&like->blocks, MOST, 4, &ok_err);
		float *w = brc_blocks_alloc(&like->blocks, MOST, 4, &ok_err);
		int64_t n = 0;

		for (size_t i = 0; i < e->rows; i++) {
			for (size_t j = 0; j < e->cols; j++)
				if (like->w[k][i * e->cols + j] > 0) {
					column[n] = (int32_t)j;
					w[n++] = like->w[k][i * e->cols + j];
				}
			start[i + 1] = n;
		}
		assert_ok(brc_blocks_add_rows(out, e->from, e->to, start, column, w, &ok_err));
	}
}

static bool draw(const brc_blocks *blocks, brc_zeroes zeroes, bool pooled, uint32_t number,
		 brc_blocks *out)
{
	brc_residual *r;
	bool fitted;

	assert_ok(brc_residual_new(&r, blocks, zeroes, pooled, &ok_err));
	assert_ok(brc_residual_draw(r, 42, number, out, &fitted, &ok_err));
	if (fitted)
		assert_ok(brc_blocks_check(out, "null", &ok_err));
	else
		assert_int_equal(out->n, 0);
	brc_residual_free(r);
	return fitted;
}

static void assert_equal_degrees(const brc_graph *g, const brc_graph *h)
{
	for (size_t u = 0; u < g->n; u++)
		assert_near(h->degree[u], g->degree[u], 2e-6 * g->degree[u]);
}

/* Degrees of the graph of block b, or (b = n) of all. */
static void degrees(const brc_blocks *blocks, size_t b, brc_graph *g)
{
	size_t member[2];

	if (b == blocks->n) {
		assert_ok(brc_graph_init_all(g, blocks, &ok_err));
		return;
	}
	member[0] = blocks->block[b].from;
	member[1] = blocks->block[b].to;
	assert_ok(
		brc_graph_init(g, blocks, member, member[0] == member[1] ? 1 : 2, &b, 1, &ok_err));
}

static void strengths_are_kept_in_every_matrix(void **state)
{
	(void)state;
	for (int pooled = 0; pooled < 2; pooled++)
		for (int sparse = 0; sparse < 5; sparse += 4) {
			brc_blocks null;
			fixture f;

			chain(&f, (uint32_t)sparse);
			assert_true(draw(fixture_blocks(&f), BRC_ZEROES_MOVE, pooled, 0, &null));
			for (size_t b = pooled ? BLOCKS : 0; b <= BLOCKS; b++) {
				brc_graph g, h;

				degrees(&f.blocks, b, &g);
				degrees(&null, b, &h);
				assert_equal_degrees(&g, &h);
				assert_int_equal(g.links, h.links);
				brc_graph_clear(&g);
				brc_graph_clear(&h);
			}
			brc_blocks_clear(&null);
			fixture_clear(&f);
		}
}

/* How many entries of a block differ from those of the network, and how many zeroes do. */
static void differences(const fixture *f, const brc_blocks *null, size_t b, size_t *values,
			size_t *zeroes)
{
	float w[MOST];

	fixture_matrix(&null->block[b], w);
	for (size_t i = 0; i < null->block[b].rows * null->block[b].cols; i++) {
		*values += fabsf(w[i] - f->w[b][i]) > 1e-5F;
		*zeroes += (w[i] > 0) != (f->w[b][i] > 0);
	}
}

static void zeroes_move_or_stay(void **state)
{
	(void)state;
	for (int zeroes = 0; zeroes < 3; zeroes++) {
		size_t moved = 0, away = 0;
		brc_blocks null;
		fixture f;

		chain(&f, 4);
		assert_true(draw(fixture_blocks(&f), (brc_zeroes)zeroes, false, 0, &null));
		for (size_t b = 0; b < BLOCKS; b++)
			differences(&f, &null, b, &moved, &away);
		assert_true(moved > 400);
		assert_int_equal(away > 0, zeroes != BRC_ZEROES_STAY); /* a quarter is not sparse */
		brc_blocks_clear(&null);
		fixture_clear(&f);
	}
}

/* Block 0 has nothing but nine edges in 20 x 20 entries, on a diagonal. */
static void zeroes_of_sparse_blocks_stay_by_default(void **state)
{
	size_t moved = 0, away = 0;
	brc_residual *r;
	brc_blocks null;
	fixture f;

	(void)state;
	chain(&f, 4);
	memset(f.w[1], 0, 20 * 15 * sizeof(float));
	for (size_t i = 5; i < 14; i++)
		f.w[1][i * 15 + i] = (float)i;
	assert_false(draw(fixture_blocks(&f), BRC_ZEROES_MOVE, false, 0, &null));
	assert_true(draw(&f.blocks, BRC_ZEROES_BY_BLOCK, false, 0, &null));
	differences(&f, &null, 1, &moved, &away);
	assert_int_equal(moved + away, 0); /* each edge is all that its units have */
	differences(&f, &null, 2, &moved, &away);
	assert_true(away > 0);
	brc_blocks_clear(&null);
	assert_ok(brc_residual_new(&r, &f.blocks, BRC_ZEROES_BY_BLOCK, false, &ok_err));
	assert_int_equal(brc_residual_kept(r), 1);
	brc_residual_free(r);
	fixture_clear(&f);
}

static void edges_are_drawn_alike_however_they_are_stored(void **state)
{
	(void)state;
	for (int pooled = 0; pooled < 2; pooled++)
		for (int zeroes = 0; zeroes < 2; zeroes++) {
			brc_blocks null[2], rows;
			fixture f;

			chain(&f, 4);
			in_rows(&f, &rows);
			assert_true(draw(&f.blocks, (brc_zeroes)zeroes, pooled, 3, &null[0]));
			assert_true(draw(&rows, (brc_zeroes)zeroes, pooled, 3, &null[1]));
			for (size_t b = 0; b < BLOCKS; b++) {
				float w[2][MOST];

				assert_true(null[1].block[b].layout == &brc_block_rows);
				fixture_matrix(&null[0].block[b], w[0]);
				fixture_matrix(&null[1].block[b], w[1]);
				assert_memory_equal(w[0], w[1],
						    null[0].block[b].rows * null[0].block[b].cols *
							    sizeof(float));
			}
			brc_blocks_clear(&null[0]);
			brc_blocks_clear(&null[1]);
			brc_blocks_clear(&rows);
			fixture_clear(&f);
		}
}

static void draws_differ_and_can_be_repeated(void **state)
{
	brc_blocks a, again, other;
	float w[3][MOST];
	fixture f;

	(void)state;
	chain(&f, 0);
	assert_true(draw(fixture_blocks(&f), BRC_ZEROES_MOVE, false, 1, &a));
	assert_true(draw(&f.blocks, BRC_ZEROES_STAY, false, 1, &again)); /* no zeroes: the same */
	assert_true(draw(&f.blocks, BRC_ZEROES_MOVE, false, 2, &other));
	fixture_matrix(&a.block[1], w[0]);
	fixture_matrix(&again.block[1], w[1]);
	fixture_matrix(&other.block[1], w[2]);
	assert_memory_equal(w[0], w[1], 300 * sizeof(float));
	assert_memory_not_equal(w[0], w[2], 300 * sizeof(float));
	brc_blocks_clear(&a);
	brc_blocks_clear(&again);
	brc_blocks_clear(&other);
	fixture_clear(&f);
}

/* Where edges are what strengths make expected, all residuals are 1, and every draw is the graph.
 */
static void expected_edges_stay_as_they_are(void **state)
{
	static const size_t units[2] = {9, 14};
	brc_blocks null;
	float w[9 * 14], *edge;
	fixture f;

	(void)state;
	fixture_init(&f, 2, units);
	edge = fixture_block(&f, 0, 1);
	for (size_t i = 0; i < 9; i++)
		for (size_t j = 0; j < 14; j++)
			edge[i * 14 + j] = (float)exp((double)i / 2) * (float)(1 + j);
	assert_true(draw(fixture_blocks(&f), BRC_ZEROES_MOVE, false, 5, &null));
	fixture_matrix(&null.block[0], w);
	for (size_t e = 0; e < 9 * 14; e++)
		assert_near((double)w[e], (double)edge[e], 1e-6 * (double)edge[e]);
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

/* A diagonal: edges must be at the crossings of n rows and n columns, each in its own. */
static void diagonal(fixture *f, size_t n)
{
	size_t units[2] = {n, n};

	fixture_init(f, 2, units);
	fixture_block(f, 0, 1);
	for (size_t i = 0; i < n; i++)
		f->w[0][i * n + i] = 1;
}

/* Of two edges that share no unit a third of the arrangements can be fitted, and one is found. */
static void places_are_drawn_until_they_can_be_fitted(void **state)
{
	size_t crossed = 0;
	fixture f;

	(void)state;
	diagonal(&f, 2);
	for (uint32_t i = 0; i < 60; i++) {
		brc_blocks null;
		float w[4];

		assert_true(draw(fixture_blocks(&f), BRC_ZEROES_MOVE, false, i, &null));
		fixture_matrix(&null.block[0], w);
		assert_near((double)(w[0] + w[1]), 1, 1e-6);
		assert_true(w[0] == w[3] && (w[0] == 0 || w[1] == 0));
		crossed += w[1] > 0;
		brc_blocks_clear(&null);
	}
	assert_in_range(crossed, 15, 45); /* half of 60, give or take four deviations */
	fixture_clear(&f);
}

/* Of sixteen, one arrangement in 10^16: that draw is undefined. */
static void draws_that_cannot_be_fitted_are_undefined(void **state)
{
	brc_blocks null;
	fixture f;

	(void)state;
	diagonal(&f, 16);
	assert_false(draw(fixture_blocks(&f), BRC_ZEROES_MOVE, false, 0, &null));
	assert_true(draw(fixture_blocks(&f), BRC_ZEROES_STAY, false, 0, &null));
	brc_blocks_clear(&null);
	fixture_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strengths_are_kept_in_every_matrix),
		cmocka_unit_test(zeroes_move_or_stay),
		cmocka_unit_test(zeroes_of_sparse_blocks_stay_by_default),
		cmocka_unit_test(edges_are_drawn_alike_however_they_are_stored),
		cmocka_unit_test(draws_differ_and_can_be_repeated),
		cmocka_unit_test(expected_edges_stay_as_they_are),
		cmocka_unit_test(places_are_drawn_until_they_can_be_fitted),
		cmocka_unit_test(draws_that_cannot_be_fitted_are_undefined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
