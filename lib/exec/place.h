/*
 * Where buffers lie in one block of memory, if each is needed only for a while. Internal to
 * lib/exec.
 */
#ifndef BRC_EXEC_PLACE_H
#define BRC_EXEC_PLACE_H

#include <stddef.h>

#include "base/err.h"

/* Needed from step `first` to step `last`, both included. */
typedef struct brc_lifetime {
	size_t first, last, bytes;
	size_t offset; /* set: a multiple of 64 */
} brc_lifetime;

/*
 * Give each of life[n] its offset, so that no two buffers that are needed at the same step overlap.
 * They are placed in the order of their first steps, each in the smallest gap that is large enough.
 * *bytes is the size of the block. BRC_RESOURCE.
 */
brc_rc brc_place(brc_lifetime *life, size_t n, size_t *bytes, brc_err *err);

#endif
