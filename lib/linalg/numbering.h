/*
 * Clusters are numbered by their size and first point, so that the same partition has the same
 * labels.
 */
#ifndef BRC_LINALG_NUMBERING_H
#define BRC_LINALG_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

/* Working memory: [k] of these. */
typedef struct brc_numbering {
	size_t size, first; /* first: lowest point in it */
	int32_t old, number;
} brc_numbering;

/* Number the clusters 0 .. k - 1 of label[n] by descending size, ties by first point; -1 stays. */
void brc_number_by_size(int32_t *label, size_t n, size_t k, brc_numbering *work);

#endif
