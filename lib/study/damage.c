#include "study/damage.h"

#include <math.h>

double brc_settle(double x, int bits)
{
	return ldexp(rint(ldexp(x, bits)), -bits);
}

static double settle_counts(double x)
{
	return brc_settle(x, 40);
}

/* D_c, exact up to one division. */
static double change(const brc_lesions *l, const int32_t *correct, size_t c)
{
	return (double)(correct[c] - l->baseline_correct[c]) / (double)l->class_images[c];
}

/* D_c over the classes with images. */
struct changes {
	double mean, deviation, low, high;
};

static struct changes changes_of(const brc_lesions *l, const int32_t *correct)
{
	struct changes of = {.low = INFINITY, .high = -INFINITY};
	double sum = 0, squares = 0;
	size_t classes = 0;

	for (size_t c = 0; c < l->classes; c++) {
		if (l->class_images[c] == 0)
			continue;
		sum += change(l, correct, c);
		of.low = fmin(of.low, change(l, correct, c));
		of.high = fmax(of.high, change(l, correct, c));
		classes++;
	}
	of.mean = sum / (double)classes;
	for (size_t c = 0; c < l->classes; c++)
		if (l->class_images[c] > 0)
			squares += (change(l, correct, c) - of.mean) *
				   (change(l, correct, c) - of.mean);
	of.deviation = sqrt(squares / (double)classes);
	return of;
}

static double plain_change(const brc_lesions *l, const int32_t *correct)
{
	int64_t sum = 0;

	for (size_t c = 0; c < l->classes; c++)
		sum += correct[c] - l->baseline_correct[c];
	return (double)sum / (double)l->images;
}

void brc_damage_accuracy(const brc_lesions *l, brc_weighting w, double *t)
{
	for (size_t i = 0; i < (l->draws + 1) * l->m; i++) {
		const int32_t *correct = l->correct + i * l->classes;

		t[i] = settle_counts(w == BRC_WEIGHT_CLASS ? changes_of(l, correct).mean
							   : plain_change(l, correct));
	}
}

void brc_damage_loss(const brc_lesions *l, brc_weighting w, double *t)
{
	for (size_t i = 0; i < (l->draws + 1) * l->m; i++) {
		const double *loss = l->loss + i * l->classes;
		double sum = 0, weight = 0;

		for (size_t c = 0; c < l->classes; c++) {
			const double images = (double)l->class_images[c];

			if (l->class_images[c] == 0)
				continue;
			sum += (loss[c] - l->baseline_loss[c]) /
			       (w == BRC_WEIGHT_CLASS ? images : 1);
			weight += w == BRC_WEIGHT_CLASS ? 1 : images;
		}
		t[i] = brc_settle(sum / weight, 23);
	}
}

void brc_damage_spread(const brc_lesions *l, brc_weighting w, double *t)
{
	(void)w;
	for (size_t i = 0; i < (l->draws + 1) * l->m; i++)
		t[i] = settle_counts(changes_of(l, l->correct + i * l->classes).deviation);
}

void brc_damage_range(const brc_lesions *l, brc_weighting w, double *t)
{
	(void)w;
	for (size_t i = 0; i < (l->draws + 1) * l->m; i++) {
		const struct changes of = changes_of(l, l->correct + i * l->classes);

		t[i] = settle_counts(of.mean) == 0
			       ? NAN
			       : settle_counts((of.high - of.low) / fabs(of.mean));
	}
}

void brc_damage_classes(const brc_lesions *l, size_t s, double *t)
{
	for (size_t b = 0; b <= l->draws; b++)
		for (size_t c = 0; c < l->classes; c++)
			t[b * l->classes + c] =
				l->class_images[c] == 0
					? NAN
					: change(l, l->correct + (b * l->m + s) * l->classes, c);
}

void brc_damage_class_losses(const brc_lesions *l, size_t s, double *t)
{
	for (size_t b = 0; b <= l->draws; b++)
		for (size_t c = 0; c < l->classes; c++) {
			const double more =
				l->loss[(b * l->m + s) * l->classes + c] - l->baseline_loss[c];

			t[b * l->classes + c] =
				l->class_images[c] == 0
					? NAN
					: brc_settle(more / (double)l->class_images[c], 23);
		}
}
