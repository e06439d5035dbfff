#include "net/score.h"

#include <math.h>

/* Largest element, the first among equals; classes when there is a NaN. */
static size_t answer(const float *x, size_t classes)
{
	size_t best = 0;

	for (size_t c = 0; c < classes; c++) {
		if (isnan(x[c]))
			return classes;
		if (x[c] > x[best])
			best = c;
	}
	return best;
}

static double cross_entropy(const float *x, size_t classes, size_t top, size_t label)
{
	double others = 0; /* besides the largest, whose share is 1 */

	for (size_t c = 0; c < classes; c++)
		others += c != top ? exp((double)x[c] - x[top]) : 0;
	return log1p(others) + ((double)x[top] - x[label]);
}

void brc_score_add(const float *logits, size_t classes, const int32_t *label, size_t n,
		   int32_t *correct, double *loss)
{
	for (size_t r = 0; r < n; r++) {
		const float *x = logits + r * classes;
		size_t y = (size_t)label[r], best = answer(x, classes);

		correct[y] += best == y;
		loss[y] += best < classes ? cross_entropy(x, classes, best, y) : NAN;
	}
}

size_t brc_score_find_broken(const float *logits, size_t classes, size_t n)
{
	for (size_t i = 0; i < n * classes; i++)
		if (!isfinite(logits[i]))
			return i / classes;
	return n;
}
