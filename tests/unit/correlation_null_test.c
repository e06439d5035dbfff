/* Null models of correlation graphs: what they keep, in every form of graph. */
#include "graph_fixture.h"

#include <lapacke.h>

#include "graph/null_model.h"
#include "graph/row_graph.h"
#include "linalg/factor_columns.h"

enum { LAYERS = 2, SAMPLES = 60, UNITS = 31 };

/* Values of units with a common factor, their correlations, and their graph, dense or by factors.
 */
typedef struct observed {
	fixture f;
	brc_factor_columns columns;
	brc_signed correlations;
	brc_edge_origin origin;
	float x[SAMPLES * UNITS];
} observed;

static void observe(observed *o, bool local, bool factors)
{
	static const size_t units[LAYERS] = {19, 12};
	const float *factor[LAYERS];
	brc_samples in = {o->x, SAMPLES, UNITS, false};
	float *row = malloc(SAMPLES * UNITS * sizeof(*row));
	brc_rng r;

	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, 0);
	for (size_t s = 0; s < SAMPLES; s++) {
		double common = brc_rng_normal(&r);

		for (size_t u = 0; u < UNITS; u++)
			o->x[s * UNITS + u] =
				u == 5 ? 1 : (float)(brc_rng_normal(&r) + .7 * common);
	}
	fixture_init(&o->f, LAYERS, units);
	assert_ok(
		brc_factor_columns_init(&o->columns, &in, BRC_CORR_SPEARMAN, NULL, NULL, &ok_err));
	memcpy(row, o->columns.row, SAMPLES * UNITS * sizeof(*row));
	assert_ok(brc_signed_rows(&o->correlations, &o->f.blocks.layers, !local, SAMPLES, row,
				  &ok_err));
	o->correlations.own = row;
	assert_ok(brc_signed_eigenvalues(&o->correlations, false, NULL, &ok_err));
	o->origin = (brc_edge_origin){.affinity = true,
				      .method = "spearman",
				      .edge = "square",
				      .samples = SAMPLES,
				      .local = local};
	for (size_t l = 0; l < LAYERS; l++)
		factor[l] = o->columns.row + o->f.blocks.layers.first[l] * SAMPLES;
	if (factors)
		assert_ok(brc_blocks_add_factors(&o->f.blocks, SAMPLES, factor, !local, &ok_err));
	for (size_t a = 0; !factors && a < LAYERS; a++)
		for (size_t b = a; b < (local ? a + 1 : LAYERS); b++)
			fixture_block(&o->f, a, b);
}

static void forget(observed *o)
{
	brc_signed_clear(&o->correlations);
	brc_factor_columns_clear(&o->columns);
	fixture_clear(&o->f);
}

static void draw(const observed *o, brc_null kind, uint32_t number, brc_blocks *out)
{
	const brc_null_wanted wanted = {.kind = kind,
					.origin = &o->origin,
					.blocks = &o->f.blocks,
					.observed = &o->correlations};
	brc_null_model m;
	bool defined;

	assert_ok(brc_null_model_init(&m, &wanted, &ok_err));
	assert_ok(brc_null_model_draw(&m, 7, number, out, &defined, &ok_err));
	assert_true(defined);
	assert_ok(brc_blocks_check(out, "null", &ok_err));
	brc_null_model_clear(&m);
}

/* Edges of all pairs of units, in a[UNITS, UNITS]; with `root` their square roots, and 1 for i = i.
 */
static void whole(const brc_blocks *b, double *a)
{
	memset(a, 0, UNITS * UNITS * sizeof(*a));
	for (size_t k = 0; k < b->n; k++) {
		const brc_block *e = &b->block[k];
		size_t from = b->layers.first[e->from], to = b->layers.first[e->to];

		for (size_t i = 0; i < e->rows; i++) {
			brc_row row = e->layout->row(e, i);

			for (size_t j = 0; j < row.n; j++) {
				size_t v = to + brc_row_column(&row, j);

				a[(from + i) * UNITS + v] = a[v * UNITS + from + i] =
					(double)row.w[j];
			}
		}
	}
}

/* The rows of a graph by factors: eigenvalues of their correlations, without the constant unit. */
static void rotated_eigenvalues(const brc_blocks *b, const brc_signed_part *p)
{
	size_t n = p->n;
	double *a = calloc(n * n, sizeof(*a)), *w = malloc(n * sizeof(*w));

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			for (size_t s = 0; s < b->samples; s++)
				a[i * n + j] += (double)b->factor[0][p->unit[i] * b->samples + s] *
						(double)b->factor[0][p->unit[j] * b->samples + s];
	for (size_t i = 0; i < n; i++)
		assert_near(a[i * n + i], 1, 1e-6);
	assert_int_equal(
		LAPACKE_dsyev(LAPACK_COL_MAJOR, 'N', 'L', (lapack_int)n, a, (lapack_int)n, w), 0);
	for (size_t i = 0; i < n; i++)
		assert_near(w[n - 1 - i], p->value[i], 2e-6);
	free(a);
	free(w);
}

/* Factors are in one piece: unit u of all layers is row u of the first. */
static void rotation_keeps_the_eigenvalues(void **state)
{
	brc_blocks null;
	observed o;

	(void)state;
	observe(&o, false, true);
	draw(&o, BRC_NULL_ROTATION, 0, &null);
	assert_int_equal(null.samples, o.correlations.part[0].m);
	rotated_eigenvalues(&null, &o.correlations.part[0]);
	brc_blocks_clear(&null);
	forget(&o);
}

/* The sum of squared correlations, which rotation keeps: of all pairs, or of each layer's. */
static double squares(const double *a, size_t first, size_t end)
{
	double sum = 0;

	for (size_t i = first; i < end; i++)
		for (size_t j = first; j < end; j++)
			sum += a[i * UNITS + j];
	return sum;
}

static double squares_of(const brc_signed_part *p)
{
	double sum = -(double)p->n;

	for (size_t i = 0; i < p->m; i++)
		sum += p->value[i] * p->value[i];
	return sum;
}

static void rotated_graphs_have_the_edges_of_the_form(void **state)
{
	(void)state;
	for (int local = 0; local < 2; local++) {
		brc_blocks null;
		double a[UNITS * UNITS];
		observed o;

		observe(&o, local, false);
		draw(&o, BRC_NULL_ROTATION, 3, &null);
		whole(&null, a);
		for (size_t p = 0; p < o.correlations.n; p++) {
			size_t first = local ? o.f.blocks.layers.first[p] : 0;
			size_t end = local ? first + o.f.blocks.layers.units[p] : UNITS;

			assert_near(squares(a, first, end), squares_of(&o.correlations.part[p]),
				    1e-4);
		}
		for (size_t i = 0; i < UNITS; i++)
			assert_true(a[5 * UNITS + i] == 0); /* the constant unit */
		brc_blocks_clear(&null);
		forget(&o);
	}
}

static void factors_and_edges_are_the_same_graphs(void **state)
{
	static const brc_null kind[] = {BRC_NULL_ROTATION, BRC_NULL_SAMPLES, BRC_NULL_HQS};

	(void)state;
	for (size_t k = 0; k < 3; k++)
		for (int local = 0; local < 2; local++) {
			brc_blocks null[2];
			brc_graph g[2];
			observed o[2];

			for (size_t f = 0; f < 2; f++) {
				observe(&o[f], local, f == 1);
				draw(&o[f], kind[k], 1, &null[f]);
				assert_ok(brc_graph_init_all(&g[f], &null[f], &ok_err));
			}
			assert_true(null[1].factor && !null[0].factor);
			assert_int_equal(g[0].connected, UNITS - 1);
			for (size_t u = 0; u < UNITS; u++)
				assert_near(g[0].degree[u], g[1].degree[u], 1e-5);
			for (size_t f = 0; f < 2; f++) {
				brc_graph_clear(&g[f]);
				brc_blocks_clear(&null[f]);
				forget(&o[f]);
			}
		}
}

/* Permuted samples: the mean squared correlation of independent ranks is 1 / (S - 1). */
static void permuted_samples_have_nothing_in_common(void **state)
{
	double sum = 0;
	observed o;

	(void)state;
	observe(&o, false, false);
	for (uint32_t d = 0; d < 100; d++) {
		double a[UNITS * UNITS];
		brc_blocks null;

		draw(&o, BRC_NULL_SAMPLES, d, &null);
		whole(&null, a);
		sum += squares(a, 0, UNITS) / ((UNITS - 1) * (UNITS - 2)) / 100;
		brc_blocks_clear(&null);
	}
	assert_near(sum, 1. / (SAMPLES - 1), .0006);
	forget(&o);
}

/* Mean and mean square of the correlations in 200 draws; hqs matches them up to terms in 1 / m. */
static void hqs_keeps_mean_and_variance(void **state)
{
	double mean = 0, square = 0, want;
	const brc_signed_part *p;
	observed o;

	(void)state;
	observe(&o, false, false);
	p = &o.correlations.part[0];
	want = squares_of(p) / (double)(p->n * (p->n - 1));
	for (int edge = 0; edge < 2; edge++)
		for (uint32_t d = 0; d < 200; d++) {
			double a[UNITS * UNITS], sum;
			brc_blocks null;

			snprintf(o.origin.edge, sizeof(o.origin.edge), "%s",
				 edge ? "positive" : "square");
			draw(&o, BRC_NULL_HQS, d, &null);
			whole(&null, a);
			sum = squares(a, 0, UNITS) / (double)(p->n * (p->n - 1)) / 200;
			*(edge ? &mean : &square) += sum;
			brc_blocks_clear(&null);
		}
	assert_near(mean, p->mean, .03); /* the negative ones are cut off, and few */
	assert_near(square, want, .02);
	forget(&o);
}

static void draws_differ_and_can_be_repeated(void **state)
{
	(void)state;
	for (brc_null kind = BRC_NULL_ROTATION; kind <= BRC_NULL_HQS; kind++) {
		static const uint32_t number[3] = {1, 1, 2};
		static double a[3][UNITS * UNITS];
		observed o;

		observe(&o, false, false);
		for (size_t i = 0; i < 3; i++) {
			brc_blocks null;

			draw(&o, kind, number[i], &null);
			whole(&null, a[i]);
			brc_blocks_clear(&null);
		}
		assert_memory_equal(a[0], a[1], sizeof(a[0]));
		assert_memory_not_equal(a[0], a[2], sizeof(a[0]));
		forget(&o);
	}
}

static void what_is_not_known_is_asked_for(void **state)
{
	observed o;
	brc_null_wanted wanted;
	brc_null_model m;
	brc_err err = {0};

	(void)state;
	observe(&o, false, false);
	wanted = (brc_null_wanted){
		.kind = BRC_NULL_ROTATION, .origin = &o.origin, .blocks = &o.f.blocks};
	assert_int_equal(brc_null_model_init(&m, &wanted, &err), BRC_DATA);
	assert_non_null(strstr(err.hint, "corr --eigenvalues"));
	wanted.observed = &o.correlations;
	o.correlations.part[0].row = NULL;
	wanted.kind = BRC_NULL_SAMPLES;
	assert_int_equal(brc_null_model_init(&m, &wanted, &err), BRC_DATA);
	assert_non_null(strstr(err.hint, "--samples"));
	o.origin.affinity = false;
	assert_int_equal(brc_null_model_init(&m, &wanted, &err), BRC_USAGE);
	assert_non_null(strstr(err.hint, "--null residual"));
	forget(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotation_keeps_the_eigenvalues),
		cmocka_unit_test(rotated_graphs_have_the_edges_of_the_form),
		cmocka_unit_test(factors_and_edges_are_the_same_graphs),
		cmocka_unit_test(permuted_samples_have_nothing_in_common),
		cmocka_unit_test(hqs_keeps_mean_and_variance),
		cmocka_unit_test(draws_differ_and_can_be_repeated),
		cmocka_unit_test(what_is_not_known_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
