#include "net/score.h"

#include <float.h>
#include <math.h>

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

static double cross_entropy(const float *x, size_t classes, size_t step, size_t top, size_t label)
{
	double others = 0; /* besides the largest, whose share is 1 */

	for (size_t c = 0; c < classes; c++)
		others += c != top ? exp((double)x[c * step] - x[top * step]) : 0;
	return log1p(others) + ((double)x[top * step] - x[label * step]);
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

	for (size_t c = 0; c < s->cells; c++)
		if (c != y && x[c * s->class_step] > other)
			other = x[c * s->class_step];
	return s->shares ? logarithm(own) - logarithm(other) : own - other;
}

static double loss_of_choice(const brc_scoring *s, const float *x, size_t best, size_t y)
{
	if (s->loss == BRC_LOSS_MARGIN)
		return -margin_of_choice(s, x, y);
	return s->shares ? -logarithm(x[y * s->class_step])
			 : cross_entropy(x, s->cells, s->class_step, best, y);
}

static void add_choice(const brc_scoring *s, const float *x, size_t y, int32_t *correct,
		       double *loss)
{
	size_t best = answer(x, s->cells, s->class_step);

	correct[y] += best == y;
	loss[y] += best < s->cells ? loss_of_choice(s, x, best, y) : NAN;
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
		       double *loss)
{
	for (size_t p = 0; p < s->places; p++) {
		const size_t y = (size_t)label[p];

		if (label[p] < 0)
			continue;
		if (s->logistic)
			add_logistic(s, x[p * s->place_step], y != 0, correct + y, loss + y);
		else
			add_choice(s, x + p * s->place_step, y, correct, loss);
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
		     const float *scores, int32_t *correct, double *loss)
{
	for (size_t i = first; i < first + n; i++, scores += s->scores) {
		if (s->task == BRC_TASK_LABELS)
			add_labels(s, d, i, scores, correct, loss);
		else if (s->task == BRC_TASK_REGRESSION)
			add_errors(s, d, i, scores, loss);
		else
			add_places(s, d->label + i * s->places, scores, correct, loss);
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
			images[data->label[i]]++;
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
