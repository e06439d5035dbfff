/*
 * Correlation graphs: columns of values to unit vectors, products of those to
 * edges between 0 and 1.
 */
#ifndef BRC_LINALG_CORRELATION_H
#define BRC_LINALG_CORRELATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"

typedef enum brc_corr_method { BRC_CORR_SPEARMAN = 0, BRC_CORR_PEARSON = 1 } brc_corr_method;
#define BRC_CORR_METHODS "spearman|pearson"

/* How a correlation becomes an edge: r^2, |r| or max(r, 0). */
typedef enum brc_corr_edge {
	BRC_CORR_SQUARE = 0,
	BRC_CORR_ABS = 1,
	BRC_CORR_POSITIVE = 2
} brc_corr_edge;
#define BRC_CORR_EDGES "square|abs|positive"

/* Columns first .. first + count - 1. */
typedef struct brc_range {
	size_t first, count;
} brc_range;

/* Floats from one column of z to the next: samples rounded up to a multiple of 16. */
size_t brc_correlation_stride(size_t samples);

/*
 * Unit columns: z[u * stride + s], stride = brc_correlation_stride(samples),
 * n columns, the padding zeroed. Spearman: centred mid-ranks; Pearson: values
 * minus their mean taken in double, so that a large mean costs no accuracy; both
 * scaled to unit 2-norm. A column whose values are all equal becomes zeroes and
 * constant[u] = 1, others 0.
 *
 * values: row-major samples x n. BRC_DATA for fewer than 2 samples, and for a NaN
 * or infinity, naming sample and column (of the first, row by row) both in the
 * message and in *bad_column (may be NULL; untouched otherwise).
 */
brc_rc brc_correlation_columns(const float *values, size_t samples, size_t n,
			       brc_corr_method method, brc_pool *pool, float *z, uint8_t *constant,
			       size_t *bad_column, brc_err *err);

/*
 * Edges between columns a and columns b: row-major a.count x b.count, each within
 * [0, 1], 0 where a column is constant. Where the ranges are the same the block is
 * exactly symmetric with a zero diagonal; otherwise they must not overlap
 * (BRC_USAGE). Accurate to 8e-6 against double arithmetic for any values and edge, to
 * 2e-6 for all that have been tried.
 *
 * Cost 2 * samples * a.count * b.count operations in single precision (half of
 * that when a == b), in tiles whose shape depends on the sizes alone; samples in
 * blocks summed in order in double.
 */
brc_rc brc_correlation_block(const float *z, size_t samples, brc_range a, brc_range b,
			     brc_corr_edge edge, brc_pool *pool, float *out, brc_err *err);

#endif
