/* Mean and spread of numbers some of which may be undefined. */
#ifndef BRC_STATS_MOMENTS_H
#define BRC_STATS_MOMENTS_H

#include <stddef.h>

typedef struct brc_moments {
	size_t n;       /* finite numbers; all others are left out */
	double mean;    /* NaN where there is none */
	double squares; /* sum of squared distances from the mean, 0 where there is none */
} brc_moments;

/* Of the n numbers x[0], x[stride], x[2 stride]... in two passes, summed in this order. */
brc_moments brc_moments_of(const double *x, size_t n, size_t stride);

/*
 * Standard deviation sqrt(squares / (n - ddof)); NaN where n <= ddof. ddof is 0 for the numbers
 * at hand, 1 for an estimate from a sample.
 */
double brc_moments_sd(const brc_moments *m, size_t ddof);

#endif
