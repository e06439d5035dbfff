/*
 * The tests and effect measures as the published research code of "Quantifying Local Specialization
 * in Deep Neural Networks" (Hod, Casper, Filan, Wild, Critch, Russell 2021, arXiv 2110.08058)
 * computed them, for `--compat paper`. Their faults are kept: ties and undefined values count as
 * most significant. For what broca does instead, see stats/extremes.h, stats/omnibus.h,
 * stats/fisher.h and stats/fdr.h.
 */
#ifndef BRC_STATS_PUBLISHED_H
#define BRC_STATS_PUBLISHED_H

#include <stddef.h>

#include "base/err.h"
#include "stats/extremes.h"

/*
 * p [m] = (r + 1) / (n + 1), r = number of controls strictly more extreme than
 * the observed value. A comparison with NaN is false. T [n + 1, m] as it is, without
 * brc_extremes_orient.
 */
void brc_published_p(const double *t, size_t n, size_t m, brc_tail tail, double *p);

/*
 * Fisher: q = p - 1 / (2 (n + 1)), X = -2 sum ln q, returns
 * P(chi-square with 2 m degrees of freedom >= X); *statistic = -mean ln q,
 * about 1 under the null. m == 0: 1 and 0.
 */
double brc_published_fisher(const double *p, size_t m, size_t n, double *statistic);

/*
 * Chi-square goodness of fit of the ranks round(p (n + 1) - 1), 0..n, to the
 * uniform distribution, n degrees of freedom; returns its p, *statistic the
 * sum. m == 0: 1 and 0. BRC_RESOURCE through err: NaN is returned then.
 */
double brc_published_categorical(const double *p, size_t m, size_t n, double *statistic,
				 brc_err *err);

/*
 * Benjamini and Hochberg: the largest sorted p_(i) <= i level / m, or 1.0 when
 * there is none. NaN on BRC_RESOURCE.
 */
double brc_published_critical(const double *p, size_t m, double level, brc_err *err);

/*
 * Effects, reported as 2 e, one a column; T [n + 1, m], e [m].
 * change: t / (t + mean) where both are negative, else 0 (mean change of
 *         accuracy); undefined controls are left out of the mean.
 * range:  t / (t + mean control); 0 where undefined.
 * range_each: mean over controls of t / (t + control), the form used for
 *         ImageNet networks; undefined ratios are 0.
 */
void brc_published_effect_change(const double *t, size_t n, size_t m, double *e);
void brc_published_effect_range(const double *t, size_t n, size_t m, double *e);
void brc_published_effect_range_each(const double *t, size_t n, size_t m, double *e);

/* Mean over columns and its standard error (ddof 1; NaN for m < 2, both for m == 0). */
void brc_published_effect_mean(const double *e, size_t m, double *mean, double *sem);

#endif
