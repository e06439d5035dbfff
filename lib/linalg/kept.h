/* The best partitions so far. Labels take as few bytes as possible. */
#ifndef BRC_LINALG_KEPT_H
#define BRC_LINALG_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef struct brc_kept {
	size_t n, most;       /* partitions; at most */
	size_t points;        /* labels of each */
	double *inertia;      /* [most] ascending; equal ones by restart */
	size_t *restart;      /* [most] the first that ended in it */
	size_t width;         /* private: bytes of a label, 1, 2 or 4 */
	unsigned char *label; /* private: [most + 1, points, width]; the last one to work in */
} brc_kept;

/* None yet, of labels 0 .. k - 1. */
brc_rc brc_kept_init(brc_kept *p, size_t most, size_t points, size_t k, brc_err *err);
void brc_kept_clear(brc_kept *p); /* of a zeroed or an initialised struct */

/*
 * Insert a partition in the order of (inertia, restart), if it is good enough. If the same
 * partition comes with the same inertia, the lower restart counts. So the result does not depend on
 * the order of calls.
 */
void brc_kept_add(brc_kept *p, const int32_t *label, double inertia, size_t restart);

/* Labels [points] of partition i. */
void brc_kept_labels(const brc_kept *p, size_t i, int32_t *label);

#endif
