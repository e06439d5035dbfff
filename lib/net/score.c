#include "net/score.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SATURATED 0.999

/* Largest of x[0], x[step] ..., the first among equals; classes when there is a NaN. */
static size_t answer(const float *x, size_t classes, size_t step)
{
	size_t best = 0;

	for (size_t c = 0; c < classes; c++) {
		if (isnan(x[c * step]))
			return classes;
		if (x[c * step] > x[best * step])
			best = c;
	}
	return best;
}

static size_t cell_of(const brc_scoring *s, size_t class_)
{
	return s->cell ? (size_t)s->cell[class_] : class_;
}

/* The sum over classes but `top` of exp(score - largest score), whose own share is 1. */
static double others_of(const brc_scoring *s, const float *x, size_t top)
{
	const size_t step = s->class_step;
	double others = 0;

	for (size_t c = 0; c < s->choices; c++)
		others += c != top ? exp((double)x[c * step] - x[top * step]) : 0;
	return others;
}

/* Probabilities as the network gives them. */
static void take_shares(const brc_scoring *s, const float *x, double *p)
{
	memset(p, 0, s->cells * sizeof(*p));
	for (size_t c = 0; c < s->choices; c++)
		p[cell_of(s, c)] += (double)x[c * s->class_step];
}

/*
 * The same as others_of, and p[cells]: the softmax. `top` is that of answer(), so that there is no
 * NaN. The exponentials serve both.
 */
static double softmax(const brc_scoring *s, const float *x, size_t top, double *p)
{
	const size_t step = s->class_step, choices = s->choices, cells = s->cells;
	const double most = x[top * step];
	double others = 0, inverse;

	if (s->cell)
		memset(p, 0, cells * sizeof(*p));
	for (size_t c = 0; c < choices; c++) {
		const double e = c == top ? 1 : exp(x[c * step] - most);

		others += c != top ? e : 0;
		if (s->cell)
			p[s->cell[c]] += e;
		else
			p[c] = e;
	}
	inverse = 1 / (1 + others);
	for (size_t k = 0; k < cells; k++)
		p[k] *= inverse;
	return others;
}

static double logarithm(double share)
{
	return log(share < FLT_MIN ? FLT_MIN : share); /* of NaN it is NaN */
}

/* Score of the label less the largest of the others. */
static double margin_of_choice(const brc_scoring *s, const float *x, size_t y)
{
	const double own = x[y * s->class_step];
	double other = -INFINITY;

	for (size_t c = 0; c < s->choices; c++)
		if (c != y && x[c * s->class_step] > other)
			other = x[c * s->class_step];
	return s->shares ? logarithm(own) - logarithm(other) : own - other;
}

/* `others` as others_of(); negative: not known yet. */
static double loss_of_choice(const brc_scoring *s, const float *x, size_t best, size_t y,
			     double others)
{
	if (s->loss == BRC_LOSS_MARGIN)
		return -margin_of_choice(s, x, y);
	if (s->shares)
		return -logarithm(x[y * s->class_step]);
	return log1p(others < 0 ? others_of(s, x, best) : others) +
	       ((double)x[best * s->class_step] - x[y * s->class_step]);
}

/* d->p is of this answer, and d->p0 of all answers, of which this has this number. */
static void add_changes(const brc_scoring *s, const brc_softmax_changes *d, size_t number,
			size_t cell)
{
	const double *p0 = d->p0 + number * s->cells;
	const double own = d->p[cell] - p0[cell], *p = d->p;
	double *restrict all = d->all;
	const size_t cells = s->cells;

	d->own[cell] += own;
	d->squares[cell] += own * own;
	for (size_t k = 0; k < cells; k++)
		all[k] += p[k] - p0[k];
}

/* `changes` may be NULL; changes->p0 has the answer under this number. */
static void add_choice(const brc_scoring *s, const float *x, size_t y, int32_t *correct,
		       double *loss, const brc_softmax_changes *changes, size_t number)
{
	const size_t best = answer(x, s->choices, s->class_step), cell = cell_of(s, y);
	double others = -1;

	if (changes && best == s->choices) {
		for (size_t k = 0; k < s->cells; k++)
			changes->p[k] = NAN;
	} else if (changes && s->shares) {
		take_shares(s, x, changes->p);
	} else if (changes) {
		others = softmax(s, x, best, changes->p);
	}
	correct[cell] += best == y;
	loss[cell] += best < s->choices ? loss_of_choice(s, x, best, y, others) : NAN;
	if (changes)
		add_changes(s, changes, number, cell);
}

static double loss_of_score(const brc_scoring *s, double x, bool y)
{
	const double z = y ? -x : x;

	if (s->shares && s->loss == BRC_LOSS_MARGIN)
		return logarithm(y ? 1 - x : x) - logarithm(y ? x : 1 - x);
	if (s->shares)
		return -logarithm(y ? x : 1 - x);
	if (s->loss == BRC_LOSS_MARGIN)
		return z;
	return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
}

/* One score: is it 1? */
static void add_logistic(const brc_scoring *s, double x, bool y, int32_t *correct, double *loss)
{
	const double border = s->shares ? 0.5 : 0;

	*correct += y ? x > border : x <= border;
	*loss += loss_of_score(s, x, y);
}

static void add_places(const brc_scoring *s, const int32_t *label, const float *x, int32_t *correct,
		       double *loss, const brc_softmax_changes *changes, size_t first)
{
	for (size_t p = 0; p < s->places; p++) {
		const size_t y = (size_t)label[p];

		if (label[p] < 0)
			continue;
		if (s->logistic)
			add_logistic(s, x[p * s->place_step], y != 0, correct + y, loss + y);
		else
			add_choice(s, x + p * s->place_step, y, correct, loss, changes, first + p);
	}
}

static void add_labels(const brc_scoring *s, const brc_dataset *d, size_t image, const float *x,
		       int32_t *correct, double *loss)
{
	for (size_t k = 0; k < s->cells; k++) {
		const bool has =
			d->mark ? d->mark[image * d->classes + k] : (size_t)d->label[image] == k;

		add_logistic(s, x[k], has, correct + k, loss + k);
	}
}

static void add_errors(const brc_scoring *s, const brc_dataset *d, size_t image, const float *x,
		       double *loss)
{
	for (size_t k = 0; k < s->cells; k++) {
		const double off = (double)x[k] - brc_dataset_target(d, image, k);

		loss[k] += off * off;
	}
}

void brc_score_items(const brc_scoring *s, const brc_dataset *d, size_t first, size_t n,
		     const float *scores, int32_t *correct, double *loss,
		     const brc_softmax_changes *changes)
{
	for (size_t i = first; i < first + n; i++, scores += s->scores) {
		if (s->task == BRC_TASK_LABELS)
			add_labels(s, d, i, scores, correct, loss);
		else if (s->task == BRC_TASK_REGRESSION)
			add_errors(s, d, i, scores, loss);
		else
			add_places(s, d->label + i * s->places, scores, correct, loss, changes,
				   (i - first) * s->places);
	}
}

bool brc_score_softmax(const brc_scoring *s)
{
	return (s->task == BRC_TASK_CLASSES || s->task == BRC_TASK_PLACES) && !s->logistic &&
	       s->cells >= 3;
}

void brc_score_softmaxes(const brc_scoring *s, const brc_dataset *d, size_t first, size_t n,
			 const float *scores, double *p, int32_t *saturated)
{
	for (size_t i = 0; i < n * s->places; i++, p += s->cells) {
		const float *x = scores + i / s->places * s->scores + i % s->places * s->place_step;
		const int32_t y = d->label[first * s->places + i];
		double most = 0;

		if (y < 0)
			continue;
		if (s->shares)
			take_shares(s, x, p);
		else
			softmax(s, x, answer(x, s->choices, s->class_step), p);
		for (size_t k = 0; k < s->cells; k++)
			most = p[k] > most ? p[k] : most;
		if (saturated)
			saturated[cell_of(s, (size_t)y)] += most > SATURATED;
	}
}

size_t brc_score_answers(const brc_scoring *s, const brc_dataset *data, int64_t *images)
{
	const bool all = s->task == BRC_TASK_LABELS || s->task == BRC_TASK_REGRESSION;
	size_t sum = 0;

	for (size_t k = 0; k < s->cells; k++)
		images[k] = all ? (int64_t)data->n : 0;
	for (size_t i = 0; !all && i < data->n * s->answers; i++)
		if (data->label[i] >= 0)
			images[cell_of(s, (size_t)data->label[i])]++;
	for (size_t k = 0; k < s->cells; k++)
		sum += (size_t)images[k];
	return sum;
}

size_t brc_score_find_broken(const float *logits, size_t classes, size_t n)
{
	for (size_t i = 0; i < n * classes; i++)
		if (!isfinite(logits[i]))
			return i / classes;
	return n;
}
