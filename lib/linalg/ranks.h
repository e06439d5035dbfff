/*
 * Mid-ranks: position in sorted order, tied values sharing the mean of theirs.
 */
#ifndef BRC_LINALG_RANKS_H
#define BRC_LINALG_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Working memory for columns of up to n values. Several threads need one each. */
typedef struct brc_ranks brc_ranks;

/* BRC_USAGE for n = 0 or n >= 2^31. */
brc_rc brc_ranks_new(brc_ranks **r, size_t n, brc_err *err);
void brc_ranks_free(brc_ranks *r);

/*
 * Twice the mid-rank of each of the n values (n <= the n of brc_ranks_new), so
 * that it is exact: 2 for the smallest of distinct values, 2 n for the largest.
 * x must be finite; -0 and 0 tie. Time O(n).
 */
void brc_ranks_double(brc_ranks *r, const float *x, size_t n, uint32_t *twice);

/*
 * The same centred and scaled to unit 2-norm, in double before the final
 * rounding: the product of two such columns is Spearman's correlation. z may be x. False,
 * and zeroes, when all values are equal.
 */
bool brc_ranks_unit(brc_ranks *r, const float *x, size_t n, float *z);

/* Index of the first value that is NaN or infinite, or n. */
size_t brc_first_nonfinite(const float *x, size_t n);

#endif
