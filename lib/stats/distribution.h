/* Tails of distributions. */
#ifndef BRC_STATS_DISTRIBUTION_H
#define BRC_STATS_DISTRIBUTION_H

#include <stddef.h>

/*
 * P(chi-square with df >= 1 degrees of freedom >= x); 1 for x <= 0, NaN where x or df is NaN.
 * This is the upper incomplete gamma function Q(df/2, x/2): 1 minus its power series below the
 * peak, its continued fraction above (Abramowitz and Stegun 1964, 6.5 and 26.4.19). Its relative
 * error is below 1e-12 up to 1,000 degrees of freedom and below 1e-10 up to a million, down to
 * tails of 1e-300.
 * It takes O(sqrt(df)) steps near the peak and fewer elsewhere.
 */
double brc_chi2_upper(double x, double df);

/* P(standard normal <= x), by the complementary error function; relative error below 1e-12. */
double brc_normal_lower(double x);

/*
 * P(mean of n independent uniform numbers <= mean), n >= 1: Bates (1955), the Irwin-Hall
 * distribution scaled, (1/n!) sum over j <= s of (-1)^j C(n, j) (s - j)^n with s = n mean. Above
 * n = 30 the normal distribution with mean 1/2 and variance 1/(12 n) takes its place.
 * It combines one p-value per training run of a network.
 */
double brc_bates_lower(double mean, size_t n);

#endif
