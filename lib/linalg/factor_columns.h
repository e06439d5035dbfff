/*
 * Columns of values or ranks as rows of factors. The correlation of two units is the cosine of the
 * angle between their rows.
 */
#ifndef BRC_LINALG_FACTOR_COLUMNS_H
#define BRC_LINALG_FACTOR_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "linalg/correlation.h"

typedef struct brc_factor_columns {
	size_t samples, n;
	float *row; /* [n, samples] */
} brc_factor_columns;

/*
 * Spearman: mid-ranks less their mean, doubled. These are whole numbers, so correlations of few
 * samples are exact, and correlations of 0 are exactly 0. Pearson: values less their mean, scaled
 * to length 1 in double precision. A unit whose values are all equal gets zeroes. The same bytes
 * for any pool. BRC_DATA as brc_correlation_init, with *bad_column.
 */
brc_rc brc_factor_columns_init(brc_factor_columns *c, const brc_samples *in, brc_corr_method method,
			       brc_pool *pool, size_t *bad_column, brc_err *err);
/* The same into memory of who calls, row[n, samples]. */
brc_rc brc_factor_columns_fill(float *row, const brc_samples *in, brc_corr_method method,
			       brc_pool *pool, size_t *bad_column, brc_err *err);
void brc_factor_columns_clear(brc_factor_columns *c); /* of a zeroed or an initialised struct */

/* Is unit u constant over the samples? */
bool brc_factor_columns_constant(const brc_factor_columns *c, size_t u);

/* Bytes of the columns, and of the `threads` workers that make them; SIZE_MAX if that overflows. */
size_t brc_factor_columns_bytes(size_t samples, size_t n, size_t threads);

#endif
