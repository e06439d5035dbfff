/*
 * Fisher's combination of p-values that are discrete and tied, as if the columns were independent.
 * Columns whose controls were drawn together are not independent. So believe the omnibus test
 * (stats/omnibus.h); this test is only shown beside it.
 */
#ifndef BRC_STATS_FISHER_H
#define BRC_STATS_FISHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * x = sum over s of -ln q_0s. Its null distribution, if the columns were
 * independent, is the convolution of each column's own distribution of -ln q
 * over its n + 1 draws, ties and all; *p = P(X >= x).
 *
 * The convolution runs on a grid of G steps of h = x / G, G a power of two
 * between 2^10 and 2^14, the largest for which the work stays below 1e8
 * products. For m <= 8 values are rounded up: P(X >= x) <= *p <=
 * P(X >= x (1 - m / G)). For more columns each value is split between its two
 * neighbours so that its mean stays: *p = P(X + e >= x) with an error e of
 * mean 0 and variance at most m h^2 / 4. Probabilities are sums of positive
 * terms: small ones are accurate.
 *
 * J [n + 1, m] from brc_extremes_midranks. *statistic = x / m, the mean of
 * -ln q. m == 0: p = 1. BRC_RESOURCE.
 */
brc_rc brc_fisher_discrete(const uint32_t *j, size_t n, size_t m, double *statistic, double *p,
			   brc_err *err);

#endif
