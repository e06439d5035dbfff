/*
 * The family of a run: under the null hypothesis, how often is anything in it significant? Two
 * partitions of the same units, drawn at random, are tested by two statistics each.
 */
#include "graph_fixture.h"

#include "base/rng.h"
#include "render/model/model.h"

enum { UNITS = 24, GROUPS = 4, DRAWS = 99, RUNS = 200 };

/* Row b of t: how much each group is worth when labels are permuted; rows[DRAWS + 1][GROUPS]. */
static void one_row(const int32_t *label, const double *value, bool range, double *t)
{
	double sum[GROUPS] = {0}, low[GROUPS], high[GROUPS];

	for (size_t g = 0; g < GROUPS; g++) {
		low[g] = INFINITY;
		high[g] = -INFINITY;
	}
	for (size_t u = 0; u < UNITS; u++) {
		sum[label[u]] += value[u];
		low[label[u]] = fmin(low[label[u]], value[u]);
		high[label[u]] = fmax(high[label[u]], value[u]);
	}
	for (size_t g = 0; g < GROUPS; g++)
		t[g] = range ? high[g] - low[g] : sum[g];
}

/* The statistics of a partition; draw b permutes its labels by the random numbers (key, b). */
static void test_partition(brc_findings *f, uint64_t key, const int32_t *label, const double *value)
{
	static double t[2][(DRAWS + 1) * GROUPS];
	const brc_question ask[2] = {
		{.statistic = "sum", .title = "", .unit = "", .tail = BRC_TAIL_RIGHT, .level = .05},
		{.statistic = "range",
		 .title = "",
		 .unit = "",
		 .tail = BRC_TAIL_LEFT,
		 .level = .05},
	};

	for (size_t b = 0; b <= DRAWS; b++) {
		int32_t drawn[UNITS];
		brc_rng rng;

		memcpy(drawn, label, sizeof(drawn));
		brc_rng_init(&rng, key, BRC_RNG_CONTROL, 0, (uint32_t)b);
		if (b > 0)
			brc_rng_shuffle(&rng, drawn, UNITS);
		for (size_t s = 0; s < 2; s++)
			one_row(drawn, value, s == 1, t[s] + b * GROUPS);
	}
	for (size_t s = 0; s < 2; s++)
		assert_ok(brc_inference_run(&f->stat[f->n_stats++], &ask[s], t[s], DRAWS, GROUPS,
					    &ok_err));
}

/* Is anything significant in one run? `joint`: both partitions share their draws. */
static bool anything(uint64_t run, bool joint)
{
	brc_labelling l[2] = {0};
	brc_report_input in = {0};
	brc_network net = {.input = &in, .labelling = l, .n_labellings = joint ? 1 : 2};
	double value[UNITS], least = 1;
	brc_rng rng;

	brc_rng_init(&rng, run, BRC_RNG_TEST, 0, 0);
	for (size_t u = 0; u < UNITS; u++)
		value[u] = exp(brc_rng_normal(&rng));
	for (size_t p = 0; p < 2; p++) {
		int32_t label[UNITS];

		for (size_t u = 0; u < UNITS; u++) /* groups of 4 to 8 units */
			label[u] = u < 16 ? (int32_t)(u / 4) : (int32_t)(u / 8 + p) % GROUPS;
		brc_rng_shuffle(&rng, label, UNITS);
		test_partition(&l[joint ? 0 : p].test[BRC_IMPORTANCE], joint ? run : 2 * run + p,
			       label, value);
	}
	assert_ok(brc_network_find_family(&net, &ok_err));
	assert_int_equal(net.family.tests, 4 * GROUPS);
	assert_int_equal(net.family.statistics, 4);
	assert_int_equal(net.family.sets, joint ? 1 : 2);
	for (size_t i = 0; i < net.n_labellings; i++) {
		brc_findings *f = &l[i].test[BRC_IMPORTANCE];

		for (size_t s = 0; s < f->n_stats; s++) {
			for (size_t g = 0; g < GROUPS; g++) {
				assert_true(f->stat[s].run_p_maxt[g] >= f->stat[s].p_maxt[g]);
				least = fmin(least, f->stat[s].run_p_maxt[g]);
			}
			brc_inference_clear(&f->stat[s]);
		}
	}
	return least <= .05;
}

static size_t count(bool joint)
{
	size_t n = 0;

	for (uint64_t run = 0; run < RUNS; run++)
		n += anything(run, joint);
	return n;
}

/* 10 of 200 are expected; three standard deviations are 9. */
static void a_joint_test_keeps_its_level(void **state)
{
	size_t n = count(true);

	(void)state;
	if (n > 19 || n < 2)
		fail_msg("%zu of %d runs have a finding", n, RUNS);
}

/* Bonferroni's rule is conservative where the partitions depend on each other. */
static void several_sets_keep_it_as_well(void **state)
{
	size_t n = count(false);

	(void)state;
	if (n > 19)
		fail_msg("%zu of %d runs have a finding", n, RUNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_joint_test_keeps_its_level),
		cmocka_unit_test(several_sets_keep_it_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
