#include "study/specificity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/extremes.h"
#include "stats/maxt.h"

#define LEAST_WITHIN 1e-12  /* of W: a lesion that changes nothing has none */
#define LEAST_BETWEEN 1e-14 /* of B: less is rounding */

static bool kept(const brc_lesions *l, size_t c)
{
	return l->class_images[c] >= 2;
}

static size_t count_kept(const brc_lesions *l)
{
	size_t n = 0;

	for (size_t c = 0; c < l->classes; c++)
		n += kept(l, c);
	return n;
}

static const char *why_not(const brc_lesions *l)
{
	switch (l->task) {
	case BRC_TASK_BINARY:
		return "one score tells two classes apart, and what one of them loses the other "
		       "gains";
	case BRC_TASK_LABELS:
		return "the labels are independent, and have no softmax";
	case BRC_TASK_REGRESSION:
		return "the outputs are numbers, and have no softmax";
	default:
		break;
	}
	if (l->classes < 3)
		return "there are two classes, and what one of them loses the other gains";
	return "these lesions have no sums of probabilities: run lesion again";
}

bool brc_specificity_defined(const brc_lesions *l, char reason[BRC_REASON])
{
	if (!brc_lesion_tensors_have_softmax(&l->tensors))
		snprintf(reason, BRC_REASON, "%s", why_not(l));
	else if (count_kept(l) < 2)
		snprintf(reason, BRC_REASON, "fewer than two classes have two %s each",
			 l->items ? l->items : "images");
	else
		return true;
	return false;
}

/* Sums over the classes that are kept. */
struct sums {
	double n, squared_n, classes; /* N, sum of n_c^2, K */
	double u, within;             /* of n_c U_c, and of squares around U_c */
	double low, high;             /* of U_c */
};

/* U_c, and its contribution to the sums. */
static double add_class(const brc_lesions *l, size_t at, size_t c, struct sums *sum)
{
	const double n = (double)l->class_images[c], own = l->own[at + c];
	const double u = own / n - l->all[at + c] / (double)l->images;

	sum->n += n;
	sum->squared_n += n * n;
	sum->classes++;
	sum->u += n * u;
	sum->within += fmax(l->own_squares[at + c] - own * own / n, 0);
	sum->low = fmin(sum->low, u);
	sum->high = fmax(sum->high, u);
	return u;
}

static double single(double x)
{
	return (double)(float)x;
}

static brc_specificity undefined(size_t classes, double *u, double *t)
{
	for (size_t c = 0; c < classes; c++) {
		if (u)
			u[c] = NAN;
		if (t)
			t[c] = NAN;
	}
	return (brc_specificity){NAN, NAN, NAN};
}

brc_specificity brc_specificity_of(const brc_lesions *l, size_t b, size_t s, double *u, double *t)
{
	const size_t at = (b * l->m + s) * l->classes;
	struct sums sum = {.low = INFINITY, .high = -INFINITY};
	double between = 0, within, mean, n0;
	brc_specificity of = {0};

	for (size_t c = 0; c < l->classes; c++)
		if (kept(l, c))
			add_class(l, at, c, &sum);
	if (!isfinite(sum.u) || !isfinite(sum.within))
		return undefined(l->classes, u, t);
	mean = sum.u / sum.n;
	within = sum.within / (sum.n - sum.classes);
	for (size_t c = 0; c < l->classes; c++) {
		struct sums again = {0};
		const double one = kept(l, c) ? add_class(l, at, c, &again) : NAN;

		if (kept(l, c))
			between += again.n * (one - mean) * (one - mean) / (sum.classes - 1);
		if (u)
			u[c] = one;
		if (t)
			t[c] = brc_settle(
				one / sqrt(fmax(within, LEAST_WITHIN) * sum.classes / sum.n), 20);
	}
	of.range = sum.high - sum.low;
	if (between < LEAST_BETWEEN)
		return of;
	n0 = (sum.n - sum.squared_n / sum.n) / (sum.classes - 1);
	of.f = single(between / fmax(within, LEAST_WITHIN));
	of.intraclass = (between - within) / (between + (n0 - 1) * within);
	return of;
}

void brc_damage_specificity(const brc_lesions *l, brc_weighting w, double *t)
{
	(void)w;
	for (size_t b = 0; b <= l->draws; b++)
		for (size_t s = 0; s < l->m; s++)
			t[b * l->m + s] = brc_specificity_of(l, b, s, NULL, NULL).f;
}

double brc_specificity_saturated(const brc_lesions *l)
{
	double n = 0;

	for (size_t c = 0; l->baseline_saturated && c < l->classes; c++)
		n += (double)l->baseline_saturated[c];
	return n / (double)l->images;
}

/* ---- by class ---- */

/* t [draws + 1, kept] of sub-cluster s; `row` [classes] to work in. The observed U is left in u. */
static void fill(const brc_lesions *l, size_t s, double *row, double *t, double *u)
{
	for (size_t b = 0; b <= l->draws; b++) {
		brc_specificity_of(l, b, s, b ? NULL : u, row);
		for (size_t c = 0; c < l->classes; c++)
			if (kept(l, c))
				*t++ = row[c];
	}
}

/* Values of the kept classes to their places; NaN elsewhere. */
static void scatter(const brc_lesions *l, const double *values, double *to)
{
	for (size_t c = 0; c < l->classes; c++)
		to[c] = kept(l, c) ? *values++ : NAN;
}

brc_rc brc_specificity_classes(brc_findings *f, const brc_lesions *l, brc_err *err)
{
	const size_t k = count_kept(l), n = l->draws;
	double *t = brc_alloc(n + 3, k * sizeof(*t), err), *p = t ? t + (n + 1) * k : NULL;
	double *row = brc_alloc(l->classes, sizeof(*row), err);
	brc_rc rc = t && row ? BRC_OK : BRC_RESOURCE;

	for (size_t s = 0; rc == BRC_OK && s < l->m; s++) {
		const size_t at = s * l->classes;

		fill(l, s, row, t, f->class_u + at);
		scatter(l, t, f->class_t + at);
		brc_extremes_orient(t, n, k, BRC_TAIL_LEFT, t);
		brc_extremes_p(t, n, k, p);
		rc = brc_maxt(t, n, k, p + k, err);
		scatter(l, p, f->class_t_p + at);
		scatter(l, p + k, f->class_t_p_adjusted + at);
	}
	free(row);
	free(t);
	return rc;
}
