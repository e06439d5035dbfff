/* Tails of distributions. */
#ifndef BRC_STATS_DISTRIBUTION_H
#define BRC_STATS_DISTRIBUTION_H

#include <stddef.h>

/* P(chi-square with df > 0 degrees of freedom >= x), by GSL; 1 for x <= 0. */
double brc_chi2_upper(double x, double df);

/*
 * P(mean of n independent uniform numbers <= mean), n >= 1: Bates (1955), the
 * Irwin-Hall distribution scaled,
 * (1/n!) sum over j <= s of (-1)^j C(n, j) (s - j)^n with s = n mean. Above
 * n = 30 the normal distribution with mean 1/2 and variance 1/(12 n).
 * It combines one p-value per training run of a network.
 */
double brc_bates_lower(double mean, size_t n);

#endif
