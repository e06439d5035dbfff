/* Blocks in compressed rows: the same graph as dense ones, in everything that uses a graph. */
#include "graph_fixture.h"

#include "base/memory.h"
#include "graph/affinity_image.h"
#include "graph/eigenpairs.h"
#include "graph/links.h"
#include "sections/labels.h"
#include "graph/ncut.h"
#include "graph/normalised.h"
#include "graph/null.h"

/* A graph once dense and once in compressed rows. */
typedef struct both {
	fixture f;
	brc_blocks rows;
	int64_t *start[FIXTURE_BLOCKS];
	int32_t *column[FIXTURE_BLOCKS];
	float *w[FIXTURE_BLOCKS];
} both;

static void compress(both *b, size_t k)
{
	const brc_block *e = &b->f.blocks.block[k];
	size_t rows = b->f.blocks.layers.units[e->from], cols = b->f.blocks.layers.units[e->to];
	size_t n = 0;

	b->start[k] = malloc((rows + 1) * sizeof(int64_t));
	b->column[k] = malloc(rows * cols * sizeof(int32_t));
	b->w[k] = malloc(rows * cols * sizeof(float));
	for (size_t i = 0; i < rows; i++) {
		b->start[k][i] = (int64_t)n;
		for (size_t j = 0; j < cols; j++)
			if (b->f.w[k][i * cols + j] > 0) {
				b->column[k][n] = (int32_t)j;
				b->w[k][n++] = b->f.w[k][i * cols + j];
			}
	}
	b->start[k][rows] = (int64_t)n;
	assert_ok(brc_blocks_add_rows(&b->rows, e->from, e->to, b->start[k], b->column[k], b->w[k],
				      &ok_err));
}

/* Layers of 40, 300 and 30 units; a layer with edges within it; nine entries in ten are 0. */
static void make(both *b)
{
	static const size_t units[4] = {40, 300, 30, 7};
	static const size_t pairs[4][2] = {{0, 1}, {1, 1}, {1, 2}, {0, 3}};

	memset(b, 0, sizeof(*b));
	fixture_init(&b->f, 4, units);
	for (size_t k = 0; k < 4; k++) {
		float *w;

		fixture_random(&b->f, pairs[k][0], pairs[k][1], 0, 0);
		w = b->f.w[k];
		for (size_t i = 0; i < units[pairs[k][0]]; i++)
			for (size_t j = 0; j < units[pairs[k][1]]; j++) {
				size_t low = i < j ? i : j, high = i < j ? j : i;
				size_t cols = units[pairs[k][1]];

				if ((pairs[k][0] == pairs[k][1] ? 7 * low + 3 * high
								: 7 * i + 3 * j) %
				    10)
					w[i * cols + j] = 0;
			}
	}
	for (size_t i = 0; i < 300; i++)
		b->f.w[2][i * 30 + 11] = 0;
	assert_ok(brc_blocks_init(&b->rows, &b->f.blocks.layers, &ok_err));
	for (size_t k = 0; k < 4; k++)
		compress(b, k);
}

static void clear(both *b)
{
	for (size_t k = 0; k < b->rows.n; k++) {
		free(b->start[k]);
		free(b->column[k]);
		free(b->w[k]);
	}
	brc_blocks_clear(&b->rows);
	fixture_clear(&b->f);
}

static void graphs(both *b, brc_graph *dense, brc_graph *rows)
{
	make(b);
	assert_ok(brc_graph_init_all(dense, fixture_blocks(&b->f), &ok_err));
	assert_ok(brc_graph_init_all(rows, &b->rows, &ok_err));
}

static void finish(both *b, brc_graph *dense, brc_graph *rows)
{
	brc_graph_clear(dense);
	brc_graph_clear(rows);
	clear(b);
}

static void the_graph_is_the_same(void **state)
{
	brc_graph d, r;
	both b;

	(void)state;
	graphs(&b, &d, &r);
	assert_int_equal(d.links, r.links);
	assert_int_equal(d.components, r.components);
	assert_int_equal(d.connected, r.connected);
	assert_true(d.connected < d.n); /* some are isolated */
	assert_memory_equal(d.component, r.component, d.n * sizeof(*d.component));
	for (size_t u = 0; u < d.n; u++)
		assert_near(d.degree[u], r.degree[u], 1e-12);
	finish(&b, &d, &r);
}

static void ncuts_are_the_same(void **state)
{
	int32_t label[377];
	brc_graph d, r;
	double x, y;
	both b;

	(void)state;
	graphs(&b, &d, &r);
	for (size_t u = 0; u < d.n; u++)
		label[u] = (int32_t)(u * u % 6) - 1;
	assert_ok(brc_ncut(&d, label, 5, 0, &x, &ok_err));
	assert_ok(brc_ncut(&r, label, 5, 0, &y, &ok_err));
	assert_near(x, y, 1e-12);
	assert_true(x > 1);
	finish(&b, &d, &r);
}

static void products_are_the_same(void **state)
{
	enum { COLS = 11 };
	brc_normalised *md, *mr;
	brc_graph d, r;
	double *x, *y, *z;
	both b;

	(void)state;
	graphs(&b, &d, &r);
	x = calloc(3 * d.connected * COLS, sizeof(*x));
	y = x + d.connected * COLS;
	z = y + d.connected * COLS;
	for (size_t i = 0; i < d.connected * COLS; i++)
		x[i] = sin((double)i);
	assert_ok(brc_normalised_new(&md, &d, NULL, &ok_err));
	assert_ok(brc_normalised_new(&mr, &r, NULL, &ok_err));
	assert_ok(brc_normalised_apply(md, x, y, COLS, &ok_err));
	assert_ok(brc_normalised_apply(mr, x, z, COLS, &ok_err));
	for (size_t i = 0; i < d.connected * COLS; i++)
		assert_near(y[i], z[i], 1e-13);
	brc_normalised_free(md);
	brc_normalised_free(mr);
	free(x);
	finish(&b, &d, &r);
}

static void sections_hold_what_reports_show(void **state)
{
	brc_spectrum p[2] = {{0}, {0}};
	brc_labels labels;
	brc_graph d, r;
	both b;

	(void)state;
	graphs(&b, &d, &r);
	assert_ok(brc_labels_init(&labels, &b.rows.layers, &ok_err));
	for (size_t u = 0; u < d.n; u++)
		labels.label[u] = (int32_t)(u % 4) - 1;
	for (size_t i = 0; i < 2; i++) {
		assert_ok(brc_affinity_image_make(i ? &r : &d, labels.label, 3, &p[i], &ok_err));
		assert_ok(brc_links_make(i ? &b.rows : fixture_blocks(&b.f), &labels, &p[i],
					 &ok_err));
	}
	assert_int_equal(p[0].bins, p[1].bins);
	assert_memory_equal(p[0].image, p[1].image, p[0].bins * p[0].bins * sizeof(float));
	assert_memory_equal(p[0].boundary, p[1].boundary, 3 * sizeof(int32_t));
	assert_int_equal(p[0].links, p[1].links);
	assert_memory_equal(p[0].link_from, p[1].link_from, p[0].links * sizeof(int32_t));
	assert_memory_equal(p[0].link_to, p[1].link_to, p[0].links * sizeof(int32_t));
	assert_memory_equal(p[0].link_weight, p[1].link_weight, p[0].links * sizeof(double));
	brc_spectrum_clear(&p[0]);
	brc_spectrum_clear(&p[1]);
	brc_labels_clear(&labels);
	finish(&b, &d, &r);
}

static void rows_survive_the_section(void **state)
{
	brc_section *s = NULL;
	brc_blocks back;
	both b;

	(void)state;
	make(&b);
	assert_ok(brc_section_new(&s, "affinity", 1, "x", &ok_err));
	assert_ok(brc_blocks_write(&b.rows, s, &ok_err));
	assert_ok(brc_blocks_read(&back, s, &ok_err));
	assert_int_equal(back.n, 4);
	for (size_t k = 0; k < 4; k++) {
		size_t rows = back.layers.units[back.block[k].from];
		size_t n = (size_t)b.start[k][rows];

		assert_memory_equal(back.block[k].start, b.start[k], (rows + 1) * sizeof(int64_t));
		assert_memory_equal(back.block[k].column, b.column[k], n * sizeof(int32_t));
		assert_memory_equal(back.block[k].w, b.w[k], n * sizeof(float));
	}
	brc_blocks_clear(&back);
	brc_section_free(s);
	clear(&b);
}

/* A graph of 3 units in one layer with these rows. */
static void refuses(const int64_t *start, const int32_t *column, const float *w, const char *say)
{
	static const size_t units[1] = {3};
	brc_err err = {0};
	brc_rc rc;
	fixture f;

	fixture_init(&f, 1, units);
	rc = brc_blocks_add_rows(&f.blocks, 0, 0, start, column, w, &err);
	if (rc == BRC_OK)
		rc = brc_blocks_check(fixture_blocks(&f), "affinity/1 x", &err);
	assert_int_equal(rc, BRC_DATA);
	if (!strstr(err.message, say))
		fail_msg("'%s' does not say '%s'", err.message, say);
	brc_blocks_clear(&f.blocks);
}

static void wrong_rows_are_refused(void **state)
{
	static const float one[6] = {1, 1, 1, 1, 1, 1};

	(void)state;
	refuses((int64_t[]){1, 2, 2, 2}, (int32_t[]){1, 0}, one, "row 0 start at 1");
	refuses((int64_t[]){0, 2, 1, 2}, (int32_t[]){1, 2}, one, "row 1 end before");
	refuses((int64_t[]){0, 5, 1, 2}, (int32_t[]){1, 2}, one, "row 0 end behind");
	refuses((int64_t[]){0, 2, 2, 2}, (int32_t[]){2, 1}, one, "columns of row 0 must ascend");
	refuses((int64_t[]){0, 2, 2, 2}, (int32_t[]){1, 1}, one, "columns of row 0 must ascend");
	refuses((int64_t[]){0, 1, 1, 1}, (int32_t[]){3}, one, "0 .. 2; 3 follows");
	refuses((int64_t[]){0, 1, 1, 1}, (int32_t[]){-1}, one, "columns of row 0");
	refuses((int64_t[]){0, 1, 1, 1}, (int32_t[]){0}, one, "joins itself");
	refuses((int64_t[]){0, 1, 1, 1}, (int32_t[]){1}, one, "not symmetric");
	refuses((int64_t[]){0, 1, 2, 2}, (int32_t[]){1, 0}, (float[]){1, 2}, "not symmetric");
	refuses((int64_t[]){0, 0, 1, 2}, (int32_t[]){2, 1}, (float[]){-1, -1}, "is -1");
	refuses((int64_t[]){0, 0, 1, 2}, (int32_t[]){2, 1}, (float[]){NAN, NAN},
		"edge between unit 1 of layer l0 and unit 2 of layer l0");
}

/* ---- null models ---- */

static int by_value(const void *pa, const void *pb)
{
	float a = *(const float *)pa, b = *(const float *)pb;

	return a < b ? -1 : a > b;
}

static void nulls_keep_the_weights_and_move_them(void **state)
{
	brc_graph d, r;
	both b;

	(void)state;
	graphs(&b, &d, &r);
	for (int kind = 0; kind < 2; kind++) {
		brc_blocks null, again;

		assert_ok(brc_null_draw(&null, &b.rows, &r, (brc_null)kind, false, 5, 1, &ok_err));
		assert_ok(brc_null_draw(&again, &b.rows, &r, (brc_null)kind, false, 5, 1, &ok_err));
		assert_ok(brc_blocks_check(&null, "null", &ok_err));
		for (size_t k = 0; k < 4; k++) {
			size_t rows = b.rows.layers.units[b.rows.block[k].from];
			size_t n = (size_t)b.start[k][rows];
			float *was = malloc(n * sizeof(*was)), *is = malloc(n * sizeof(*is));

			assert_int_equal(null.block[k].start[rows], n);
			assert_memory_equal(null.block[k].w, again.block[k].w, n * sizeof(*is));
			assert_memory_equal(null.block[k].column, again.block[k].column,
					    n * sizeof(int32_t));
			assert_int_equal(
				memcmp(null.block[k].column, b.column[k], n * sizeof(int32_t)) == 0,
				kind == BRC_NULL_LAYER_NONZERO);
			assert_memory_not_equal(null.block[k].w, b.w[k], n * sizeof(*is));
			memcpy(was, b.w[k], n * sizeof(*was));
			memcpy(is, null.block[k].w, n * sizeof(*is));
			qsort(was, n, sizeof(*was), by_value);
			qsort(is, n, sizeof(*is), by_value);
			assert_memory_equal(was, is, n * sizeof(*was));
			free(was);
			free(is);
		}
		brc_blocks_clear(&null);
		brc_blocks_clear(&again);
	}
	finish(&b, &d, &r);
}

/* Every pair of connected units is as likely as any other to get an edge. */
static void new_places_are_uniform(void **state)
{
	enum { N = 12, EDGES = 9, DRAWS = 4000, DENSE = 40 };
	static const size_t units[1] = {N + 1}; /* the last unit is isolated */

	(void)state;
	for (int many = 0; many < 2; many++) {
		size_t edges = many ? DENSE : EDGES, n = 0, count[N * N] = {0};
		double expected = (double)DRAWS * (double)edges / (N * (N - 1) / 2.), chi = 0;
		brc_blocks null;
		fixture f;
		brc_graph g;
		both b = {0};
		float *w;

		fixture_init(&b.f, 1, units);
		w = fixture_block(&b.f, 0, 0);
		for (size_t gap = 1; gap < N; gap++) /* a circle first: all are connected */
			for (size_t i = 0; i + gap < N && n < edges; i++, n++)
				w[i * (N + 1) + i + gap] = w[(i + gap) * (N + 1) + i] = 1;
		if (!many) /* nine edges reach ten units */
			for (size_t i = 10; i < N; i++)
				w[i * (N + 1)] = w[i] = 1;
		edges = many ? edges : edges + 2;
		expected = (double)DRAWS * (double)edges / (N * (N - 1) / 2.);
		f = b.f;
		assert_ok(brc_blocks_init(&b.rows, &f.blocks.layers, &ok_err));
		compress(&b, 0);
		assert_ok(brc_graph_init_all(&g, &b.rows, &ok_err));
		assert_int_equal(g.connected, N);
		for (uint32_t d = 0; d < DRAWS; d++) {
			assert_ok(brc_null_draw(&null, &b.rows, &g, BRC_NULL_LAYER, true, 1, d,
						&ok_err));
			for (size_t i = 0; i < N; i++)
				for (int64_t e = null.block[0].start[i];
				     e < null.block[0].start[i + 1]; e++)
					count[i * N + (size_t)null.block[0].column[e]]++;
			brc_blocks_clear(&null);
		}
		for (size_t i = 0; i < N; i++)
			for (size_t j = i + 1; j < N; j++) {
				double more = (double)count[i * N + j] - expected;

				chi += more * more / expected;
			}
		/* 65 degrees of freedom, less since draws are without replacement: p < 1e-5 above.
		 */
		assert_true(chi < 125);
		brc_graph_clear(&g);
		clear(&b);
	}
}

/* All weights of a graph in order of size; free() them. */
static float *all_weights(const brc_blocks *blocks, size_t *n)
{
	float *w = malloc(40 * 300 * 20 * sizeof(*w));

	*n = 0;
	for (size_t k = 0; k < blocks->n; k++)
		for (size_t i = 0; i < blocks->layers.units[blocks->block[k].from]; i++) {
			brc_row row = blocks->block[k].layout->row(&blocks->block[k], i);

			for (size_t j = 0; j < row.n; j++)
				if (row.w[j] > 0)
					w[(*n)++] = row.w[j];
		}
	qsort(w, *n, sizeof(*w), by_value);
	return w;
}

/* Weights stay, as a whole; by entries each block gets its share by the pairs it could join. */
static void rows_of_several_blocks_are_pooled(void **state)
{
	both b;
	brc_graph d, r;
	size_t n, edges[4] = {0}, draws = 200;
	float *was;
	double cells[4], all = 0;

	(void)state;
	graphs(&b, &d, &r);
	was = all_weights(&b.rows, &n);
	for (uint32_t draw = 0; draw < draws; draw++)
		for (int kind = BRC_NULL_LAYER; kind <= BRC_NULL_LAYER_NONZERO; kind++) {
			brc_blocks null;
			size_t m;
			float *is;

			assert_ok(brc_null_draw(&null, &b.rows, &r, (brc_null)kind, true, 5, draw,
						&ok_err));
			assert_ok(brc_blocks_check(&null, "null", &ok_err));
			is = all_weights(&null, &m);
			assert_int_equal(m, n);
			assert_memory_equal(is, was, n * sizeof(*is));
			for (size_t k = 0; k < 4; k++) {
				size_t rows = b.rows.layers.units[b.rows.block[k].from];
				int64_t stored = null.block[k].start[rows];

				if (kind == BRC_NULL_LAYER)
					edges[k] += (size_t)(k == 1 ? stored / 2 : stored);
				else
					assert_int_equal(stored, b.start[k][rows]);
			}
			free(is);
			brc_blocks_clear(&null);
		}
	for (size_t k = 0; k < 4; k++) {
		size_t from = 0, to = 0;

		for (size_t i = 0; i < r.first[r.edges[k].from + 1] - r.first[r.edges[k].from]; i++)
			from += r.degree[r.first[r.edges[k].from] + i] > 0;
		for (size_t i = 0; i < r.first[r.edges[k].to + 1] - r.first[r.edges[k].to]; i++)
			to += r.degree[r.first[r.edges[k].to] + i] > 0;
		cells[k] = k == 1 ? (double)(from * (from - 1)) / 2 : (double)(from * to);
		all += cells[k];
	}
	for (size_t k = 0; k < 4; k++) {
		double expected = (double)(draws * n) * cells[k] / all;

		assert_true(fabs((double)edges[k] - expected) < 5 * sqrt(expected));
	}
	free(was);
	finish(&b, &d, &r);
}

/* Which of the blocks are dense does not matter, as long as one is in compressed rows. */
static void dense_blocks_and_rows_are_pooled_alike(void **state)
{
	brc_blocks mixed;
	brc_graph d, r, m;
	both b;

	(void)state;
	graphs(&b, &d, &r);
	assert_ok(brc_blocks_init(&mixed, &b.rows.layers, &ok_err));
	for (size_t k = 0; k < 4; k++)
		assert_ok(brc_blocks_append(&mixed, k % 2 ? &b.f.blocks.block[k] : &b.rows.block[k],
					    &ok_err));
	assert_ok(brc_graph_init_all(&m, &mixed, &ok_err));
	for (int kind = BRC_NULL_LAYER; kind <= BRC_NULL_LAYER_ALL_DISTRIBUTION; kind++) {
		brc_blocks one, other;

		assert_ok(brc_null_draw(&one, &b.rows, &r, (brc_null)kind, true, 5, 3, &ok_err));
		assert_ok(brc_null_draw(&other, &mixed, &m, (brc_null)kind, true, 5, 3, &ok_err));
		assert_ok(brc_blocks_check(&other, "mixed", &ok_err));
		for (size_t k = 0; k < 4; k++) {
			const brc_block *x = &one.block[k], *y = &other.block[k];

			for (size_t i = 0; i < mixed.layers.units[x->from]; i++) {
				brc_row p = x->layout->row(x, i), q = y->layout->row(y, i);
				size_t at = 0;

				for (size_t j = 0; j < q.n; j++) {
					if (!(q.w[j] > 0))
						continue;
					assert_int_equal(brc_row_column(&q, j),
							 brc_row_column(&p, at));
					assert_true(q.w[j] == p.w[at++]);
				}
				assert_int_equal(at, p.n);
			}
		}
		brc_blocks_clear(&one);
		brc_blocks_clear(&other);
	}
	brc_graph_clear(&m);
	brc_blocks_clear(&mixed);
	finish(&b, &d, &r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_graph_is_the_same),
		cmocka_unit_test(ncuts_are_the_same),
		cmocka_unit_test(products_are_the_same),
		cmocka_unit_test(sections_hold_what_reports_show),
		cmocka_unit_test(rows_survive_the_section),
		cmocka_unit_test(wrong_rows_are_refused),
		cmocka_unit_test(nulls_keep_the_weights_and_move_them),
		cmocka_unit_test(new_places_are_uniform),
		cmocka_unit_test(rows_of_several_blocks_are_pooled),
		cmocka_unit_test(dense_blocks_and_rows_are_pooled_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
