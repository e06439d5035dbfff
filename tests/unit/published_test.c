/* Golden values of the published research code, to their printed digits, beside the default. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stats/distribution.h"
#include "stats/extremes.h"
#include "stats/fdr.h"
#include "stats/fisher.h"
#include "stats/inference.h"
#include "stats/published.h"

/* |a - b| below one unit of the last of `digits` printed decimals. */
static void near(double a, double b, int digits)
{
	if (fabs(a - b) > 0.51 * pow(10, -digits)) {
		print_error("%.15g, expected %.15g\n", a, b);
		fail();
	}
}

/* Relative agreement to the printed digits of small numbers. */
static void close_to(double a, double b)
{
	near(a / b, 1, 9);
}

static double published(double observed, const double *control, size_t n)
{
	double t[101], p;

	t[0] = observed;
	for (size_t b = 0; b < n; b++)
		t[b + 1] = control[b];
	brc_published_p(t, n, 1, BRC_TAIL_LEFT, &p);
	return p;
}

static double by_default(double observed, const double *control, size_t n)
{
	double t[101], p;

	t[0] = observed;
	for (size_t b = 0; b < n; b++)
		t[b + 1] = control[b];
	brc_extremes_orient(t, n, 1, BRC_TAIL_LEFT, t);
	brc_extremes_p(t, n, 1, &p);
	return p;
}

static void published_p_values_count_ties_as_significant(void **state)
{
	double hundred[100], same[19];

	(void)state;
	for (int b = 0; b < 100; b++)
		hundred[b] = b;
	near(published(0, hundred, 100), 1.0 / 101, 12);
	near(published(1, hundred, 100), 2.0 / 101, 12);
	near(published(101, hundred, 100), 1, 12);
	near(by_default(0, hundred, 100), 2.0 / 101, 12); /* a tie with the control 0 */
	for (int b = 0; b < 19; b++)
		same[b] = 0.9;
	near(published(0.9, same, 19), 0.05, 12);
	near(by_default(0.9, same, 19), 1, 12);
	near(published(NAN, same, 19), 0.05, 12);
	near(by_default(NAN, same, 19), 1, 12);
	for (int b = 0; b < 19; b++)
		same[b] = 0.8;
	near(published(0.9, same, 19), 1, 12);
	near(by_default(0.9, same, 19), 1, 12);
	for (int b = 0; b < 19; b++)
		same[b] = 0.95;
	near(published(0.9, same, 19), 0.05, 12);
	near(by_default(0.9, same, 19), 0.05, 12);
	for (int b = 0; b < 19; b++)
		same[b] = NAN;
	near(published(0.9, same, 19), 0.05, 12);
	near(by_default(0.9, same, 19), 1, 12);
}

static void the_published_right_tail_counts_larger_values(void **state)
{
	const double t[] = {3, 1, 3, 5};
	double u[4], p;

	(void)state;
	brc_published_p(t, 3, 1, BRC_TAIL_RIGHT, &p);
	near(p, 0.5, 12);
	brc_extremes_orient(t, 3, 1, BRC_TAIL_RIGHT, u);
	brc_extremes_p(u, 3, 1, &p);
	near(p, 0.75, 12);
}

static void fisher_one(const double *p, size_t m, size_t n, double x, double want, double stat)
{
	double s, got = brc_published_fisher(p, m, n, &s);

	near(2 * (double)m * s, x, 10);
	close_to(got, want);
	if (stat > 0)
		near(s, stat, 10);
}

static void published_fisher_equals_the_oracle(void **state)
{
	const double a[] = {.05, .05, .05}, b[] = {.05, .5, 1}, c[] = {.05, .1, .15, .9},
		     d[] = {1, 1}, e[] = {.05}, f[] = {1.0 / 51, 1.0 / 51};
	double s, sum = 0;

	(void)state;
	fisher_one(a, 3, 19, 22.1332767247, .001145341886, 3.6888794541);
	fisher_one(b, 3, 19, 8.9172754741, .1782841713, 1.4862125790);
	fisher_one(c, 4, 19, 16.9842391077, .03027361563, 2.1230298885);
	fisher_one(d, 2, 19, .1012712319, .9987604824, 0);
	near(brc_published_fisher(e, 1, 19, &s), .025, 12);
	fisher_one(f, 2, 50, 18.4998912531, 9.85192774564e-4, 0);
	for (int k = 0; k < 20; k++)
		sum -= log((k + 0.5) / 20);
	near(sum / 20, .98277547197, 11);
	near(brc_published_fisher(NULL, 0, 19, &s), 1, 12);
}

/* Three sub-clusters at the floor: the exact discrete null gives (1/20)^3. */
static void published_fisher_is_larger_than_the_exact_p(void **state)
{
	const double p[] = {.05, .05, .05};
	uint32_t j[60];
	double s, exact;

	(void)state;
	for (uint32_t b = 0; b < 20; b++)
		j[3 * b] = j[3 * b + 1] = j[3 * b + 2] = 2 * b + 1;
	assert_int_equal(brc_fisher_discrete(j, 19, 3, &s, &exact, NULL), BRC_OK);
	close_to(exact, 1.25e-4);
	near(s, 3.6888794541, 10);
	assert_true(brc_published_fisher(p, 3, 19, &s) > 9 * exact);
}

static void the_mean_of_uniform_numbers_follows_bates(void **state)
{
	static const double want[][2] = {{.01, 2.60416666667e-9}, {.05, 8.13802083333e-6},
					 {.1, 2.60416666667e-4},  {.2, .00833333333333},
					 {.3, .0619791666667},    {.5, .5},
					 {.9, .999739583333},     {1, 1},
					 {.152, .00211293781333}};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		close_to(brc_bates_lower(want[i][0], 5), want[i][1]);
}

static void the_published_categorical_test_equals_the_oracle(void **state)
{
	const double a[] = {.05, .05, .05, .05, .05}, b[] = {.05, .1, .15, .9},
		     c[] = {.05, .05, .1, .1, .15, .5, 1, 1};
	double every[49], s;
	brc_err err;

	(void)state;
	close_to(brc_published_categorical(a, 5, 19, &s, &err), 4.26226510688e-12);
	near(s, 95, 10);
	near(brc_published_categorical(b, 4, 19, &s, &err), .657277998, 9);
	near(s, 16, 10);
	near(brc_published_categorical(c, 8, 19, &s, &err), .104653070291, 12);
	near(s, 27, 10);
	near(brc_chi2_upper(30.1435, 19), .05, 5);
	/* Every rank once: (r + 1) / 49 times 49 may fall short of r + 1 by rounding. */
	for (int r = 0; r < 49; r++)
		every[r] = (r + 1) / 49.0;
	near(brc_published_categorical(every, 49, 48, &s, &err), 1, 12);
	near(s, 0, 10);
}

static void the_critical_p_is_that_of_benjamini_and_hochberg(void **state)
{
	const double a[] = {.001, .008, .039, .041, .042, .06, .074, .205, .212, .216},
		     b[] = {.9, .8}, c[] = {.01, .02, .03, .04, .05};
	double q[10];
	brc_err err;
	int passed = 0;

	(void)state;
	near(brc_published_critical(a, 10, .05, &err), .008, 12);
	near(brc_published_critical(b, 2, .05, &err), 1, 12);
	near(brc_published_critical(c, 5, .05, &err), .05, 12);
	/* The default says what passes instead of calling 1.0 critical. */
	assert_int_equal(brc_fdr_q(a, 10, BRC_FDR_BH, q, &err), BRC_OK);
	for (int i = 0; i < 10; i++)
		passed += q[i] <= .05;
	assert_int_equal(passed, 2);
	assert_int_equal(brc_fdr_q(b, 2, BRC_FDR_BH, q, &err), BRC_OK);
	near(q[0], .9, 12);
	near(q[1], .9, 12);
}

/* One sub-cluster, three controls: classes at .98 .99 .97 unharmed. */
static const double change[] = {-.03, -.01, -.04 / 3, -.02 / 3};
static const double range[] = {8.0 / 3, 0, 1.5, 3};

static void published_effects_equal_the_worked_examples(void **state)
{
	const double two[] = {-.03, .01, -.01, .01, -.04 / 3, .01, -.02 / 3, .01};
	const double none[] = {NAN, 0, 1.5, 3};
	double e[2], mean, sem;

	(void)state;
	brc_published_effect_change(change, 3, 1, e);
	near(e[0], 1.5, 12);
	brc_published_effect_range(range, 3, 1, e);
	near(e[0], 1.28, 12);
	brc_published_effect_range_each(range, 3, 1, e);
	near(e[0], 1.4070588, 7);
	brc_published_effect_change(two, 3, 2, e);
	near(e[1], 0, 12); /* not both negative */
	brc_published_effect_mean(e, 2, &mean, &sem);
	near(mean, .75, 12);
	near(sem, .75, 12);
	brc_published_effect_range(none, 3, 1, e);
	near(e[0], 0, 12);
	brc_published_effect_mean(e, 1, &mean, &sem);
	assert_true(isnan(sem));
}

static brc_inference infer(const double *t, size_t n, size_t m, brc_tail tail, bool published_)
{
	const brc_question ask = {"s", "a statistic", "", tail, .05, BRC_FDR_BH, published_};
	brc_inference i;

	assert_int_equal(brc_inference_run(&i, &ask, t, n, m, NULL), BRC_OK);
	return i;
}

/* The whole inference with and without the switch. */
static void the_switch_changes_all_that_is_published_and_no_more(void **state)
{
	brc_inference paper = infer(change, 3, 1, BRC_TAIL_LEFT, true);
	brc_inference here = infer(change, 3, 1, BRC_TAIL_LEFT, false);

	(void)state;
	near(paper.p[0], .25, 12);
	near(paper.paper_effect, 1.5, 12);
	assert_null(paper.q);
	assert_null(paper.p_maxt);
	near(here.p[0], .25, 12);
	near(here.effect[0], -.02, 12);
	near(here.ratio[0], 1.5, 12);
	assert_true(isnan(here.paper_effect));
	brc_inference_clear(&paper);
	brc_inference_clear(&here);
	paper = infer(range, 3, 1, BRC_TAIL_RIGHT, true);
	here = infer(range, 3, 1, BRC_TAIL_RIGHT, false);
	near(paper.p[0], .5, 12);
	near(paper.paper_effect, 1.28, 12);
	near(paper.paper_effect_each, 1.4070588, 7);
	near(paper.fisher_p, brc_published_fisher(paper.p, 1, 3, &paper.fisher_statistic), 12);
	near(here.fisher_p, .5, 12);
	brc_inference_clear(&paper);
	brc_inference_clear(&here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_p_values_count_ties_as_significant),
		cmocka_unit_test(the_published_right_tail_counts_larger_values),
		cmocka_unit_test(published_fisher_equals_the_oracle),
		cmocka_unit_test(published_fisher_is_larger_than_the_exact_p),
		cmocka_unit_test(the_mean_of_uniform_numbers_follows_bates),
		cmocka_unit_test(the_published_categorical_test_equals_the_oracle),
		cmocka_unit_test(the_critical_p_is_that_of_benjamini_and_hochberg),
		cmocka_unit_test(published_effects_equal_the_worked_examples),
		cmocka_unit_test(the_switch_changes_all_that_is_published_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
