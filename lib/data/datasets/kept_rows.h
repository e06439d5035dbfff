/*
 * Rows that wait while others are written: the images of a second part, which a stream can hold
 * only behind the first. They lie in memory, or in an unlinked file if they are too many.
 * Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_KEPT_ROWS_H
#define BRC_DATA_DATASETS_KEPT_ROWS_H

#include <stddef.h>

#include "base/err.h"
#include "base/scratch.h"

typedef struct brc_kept_rows {
	brc_scratch room;
	size_t bytes;   /* of a row */
	size_t n;       /* rows that were put */
	size_t dropped; /* bytes of a spooled room that are no longer in memory */
} brc_kept_rows;

/*
 * Room for n rows of `bytes` each. A file holds them if they take more than half of `mem` (0: of
 * what the machine has). BRC_RESOURCE, naming `what`.
 */
brc_rc brc_kept_rows_init(brc_kept_rows *k, size_t n, size_t bytes, size_t mem, const char *what,
			  brc_err *err);
void brc_kept_rows_clear(brc_kept_rows *k); /* of a zeroed or an initialised struct */

/* The place of the next row, which the caller fills. */
void *brc_kept_rows_next(brc_kept_rows *k);
/* Row i, which was put. Rows before it may leave memory, until they are asked for again. */
const void *brc_kept_rows_at(brc_kept_rows *k, size_t i);

#endif
