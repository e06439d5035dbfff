/*
 * Mid-ranks: position in sorted order, tied values sharing the mean of theirs.
 */
#ifndef BRC_LINALG_RANKS_H
#define BRC_LINALG_RANKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Working memory for columns of up to n values. Several threads need one each. */
typedef struct brc_ranks brc_ranks;

/* The ties of a column. Of values equally frequent the smallest counts first. */
typedef struct brc_ties {
	uint32_t most;   /* how often the most frequent value occurs; 1: there are no ties */
	uint32_t second; /* the same of the next one, 0: there is no other value */
	uint32_t at;     /* where the most frequent value is first */
	double cubes;    /* sum over values of t^3 - t, t their count: Kendall's correction */
} brc_ties;

/* BRC_USAGE for n = 0 or n >= 2^31. */
brc_rc brc_ranks_new(brc_ranks **r, size_t n, brc_err *err);
void brc_ranks_free(brc_ranks *r);

/*
 * Twice the mid-rank of each of the n values (n <= the n of brc_ranks_new), so
 * that it is exact: 2 for the smallest of distinct values, 2 n for the largest.
 * x must be finite; -0 and 0 tie. Time O(n). `ties` may be NULL.
 */
void brc_ranks_double(brc_ranks *r, const float *x, size_t n, uint32_t *twice, brc_ties *ties);

/* Index of the first value that is NaN or infinite, or n. */
size_t brc_first_nonfinite(const float *x, size_t n);

#endif
