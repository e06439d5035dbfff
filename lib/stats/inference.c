#include "stats/inference.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stats/columns.h"
#include "stats/fisher.h"
#include "stats/maxt.h"
#include "stats/moments.h"
#include "stats/omnibus.h"
#include "stats/published.h"

/* All columns allocated and zeroed. */
static brc_rc alloc(brc_inference *i, size_t n, size_t m, bool published, brc_err *err)
{
	size_t bytes;

	memset(i, 0, sizeof(*i));
	i->n = n;
	i->m = m;
	i->published = published;
	if (!brc_mul(m, sizeof(double), &bytes))
		return brc_fail(err, BRC_RESOURCE, "%zu sub-clusters do not fit memory", m);
	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		if (c->kind != BRC_COLUMN_COUNT)
			*(double *)brc_column_field(c, i) = NAN;
	i->draw = brc_calloc(n + 1, bytes, err);
	for (const brc_column *c = brc_statistic_columns; c->name && i->draw; c++) {
		double **v = brc_column_field(c, i);

		if (!brc_column_held(c, published))
			continue;
		*v = brc_calloc(m, sizeof(**v), err);
		if (!*v) {
			brc_inference_clear(i);
			return BRC_RESOURCE;
		}
	}
	return i->draw ? BRC_OK : BRC_RESOURCE;
}

void brc_inference_clear(brc_inference *i)
{
	free(i->draw);
	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		free(*(double **)brc_column_field(c, i));
	memset(i, 0, sizeof(*i));
}

size_t brc_inference_controls_needed(size_t n, size_t m, double level, brc_fdr fdr)
{
	double family = (double)m, needed;

	if (fdr == BRC_FDR_BY)
		for (size_t k = 2; k <= m; k++)
			family += (double)m / (double)k;
	needed = ceil(family / level - 1 - 1e-9);
	return needed <= (double)n ? 0 : (size_t)fmin(needed, 1e15);
}

/* Mean and sd of the controls of column s, and the observed value compared with them. */
static void describe(brc_inference *i, size_t s)
{
	const brc_moments controls = brc_moments_of(i->draw + i->m + s, i->n, i->m);
	const double t = i->draw[s], mean = controls.mean;

	i->observed[s] = t;
	i->control_mean[s] = mean;
	i->control_sd[s] = brc_moments_sd(&controls, 1);
	i->effect[s] = t - mean;
	i->ratio[s] = t * mean > 0 ? 2 * t / (t + mean) : NAN;
}

static void __attribute__((format(printf, 2, 3))) warn(brc_inference *i, const char *fmt, ...)
{
	const size_t at = strlen(i->warning), room = sizeof(i->warning) - at;
	va_list ap;

	va_start(ap, fmt);
	if (at)
		snprintf(i->warning + at, room, "; ");
	vsnprintf(i->warning + strlen(i->warning), sizeof(i->warning) - strlen(i->warning), fmt,
		  ap);
	va_end(ap);
}

bool brc_inference_large_enough(const brc_inference *i, size_t s)
{
	return !i->large_enough || i->large_enough[s] > 0;
}

size_t brc_inference_found(const brc_inference *i, const double *p, double level)
{
	size_t n = 0;

	for (size_t s = 0; p && s < i->m; s++)
		n += p[s] <= level && brc_inference_large_enough(i, s); /* NaN is not */
	return n;
}

static void count_found(brc_inference *i, double level)
{
	i->significant_q = brc_inference_found(i, i->q, level);
	i->significant_maxt = brc_inference_found(i, i->p_maxt, level);
}

static void count_and_warn(brc_inference *i, const brc_question *ask)
{
	i->undefined_ratio = 0;
	for (size_t s = 0; s < i->m; s++)
		i->undefined_ratio += isnan(i->ratio[s]);
	count_found(i, ask->level);
	if (i->undefined_observed)
		warn(i, "undefined for %zu of %zu sub-clusters, which %s", i->undefined_observed,
		     i->m, i->published ? "come out as most significant" : "have p = 1");
	if (i->undefined_controls)
		warn(i, "undefined for %zu control%s, counted as %s", i->undefined_controls,
		     i->undefined_controls == 1 ? "" : "s",
		     i->published ? "less extreme" : "extreme");
	if (i->controls_needed)
		warn(i,
		     "with %zu controls one sub-cluster alone among %zu cannot reach q <= %g: that "
		     "takes %zu",
		     i->n, i->m, ask->level, i->controls_needed);
}

static brc_rc joint_tests(brc_inference *i, const brc_question *ask, const double *u, uint32_t *j,
			  brc_err *err)
{
	brc_extremes_p(u, i->n, i->m, i->p);
	BRC_TRY(brc_extremes_midranks(u, i->n, i->m, j, err));
	i->omnibus_p = brc_omnibus_p(j, i->n, i->m, &i->omnibus_statistic, NULL);
	BRC_TRY(brc_fisher_discrete(j, i->n, i->m, &i->fisher_statistic, &i->fisher_p, err));
	BRC_TRY(brc_fdr_q(i->p, i->m, ask->fdr, i->q, err));
	BRC_TRY(brc_maxt(u, i->n, i->m, i->p_maxt, err));
	i->controls_needed = brc_inference_controls_needed(i->n, i->m, ask->level, ask->fdr);
	return BRC_OK;
}

static brc_rc test_exchangeable(brc_inference *i, const brc_question *ask, brc_err *err)
{
	double *u = brc_alloc(i->n + 1, i->m * sizeof(*u), err);
	uint32_t *j = brc_alloc(i->n + 1, i->m * sizeof(*j), err);
	brc_rc rc = BRC_RESOURCE;

	if (u && j) {
		brc_extremes_orient(i->draw, i->n, i->m, ask->tail, u);
		rc = joint_tests(i, ask, u, j, err);
	}
	free(u);
	free(j);
	return rc;
}

static brc_rc test_published(brc_inference *i, const brc_question *ask, brc_err *err)
{
	double chi2, sem;

	brc_published_p(i->draw, i->n, i->m, ask->tail, i->p);
	i->fisher_p = brc_published_fisher(i->p, i->m, i->n, &i->fisher_statistic);
	i->chi2_p = brc_published_categorical(i->p, i->m, i->n, &chi2, err);
	i->critical_p = brc_published_critical(i->p, i->m, ask->level, err);
	if (isnan(i->chi2_p) || isnan(i->critical_p))
		return BRC_RESOURCE;
	if (ask->tail == BRC_TAIL_LEFT) {
		brc_published_effect_change(i->draw, i->n, i->m, i->ratio);
	} else {
		brc_published_effect_range_each(i->draw, i->n, i->m, i->ratio);
		brc_published_effect_mean(i->ratio, i->m, &i->paper_effect_each, &sem);
		brc_published_effect_range(i->draw, i->n, i->m, i->ratio);
	}
	brc_published_effect_mean(i->ratio, i->m, &i->paper_effect, &i->paper_effect_sem);
	return BRC_OK;
}

brc_rc brc_inference_run(brc_inference *i, const brc_question *ask, const double *t, size_t n,
			 size_t m, brc_err *err)
{
	brc_rc rc;

	if (n >= (size_t)1 << 30)
		return brc_fail(err, BRC_DATA, "%zu control draws; at most 2^30 - 1 are possible",
				n);
	BRC_TRY(alloc(i, n, m, ask->published, err));
	snprintf(i->statistic, sizeof(i->statistic), "%s", ask->statistic);
	snprintf(i->title, sizeof(i->title), "%s", ask->title);
	snprintf(i->unit, sizeof(i->unit), "%s", ask->unit);
	i->tail = ask->tail;
	i->smallest_p = 1.0 / (double)(n + 1);
	memcpy(i->draw, t, (n + 1) * m * sizeof(*t));
	brc_extremes_undefined(t, n, m, &i->undefined_observed, &i->undefined_controls);
	for (size_t s = 0; s < m; s++)
		describe(i, s);
	rc = ask->published ? test_published(i, ask, err) : test_exchangeable(i, ask, err);
	if (rc == BRC_OK)
		count_and_warn(i, ask);
	else
		brc_inference_clear(i);
	return rc;
}

bool brc_inference_finding(const brc_inference *i, size_t s, double level)
{
	if (!brc_inference_large_enough(i, s))
		return false;
	if (!i->q || !i->p_maxt)
		return i->p[s] <= level;
	return i->q[s] <= level || i->p_maxt[s] <= level;
}

brc_rc brc_inference_effects(brc_inference *i, const double *u_range, const double *intraclass,
			     double minimum, double level, brc_err *err)
{
	i->u_range = brc_memdup(u_range, i->m, sizeof(*u_range), err);
	i->intraclass = brc_memdup(intraclass, i->m, sizeof(*intraclass), err);
	i->large_enough = brc_alloc(i->m, sizeof(*i->large_enough), err);
	if (!i->u_range || !i->intraclass || !i->large_enough)
		return BRC_RESOURCE;
	i->minimum_effect = minimum;
	for (size_t s = 0; s < i->m; s++)
		i->large_enough[s] = i->u_range[s] >= minimum;
	count_found(i, level);
	return BRC_OK;
}

char *brc_inference_line(const brc_inference *i, double level, char *buf, size_t cap)
{
	char each[48] = "";

	if (!isnan(i->paper_effect_each))
		snprintf(each, sizeof(each), "; as mean of ratios %.4g", i->paper_effect_each);
	if (i->published)
		snprintf(buf, cap, "%s: Fisher p %.4g, effect %.4g, standard error %.2g%s",
			 i->statistic, i->fisher_p, i->paper_effect, i->paper_effect_sem, each);
	else
		snprintf(buf, cap,
			 "%s: omnibus p %.4g; significant at %g: %zu of %zu after max-T, %zu by q",
			 i->statistic, i->omnibus_p, level, i->significant_maxt, i->m,
			 i->significant_q);
	return buf;
}
