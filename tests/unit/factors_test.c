/* Graphs given by factors, beside SciPy (tests/oracle/factors.py) and beside the same graph formed.
 */
#include "graph_fixture.h"

#include "graph/strip.h"
#include "graph/null_model.h"
#include "graph/factors.h"
#include "graph/laplacian.h"
#include "graph/ncut.h"
#include "graph/normalised.h"
#include "graph/spectral.h"
#include "linalg/factor_columns.h"

enum { LABELS = 4, VALUES = 8, MOST = 512 };

/* A graph by factors, and what they were made of. */
typedef struct made {
	fixture f;
	brc_factor_columns columns;
	float *x;
	size_t samples, n;
	int32_t label[MOST];
} made;

static void made_clear(made *m)
{
	fixture_clear(&m->f);
	brc_factor_columns_clear(&m->columns);
	free(m->x);
}

/* The blocks, of values that are in m->x. */
static void make(made *m, const size_t *units, size_t layers, brc_corr_method method, bool across)
{
	const float *factor[8];
	brc_samples in;

	fixture_init(&m->f, layers, units);
	m->n = brc_layers_total(&m->f.blocks.layers);
	in = (brc_samples){m->x, m->samples, m->n, false};
	assert_ok(brc_factor_columns_init(&m->columns, &in, method, NULL, NULL, &ok_err));
	for (size_t l = 0; l < layers; l++)
		factor[l] = m->columns.row + m->f.blocks.layers.first[l] * m->samples;
	assert_ok(brc_blocks_add_factors(&m->f.blocks, m->samples, factor, across, &ok_err));
	assert_ok(brc_blocks_check(fixture_blocks(&m->f), "factors", &ok_err));
}

/* The same graph with dense blocks, rounded to single precision. */
static void form(const made *m, fixture *out)
{
	const brc_blocks *b = &m->f.blocks;
	brc_strip *strip;

	fixture_init(out, b->layers.n, b->layers.units);
	assert_ok(brc_strip_new(&strip, b, &ok_err));
	for (size_t k = 0; k < b->n; k++) {
		size_t cols = b->layers.units[b->block[k].to];
		float *w = fixture_block(out, b->block[k].from, b->block[k].to);

		for (size_t i = 0; i < b->layers.units[b->block[k].from]; i++)
			memcpy(w + i * cols, brc_strip_row(strip, &b->block[k], i).w,
			       cols * sizeof(*w));
	}
	brc_strip_free(strip);
	assert_ok(brc_blocks_check(fixture_blocks(out), "formed", &ok_err));
}

/* ---- beside SciPy ---- */

static double next(FILE *file)
{
	double v = 0;

	if (fscanf(file, "%lf", &v) != 1)
		fail_msg("a golden file is too short");
	return v;
}

static void golden_make(made *m, FILE *file, brc_corr_method method, bool across)
{
	size_t layers, units[8], n = 0;

	m->samples = (size_t)next(file);
	layers = (size_t)next(file);
	for (size_t l = 0; l < layers; l++)
		n += units[l] = (size_t)next(file);
	m->x = calloc(m->samples * n, sizeof(*m->x));
	assert_non_null(m->x);
	for (size_t i = 0; i < m->samples * n; i++)
		m->x[i] = (float)next(file);
	for (size_t u = 0; u < n; u++)
		m->label[u] = (int32_t)next(file);
	make(m, units, layers, method, across);
}

/* y = A x, from the normalised operator. */
static void multiply(const brc_graph *g, const double *x, double *y)
{
	double scaled[MOST], out[MOST];
	brc_normalised *m;

	for (size_t v = 0; v < g->connected; v++)
		scaled[v] = x[g->unit[v]] * sqrt(g->degree[g->unit[v]]);
	assert_ok(brc_normalised_new(&m, g, NULL, &ok_err));
	assert_ok(brc_normalised_apply(m, scaled, out, 1, &ok_err));
	brc_normalised_free(m);
	memset(y, 0, g->n * sizeof(*y));
	for (size_t v = 0; v < g->connected; v++)
		y[g->unit[v]] = out[v] * sqrt(g->degree[g->unit[v]]);
}

static void compare_with_golden(const made *m, FILE *file, bool skip, double tolerance)
{
	double x[MOST], y[MOST], sum[LABELS * LABELS], ncut;
	brc_eigenpairs *p;
	brc_graph g;

	for (size_t i = 0; skip && i < 3 + 2 * m->n + VALUES + LABELS * LABELS; i++)
		next(file);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&m->f), &ok_err));
	assert_int_equal(g.links, (size_t)next(file));
	assert_int_equal(g.components, (size_t)next(file));
	assert_ok(brc_ncut(&g, m->label, LABELS, 0, &ncut, &ok_err));
	assert_near(ncut, next(file), tolerance);
	for (size_t u = 0; u < m->n; u++)
		assert_near(g.degree[u], next(file), 10 * tolerance);
	for (size_t u = 0; u < m->n; u++)
		x[u] = cos((double)u);
	multiply(&g, x, y);
	for (size_t u = 0; u < m->n; u++)
		assert_near(y[u], next(file), 10 * tolerance);
	assert_ok(brc_eigenpairs_new(&p, &g, VALUES, 0, 42, 0, NULL, &ok_err));
	for (size_t i = 0; i < VALUES; i++) {
		assert_near(p->value[i], next(file), tolerance);
		assert_true(p->residual[i] <= 1e-8);
	}
	assert_ok(brc_factors_sums(g.factors, m->label, LABELS, sum, &ok_err));
	for (size_t i = 0; i < LABELS * LABELS; i++)
		assert_near(sum[i], next(file), 100 * tolerance);
	brc_eigenpairs_free(p);
	brc_graph_clear(&g);
}

/* Ranks are exact; columns of values are rounded to single precision. */
static void products_of_factors_equal_those_of_scipy(void **state)
{
	(void)state;
	for (int ranks = 0; ranks < 2; ranks++)
		for (int local = 0; local < 2; local++) {
			FILE *file = fopen(ranks ? "tests/golden/graph/factors_ranks.txt"
						 : "tests/golden/graph/factors_values.txt",
					   "r");
			made m = {0};

			assert_non_null(file);
			golden_make(&m, file, ranks ? BRC_CORR_SPEARMAN : BRC_CORR_PEARSON, !local);
			compare_with_golden(&m, file, local, ranks ? 1e-12 : 1e-7);
			fclose(file);
			made_clear(&m);
		}
}

/* ---- beside the graph formed ---- */

/* Units of some groups with noise; the values of every layer's first unit are all 1. */
static void planted(made *m, const size_t *units, size_t layers, size_t samples,
		    brc_corr_method method, bool across)
{
	size_t n = 0, first = 0;
	double *base = calloc(samples * LABELS, sizeof(*base));
	brc_rng r;

	memset(m, 0, sizeof(*m));
	brc_rng_init(&r, 3, BRC_RNG_TEST, (uint32_t)samples, 0);
	for (size_t l = 0; l < layers; l++)
		n += units[l];
	m->samples = samples;
	m->x = calloc(samples * n, sizeof(*m->x));
	assert_true(base && m->x && n <= MOST);
	for (size_t i = 0; i < samples * LABELS; i++)
		base[i] = brc_rng_uniform(&r) - 0.5;
	for (size_t s = 0; s < samples; s++)
		for (size_t u = 0; u < n; u++)
			m->x[s * n + u] = (float)(base[s * LABELS + u % LABELS] +
						  0.2 * (brc_rng_uniform(&r) - 0.5));
	for (size_t l = 0; l < layers; first += units[l++])
		for (size_t s = 0; s < samples; s++)
			m->x[s * n + first] = 1;
	free(base);
	make(m, units, layers, method, across);
}

static void same_products(const brc_graph *a, const brc_graph *b)
{
	enum { COLS = 11 };
	size_t n = a->connected;
	double *x = calloc(3 * n * COLS, sizeof(*x)), *y = x + n * COLS, *z = y + n * COLS;
	double *dense = calloc(n * n, sizeof(*dense));
	brc_normalised *m, *formed;

	assert_true(x && dense);
	for (size_t i = 0; i < n * COLS; i++)
		x[i] = sin((double)i);
	assert_ok(brc_normalised_new(&m, a, NULL, &ok_err));
	assert_ok(brc_normalised_new(&formed, b, NULL, &ok_err));
	assert_ok(brc_normalised_apply(m, x, y, COLS, &ok_err));
	assert_ok(brc_normalised_apply(formed, x, z, COLS, &ok_err));
	for (size_t i = 0; i < n * COLS; i++)
		assert_near(y[i], z[i], 1e-6);
	/* The matrix formed is that of the operator, far more exactly. */
	assert_ok(brc_normalised_dense(m, dense, &ok_err));
	for (size_t c = 0; c < COLS; c++)
		for (size_t i = 0; i < n; i++) {
			double sum = 0;

			for (size_t j = 0; j < n; j++)
				sum += dense[i * n + j] * x[c * n + j];
			assert_near(y[c * n + i], sum, 1e-12);
		}
	brc_normalised_free(m);
	brc_normalised_free(formed);
	free(x);
	free(dense);
}

static void same_clusters(const brc_graph *a, const brc_graph *b)
{
	brc_spectral_options options = {.seed = 1};
	brc_clustering c, formed;

	assert_ok(brc_spectral_cluster(&c, a, LABELS, &options, NULL, &ok_err));
	assert_ok(brc_spectral_cluster(&formed, b, LABELS, &options, NULL, &ok_err));
	assert_memory_equal(c.label, formed.label, a->n * sizeof(*c.label));
	assert_near(c.ncut, formed.ncut, 1e-6);
	for (size_t i = 0; i < LABELS; i++)
		assert_near(c.value[i], formed.value[i], 1e-6);
	brc_clustering_clear(&c);
	brc_clustering_clear(&formed);
}

/* Samples that fill blocks of 8 and that do not, few and more than units of a layer; more units
 * than a tile has; exact products and others. */
static void as_the_graph_formed(void **state)
{
	static const size_t units[][3] = {{40, 1, 60}, {300, 17, 90}};
	static const size_t samples[] = {3, 8, 21, 64, 150};

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		bool across = i % 2 == 0;
		made m;
		fixture formed;
		brc_graph a, b;

		planted(&m, units[i / 10], 3, samples[i / 2 % 5],
			i % 4 < 2 ? BRC_CORR_SPEARMAN : BRC_CORR_PEARSON, across);
		form(&m, &formed);
		assert_ok(brc_graph_init_all(&a, fixture_blocks(&m.f), &ok_err));
		assert_ok(brc_graph_init_all(&b, fixture_blocks(&formed), &ok_err));
		assert_int_equal(a.links, b.links);
		assert_int_equal(a.components, b.components);
		assert_int_equal(a.connected, b.connected);
		for (size_t u = 0; u < a.n; u++) {
			assert_int_equal(a.component[u], b.component[u]);
			assert_near(a.degree[u], b.degree[u], 1e-7 * b.degree[u]);
		}
		same_products(&a, &b);
		if (across && m.samples > 3)
			same_clusters(&a, &b);
		brc_graph_clear(&a);
		brc_graph_clear(&b);
		fixture_clear(&formed);
		made_clear(&m);
	}
}

static void any_pool_gives_the_same_bytes(void **state)
{
	static const size_t units[] = {260, 200};
	double *x = calloc(3 * MOST * 9, sizeof(*x)), *y[2] = {x + MOST * 9, x + 2 * MOST * 9};
	made m;
	brc_graph g;

	(void)state;
	assert_non_null(x);
	planted(&m, units, 2, 19, BRC_CORR_SPEARMAN, true);
	assert_ok(brc_graph_init_all(&g, fixture_blocks(&m.f), &ok_err));
	for (size_t i = 0; i < g.connected * 9; i++)
		x[i] = cos((double)i);
	for (size_t t = 0; t < 2; t++) {
		brc_normalised *op;
		brc_pool *pool;

		assert_ok(brc_pool_new(&pool, 1 + 2 * t, &ok_err));
		assert_ok(brc_normalised_new(&op, &g, pool, &ok_err));
		assert_ok(brc_normalised_apply(op, x, y[t], 9, &ok_err));
		brc_normalised_free(op);
		brc_pool_free(pool);
	}
	assert_memory_equal(y[0], y[1], g.connected * 9 * sizeof(*x));
	brc_graph_clear(&g);
	made_clear(&m);
	free(x);
}

/* ---- sections ---- */

static void factors_survive_a_section(void **state)
{
	static const size_t units[] = {9, 5};
	brc_section *s;
	brc_laplacian l, back;
	made m;

	(void)state;
	planted(&m, units, 2, 7, BRC_CORR_SPEARMAN, true);
	for (int local = 0; local < 2; local++) {
		assert_ok(local ? brc_laplacian_local(&l, fixture_blocks(&m.f), "affinity", "x",
						      &ok_err)
				: brc_laplacian_global(&l, fixture_blocks(&m.f), "affinity", "x",
						       &ok_err));
		assert_ok(brc_section_new(&s, "laplacian", 1, "x", &ok_err));
		assert_ok(brc_laplacian_write(&l, s, &ok_err));
		assert_ok(brc_laplacian_read(&back, s, &ok_err));
		assert_int_equal(back.n, local ? 2 : 1);
		assert_int_equal(back.blocks.n, local ? 2 : 3);
		assert_int_equal(back.blocks.samples, 7);
		assert_memory_equal(back.blocks.factor[1], m.columns.row + 9 * 7, 5 * 7 * 4);
		assert_int_equal(back.graph[0].graph.links, l.graph[0].graph.links);
		brc_laplacian_clear(&back);
		brc_laplacian_clear(&l);
		brc_section_free(s);
	}
	made_clear(&m);
}

static void refused(const brc_blocks *b, const char *why)
{
	brc_err err = {0};

	assert_int_equal(brc_blocks_check(b, "affinity/1 x", &err), BRC_DATA);
	if (!strstr(err.message, why))
		fail_msg("'%s' does not say '%s'", err.message, why);
}

static void what_is_no_graph_is_refused(void **state)
{
	static const size_t units[] = {3, 2};
	made m;

	(void)state;
	planted(&m, units, 2, 5, BRC_CORR_SPEARMAN, true);
	m.columns.row[5] = NAN;
	refused(fixture_blocks(&m.f), "unit 1 of layer l0");
	m.columns.row[5] = INFINITY;
	refused(fixture_blocks(&m.f), "unit 1 of layer l0");
	m.columns.row[5] = 1e30f;
	refused(fixture_blocks(&m.f), "length");
	m.columns.row[5] = 1;
	assert_ok(brc_blocks_check(fixture_blocks(&m.f), "x", &ok_err));
	m.f.blocks.n = 2; /* (0, 0), (0, 1) */
	refused(fixture_blocks(&m.f), "all pairs of layers");
	m.f.blocks.n = 3;
	m.f.blocks.block[2].layout = &brc_block_triangle;
	refused(fixture_blocks(&m.f), "not given by factors");
	made_clear(&m);
}

static void shuffles_need_the_matrix(void **state)
{
	static const size_t units[] = {12};
	const brc_edge_origin origin = {.affinity = true, .method = "spearman", .edge = "square"};
	brc_null_wanted wanted = {.origin = &origin};
	brc_null_model model;
	made m;

	(void)state;
	planted(&m, units, 1, 5, BRC_CORR_SPEARMAN, true);
	wanted.blocks = fixture_blocks(&m.f);
	for (wanted.kind = BRC_NULL_LAYER; wanted.kind <= BRC_NULL_RESIDUAL_NONZERO;
	     wanted.kind++) {
		brc_err err = {0};

		assert_int_equal(brc_null_model_init(&model, &wanted, &err), BRC_DATA);
		assert_non_null(strstr(err.hint, "corr --dense"));
	}
	made_clear(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_factors_equal_those_of_scipy),
		cmocka_unit_test(as_the_graph_formed),
		cmocka_unit_test(any_pool_gives_the_same_bytes),
		cmocka_unit_test(factors_survive_a_section),
		cmocka_unit_test(what_is_no_graph_is_refused),
		cmocka_unit_test(shuffles_need_the_matrix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
