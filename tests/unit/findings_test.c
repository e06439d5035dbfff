/* From lesions to findings, and both through their sections; hostile sections are refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "study/measure.h"

enum { DRAWS = 39, M = 3, CLASSES = 4, IMAGES = 25 };

static int32_t correct[(DRAWS + 1) * M * CLASSES];
static double loss[(DRAWS + 1) * M * CLASSES];
static int64_t images[] = {IMAGES, IMAGES, IMAGES, IMAGES}, baseline[] = {24, 25, 23, 25};
static double baseline_loss[] = {3, 2.5, 4, 1};
static int32_t layer[] = {0, 0, 1}, cluster[] = {0, 3, 1}, size[] = {4, 5, 2};
static char *names[] = {"t-shirt", "sneaker", "bag", "boot"};
static brc_left_out left_out[] = {{1, 0, 1, "fewer than 2 units"}};

/* Sub-cluster 2 matters for class 1; everything else is noise. */
static brc_lesions make(void)
{
	brc_lesions l = {.m = M,
			 .layer = layer,
			 .cluster = cluster,
			 .size = size,
			 .n_left_out = 1,
			 .left_out = left_out,
			 .classes = CLASSES,
			 .class_name = names,
			 .class_images = images,
			 .baseline_correct = baseline,
			 .baseline_loss = baseline_loss,
			 .draws = DRAWS,
			 .correct = correct,
			 .loss = loss,
			 .images = 4 * IMAGES,
			 .ablate = BRC_ABLATE_ZERO,
			 .controls = BRC_CONTROLS_PERMUTATION,
			 .labels = "weights.global",
			 .model = "0123456789abcdef0123456789abcdef"};
	const char *const name[] = {"net.0", "net.2"};
	const size_t units[] = {16, 8};
	brc_rng r;

	assert_int_equal(brc_layers_init(&l.layers, 2, name, units, NULL), BRC_OK);
	brc_rng_init(&r, 5, BRC_RNG_TEST, 0, 0);
	for (size_t i = 0; i < (DRAWS + 1) * M * CLASSES; i++) {
		correct[i] = (int32_t)baseline[i % CLASSES] - (int32_t)brc_rng_below(&r, 4);
		loss[i] = 4 + 2 * brc_rng_uniform(&r);
	}
	correct[2 * CLASSES + 1] = 2;
	loss[2 * CLASSES + 1] = 60;
	return l;
}

static const brc_measure standard = {.level = 0.05};
static const brc_measure paper = {.level = 0.05, .published = true};

static brc_section *section(const char *type)
{
	brc_section *s;

	assert_int_equal(brc_section_new(&s, type, 1, "weights.global", NULL), BRC_OK);
	return s;
}

static void lesions_survive_a_section(void **state)
{
	brc_lesions l = make(), back;
	brc_section *s = section("lesions");

	(void)state;
	assert_int_equal(brc_lesions_write(&l, s, NULL), BRC_OK);
	assert_int_equal(brc_lesions_read(&back, s, NULL), BRC_OK);
	assert_true(brc_layers_equal(&l.layers, &back.layers));
	assert_int_equal(back.m, M);
	assert_int_equal(back.draws, DRAWS);
	assert_int_equal(back.classes, CLASSES);
	assert_int_equal(back.images, 100);
	assert_memory_equal(back.correct, correct, sizeof(correct));
	assert_memory_equal(back.loss, loss, sizeof(loss));
	assert_memory_equal(back.size, size, sizeof(size));
	assert_memory_equal(back.baseline_correct, baseline, sizeof(baseline));
	assert_string_equal(back.class_name[3], "boot");
	assert_string_equal(back.labels, "weights.global");
	assert_int_equal(back.n_left_out, 1);
	assert_string_equal(back.left_out[0].reason, "fewer than 2 units");
	brc_lesions_clear(&back);
	brc_section_free(s);
	brc_layers_clear(&l.layers);
}

/* A section that holds one wrong number, and what the message must name. */
static void a_wrong_number_in_lesions_is_named(void **state)
{
	static const struct {
		const char *tensor;
		size_t at;
		int64_t value;
		const char *says;
	} bad[] = {{"correct", 7, -1, "draw 0, sub-cluster 1, class 3"},
		   {"correct", 12, 26, "draw 1, sub-cluster 0, class 0"},
		   {"subcluster/layer", 1, 2, "sub-cluster 1"},
		   {"subcluster/cluster", 0, -1, "sub-cluster 0"},
		   {"subcluster/size", 2, 9, "sub-cluster 2"},
		   {"class/images", 0, -3, "class 0"},
		   {"class/images", 1, 24, "class 1"},
		   {"baseline/correct", 3, 26, "class 3"}};
	brc_lesions l = make(), back;
	brc_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		brc_section *s = section("lesions");
		const brc_tensor *t;

		assert_int_equal(brc_lesions_write(&l, s, NULL), BRC_OK);
		t = brc_section_tensor(s, bad[i].tensor);
		if (t->itemsize == 8)
			((int64_t *)t->data)[bad[i].at] = bad[i].value;
		else
			((int32_t *)t->data)[bad[i].at] = (int32_t)bad[i].value;
		assert_int_equal(brc_lesions_read(&back, s, &err), BRC_DATA);
		assert_non_null(strstr(err.message, bad[i].says));
		brc_section_free(s);
		brc_layers_clear(&l.layers);
		l = make();
	}
	for (int i = 0; i < 3; i++) {
		brc_section *s = section("lesions");

		assert_int_equal(brc_lesions_write(&l, s, NULL), BRC_OK);
		if (i == 0)
			brc_map_put_int(s->meta, "draws", (int64_t)1 << 40);
		if (i == 1)
			brc_map_put_int(s->meta, "draws", 38);
		if (i == 2)
			brc_map_put_string(s->meta, "ablate", "fire");
		assert_int_equal(brc_lesions_read(&back, s, &err), BRC_DATA);
		brc_section_free(s);
	}
	brc_layers_clear(&l.layers);
}

static void same_findings(const brc_findings *a, const brc_findings *b)
{
	assert_true(brc_layers_equal(&a->layers, &b->layers));
	assert_int_equal(a->m, b->m);
	assert_int_equal(a->n_stats, b->n_stats);
	assert_int_equal(a->published, b->published);
	for (size_t k = 0; k < a->n_stats; k++) {
		const brc_inference *i = &a->stat[k], *j = &b->stat[k];

		assert_string_equal(i->statistic, j->statistic);
		assert_string_equal(i->title, j->title);
		assert_string_equal(i->warning, j->warning);
		assert_int_equal(i->tail, j->tail);
		assert_int_equal(i->n, j->n);
		assert_memory_equal(i->draw, j->draw, (i->n + 1) * i->m * sizeof(double));
		assert_memory_equal(i->p, j->p, i->m * sizeof(double));
		assert_memory_equal(i->ratio, j->ratio, i->m * sizeof(double));
		assert_int_equal(!i->q, !j->q);
		if (i->q)
			assert_memory_equal(i->p_maxt, j->p_maxt, i->m * sizeof(double));
		assert_memory_equal(&i->fisher_p, &j->fisher_p, sizeof(double));
		assert_int_equal(i->significant_maxt, j->significant_maxt);
	}
	assert_int_equal(!a->class_p, !b->class_p);
	if (a->class_p)
		assert_memory_equal(a->class_p_adjusted, b->class_p_adjusted,
				    a->m * a->classes * sizeof(double));
}

static void round_trip(const brc_findings *f, const char *type)
{
	brc_section *s = section(type);
	brc_findings back;

	assert_int_equal(brc_findings_write(f, s, NULL), BRC_OK);
	assert_int_equal(brc_findings_read(&back, s, NULL), BRC_OK);
	same_findings(f, &back);
	brc_findings_clear(&back);
	brc_section_free(s);
}

static void a_harmful_sub_cluster_alone_is_important(void **state)
{
	brc_lesions l = make();
	brc_findings f;

	(void)state;
	assert_int_equal(brc_measure_importance(&f, &l, &standard, NULL), BRC_OK);
	assert_int_equal(f.n_stats, 2);
	assert_string_equal(f.stat[0].statistic, "accuracy");
	assert_string_equal(f.stat[1].statistic, "loss");
	assert_true(f.stat[0].p[2] == 1.0 / 40 && f.stat[0].p_maxt[2] <= 0.05);
	assert_true(f.stat[1].p[2] == 1.0 / 40 && f.stat[1].p_maxt[2] <= 0.05);
	assert_true(f.stat[0].p_maxt[0] > 0.05 && f.stat[0].p_maxt[1] > 0.05);
	assert_int_equal(f.stat[0].significant_maxt, 1);
	assert_int_equal(f.stat[0].controls_needed, 59);
	round_trip(&f, "importance");
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

static void a_harmful_sub_cluster_alone_is_coherent(void **state)
{
	brc_lesions l = make();
	brc_findings f;

	(void)state;
	assert_int_equal(brc_measure_coherence(&f, &l, &standard, NULL), BRC_OK);
	assert_int_equal(f.n_stats, 2);
	assert_string_equal(f.stat[0].statistic, "spread");
	assert_string_equal(f.stat[1].statistic, "range");
	assert_true(f.stat[0].p_maxt[2] <= 0.05);
	assert_non_null(strstr(f.stat[1].warning, "loses power"));
	assert_int_equal(f.classes, CLASSES);
	assert_string_equal(f.class_name[1], "sneaker");
	assert_true(fabs(f.class_change[2 * CLASSES + 1] + 23.0 / 25) < 1e-15);
	assert_true(f.class_p_adjusted[2 * CLASSES + 1] == 1.0 / 40);
	assert_true(f.class_p[2 * CLASSES + 1] == 1.0 / 40);
	for (size_t c = 0; c < CLASSES; c++)
		if (c != 1)
			assert_true(f.class_p_adjusted[2 * CLASSES + c] > 0.05);
	round_trip(&f, "coherence");
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

static void published_rules_leave_out_what_they_do_not_have(void **state)
{
	brc_lesions l = make();
	brc_findings f;

	(void)state;
	l.controls = BRC_CONTROLS_INDEPENDENT;
	assert_int_equal(brc_measure_importance(&f, &l, &paper, NULL), BRC_OK);
	assert_int_equal(f.n_stats, 1);
	assert_null(f.stat[0].q);
	assert_true(isnan(f.stat[0].omnibus_p) && f.stat[0].chi2_p <= 1);
	round_trip(&f, "importance");
	brc_findings_clear(&f);
	assert_int_equal(brc_measure_coherence(&f, &l, &paper, NULL), BRC_OK);
	assert_int_equal(f.n_stats, 1);
	assert_string_equal(f.stat[0].statistic, "range");
	assert_null(f.class_change);
	round_trip(&f, "coherence");
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

/* Controls drawn apart do not make a joint draw. */
static void independent_draws_allow_no_joint_test(void **state)
{
	brc_lesions l = make();
	brc_findings f;
	brc_err err;

	(void)state;
	l.controls = BRC_CONTROLS_INDEPENDENT;
	assert_int_equal(brc_measure_importance(&f, &l, &standard, &err), BRC_DATA);
	assert_non_null(strstr(err.hint, "--compat paper"));
	assert_int_equal(brc_measure_coherence(&f, &l, &standard, &err), BRC_DATA);
	brc_layers_clear(&l.layers);
}

static void a_wrong_number_in_findings_is_refused(void **state)
{
	brc_lesions l = make();
	brc_findings f, back;
	brc_err err;

	(void)state;
	assert_int_equal(brc_measure_coherence(&f, &l, &standard, NULL), BRC_OK);
	for (int i = 0; i < 8; i++) {
		brc_section *s = section("coherence");
		brc_map *r;

		assert_int_equal(brc_findings_write(&f, s, NULL), BRC_OK);
		r = s->records[0];
		if (i == 0)
			brc_map_put_int(r, "draws", (int64_t)1 << 29);
		if (i == 1)
			brc_map_put_string(r, "statistic", "a/b");
		if (i == 2)
			brc_map_put_string(r, "tail", "both");
		if (i == 3)
			brc_map_put_nil(r, "omnibus_p");
		if (i == 4)
			brc_map_put_int(r, "significant_q", -1);
		if (i == 5)
			brc_map_put_string(s->meta, "compat", "folk");
		if (i == 6)
			brc_map_put_string(r, "statistic", "absent");
		if (i == 7)
			while (s->n_records <= BRC_FINDINGS_MAX)
				assert_non_null(brc_section_add_record(s, NULL));
		assert_int_equal(brc_findings_read(&back, s, &err), BRC_DATA);
		assert_non_null(strstr(err.message, "coherence/1 weights.global"));
		brc_section_free(s);
	}
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

/* Without right answers the loss alone is measured, and it is that of the same numbers. */
static void regression_is_measured_by_its_loss(void **state)
{
	brc_lesions l = make();
	brc_findings all, f;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_measure_importance(&all, &l, &standard, &err), BRC_OK);
	l.task = BRC_TASK_REGRESSION;
	l.correct = NULL;
	assert_true(isnan(brc_lesions_baseline_plain(&l)) &&
		    isnan(brc_lesions_baseline_balanced(&l)));
	assert_true(fabs(brc_lesions_baseline_loss(&l) - 10.5 / 100) < 1e-15);
	assert_int_equal(brc_measure_importance(&f, &l, &standard, &err), BRC_OK);
	assert_int_equal(f.n_stats, 1);
	assert_string_equal(f.stat[0].statistic, "loss");
	assert_string_equal(f.stat[0].title,
			    "mean change of squared error (every output counts the same)");
	assert_string_equal(f.stat[0].unit, "squared units");
	assert_memory_equal(f.stat[0].p, all.stat[1].p, M * sizeof(double));
	brc_findings_clear(&f);
	brc_findings_clear(&all);
	assert_int_equal(brc_measure_importance(&f, &l, &paper, &err), BRC_DATA);
	assert_int_equal(brc_measure_coherence(&f, &l, &paper, &err), BRC_DATA);
	/* by output: the change of the mean loss, of which large values are extreme */
	assert_int_equal(brc_measure_coherence(&f, &l, &standard, &err), BRC_OK);
	assert_int_equal(f.n_stats, 0);
	assert_string_equal(f.class_unit, "squared units");
	assert_non_null(strstr(f.no_specificity, "the outputs are numbers"));
	for (size_t k = 0; k < M * CLASSES; k++) {
		size_t r = 0;

		for (size_t b = 1; b <= DRAWS; b++)
			r += l.loss[b * M * CLASSES + k] >= l.loss[k];
		assert_true(fabs(f.class_change[k] - (l.loss[k] - l.baseline_loss[k % CLASSES]) /
							     (double)l.class_images[k % CLASSES]) <
			    1e-7);
		assert_true(f.class_p[k] == (double)(r + 1) / (DRAWS + 1));
	}
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

static void labels_are_called_labels(void **state)
{
	brc_lesions l = make();
	brc_findings f;
	brc_err err = {0};
	double chance;

	(void)state;
	assert_true(!brc_lesions_at_chance(&l, &chance) && chance == 0.25);
	l.task = BRC_TASK_LABELS;
	assert_int_equal(brc_measure_importance(&f, &l, &standard, &err), BRC_OK);
	assert_string_equal(f.stat[0].title,
			    "mean change of accuracy (every label counts the same)");
	assert_string_equal(f.stat[1].title,
			    "mean change of logistic loss (every label counts the same)");
	brc_findings_clear(&f);
	assert_int_equal(brc_measure_coherence(&f, &l, &standard, &err), BRC_OK);
	assert_non_null(strstr(f.stat[0].title, "label spread"));
	brc_findings_clear(&f);
	l.loss_kind = BRC_LOSS_MARGIN;
	assert_int_equal(brc_measure_importance(&f, &l, &standard, &err), BRC_OK);
	assert_string_equal(f.stat[1].title,
			    "mean decrease of the margin (every label counts the same)");
	assert_string_equal(f.stat[1].unit, "score units");
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

/* Right answers of n images of a class, for two classes. */
static bool at_chance(int64_t right0, int64_t n0, int64_t right1, int64_t n1)
{
	int64_t right[] = {right0, right1}, of[] = {n0, n1};
	const brc_lesions l = {.classes = 2,
			       .class_images = of,
			       .baseline_correct = right,
			       .images = (size_t)(n0 + n1),
			       .correct = correct};
	double chance;

	return brc_lesions_at_chance(&l, &chance);
}

static void only_a_network_that_might_know_nothing_is_at_chance(void **state)
{
	(void)state;
	assert_true(at_chance(30, 50, 24, 50));
	assert_false(at_chance(45, 50, 40, 50));
	assert_true(at_chance(95, 95, 0, 5));   /* always the larger class */
	assert_false(at_chance(90, 95, 5, 5));  /* as often right, but it knows both */
	assert_true(at_chance(1, 2, 1, 1));     /* too few to know */
	assert_false(at_chance(2, 2, 1, 1));    /* all right, however few */
	assert_false(at_chance(97, 100, 0, 0)); /* one class alone */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_network_that_might_know_nothing_is_at_chance),
		cmocka_unit_test(regression_is_measured_by_its_loss),
		cmocka_unit_test(labels_are_called_labels),
		cmocka_unit_test(lesions_survive_a_section),
		cmocka_unit_test(a_wrong_number_in_lesions_is_named),
		cmocka_unit_test(a_harmful_sub_cluster_alone_is_important),
		cmocka_unit_test(a_harmful_sub_cluster_alone_is_coherent),
		cmocka_unit_test(published_rules_leave_out_what_they_do_not_have),
		cmocka_unit_test(independent_draws_allow_no_joint_test),
		cmocka_unit_test(a_wrong_number_in_findings_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
