/* What outputs mean, and what is counted of them: against torch (tests/oracle/tasks.py). */
#include "net_fixture.h"

#include "net/lesion.h"
#include "net/loss.h"
#include "net/score.h"
#include "net/task.h"

enum { LESIONS = 3, CELLS_MAX = 8, UNITS_MAX = 10 };

typedef struct task_case {
	const char *name;
	brc_task_kind task;
	size_t cells;
	const char *text;
} task_case;

static const task_case cases[] = {
	{"classes-sigmoid", BRC_TASK_CLASSES, 4, "4 classes, cross-entropy on the logits"},
	{"binary-sigmoid", BRC_TASK_BINARY, 2,
	 "2 classes told apart by one score, logistic loss on the logits"},
	{"binary-squeezed", BRC_TASK_BINARY, 2,
	 "2 classes told apart by one score, logistic loss on the logits"},
	{"labels", BRC_TASK_LABELS, 5, "5 independent labels, logistic loss on the logits"},
	{"labels-sigmoid", BRC_TASK_LABELS, 5, "5 independent labels, logistic loss on the logits"},
	{"regression", BRC_TASK_REGRESSION, 3, "regression, squared error of 3 outputs"},
	{"regression-one", BRC_TASK_REGRESSION, 1, "regression, squared error of 1 output"},
	{"places", BRC_TASK_PLACES, 4,
	 "4 classes at each of 25 places, cross-entropy on the logits"},
	{"places-softmax", BRC_TASK_PLACES, 4,
	 "4 classes at each of 25 places, cross-entropy on the logits"},
	{"places-softmax-11", BRC_TASK_PLACES, 4,
	 "4 classes at each of 25 places, cross-entropy on the probabilities"},
	{"places-last", BRC_TASK_PLACES, 4,
	 "4 classes at each of 25 places, cross-entropy on the logits"},
	{"places-sigmoid", BRC_TASK_PLACES, 2,
	 "2 classes at each of 25 places, logistic loss on the logits"},
	{"places-ignored", BRC_TASK_PLACES, 4,
	 "4 classes at each of 25 places, cross-entropy on the logits"},
	{"places-sigmoid-ignored", BRC_TASK_PLACES, 2,
	 "2 classes at each of 25 places, logistic loss on the logits"},
	{"tokens-ignored", BRC_TASK_PLACES, 5,
	 "5 classes at each of 7 places, cross-entropy on the logits"},
};

/* A network with its data. */
typedef struct fixture {
	brc_net *net;
	brc_array x, y;
	brc_dataset d;
} fixture;

static brc_array member(const char *name, const char *what, const char *dtype)
{
	char text[64];

	snprintf(text, sizeof(text), "%s.%s", name, what);
	return need_golden("tasks", text, dtype);
}

static brc_dataset images_of(const brc_array *x)
{
	brc_dataset d = {.image = x->data,
			 .pixel = x->dtype[1] == 'i' ? BRC_PIXEL_I4 : BRC_PIXEL_F4,
			 .n = x->shape[0],
			 .ndim = x->ndim - 1,
			 .pixels = x->count / x->shape[0],
			 .scale = 1};

	memcpy(d.shape, x->shape + 1, d.ndim * sizeof(*d.shape));
	return d;
}

/* What is no class is no label. */
static void set_labels(brc_dataset *d, brc_array *y)
{
	int32_t *label = y->data;

	d->label = label;
	d->label_ndim = y->ndim - 1;
	memcpy(d->label_shape, y->shape + 1, d->label_ndim * sizeof(*y->shape));
	for (size_t i = 0; i < y->count; i++)
		if (label[i] == 255 || label[i] < 0) {
			label[i] = -1;
			d->unlabelled++;
		} else if ((size_t)label[i] >= d->classes) {
			d->classes = (size_t)label[i] + 1;
		}
}

static fixture fixture_of(const task_case *c)
{
	const char *dtype = c->task == BRC_TASK_LABELS       ? "|u1"
			    : c->task == BRC_TASK_REGRESSION ? "<f4"
							     : "<i4";
	char path[128];
	const bool tokens = strncmp(c->name, "tokens", 6) == 0;
	fixture f = {.x = member(c->name, "x", tokens ? "<i4" : "<f4"),
		     .y = member(c->name, "y", dtype)};

	snprintf(path, sizeof(path), "tests/golden/net/tasks/%s.onnx", c->name);
	f.net = network(path);
	f.d = images_of(&f.x);
	if (c->task == BRC_TASK_LABELS || c->task == BRC_TASK_REGRESSION)
		f.d.classes = f.y.shape[1];
	else
		set_labels(&f.d, &f.y);
	if (c->task == BRC_TASK_LABELS)
		f.d.mark = f.y.data;
	if (c->task == BRC_TASK_REGRESSION)
		f.d.target = f.y.data;
	return f;
}

static void free_fixture(fixture *f)
{
	brc_net_free(f->net);
	brc_array_clear(&f->x);
	brc_array_clear(&f->y);
}

/* The whole network, and the lesions of the first and of the second hidden layer. */
static void list_lesions(const char *name, brc_lesion set[LESIONS],
			 int32_t unit[LESIONS][UNITS_MAX])
{
	set[0] = (brc_lesion){.layer = 1};
	for (size_t l = 1; l < LESIONS; l++) {
		brc_array mask = member(name, l == 1 ? "1" : "2", "|u1");

		assert_true(mask.count <= UNITS_MAX);
		set[l] = (brc_lesion){.layer = l, .unit = unit[l]};
		for (size_t u = 0; u < mask.count; u++)
			if (((uint8_t *)mask.data)[u])
				unit[l][set[l].n++] = (int32_t)u;
		brc_array_clear(&mask);
	}
}

/* `sign` times the losses are the values `what`. */
static void compare(const task_case *c, const fixture *f, const brc_scoring *scoring,
		    size_t threads, const char *what, double sign)
{
	const brc_lesion_options o = {.scoring = scoring};
	int32_t unit[LESIONS][UNITS_MAX], correct[LESIONS * CELLS_MAX];
	brc_array want = member(c->name, "correct", "<i4"), sums = member(c->name, what, "<f8");
	double loss[LESIONS * CELLS_MAX];
	brc_lesion set[LESIONS];
	brc_err err = {0};
	brc_pool *pool;

	list_lesions(c->name, set, unit);
	assert_int_equal(brc_pool_new(&pool, threads, &err), BRC_OK);
	if (brc_net_lesions(f->net, &f->d, set, LESIONS, &o, pool, NULL, correct, loss, NULL,
			    &err) != BRC_OK)
		fail_msg("%s: %s", c->name, err.message);
	brc_pool_free(pool);
	assert_int_equal(want.count, LESIONS * c->cells);
	for (size_t i = 0; i < want.count; i++) {
		const double should = sign * ((double *)sums.data)[i];

		if (correct[i] != ((int32_t *)want.data)[i])
			fail_msg("%s: cell %zu: %d right, not %d", c->name, i, correct[i],
				 ((int32_t *)want.data)[i]);
		if (!(fabs(loss[i] - should) <= 1e-5 * (1 + fabs(should))))
			fail_msg("%s: cell %zu: %s %.9g, not %.9g", c->name, i, what, loss[i],
				 should);
	}
	brc_array_clear(&want);
	brc_array_clear(&sums);
}

/* Places without a label are no answers. */
static void check_answers(const fixture *f, const brc_scoring *s)
{
	int64_t images[1 + CELLS_MAX] = {0}; /* the first is that of no class */

	assert_int_equal(brc_score_answers(s, &f->d, images + 1),
			 f->d.n * s->answers - f->d.unlabelled);
	assert_int_equal(images[0], 0);
}

static void every_task_counts_what_torch_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const task_case *c = &cases[i];
		fixture f = fixture_of(c);
		char text[BRC_TASK_TEXT];
		brc_scoring s;
		brc_err err = {0};

		if (brc_task_decide(&s, f.net, &f.d, BRC_TASK_AUTO, &err) != BRC_OK)
			fail_msg("%s: %s", c->name, err.message);
		assert_int_equal(s.task, c->task);
		assert_int_equal(s.cells, c->cells);
		assert_string_equal(brc_task_text(&s, text), c->text);
		check_answers(&f, &s);
		compare(c, &f, &s, 1, "loss", 1);
		compare(c, &f, &s, 3, "loss", 1);
		compare(c, &f, NULL, 2, "loss", 1);
		free_fixture(&f);
	}
}

/* ---- losses that are asked for ---- */

/* Also where only probabilities are known, as of places-softmax-11. */
static void margins_are_those_of_torch(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const task_case *c = &cases[i];
		fixture f = fixture_of(c);
		char text[BRC_TASK_TEXT];
		brc_scoring s;
		brc_err err = {0};

		assert_int_equal(brc_task_decide(&s, f.net, &f.d, BRC_TASK_AUTO, &err), BRC_OK);
		if (c->task == BRC_TASK_REGRESSION) {
			assert_int_equal(brc_loss_choose(&s, BRC_ASK_MARGIN, &err), BRC_DATA);
			assert_non_null(strstr(err.message, "whose loss is squared-error"));
			assert_null(strstr(err.message, "or margin"));
		} else {
			assert_int_equal(brc_loss_choose(&s, BRC_ASK_MARGIN, &err), BRC_OK);
			assert_non_null(
				strstr(brc_task_text(&s, text), "minus the margin on the lo"));
			compare(c, &f, &s, 2, "margin", -1);
		}
		free_fixture(&f);
	}
}

static brc_rc choose_loss(brc_task_kind task, bool logistic, int asked)
{
	brc_scoring s = {.task = task, .logistic = logistic, .loss = BRC_LOSS_MARGIN};
	brc_err err = {0};
	const brc_rc rc = brc_loss_choose(&s, asked, &err);

	assert_int_equal(s.loss, BRC_LOSS_USUAL);
	assert_true(rc == BRC_OK || err.hint[0]);
	return rc;
}

static void each_task_has_its_loss(void **state)
{
	static const struct {
		brc_task_kind task;
		bool logistic;
		bool taken[3]; /* cross-entropy, logistic, squared error */
	} of[] = {
		{BRC_TASK_CLASSES, false, {true, false, false}},
		{BRC_TASK_BINARY, true, {false, true, false}},
		{BRC_TASK_LABELS, true, {false, true, false}},
		{BRC_TASK_REGRESSION, false, {false, false, true}},
		{BRC_TASK_PLACES, false, {true, false, false}},
		{BRC_TASK_PLACES, true, {true, true, false}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		for (int asked = BRC_ASK_CROSS_ENTROPY; asked <= BRC_ASK_SQUARED_ERROR; asked++)
			assert_int_equal(choose_loss(of[i].task, of[i].logistic, asked),
					 of[i].taken[asked] ? BRC_OK : BRC_DATA);
		assert_int_equal(choose_loss(of[i].task, of[i].logistic, BRC_ASK_LOSS_AUTO),
				 BRC_OK);
	}
}

/* ---- what does not fit ---- */

static void refused(const fixture *f, int asked, const char *message)
{
	brc_scoring s;
	brc_err err = {0};

	assert_int_equal(brc_task_decide(&s, f->net, &f->d, asked, &err), BRC_DATA);
	if (!strstr(err.message, message))
		fail_msg("'%s' says nothing of '%s'", err.message, message);
	assert_true(err.hint[0] || strstr(message, "label"));
}

/* The data of one case with the network of another. */
static fixture crossed(size_t net, size_t data)
{
	fixture f = fixture_of(&cases[net]), other = fixture_of(&cases[data]);
	brc_net *swap = f.net;

	f.net = other.net;
	other.net = swap;
	free_fixture(&f);
	return other;
}

enum { CLASSES, BINARY, SQUEEZED, LABELS, SIGMOIDS, NUMBERS, NUMBER, PLACES };

static void check_crossed(size_t net, size_t data, int asked, const char *message)
{
	fixture f = crossed(net, data);

	refused(&f, asked, message);
	free_fixture(&f);
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	check_crossed(CLASSES, LABELS, BRC_TASK_AUTO,
		      "the network gives 4 outputs, and the data set has 5 independent labels");
	check_crossed(CLASSES, NUMBERS, BRC_TASK_AUTO,
		      "the network gives 4 outputs, and the data set has 3 numbers");
	check_crossed(CLASSES, NUMBER, BRC_TASK_CLASSES, "1 number for each image");
	check_crossed(BINARY, CLASSES, BRC_TASK_AUTO, "one score cannot tell classes apart");
	check_crossed(BINARY, CLASSES, BRC_TASK_BINARY, "there are more");
	check_crossed(NUMBERS, CLASSES, BRC_TASK_AUTO,
		      "has label 3, but the network has 3 classes");
	check_crossed(NUMBERS, CLASSES, BRC_TASK_REGRESSION, "a target for each output");
	check_crossed(NUMBERS, CLASSES, BRC_TASK_PLACES, "a label for every place");
	check_crossed(LABELS, CLASSES, BRC_TASK_NONE, "without a task");
}

static void places_need_scores_at_each_of_them(void **state)
{
	fixture f = fixture_of(&cases[PLACES]);

	(void)state;
	f.d.label_shape[1] = 4;
	refused(&f, BRC_TASK_AUTO, "labels of shape 5 x 4");
	f.d.label_ndim = 0;
	refused(&f, BRC_TASK_AUTO,
		"this is no classifier: the network gives an output of shape 4 x");
	f.d.label_ndim = 3;
	f.d.label_shape[1] = f.d.label_shape[2] = 5;
	refused(&f, BRC_TASK_AUTO, "not scores at every place");
	free_fixture(&f);
}

/* The user knows better than the shape: a score may be a number, and class numbers may be labels.
 */
static void the_user_overrules(void **state)
{
	fixture f = fixture_of(&cases[BINARY]);
	brc_scoring s;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_task_decide(&s, f.net, &f.d, BRC_TASK_REGRESSION, &err), BRC_OK);
	assert_true(s.task == BRC_TASK_REGRESSION && s.output && s.cells == 1);
	free_fixture(&f);
	f = fixture_of(&cases[CLASSES]);
	assert_int_equal(brc_task_decide(&s, f.net, &f.d, BRC_TASK_LABELS, &err), BRC_OK);
	assert_true(s.task == BRC_TASK_LABELS && s.cells == 4 && s.answers == 4);
	free_fixture(&f);
}

/* ---- scores by hand ---- */

static void scores_at_the_border_say_no(void **state)
{
	const brc_scoring s = {.task = BRC_TASK_BINARY,
			       .cells = 2,
			       .answers = 1,
			       .scores = 1,
			       .places = 1,
			       .class_step = 1,
			       .logistic = true};
	const float x[] = {0, 0, 1000, -1000, NAN};
	const int32_t label[] = {0, 1, 0, 1, 1};
	const brc_dataset d = {.label = label, .n = 5, .classes = 2};
	int32_t correct[2] = {0};
	double loss[2] = {0};

	(void)state;
	brc_score_items(&s, &d, 0, 4, x, correct, loss, NULL);
	assert_int_equal(correct[0], 1);
	assert_int_equal(correct[1], 0);
	assert_true(fabs(loss[0] - (log(2) + 1000)) < 1e-12);
	assert_true(fabs(loss[1] - (log(2) + 1000)) < 1e-12);
	brc_score_items(&s, &d, 4, 1, x + 4, correct, loss, NULL);
	assert_int_equal(correct[1], 0);
	assert_true(isnan(loss[1]) && !isnan(loss[0]));
}

/* Probabilities of 0 and 1 have margins, too; equal scores have the margin 0. */
static void margins_at_the_border(void **state)
{
	const brc_scoring score = {.task = BRC_TASK_BINARY,
				   .cells = 2,
				   .answers = 1,
				   .scores = 1,
				   .places = 1,
				   .loss = BRC_LOSS_MARGIN,
				   .logistic = true,
				   .shares = true};
	brc_scoring choice = {.task = BRC_TASK_CLASSES,
			      .cells = 3,
			      .choices = 3,
			      .answers = 1,
			      .scores = 3,
			      .places = 1,
			      .class_step = 1,
			      .loss = BRC_LOSS_MARGIN};
	const float x[] = {0, 1, 0.25f}, y[] = {5, 5, -1, -7, 2, NAN};
	const int32_t label[] = {0, 0, 1}, of[] = {1, 0};
	const brc_dataset d = {.label = label, .n = 3, .classes = 2},
			  e = {.label = of, .n = 2, .classes = 3};
	int32_t correct[3] = {0};
	double loss[3] = {0};

	(void)state;
	brc_score_items(&score, &d, 0, 3, x, correct, loss, NULL);
	assert_true(fabs(loss[0]) < 1e-12 && fabs(loss[1] - log(3)) < 1e-12);
	memset(loss, 0, sizeof(loss));
	brc_score_items(&choice, &e, 0, 2, y, correct, loss, NULL);
	assert_true(isnan(loss[0]) && loss[1] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_task_counts_what_torch_counts),
		cmocka_unit_test(margins_are_those_of_torch),
		cmocka_unit_test(each_task_has_its_loss),
		cmocka_unit_test(margins_at_the_border),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(places_need_scores_at_each_of_them),
		cmocka_unit_test(the_user_overrules),
		cmocka_unit_test(scores_at_the_border_say_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
