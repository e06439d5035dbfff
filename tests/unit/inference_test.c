/* Tests of many sub-clusters: against naive oracles, by hand, and by simulation. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "stats/distribution.h"
#include "stats/extremes.h"
#include "stats/fdr.h"
#include "stats/fisher.h"
#include "stats/inference.h"
#include "stats/maxt.h"
#include "stats/omnibus.h"
#include "stats_golden.h"

static void ties_and_undefined_values_count_against_significance(void **state)
{
	/* Columns: plain, all tied, observed undefined, controls undefined, both. */
	const double t[] = {5, 2, NAN, 5, NAN, 1, 2, 1, NAN,      NAN,
			    5, 2, 1,   1, 0,   7, 2, 1, INFINITY, 1};
	const double want[] = {.75, 1, 1, .75, 1};
	double u[20], p[5];
	size_t observed, controls;

	(void)state;
	brc_extremes_orient(t, 3, 5, BRC_TAIL_RIGHT, u);
	brc_extremes_p(u, 3, 5, p);
	assert_near(p, want, 5, 0);
	brc_extremes_undefined(t, 3, 5, &observed, &controls);
	assert_int_equal(observed, 2);
	assert_int_equal(controls, 3);
}

/* [20, 5] small integers, full of ties; every number from the oracle. */
static void a_table_full_of_ties_equals_the_oracle(void **state)
{
	double u[100], p[5], want[5], j_want[100], bh[5], both[2], s[20], stat, fisher;
	uint32_t j[100];

	(void)state;
	golden("table.u", u, 100);
	brc_extremes_p(u, 19, 5, p);
	golden("table.p", want, 5);
	assert_near(p, want, 5, 1e-15);
	golden("table.bh", bh, 5);
	assert_int_equal(brc_fdr_q(p, 5, BRC_FDR_BH, want, NULL), BRC_OK);
	assert_near(want, bh, 5, 1e-14);
	assert_int_equal(brc_extremes_midranks(u, 19, 5, j, NULL), BRC_OK);
	golden("table.j", j_want, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(j[i], (int)j_want[i]);
	golden("table.omnibus", both, 2);
	p[0] = brc_omnibus_p(j, 19, 5, &stat, s);
	assert_near(p, both, 1, 1e-15);
	assert_near(&stat, both + 1, 1, 1e-12);
	assert_near(s, both + 1, 1, 1e-12);
	golden("table.maxt", want, 5);
	assert_int_equal(brc_maxt(u, 19, 5, p, NULL), BRC_OK);
	assert_near(p, want, 5, 1e-15);
	golden("table.fisher", want, 1);
	assert_int_equal(brc_fisher_discrete(j, 19, 5, &stat, &fisher, NULL), BRC_OK);
	assert_true(fisher >= want[0] && fisher < 1.001 * want[0]);
}

static void a_table_of_normal_numbers_equals_the_oracle(void **state)
{
	double u[480], few[200], p[12], want[12], both[2], stat, fisher;
	uint32_t j[480];

	(void)state;
	golden("normal.u", u, 480);
	assert_int_equal(brc_maxt(u, 39, 12, p, NULL), BRC_OK);
	golden("normal.maxt", want, 12);
	assert_near(p, want, 12, 1e-15);
	assert_int_equal(brc_extremes_midranks(u, 39, 12, j, NULL), BRC_OK);
	golden("normal.omnibus", both, 2);
	p[0] = brc_omnibus_p(j, 39, 12, &stat, NULL);
	assert_near(p, both, 1, 1e-15);
	brc_extremes_p(u, 39, 12, p);
	golden("normal.p", want, 12);
	assert_near(p, want, 12, 1e-15);
	golden("normal.bh", want, 12);
	assert_int_equal(brc_fdr_q(p, 12, BRC_FDR_BH, u, NULL), BRC_OK);
	assert_near(u, want, 12, 1e-14);
	golden("normal.by", want, 12);
	assert_int_equal(brc_fdr_q(p, 12, BRC_FDR_BY, u, NULL), BRC_OK);
	assert_near(u, want, 12, 1e-14);
	golden("normal.u", u, 480);
	for (int b = 0; b < 40; b++)
		for (int s = 0; s < 5; s++)
			few[5 * b + s] = u[12 * b + s];
	assert_int_equal(brc_extremes_midranks(few, 39, 5, j, NULL), BRC_OK);
	assert_int_equal(brc_fisher_discrete(j, 39, 5, &stat, &fisher, NULL), BRC_OK);
	golden("normal.fisher", want, 1);
	assert_true(fisher >= want[0] && fisher < 1.01 * want[0]);
}

/* Each number is within a relative distance of what it should be. */
static void assert_relative(double got, double want, double tolerance)
{
	if (fabs(got - want) <= tolerance * want)
		return;
	print_error("%.17g, expected %.17g\n", got, want);
	fail();
}

static void chi_square_tails_are_exact_as_far_as_1e_300(void **state)
{
	double v[3];

	(void)state;
	for (size_t i = 0; i < 96; i++) {
		golden_line("chi2", i, v, 3);
		assert_relative(brc_chi2_upper(v[0], v[1]), v[2], v[1] <= 1000 ? 1e-12 : 1e-10);
	}
	assert_true(brc_chi2_upper(0, 4) == 1);
	assert_true(brc_chi2_upper(-1, 4) == 1);
	assert_true(brc_chi2_upper(1e5, 4) == 0);
	assert_true(brc_chi2_upper(INFINITY, 4) == 0);
	assert_true(isnan(brc_chi2_upper(NAN, 4)) && isnan(brc_chi2_upper(NAN, 64)));
	assert_true(isnan(brc_chi2_upper(10, NAN)));
}

static void normal_tails_are_exact_as_far_as_1e_300(void **state)
{
	double v[2];

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		golden_line("normal", i, v, 2);
		assert_relative(brc_normal_lower(v[0]), v[1], 1e-12);
	}
}

static void bates_is_exact_up_to_30_and_normal_above(void **state)
{
	double v[3], got;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		golden_line("bates", i, v, 3);
		got = brc_bates_lower(v[0], (size_t)v[1]);
		assert_near(&got, v + 2, 1, 1e-11);
	}
}

/*
 * Two sub-clusters, three draws, by hand. Column 1: 3 1 2 -> j 1 5 3; column
 * 2: 2 2 1 -> j 2 2 5 (of 6). Products 2, 10, 15: S_0 is the largest.
 */
static void the_omnibus_test_equals_one_done_by_hand(void **state)
{
	const double u[] = {3, 2, 1, 2, 2, 1};
	const uint32_t want[] = {1, 2, 5, 2, 3, 5};
	uint32_t j[6];
	double s[3], stat;

	(void)state;
	assert_int_equal(brc_extremes_midranks(u, 2, 2, j, NULL), BRC_OK);
	for (int i = 0; i < 6; i++)
		assert_int_equal(j[i], want[i]);
	assert_true(fabs(brc_omnibus_p(j, 2, 2, &stat, s) - 1.0 / 3) < 1e-15);
	assert_true(fabs(stat - log(18) / 2) < 1e-12);
	assert_true(fabs(s[1] - log(3.6) / 2) < 1e-12);
	assert_true(fabs(s[2] - log(2.4) / 2) < 1e-12);
	/* The same products in another order of columns are ties, and count. */
	j[2] = 2;
	j[3] = 1;
	assert_true(fabs(brc_omnibus_p(j, 2, 2, &stat, NULL) - 2.0 / 3) < 1e-15);
}

/*
 * Two columns that hold 0 .. N - 1 up to scale and order: what ties is known from
 * the whole numbers, while the sums behind the t round differently.
 */
static void maxt_ties_across_columns(void **state)
{
	enum { N = 40 };
	double u[2 * N], p[2];

	(void)state;
	for (int k = 0; k < N; k++) {
		const int high = k > 3 * k % N ? k : 3 * k % N, low = k + 3 * k % N - high;
		int both = 0, one = N - low;

		for (int b = 0; b < N; b++) {
			const int x = (7 * b + k) % N, y = (11 * b + 3 * k) % N;

			u[2 * b] = x / 10.0;
			u[2 * b + 1] = 0.7 * y + 1e3;
			both += x >= high || y >= high;
		}
		one = one > both ? one : both;
		assert_int_equal(brc_maxt(u, N - 1, 2, p, NULL), BRC_OK);
		assert_int_equal(lrint(N * fmin(p[0], p[1])), both);
		assert_int_equal(lrint(N * fmax(p[0], p[1])), one);
	}
}

/* Undefined values count against significance in the joint tests too. */
static void undefined_values_count_against_joint_tests(void **state)
{
	double t[] = {9, NAN, 1, 2, NAN, 3, 3, 1, 2, 1, 4, 2}, u[12], p[3], stat;
	uint32_t j[12];

	(void)state;
	brc_extremes_orient(t, 3, 3, BRC_TAIL_RIGHT, u);
	assert_int_equal(brc_maxt(u, 3, 3, p, NULL), BRC_OK);
	assert_true(p[0] < 1 && p[1] == 1);
	assert_int_equal(brc_extremes_midranks(u, 3, 3, j, NULL), BRC_OK);
	assert_int_equal(j[1], 7); /* the observed: below every control */
	assert_int_equal(j[4], 1); /* the control: above every value */
	assert_true(brc_omnibus_p(j, 3, 3, &stat, NULL) <= 1);
	for (int b = 1; b < 4; b++)
		t[3 * b] = NAN;
	brc_extremes_orient(t, 3, 3, BRC_TAIL_RIGHT, u);
	assert_int_equal(brc_maxt(u, 3, 3, p, NULL), BRC_OK);
	assert_true(p[0] == 1);
}

/* ---- simulation: n + 1 exchangeable joint draws of m columns ---- */

enum { DRAWS = 19, COLUMNS = 6 };

/* Counts of few heads, shared between columns: dependent, and most values tied. */
static void tied_draws(brc_rng *r, double *t)
{
	for (int b = 0; b <= DRAWS; b++) {
		int shared = (int)brc_rng_below(r, 3);

		for (int s = 0; s < COLUMNS; s++)
			t[b * COLUMNS + s] = (int)(brc_rng_below(r, 2) + brc_rng_below(r, 2)) +
					     (s % 2 ? shared : 0);
		if (brc_rng_below(r, 20) == 0)
			t[b * COLUMNS + 5] = NAN;
	}
}

static void p_values_are_calibrated_under_ties(void **state)
{
	const int runs = 4000;
	const double bound = 0.05 + 4 * sqrt(0.05 * 0.95 / runs);
	const brc_question ask = {"s", "", "", BRC_TAIL_RIGHT, .05, BRC_FDR_BH, false};
	double t[(DRAWS + 1) * COLUMNS];
	int single[COLUMNS] = {0}, omnibus = 0, family = 0;
	brc_rng r;

	(void)state;
	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, 0);
	for (int k = 0; k < runs; k++) {
		brc_inference i;

		tied_draws(&r, t);
		assert_int_equal(brc_inference_run(&i, &ask, t, DRAWS, COLUMNS, NULL), BRC_OK);
		for (int s = 0; s < COLUMNS; s++) {
			single[s] += i.p[s] <= 0.05;
			assert_true(i.p_maxt[s] >= i.p[s] - 1e-12);
		}
		omnibus += i.omnibus_p <= 0.05;
		family += i.significant_maxt > 0;
		brc_inference_clear(&i);
	}
	for (int s = 0; s < COLUMNS; s++)
		assert_true(single[s] <= bound * runs);
	assert_true(omnibus <= bound * runs);
	assert_true(family <= bound * runs);
	assert_true(omnibus > 0.02 * runs); /* and it is not idle */
}

/* Published p-values of the same draws are far too small. */
static void the_published_combination_is_not_uniform(void **state)
{
	const int runs = 2000;
	const brc_question ask = {"s", "", "", BRC_TAIL_RIGHT, .05, BRC_FDR_BH, true};
	double t[(DRAWS + 1) * COLUMNS];
	int single = 0;
	brc_rng r;

	(void)state;
	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, 0);
	for (int k = 0; k < runs; k++) {
		brc_inference i;

		tied_draws(&r, t);
		assert_int_equal(brc_inference_run(&i, &ask, t, DRAWS, COLUMNS, NULL), BRC_OK);
		single += i.p[0] <= 0.05;
		brc_inference_clear(&i);
	}
	assert_true(single > 0.15 * runs);
}

static int rising(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Largest distance of the sorted p's from the uniform law on multiples of 1/steps. */
static double ks_discrete(double *p, int n, int steps)
{
	double worst = 0;

	qsort(p, (size_t)n, sizeof(*p), rising);
	for (int k = 1, at = 0; k <= steps; k++) {
		while (at < n && p[at] <= (k + 1e-9) / steps)
			at++;
		worst = fmax(worst, fabs((double)at / n - (double)k / steps));
	}
	return worst;
}

/*
 * Untied, dependent columns: the omnibus p is uniform on 1/20, ..., 1. With
 * 10,000 runs the Kolmogorov bound at 0.001 is 1.95 / sqrt(runs), and it is
 * conservative for a discrete law.
 */
static void omnibus_is_uniform(void **state)
{
	enum { RUNS = 10000 };
	static double p[RUNS];
	double t[(DRAWS + 1) * COLUMNS], stat;
	uint32_t j[(DRAWS + 1) * COLUMNS];
	brc_rng r;

	(void)state;
	brc_rng_init(&r, 2, BRC_RNG_TEST, 0, 0);
	for (int k = 0; k < RUNS; k++) {
		for (int b = 0; b <= DRAWS; b++) {
			double shared = brc_rng_normal(&r);

			for (int s = 0; s < COLUMNS; s++)
				t[b * COLUMNS + s] = brc_rng_normal(&r) + shared;
		}
		assert_int_equal(brc_extremes_midranks(t, DRAWS, COLUMNS, j, NULL), BRC_OK);
		p[k] = brc_omnibus_p(j, DRAWS, COLUMNS, &stat, NULL);
	}
	assert_true(ks_discrete(p, RUNS, DRAWS + 1) < 1.95 / sqrt(RUNS));
}

/* Independent columns: so is Fisher's p against its discrete null. */
static void fisher_is_uniform(void **state)
{
	enum { RUNS = 400, M = 4, N = 19 };
	static double p[RUNS];
	uint32_t j[(N + 1) * M];
	double t[(N + 1) * M], stat;
	int below = 0;
	brc_rng r;

	(void)state;
	brc_rng_init(&r, 3, BRC_RNG_TEST, 0, 0);
	for (int k = 0; k < RUNS; k++) {
		for (int i = 0; i < (N + 1) * M; i++)
			t[i] = brc_rng_uniform(&r);
		assert_int_equal(brc_extremes_midranks(t, N, M, j, NULL), BRC_OK);
		assert_int_equal(brc_fisher_discrete(j, N, M, &stat, &p[k], NULL), BRC_OK);
		below += p[k] <= 0.1;
	}
	qsort(p, RUNS, sizeof(*p), rising);
	for (int k = 0; k < RUNS; k++)
		assert_true(fabs(p[k] - (k + 0.5) / RUNS) < 1.95 / sqrt(RUNS) + 0.01);
	assert_true(below <= 0.1 * RUNS + 4 * sqrt(0.09 * RUNS));
}

/* As many sub-clusters as a large network has, against simulation. */
static void fisher_of_many_sub_clusters_equals_simulation(void **state)
{
	enum { M = 200, N = 199, RUNS = 20000 };
	uint32_t *j = malloc(sizeof(*j) * (N + 1) * M);
	double stat, p, share = 0;
	brc_rng r;

	(void)state;
	assert_non_null(j);
	for (uint32_t b = 0; b <= N; b++)
		for (uint32_t s = 0; s < M; s++)
			j[b * M + s] = 2 * ((b + s) % (N + 1)) + 1;
	for (uint32_t s = 0; s < M; s++) /* observed: a little better than chance */
		j[s] = 2 * (s * 9 / 10) + 1;
	assert_int_equal(brc_fisher_discrete(j, N, M, &stat, &p, NULL), BRC_OK);
	brc_rng_init(&r, 4, BRC_RNG_TEST, 0, 0);
	for (int k = 0; k < RUNS; k++) {
		double x = 0;

		for (uint32_t s = 0; s < M; s++)
			x += log(2.0 * (N + 1) / j[brc_rng_below(&r, N + 1) * M + s]);
		share += x >= stat * M - 1e-9;
	}
	share /= RUNS;
	assert_true(share > 0.02 && share < 0.4);
	assert_true(fabs(p - share) < 4 * sqrt(share / RUNS) + 0.01 * share);
	free(j);
}

static void too_few_controls_are_told_with_the_number_needed(void **state)
{
	const double t[] = {9, 9, 1, 2, 2, 1, 1, 2};
	const brc_question ask = {"s", "", "", BRC_TAIL_RIGHT, .05, BRC_FDR_BH, false};
	brc_inference i;

	(void)state;
	assert_int_equal(brc_inference_controls_needed(19, 1, .05, BRC_FDR_BH), 0);
	assert_int_equal(brc_inference_controls_needed(18, 1, .05, BRC_FDR_BH), 19);
	assert_int_equal(brc_inference_controls_needed(199, 10, .05, BRC_FDR_BH), 0);
	assert_int_equal(brc_inference_controls_needed(199, 11, .05, BRC_FDR_BH), 219);
	assert_int_equal(brc_inference_controls_needed(199, 10, .05, BRC_FDR_BY), 585);
	assert_int_equal(brc_inference_run(&i, &ask, t, 3, 2, NULL), BRC_OK);
	assert_int_equal(i.controls_needed, 39);
	assert_non_null(strstr(i.warning, "39"));
	assert_true(i.smallest_p == 0.25);
	brc_inference_clear(&i);
}

static void effects_and_ratios_are_those_of_the_definition(void **state)
{
	const double t[] = {-.3, .1, 0, -.1, -.1, 0, -.2, -.3, 0};
	const brc_question ask = {"s", "", "", BRC_TAIL_LEFT, .05, BRC_FDR_BH, false};
	const double mean[] = {-.15, -.2, 0}, effect[] = {-.15, .3, 0},
		     ratio[] = {.6 / .45, NAN, NAN}, sd[] = {.05 * M_SQRT2, .1 * M_SQRT2, 0};
	brc_inference i;

	(void)state;
	assert_int_equal(brc_inference_run(&i, &ask, t, 2, 3, NULL), BRC_OK);
	assert_near(i.control_mean, mean, 3, 1e-15);
	assert_near(i.control_sd, sd, 3, 1e-15);
	assert_near(i.effect, effect, 3, 1e-15);
	assert_near(i.ratio, ratio, 3, 1e-14);
	assert_int_equal(i.undefined_ratio, 2);
	assert_int_equal(i.undefined_observed, 0);
	brc_inference_clear(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ties_and_undefined_values_count_against_significance),
		cmocka_unit_test(a_table_full_of_ties_equals_the_oracle),
		cmocka_unit_test(a_table_of_normal_numbers_equals_the_oracle),
		cmocka_unit_test(chi_square_tails_are_exact_as_far_as_1e_300),
		cmocka_unit_test(normal_tails_are_exact_as_far_as_1e_300),
		cmocka_unit_test(bates_is_exact_up_to_30_and_normal_above),
		cmocka_unit_test(the_omnibus_test_equals_one_done_by_hand),
		cmocka_unit_test(maxt_ties_across_columns),
		cmocka_unit_test(undefined_values_count_against_joint_tests),
		cmocka_unit_test(p_values_are_calibrated_under_ties),
		cmocka_unit_test(the_published_combination_is_not_uniform),
		cmocka_unit_test(omnibus_is_uniform),
		cmocka_unit_test(fisher_is_uniform),
		cmocka_unit_test(fisher_of_many_sub_clusters_equals_simulation),
		cmocka_unit_test(too_few_controls_are_told_with_the_number_needed),
		cmocka_unit_test(effects_and_ratios_are_those_of_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
