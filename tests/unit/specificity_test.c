/*
 * Specificity: sums of changes of probabilities and what is inferred from them, against torch,
 * scipy and numbers computed by hand.
 */
#include "net_fixture.h"
#include "idx_fixture.h"

#include "dataset_section.h"
#include "net/lesion.h"
#include "net/score.h"
#include "study/measure.h"
#include "study/specificity.h"

#define GOLDEN "specificity"

enum { IMAGES = 500, CLASSES = 10, UNITS = 256 };

/* ---- against torch and scipy: tests/oracle/specificity.py ---- */

typedef struct analysis {
	brc_array image, label, layer, unit;
	brc_dataset data;
	brc_net *net;
	size_t m, draws;
	brc_lesions l;
} analysis;

static void open_data(analysis *a)
{
	brc_err err = {0};

	a->image = read_idx(FASHION_IMAGES);
	a->label = read_idx(FASHION_LABELS);
	assert_int_equal(brc_array_convert(&a->label, "<i4", "label", &err), BRC_OK);
	a->data = (brc_dataset){.image = a->image.data,
				.pixel = BRC_PIXEL_U1,
				.n = a->image.shape[0],
				.ndim = 2,
				.shape = {28, 28},
				.pixels = 784,
				.label = a->label.data,
				.classes = CLASSES,
				.scale = 1.0 / 255};
	assert_int_equal(dataset_check(&a->data, "test", &err), BRC_OK);
	a->data.n = IMAGES;
}

static void list_lesions(const analysis *a, brc_lesion *set, int32_t *units)
{
	const uint8_t *mask = a->unit.data;

	for (size_t i = 0; i < (a->draws + 1) * a->m; i++) {
		set[i] = (brc_lesion){.layer = (size_t)((int32_t *)a->layer.data)[i % a->m],
				      .unit = units};
		for (int32_t u = 0; u < UNITS; u++)
			if (mask[i * UNITS + (size_t)u])
				units[set[i].n++] = u;
		units += set[i].n;
	}
}

/* Sums of all lesions, in lesions that have all that coherence reads. */
static void run(analysis *a, size_t threads)
{
	static int32_t units[240 * UNITS];
	static brc_lesion set[240];
	const size_t sets = (a->draws + 1) * a->m;
	const brc_lesion_options how = {.ablate = BRC_ABLATE_ZERO};
	brc_lesions *l = &a->l;
	brc_lesion_changes sums;
	brc_pool *pool;
	brc_err err = {0};

	assert_int_equal(sets, 240);
	list_lesions(a, set, units);
	assert_int_equal(brc_lesion_tensors_alloc(&l->tensors, sets * CLASSES, true, &err), BRC_OK);
	l->baseline_saturated = calloc(CLASSES, sizeof(int64_t));
	sums = (brc_lesion_changes){l->memory[2], l->memory[3], l->memory[4],
				    l->baseline_saturated};
	assert_int_equal(brc_pool_new(&pool, threads, &err), BRC_OK);
	if (brc_net_lesions(a->net, &a->data, set, sets, &how, pool, NULL, l->memory[0],
			    l->memory[1], &sums, &err) != BRC_OK)
		fail_msg("%s", err.message);
	brc_pool_free(pool);
}

static analysis analysed(size_t threads)
{
	analysis a = {.layer = need_golden(GOLDEN, "layer", "<i4"),
		      .unit = need_golden(GOLDEN, "unit", "|u1")};
	brc_lesions *l = &a.l;
	brc_err err = {0};

	open_data(&a);
	a.net = network("fixtures/fashion-mlp.onnx");
	a.m = a.layer.count;
	a.draws = a.unit.shape[0] - 1;
	*l = (brc_lesions){.m = a.m, .draws = a.draws, .classes = CLASSES, .images = IMAGES};
	assert_int_equal(brc_layers_dup(&l->layers, brc_net_layers(a.net), &err), BRC_OK);
	l->layer = calloc(a.m, sizeof(int32_t));
	l->cluster = calloc(a.m, sizeof(int32_t));
	l->size = calloc(a.m, sizeof(int32_t));
	l->class_images = calloc(CLASSES, sizeof(int64_t));
	l->baseline_correct = calloc(CLASSES, sizeof(int64_t));
	l->baseline_loss = calloc(CLASSES, sizeof(double));
	for (size_t s = 0; s < a.m; s++) {
		l->layer[s] = ((int32_t *)a.layer.data)[s];
		l->cluster[s] = (int32_t)s;
	}
	for (size_t i = 0; i < IMAGES; i++)
		l->class_images[a.data.label[i]]++;
	run(&a, threads);
	return a;
}

static void release(analysis *a)
{
	brc_lesions_clear(&a->l);
	brc_net_free(a->net);
	brc_array_clear(&a->image);
	brc_array_clear(&a->label);
	brc_array_clear(&a->layer);
	brc_array_clear(&a->unit);
}

/* |got - want| <= tolerance * largest |want|; exact where tolerance is 0. */
static void assert_golden(const char *key, const double *got, double tolerance)
{
	brc_array want = need_golden(GOLDEN, key, "<f8");
	const double *w = want.data;
	double most = 0;

	for (size_t i = 0; i < want.count; i++)
		most = fmax(most, fabs(w[i]));
	for (size_t i = 0; i < want.count; i++)
		if (!(fabs(got[i] - w[i]) <= tolerance * most + 1e-15))
			fail_msg("%s[%zu] is %.9g, not %.9g", key, i, got[i], w[i]);
	brc_array_clear(&want);
}

static void the_sums_are_those_of_torch(void **state)
{
	analysis a = analysed(2);
	brc_array saturated = need_golden(GOLDEN, "saturated", "<i8");

	(void)state;
	assert_golden("own", a.l.own, 2e-7);
	assert_golden("squares", a.l.own_squares, 2e-7);
	assert_golden("all", a.l.all, 5e-7);
	assert_memory_equal(a.l.baseline_saturated, saturated.data, CLASSES * sizeof(int64_t));
	brc_array_clear(&saturated);
	release(&a);
}

static void the_same_bytes_for_any_threads(void **state)
{
	analysis a = analysed(1), b = analysed(3);
	const size_t n = (a.draws + 1) * a.m * CLASSES * sizeof(double);

	(void)state;
	assert_memory_equal(a.l.own, b.l.own, n);
	assert_memory_equal(a.l.own_squares, b.l.own_squares, n);
	assert_memory_equal(a.l.all, b.l.all, n);
	release(&a);
	release(&b);
}

static void the_findings_are_those_of_scipy(void **state)
{
	const brc_measure how = {.level = 0.05, .minimum_effect = 0.01};
	analysis a = analysed(2);
	const brc_inference *st;
	brc_findings f;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_measure_coherence(&f, &a.l, &how, &err), BRC_OK);
	st = &f.stat[0];
	assert_string_equal(st->statistic, "specificity");
	assert_golden("F", st->draw, 1e-6);
	assert_golden("range", st->u_range, 1e-6);
	assert_golden("intraclass", st->intraclass, 1e-6);
	assert_golden("p", st->p, 0);
	assert_golden("p_maxt", st->p_maxt, 0);
	assert_golden("u", f.class_u, 1e-6);
	assert_golden("t", f.class_t, 1e-6);
	assert_golden("t_p", f.class_t_p, 0);
	assert_golden("t_p_adjusted", f.class_t_p_adjusted, 0);
	for (size_t s = 0; s < a.m; s++)
		assert_true(st->large_enough[s] == (st->u_range[s] >= 0.01));
	brc_findings_clear(&f);
	release(&a);
}

/* ---- by hand ---- */

/* Three classes of 2, 2 and 4 answers; p0 and p of each answer's own class. */
enum { THREE = 3 };
static int64_t images_of[THREE] = {2, 2, 4};

static brc_lesions by_hand(const double *own, const double *squares, const double *all,
			   size_t draws)
{
	return (brc_lesions){.m = 1,
			     .draws = draws,
			     .classes = THREE,
			     .class_images = images_of,
			     .images = 8,
			     .own = own,
			     .own_squares = squares,
			     .all = all};
}

/*
 * Changes of own classes -.5 -.3, -.1 -.1, 0 0 0 0; of all answers -.8, 0 and .8 in sum, so that m
 * is -.1, 0, .1 and U -.3, -.1, -.1: their mean -.15. B = (2 .0225 + 6 .0025) / 2 = .03, and
 * W = .02 / 5 = .004: F = 7.5. n0 = (8 - 24 / 8) / 2 = 2.5.
 */
static void an_example_comes_out(void **state)
{
	const double own[] = {-.8, -.2, 0}, squares[] = {.34, .02, 0}, all[] = {-.8, 0, .8};
	const brc_lesions l = by_hand(own, squares, all, 0);
	double u[THREE], t[THREE];
	const brc_specificity of = brc_specificity_of(&l, 0, 0, u, t);

	(void)state;
	assert_true(fabs(of.f - 7.5) < 1e-6);
	assert_true(fabs(of.range - .2) < 1e-15);
	assert_true(fabs(of.intraclass - .026 / (.03 + 1.5 * .004)) < 1e-12);
	assert_true(fabs(u[0] + .3) < 1e-15 && fabs(u[1] + .1) < 1e-15 && fabs(u[2] + .1) < 1e-15);
	for (size_t c = 0; c < THREE; c++)
		assert_true(fabs(t[c] - u[c] / sqrt(.004 * 3 / 8)) < 1e-6);
}

/* Every answer loses as much: B is rounding, so that F is 0 and not a ratio of roundings. */
static void equal_changes_are_no_specificity(void **state)
{
	const double own[] = {-.2, -.2, -.4}, squares[] = {.02, .02, .04}, all[] = {0, 0, 0};
	const brc_lesions l = by_hand(own, squares, all, 0);
	const brc_specificity of = brc_specificity_of(&l, 0, 0, NULL, NULL);

	(void)state;
	assert_true(of.f == 0 && of.intraclass == 0);
	assert_true(of.range < 1e-15);
}

/* Without variation inside the classes W is 0, and stands for 1e-12. */
static void classes_alone_explain_everything(void **state)
{
	const double own[] = {-.2, 0, 0}, squares[] = {.02, 0, 0}, all[] = {0, 0, 0};
	const brc_lesions l = by_hand(own, squares, all, 0);
	const brc_specificity of = brc_specificity_of(&l, 0, 0, NULL, NULL);
	const double b = (2 * .075 * .075 + 6 * .025 * .025) / 2;

	(void)state;
	assert_true(fabs(of.f / (b / 1e-12) - 1) < 1e-6);
	assert_true(fabs(of.intraclass - 1) < 1e-12);
}

/* Two classes have two images or more: the third is left out, but counts in the means of columns.
 */
static void a_class_of_one_image_is_left_out(void **state)
{
	int64_t few[] = {2, 1, 5};
	const double own[] = {-.8, -.9, 0}, squares[] = {.34, .81, 0}, all[] = {-.8, 0, .8};
	brc_lesions l = by_hand(own, squares, all, 0);
	double u[THREE], t[THREE], b, w = .02 / 5, mean = (2 * -.3 + 5 * -.1) / 7;
	brc_specificity of;

	(void)state;
	l.class_images = few;
	of = brc_specificity_of(&l, 0, 0, u, t);
	b = 2 * (-.3 - mean) * (-.3 - mean) + 5 * (-.1 - mean) * (-.1 - mean);
	assert_true(isnan(u[1]) && isnan(t[1]));
	assert_true(fabs(of.f - b / w) < 1e-5);
	assert_true(fabs(t[0] + .3 / sqrt(w * 2 / 7)) < 1e-6);
}

/* An observed lesion without an answer: p = 1. A control: as extreme as any. */
static void what_is_undefined_counts_against_a_finding(void **state)
{
	const double own[] = {-.8, -.2, 0, -.1, -.1, -.2, NAN, -.1, -.2};
	const double squares[] = {.34, .02, 0, .01, .01, .01, NAN, .01, .01};
	const double all[] = {-.8, 0, .8, 0, 0, 0, NAN, NAN, NAN};
	const brc_lesions l = by_hand(own, squares, all, 2);
	double t[3], p;

	(void)state;
	brc_damage_specificity(&l, BRC_WEIGHT_CLASS, t);
	assert_true(t[0] > t[1] && isnan(t[2]));
	brc_extremes_orient(t, 2, 1, BRC_TAIL_RIGHT, t);
	brc_extremes_p(t, 2, 1, &p);
	assert_true(fabs(p - 2.0 / 3) < 1e-15);
}

/* The same answers summed in another order are ties. */
static void rounding_makes_no_order(void **state)
{
	const double own[] = {-.8, -.2, 0, (-.5 + -.1 - .2), -.2, 0};
	const double squares[] = {.34, .02, 0, .17 + .17 + 1e-17, .02, 0};
	const double all[] = {-.8, 0, .8, -.8 + 1e-16, 1e-17, .8 - 1e-16};
	const brc_lesions l = by_hand(own, squares, all, 1);
	double t[2];

	(void)state;
	brc_damage_specificity(&l, BRC_WEIGHT_CLASS, t);
	assert_true(t[0] == t[1]);
}

static void what_is_not_defined_says_why(void **state)
{
	static const struct {
		brc_task_kind task;
		size_t classes;
		bool sums;
		const char *says;
	} bad[] = {{BRC_TASK_BINARY, 2, false, "one score tells two classes apart"},
		   {BRC_TASK_LABELS, 3, false, "the labels are independent"},
		   {BRC_TASK_REGRESSION, 3, false, "the outputs are numbers"},
		   {BRC_TASK_CLASSES, 2, false, "there are two classes"},
		   {BRC_TASK_CLASSES, 3, false, "no sums of probabilities: run lesion again"},
		   {BRC_TASK_CLASSES, 3, true, "fewer than two classes have two images"}};
	const double sums[THREE] = {0};
	int64_t one_each[] = {1, 1, 2};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		brc_lesions l = by_hand(sums, sums, sums, 0);
		char reason[BRC_REASON] = "";

		l.task = bad[i].task;
		l.classes = bad[i].classes;
		l.own = bad[i].sums ? sums : NULL;
		if (bad[i].sums)
			l.class_images = one_each;
		assert_false(brc_specificity_defined(&l, reason));
		if (!strstr(reason, bad[i].says))
			fail_msg("'%s' lacks '%s'", reason, bad[i].says);
	}
}

/* ---- sums of answers ---- */

/* Scores ln 1, ln 2, ln 1 against equal ones; a place without a label; probabilities as they are.
 */
static void changes_are_added_by_class(void **state)
{
	const float before[] = {0, 0, 0, 0, 0, 0}, after[] = {0, 0.6931472f, 0, 1, 2, 3};
	const float shares[] = {.25f, .5f, .25f, 1, 2, 3};
	const int32_t label[] = {1, -1};
	const brc_dataset d = {.label = label, .n = 2, .classes = 3};

	(void)state;
	for (int k = 0; k < 2; k++) {
		const brc_scoring s = {.task = BRC_TASK_PLACES,
				       .cells = 3,
				       .choices = 3,
				       .answers = 1,
				       .scores = 3,
				       .places = 1,
				       .class_step = 1,
				       .shares = k == 1};
		double p0[6] = {1 / 3., 1 / 3., 1 / 3.}, p[3], own[3] = {0}, squares[3] = {0};
		double all[3] = {0}, loss[3] = {0};
		int32_t correct[3] = {0}, saturated[3] = {0};
		const brc_softmax_changes changes = {p0, p, own, squares, all};

		if (k == 0)
			brc_score_softmaxes(&s, &d, 0, 2, before, p0, saturated);
		brc_score_items(&s, &d, 0, 2, k ? shares : after, correct, loss, &changes);
		assert_true(fabs(own[1] - 1 / 6.) < 1e-7 && fabs(squares[1] - 1 / 36.) < 1e-7);
		assert_true(own[0] == 0 && own[2] == 0 && correct[1] == 1);
		assert_true(fabs(all[0] + 1 / 12.) < 1e-7 && fabs(all[1] - 1 / 6.) < 1e-7);
		assert_true(fabs(loss[1] - log(2)) < 1e-6);
	}
}

/* Four classes in three cells: probabilities of a cell are added, and the answer stays exact. */
static void classes_of_one_cell_are_added(void **state)
{
	static const int32_t cell[] = {0, 2, 1, 2};
	const brc_scoring s = {.task = BRC_TASK_CLASSES,
			       .cells = 3,
			       .choices = 4,
			       .cell = cell,
			       .answers = 1,
			       .scores = 4,
			       .places = 1,
			       .class_step = 1};
	const float before[] = {0, 0, 0, 0, 9, 0, 0, 0}, after[] = {0, 0, 0, 30, 9, 0, 0, 0};
	const int32_t label[] = {1, 0};
	const brc_dataset d = {.label = label, .n = 2, .classes = 4};
	double p0[6], p[3], own[3] = {0}, squares[3] = {0}, all[3] = {0}, loss[3] = {0};
	int32_t correct[3] = {0}, saturated[3] = {0};
	int64_t images[3];
	const brc_softmax_changes changes = {p0, p, own, squares, all};

	(void)state;
	brc_score_softmaxes(&s, &d, 0, 2, before, p0, saturated);
	assert_true(p0[0] == .25 && p0[1] == .25 && p0[2] == .5);
	assert_true(saturated[0] == 1 && saturated[1] == 0 && saturated[2] == 0);
	brc_score_items(&s, &d, 0, 2, after, correct, loss, &changes);
	assert_true(fabs(own[2] - .5) < 1e-12 && own[0] == 0);
	assert_true(fabs(all[0] + .25) < 1e-12 && fabs(all[1] + .25) < 1e-12);
	assert_true(correct[2] == 0 && correct[0] == 1); /* class 3 is not class 1 */
	assert_true(fabs(loss[2] - 30) < 1e-6);
	assert_int_equal(brc_score_answers(&s, &d, images), 2);
	assert_true(images[0] == 1 && images[1] == 0 && images[2] == 1);
}

static void an_answer_that_is_no_number_makes_all_sums_undefined(void **state)
{
	const brc_scoring s = {.task = BRC_TASK_CLASSES,
			       .cells = 3,
			       .choices = 3,
			       .answers = 1,
			       .scores = 3,
			       .places = 1,
			       .class_step = 1};
	const float scores[] = {0, NAN, 0};
	const int32_t label[] = {2};
	const brc_dataset d = {.label = label, .n = 1, .classes = 3};
	double p0[3] = {0}, p[3], own[3] = {0}, squares[3] = {0}, all[3] = {0}, loss[3] = {0};
	int32_t correct[3] = {0};
	const brc_softmax_changes changes = {p0, p, own, squares, all};

	(void)state;
	brc_score_items(&s, &d, 0, 1, scores, correct, loss, &changes);
	assert_true(isnan(own[2]) && isnan(squares[2]));
	assert_true(isnan(all[0]) && isnan(all[1]) && isnan(all[2]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sums_are_those_of_torch),
		cmocka_unit_test(the_same_bytes_for_any_threads),
		cmocka_unit_test(the_findings_are_those_of_scipy),
		cmocka_unit_test(an_example_comes_out),
		cmocka_unit_test(equal_changes_are_no_specificity),
		cmocka_unit_test(classes_alone_explain_everything),
		cmocka_unit_test(a_class_of_one_image_is_left_out),
		cmocka_unit_test(what_is_undefined_counts_against_a_finding),
		cmocka_unit_test(rounding_makes_no_order),
		cmocka_unit_test(what_is_not_defined_says_why),
		cmocka_unit_test(changes_are_added_by_class),
		cmocka_unit_test(classes_of_one_cell_are_added),
		cmocka_unit_test(an_answer_that_is_no_number_makes_all_sums_undefined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
