/*
 * Samples of units, and their columns a group at a time: what workers need that make ranks or unit
 * vectors of them.
 */
#ifndef BRC_LINALG_SAMPLES_H
#define BRC_LINALG_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "linalg/ranks.h"

/* What is correlated. */
typedef struct brc_samples {
	const float *value; /* row-major samples x n */
	size_t samples, n;
	bool spooled; /* in a file: pages are left to it once they are read */
} brc_samples;

/* BRC_DATA for fewer than 2 samples. */
brc_rc brc_samples_enough(const brc_samples *in, brc_err *err);
/*
 * BRC_DATA for a NaN or infinity: the first, row by row. It names sample and column in the message,
 * and the column in *bad_column, which may be NULL and is otherwise untouched.
 */
brc_rc brc_samples_finite(const brc_samples *in, size_t *bad_column, brc_err *err);

/* Neighbouring columns that are worked on together: their values in a sample share cache lines. */
enum { BRC_COLUMN_GROUP = 32 };

/* The memory of a worker for such a group. */
typedef struct brc_column_worker {
	brc_ranks *ranks;
	uint32_t *twice; /* [samples] */
	float *x;        /* [BRC_COLUMN_GROUP, stride] */
} brc_column_worker;

/* Free them after a failure, too. */
brc_rc brc_column_workers_new(brc_column_worker **out, size_t workers, size_t samples,
			      size_t stride, brc_err *err);
void brc_column_workers_free(brc_column_worker *w, size_t workers);

/* `count` columns of samples whose rows have n values, from `values` on: x[count, stride]. */
void brc_columns_gather(const float *values, size_t samples, size_t n, size_t count, float *x,
			size_t stride);

#endif
