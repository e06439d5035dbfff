#include "net/task.h"

#include <stdio.h>
#include <string.h>

#include "base/invariant.h"
#include "base/str.h"
#include "net/output.h"

/* A network of more outputs than this, and than so many for each class, is taken for no classifier.
 */
enum { MANY_OUTPUTS = 1000, OUTPUTS_OF_A_CLASS = 50 };

/* What the output and the data are, for the rules and for messages. */
typedef struct question {
	const brc_net *net;
	const brc_net_io *io;
	const brc_dataset *data;
	int asked;      /* what the user said */
	size_t outputs; /* floats of one item */
	char output[192], have[256];
} question;

static void describe(question *q)
{
	const brc_dataset *d = q->data;
	const char *const item = d->pixel == BRC_PIXEL_I4 ? "sequence" : "image";
	char extents[192];

	q->outputs = 1;
	for (size_t k = 0; k < q->io->out_ndim; k++)
		q->outputs *= q->io->out_shape[k];
	brc_extents_text(q->io->out_shape, q->io->out_ndim, q->output);
	if (d->mark)
		snprintf(q->have, sizeof(q->have), "%zu independent labels for each %s", d->classes,
			 item);
	else if (d->target)
		snprintf(q->have, sizeof(q->have), "%zu number%s for each %s", d->classes,
			 d->classes == 1 ? "" : "s", item);
	else if (d->label_ndim)
		snprintf(q->have, sizeof(q->have), "labels of shape %s for each %s",
			 brc_extents_text(d->label_shape, d->label_ndim, extents), item);
	else
		snprintf(q->have, sizeof(q->have), "1 label for each %s", item);
}

/* The output and the data as they are, and what could be done. */
static brc_rc no_fit(const question *q, const char *because, brc_err *err)
{
	const char *remedy =
		"--output NAME takes another value of the network as its output; --task says what "
		"the output means; read-data --targets says what the labels are; graphs, "
		"activations and clustering need no task";

	if (q->outputs != 1 && q->io->out_ndim == 1)
		brc_fail(err, BRC_DATA,
			 "%s: the network gives %zu outputs, and the data set has %s", because,
			 q->outputs, q->have);
	else
		brc_fail(err, BRC_DATA,
			 "%s: the network gives an output of shape %s, and the data set has %s",
			 because, q->output, q->have);
	return brc_hint(err, "%s", remedy);
}

static brc_rc check_labels(const question *q, size_t classes, brc_err *err)
{
	const brc_dataset *d = q->data;
	const size_t each = brc_dataset_places(d);

	if (d->classes <= classes)
		return BRC_OK;
	for (size_t i = 0; i < d->n * each; i++) {
		const int label = d->label[i];

		if (label < 0 || (size_t)label < classes)
			continue;
		brc_fail(err, BRC_DATA, "image %zu has label %d, but the network has %zu classes",
			 i / each, label, classes);
		return d->label_ndim ? brc_hint(err,
						"if %d stands for places without a label: "
						"read-data --ignore-label %d",
						label, label)
				     : BRC_DATA;
	}
	return BRC_OK;
}

static bool one_label(const question *q)
{
	return q->data->label && q->data->label_ndim == 0;
}

/* Extents of one do not count: then the output is a row. */
static bool is_row(const brc_net_io *io)
{
	size_t extents = 0;

	for (size_t k = 0; k < io->out_ndim; k++)
		extents += io->out_shape[k] != 1;
	return extents <= 1;
}

/* Scores before the closing Softmax or Sigmoid, or what stands for them. */
static void choose_scores(const question *q, brc_scoring *s)
{
	const brc_closing *c = &q->net->closing;
	const bool soft =
		!c->cut && c->softmax == s->cells && (c->behind || c->step == s->class_step);
	const bool share = c->sigmoid || (c->cut && c->softmax && !c->logs);

	s->output = c->softmax && (s->logistic || !soft);
	s->shares = c->behind && (s->logistic ? share : soft && !c->logs);
}

static brc_rc as_classes(const question *q, brc_scoring *s, brc_err *err)
{
	const brc_dataset *d = q->data;
	const bool asked = q->asked == BRC_TASK_CLASSES;

	if (!one_label(q))
		return no_fit(q, "the network cannot be scored by class", err);
	if (!asked && !is_row(q->io)) {
		if (q->io->tokens && q->io->out_ndim == 2)
			return brc_fail(err, BRC_DATA,
					"the data set has 1 label for each sequence, but the "
					"network gives %zu answers",
					q->io->out_shape[0]);
		return no_fit(q, "this is no classifier", err);
	}
	if (q->outputs == 1)
		return no_fit(q, "one score cannot tell classes apart", err);
	if (!asked && q->outputs > MANY_OUTPUTS && q->outputs > OUTPUTS_OF_A_CLASS * d->classes) {
		brc_fail(err, BRC_DATA, "%zu outputs and %zu label%s: this is no classifier",
			 q->outputs, d->classes, d->classes == 1 ? "" : "s");
		return brc_hint(err, "--task regression (read-data gives it targets), or --output "
				     "NAME for another output; --task classes if it is one");
	}
	*s = (brc_scoring){.task = BRC_TASK_CLASSES,
			   .cells = q->outputs,
			   .answers = 1,
			   .places = 1,
			   .class_step = 1};
	return check_labels(q, s->cells, err);
}

static brc_rc as_binary(const question *q, brc_scoring *s, brc_err *err)
{
	if (!one_label(q) || q->outputs != 1)
		return no_fit(q, "one score and two classes make a binary task", err);
	if (q->data->classes > 2)
		return no_fit(q, "one score tells two classes apart, but there are more", err);
	if (q->net->closing.softmax && !q->net->closing.cut)
		return no_fit(q, "the network ends in a Softmax over one score, which is always 1",
			      err);
	if (q->net->closing.cut && q->net->closing.logs)
		return no_fit(q,
			      "one logarithm of a probability is no score that tells classes apart",
			      err);
	*s = (brc_scoring){.task = BRC_TASK_BINARY,
			   .cells = 2,
			   .answers = 1,
			   .places = 1,
			   .class_step = 1,
			   .logistic = true};
	return BRC_OK;
}

static brc_rc as_labels(const question *q, brc_scoring *s, brc_err *err)
{
	const brc_dataset *d = q->data;

	if (!(d->mark && q->outputs == d->classes) && !(one_label(q) && q->outputs >= d->classes))
		return no_fit(q, "independent labels need an output for each", err);
	if (q->net->closing.softmax)
		return no_fit(q,
			      "the network ends in a Softmax, whose outputs exclude one another; "
			      "independent labels do not",
			      err);
	*s = (brc_scoring){.task = BRC_TASK_LABELS,
			   .cells = q->outputs,
			   .answers = q->outputs,
			   .places = 1,
			   .class_step = 1,
			   .logistic = true};
	return BRC_OK;
}

static brc_rc as_regression(const question *q, brc_scoring *s, brc_err *err)
{
	const brc_dataset *d = q->data;

	if (d->label_ndim || q->outputs != (d->label ? 1 : d->classes))
		return no_fit(q, "regression needs a target for each output", err);
	*s = (brc_scoring){.task = BRC_TASK_REGRESSION,
			   .cells = q->outputs,
			   .answers = q->outputs,
			   .places = 1,
			   .class_step = 1,
			   .output = true};
	return BRC_OK;
}

static bool same(const size_t *a, const size_t *b, size_t n)
{
	return memcmp(a, b, n * sizeof(*a)) == 0;
}

/* The extent of the output that the labels lack holds the classes: the first or the last. */
static bool find_places(const question *q, brc_scoring *s)
{
	const size_t *out = q->io->out_shape, *label = q->data->label_shape;
	const size_t n = q->data->label_ndim, places = brc_dataset_places(q->data);
	const bool more = q->io->out_ndim == n + 1;
	const bool first = more && same(out + 1, label, n), last = more && same(out, label, n);

	*s = (brc_scoring){.task = BRC_TASK_PLACES, .answers = places, .places = places};
	if (last && (q->io->tokens || !first)) {
		s->cells = s->place_step = out[n];
		s->class_step = 1;
	} else if (first) {
		s->cells = out[0];
		s->class_step = places;
		s->place_step = 1;
	} else if (q->io->out_ndim == n && same(out, label, n)) {
		s->cells = s->place_step = 1;
	} else {
		return false;
	}
	s->logistic = s->cells == 1;
	s->cells = s->logistic ? 2 : s->cells;
	return true;
}

static brc_rc as_places(const question *q, brc_scoring *s, brc_err *err)
{
	if (!q->data->label || q->data->label_ndim == 0)
		return no_fit(q, "--task places needs a label for every place", err);
	if (find_places(q, s))
		return check_labels(q, s->cells, err);
	if (q->io->tokens)
		return brc_fail(err, BRC_DATA,
				"the data set has %zu labels for each sequence, but the network "
				"gives %zu answer%s",
				brc_dataset_places(q->data), q->io->positions,
				q->io->positions == 1 ? "" : "s");
	return no_fit(q, "there are not scores at every place that is labelled", err);
}

/* What the data say, and of a single label the number of scores. */
static int find_task(const question *q)
{
	if (q->asked != BRC_TASK_AUTO)
		return q->asked;
	if (q->data->target)
		return BRC_TASK_REGRESSION;
	if (q->data->mark)
		return BRC_TASK_LABELS;
	if (q->data->label_ndim)
		return BRC_TASK_PLACES;
	return q->outputs == 1 && q->data->classes <= 2 ? BRC_TASK_BINARY : BRC_TASK_CLASSES;
}

brc_rc brc_task_decide(brc_scoring *s, const brc_net *net, const brc_dataset *data, int asked,
		       brc_err *err)
{
	static brc_rc (*const as[BRC_TASKS])(const question *, brc_scoring *, brc_err *) = {
		as_classes, as_binary, as_labels, as_regression, as_places};
	question q = {.net = net, .io = &net->io, .data = data, .asked = asked};
	int task;

	BRC_ASSERT_VALID(brc_net_valid(net));
	if (asked == BRC_TASK_NONE) {
		brc_fail(err, BRC_DATA,
			 "--task none: without a task nothing tells what a lesion "
			 "damages");
		return brc_hint(err, "graphs, activations and clustering need no task");
	}
	if (!net->io.scored)
		return brc_net_no_scores(net, err);
	describe(&q);
	task = find_task(&q);
	BRC_TRY(as[task](&q, s, err));
	s->scores = q.outputs;
	s->choices = s->cells;
	if (task != BRC_TASK_REGRESSION)
		choose_scores(&q, s);
	return BRC_OK;
}

/* What the loss is counted on. */
static const char *counted_on(const brc_scoring *s)
{
	if (s->shares)
		return s->loss == BRC_LOSS_MARGIN ? "the logarithms of the probabilities"
						  : "the probabilities";
	return s->output ? "the outputs" : "the logits";
}

char *brc_task_text(const brc_scoring *s, char buf[BRC_TASK_TEXT])
{
	const char *on = counted_on(s), *plural = s->cells == 1 ? "" : "s";
	const char *loss = s->logistic && s->loss == BRC_LOSS_USUAL
				   ? "logistic loss"
				   : brc_task_loss(s->task, s->loss);

	switch (s->task) {
	case BRC_TASK_BINARY:
		snprintf(buf, BRC_TASK_TEXT, "2 classes told apart by one score, %s on %s", loss,
			 on);
		break;
	case BRC_TASK_LABELS:
		snprintf(buf, BRC_TASK_TEXT, "%zu independent labels, %s on %s", s->cells, loss,
			 on);
		break;
	case BRC_TASK_REGRESSION:
		snprintf(buf, BRC_TASK_TEXT, "regression, %s of %zu output%s", loss, s->cells,
			 plural);
		break;
	case BRC_TASK_PLACES:
		snprintf(buf, BRC_TASK_TEXT, "%zu classes at each of %zu places, %s on %s",
			 s->cells, s->places, loss, on);
		break;
	default:
		snprintf(buf, BRC_TASK_TEXT, "%zu classes, %s on %s", s->cells, loss, on);
	}
	return buf;
}
