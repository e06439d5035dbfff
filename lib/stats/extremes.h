/*
 * Extremeness of a statistic against its control draws, and the p-value of
 * one statistic.
 *
 * Everywhere in lib/stats a table of statistics is T [n + 1, m], row-major:
 * row 0 is observed, rows 1..n are the control draws; a column is whatever is
 * tested. NaN and infinities mean "undefined".
 */
#ifndef BRC_STATS_EXTREMES_H
#define BRC_STATS_EXTREMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Which values of a statistic are extreme: the small or the large ones. */
typedef enum brc_tail { BRC_TAIL_LEFT, BRC_TAIL_RIGHT } brc_tail;

/*
 * U [n + 1, m] = T with its sign set so that larger is more extreme. Undefined control values
 * become +infinity, and undefined observed values become -infinity, so that unknown values count
 * against significance. U may be T itself.
 */
void brc_extremes_orient(const double *t, size_t n, size_t m, brc_tail tail, double *u);

/* How many of row 0, and of rows 1..n, are undefined in T. */
void brc_extremes_undefined(const double *t, size_t n, size_t m, size_t *observed,
			    size_t *controls);

/*
 * p [m] = (r + 1) / (n + 1), r = number of controls at least as extreme as
 * the observed value, ties included (North, Curtis and Sham 2002, Am J Hum
 * Genet 71:439). U as made by brc_extremes_orient. n >= 1. Valid, i.e.
 * P(p <= a) <= a for every a, whenever the rows of T are exchangeable.
 */
void brc_extremes_p(const double *u, size_t n, size_t m, double *p);

/* p of an observed value when r of n controls are at least as extreme. */
static inline double brc_p_value(size_t r, size_t n)
{
	return (double)(r + 1) / (double)(n + 1);
}

/*
 * The same of one statistic whose small values are extreme: r = number of the n controls that are
 * not above `limit`, undefined ones included. The limit is the observed value, or a little more
 * where controls that agree to within rounding are ties.
 */
double brc_extremes_p_low(double limit, const double *control, size_t n);

/*
 * Mid-rank p of every draw among all n + 1 draws, itself included: with
 * j = 2 * #{more extreme} + #{equally extreme, itself included},
 * q = j / (2 (n + 1)). J [n + 1, m] receives the integers j, 1 <= j <= 2 n + 1;
 * n < 2^30. Without ties q takes the values (i - 1/2) / (n + 1). BRC_RESOURCE.
 */
brc_rc brc_extremes_midranks(const double *u, size_t n, size_t m, uint32_t *j, brc_err *err);

#endif
