#include "study/measure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "stats/extremes.h"
#include "stats/maxt.h"
#include "study/caution.h"
#include "study/match_measure.h"
#include "study/specificity.h"

enum { BRC_TITLE = 128 };

/* The parts of the lesions that findings repeat. */
static brc_rc begin(brc_findings *f, const brc_lesions *l, const brc_measure *how, brc_err *err)
{
	memset(f, 0, sizeof(*f));
	if (l->controls == BRC_CONTROLS_INDEPENDENT && !how->published) {
		brc_fail(err, BRC_DATA,
			 "the controls of these lesions were drawn apart for each sub-cluster; the "
			 "joint tests need label permutations");
		return brc_hint(err, "use --compat paper, or run lesion without it");
	}
	f->m = l->m;
	f->images = l->images;
	f->level = how->level;
	f->fdr = how->fdr;
	f->published = how->published;
	snprintf(f->labels, sizeof(f->labels), "%s", l->labels);
	brc_caution(l, f->warning, sizeof(f->warning));
	BRC_TRY(brc_layers_dup(&f->layers, &l->layers, err));
	f->layer = brc_memdup(l->layer, l->m, sizeof(*l->layer), err);
	f->cluster = brc_memdup(l->cluster, l->m, sizeof(*l->cluster), err);
	f->size = brc_memdup(l->size, l->m, sizeof(*l->size), err);
	return f->layer && f->cluster && f->size ? BRC_OK : BRC_RESOURCE;
}

/* One statistic, from the function that fills its table T [draws + 1, m]. */
static brc_rc infer(brc_findings *f, const brc_lesions *l, const brc_measure *how,
		    const char *statistic, const char *title, const char *unit, brc_tail tail,
		    void (*fill)(const brc_lesions *l, brc_weighting w, double *t), brc_err *err)
{
	const brc_question ask = {.statistic = statistic,
				  .title = title,
				  .unit = unit,
				  .tail = tail,
				  .level = how->level,
				  .fdr = how->fdr,
				  .published = how->published};
	double *t = brc_alloc(l->draws + 1, l->m * sizeof(*t), err);
	brc_rc rc;

	BRC_TRY(brc_made(t));
	fill(l, how->weighting, t);
	rc = brc_inference_run(&f->stat[f->n_stats], &ask, t, l->draws, l->m, err);
	f->n_stats += rc == BRC_OK;
	free(t);
	BRC_THEN(rc,
		 brc_measure_matched(&f->stat[f->n_stats - 1], &ask, l, how->weighting, fill, err));
	return rc;
}

brc_rc brc_measure_check(brc_task_kind task, const brc_measure *how, brc_err *err)
{
	if (!how->published || brc_task_counts(task))
		return BRC_OK;
	brc_fail(err, BRC_DATA, "the published tests count right answers, and regression has none");
	return brc_hint(err, "leave out --compat paper: the loss is tested then");
}

/* "mean change of accuracy (every class counts the same)". Returns buf. */
static const char *mean_title(const brc_lesions *l, const brc_measure *how, const char *what,
			      char buf[BRC_TITLE])
{
	snprintf(buf, BRC_TITLE, "mean %s (every %s counts the same)", what,
		 how->weighting == BRC_WEIGHT_CLASS ? brc_task_cell(l->task) : "image");
	return buf;
}

/* Without counts of right answers, the loss says how important a sub-cluster is. */
static brc_rc importance(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			 brc_err *err)
{
	char title[BRC_TITLE];

	BRC_TRY(begin(f, l, how, err));
	BRC_TRY(brc_measure_check(l->task, how, err));
	if (l->correct)
		BRC_TRY(infer(f, l, how, "accuracy",
			      mean_title(l, how, "change of accuracy", title), "fraction",
			      BRC_TAIL_LEFT, brc_damage_accuracy, err));
	if (how->published)
		return BRC_OK;
	return infer(f, l, how, "loss",
		     mean_title(l, how, brc_task_loss_change(l->task, l->loss_kind), title),
		     brc_task_loss_unit(l->task, l->loss_kind), BRC_TAIL_RIGHT, brc_damage_loss,
		     err);
}

brc_rc brc_measure_importance(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			      brc_err *err)
{
	brc_rc rc = importance(f, l, how, err);

	if (rc != BRC_OK)
		brc_findings_clear(f);
	return rc;
}

/* ---- coherence ---- */

static void __attribute__((format(printf, 2, 3))) warn(brc_inference *i, const char *fmt, ...)
{
	const size_t at = strlen(i->warning);
	va_list ap;

	if (at)
		snprintf(i->warning + at, sizeof(i->warning) - at, "; ");
	va_start(ap, fmt);
	vsnprintf(i->warning + strlen(i->warning), sizeof(i->warning) - strlen(i->warning), fmt,
		  ap);
	va_end(ap);
}

/* What spread and range are blind to, where specificity stands beside them. */
static void warn_spread(brc_inference *i, const brc_lesions *l)
{
	warn(i,
	     "it grows with total damage: it finds groups where the %s are shuffled, and few of a "
	     "network of separate parts",
	     l->task == BRC_TASK_LABELS ? "labels" : "classes");
}

static void warn_range(brc_inference *i)
{
	warn(i, "it divides by the mean change, so it loses power where controls do little damage");
}

static void warn_saturated(brc_inference *i, const brc_lesions *l)
{
	const double share = brc_specificity_saturated(l);

	if (share > 0.5)
		warn(i,
		     "%.0f %% of the %s have a softmax output above .999 before any lesion: single "
		     "classes may be named that only take the answers of others",
		     100 * share, l->items ? l->items : "images");
}

static void warn_small(brc_inference *i, double level)
{
	size_t small = 0;

	for (size_t s = 0; s < i->m; s++)
		small += i->p[s] <= level && !brc_inference_large_enough(i, s);
	if (small)
		warn(i,
		     "%zu sub-cluster%s with p <= %g %s a range of less than %g points, too little "
		     "for a finding",
		     small, small == 1 ? "" : "s", level, small == 1 ? "has" : "have",
		     100 * i->minimum_effect);
}

/* The effects stand beside F, since F does not depend on the size of the damage. */
static brc_rc add_effects(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			  brc_err *err)
{
	brc_inference *i = &f->stat[f->n_stats - 1];
	double *range = brc_alloc(2 * l->m, sizeof(*range), err), *share = range + l->m;
	brc_rc rc = range ? BRC_OK : BRC_RESOURCE;

	for (size_t s = 0; range && s < l->m; s++) {
		const brc_specificity of = brc_specificity_of(l, 0, s, NULL, NULL);

		range[s] = of.range;
		share[s] = of.intraclass;
	}
	BRC_THEN(rc, brc_inference_effects(i, range, share, how->minimum_effect, how->level, err));
	free(range);
	if (rc == BRC_OK) {
		warn_saturated(i, l);
		warn_small(i, how->level);
	}
	return rc;
}

static brc_rc specificity(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			  brc_err *err)
{
	if (!brc_specificity_defined(l, f->no_specificity))
		return BRC_OK;
	BRC_TRY(infer(f, l, how, "specificity",
		      "specificity (F of the change of each class's probability, its own answers "
		      "against all)",
		      "F", BRC_TAIL_RIGHT, brc_damage_specificity, err));
	return add_effects(f, l, how, err);
}

/* The tables by class of sub-cluster s, from T and U [draws + 1, classes]. */
static brc_rc by_class(brc_findings *f, const brc_lesions *l, size_t s, double *t, double *u,
		       brc_err *err)
{
	const size_t c = l->classes, at = s * c;

	if (l->correct)
		brc_damage_classes(l, s, t);
	else
		brc_damage_class_losses(l, s, t);
	brc_extremes_orient(t, l->draws, c, l->correct ? BRC_TAIL_LEFT : BRC_TAIL_RIGHT, u);
	brc_extremes_p(u, l->draws, c, f->class_p + at);
	BRC_TRY(brc_maxt(u, l->draws, c, f->class_p_adjusted + at, err));
	for (size_t k = 0; k < c; k++) {
		double sum = 0;

		for (size_t b = 1; b <= l->draws; b++)
			sum += t[b * c + k];
		f->class_change[at + k] = t[k];
		f->class_control_mean[at + k] = sum / (double)l->draws;
		if (l->class_images[k] == 0)
			f->class_p[at + k] = f->class_p_adjusted[at + k] = NAN;
	}
	return BRC_OK;
}

static brc_rc classes(brc_findings *f, const brc_lesions *l, brc_err *err)
{
	double *t = brc_alloc(2 * (l->draws + 1), l->classes * sizeof(*t), err);
	const bool specific = !f->no_specificity[0];
	brc_rc rc = t ? brc_findings_alloc_classes(f, l->classes, specific, err) : BRC_RESOURCE;

	for (size_t s = 0; s < l->m && rc == BRC_OK; s++)
		rc = by_class(f, l, s, t, t + (l->draws + 1) * l->classes, err);
	free(t);
	if (specific)
		BRC_THEN(rc, brc_specificity_classes(f, l, err));
	return rc == BRC_OK ? brc_texts_dup(l->class_name, l->classes, &f->class_name, err) : rc;
}

static brc_rc coherence(brc_findings *f, const brc_lesions *l, const brc_measure *how, brc_err *err)
{
	const bool labels = l->task == BRC_TASK_LABELS;

	BRC_TRY(begin(f, l, how, err));
	if (!how->published)
		BRC_TRY(specificity(f, l, how, err));
	if (!how->published)
		BRC_TRY(infer(
			f, l, how, "spread",
			labels ? "label spread (standard deviation over labels of the change "
				 "of accuracy)"
			       : "class spread (standard deviation over classes of the change "
				 "of recall)",
			"fraction", BRC_TAIL_RIGHT, brc_damage_spread, err));
	BRC_TRY(infer(f, l, how, "range",
		      labels ? "range over labels of the change of accuracy, divided by its mean"
			     : "range over classes of the change of recall, divided by its mean",
		      "ratio", BRC_TAIL_RIGHT, brc_damage_range, err));
	if (how->published)
		return BRC_OK;
	warn_spread(&f->stat[f->n_stats - 2], l);
	warn_spread(&f->stat[f->n_stats - 1], l);
	warn_range(&f->stat[f->n_stats - 1]);
	return classes(f, l, err);
}

/* Without right answers there is nothing but the change of the loss of each output. */
static brc_rc by_output(brc_findings *f, const brc_lesions *l, const brc_measure *how, brc_err *err)
{
	BRC_TRY(begin(f, l, how, err));
	BRC_TRY(brc_measure_check(l->task, how, err));
	brc_specificity_defined(l, f->no_specificity);
	snprintf(f->class_unit, sizeof(f->class_unit), "%s",
		 brc_task_loss_unit(l->task, l->loss_kind));
	return classes(f, l, err);
}

brc_rc brc_measure_coherence(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			     brc_err *err)
{
	brc_rc rc = l->correct ? coherence(f, l, how, err) : by_output(f, l, how, err);

	if (rc != BRC_OK)
		brc_findings_clear(f);
	return rc;
}
