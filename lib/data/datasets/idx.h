/*
 * IDX files (the format of MNIST): two zero bytes, a type byte, the number of
 * extents, the extents as big-endian 32-bit words, then the elements,
 * big-endian, row-major. Source: http://yann.lecun.com/exdb/mnist/.
 */
#ifndef BRC_DATA_DATASETS_IDX_H
#define BRC_DATA_DATASETS_IDX_H

#include <stdbool.h>

#include "base/err.h"
#include "data/arrays/array.h"
#include "data/bytes/input.h"

/* Do these first bytes (4 of them) look like IDX? */
bool brc_idx_magic(const unsigned char *p, size_t n);

/*
 * Read the whole input, which must hold one array and nothing after it.
 * BRC_DATA naming the file and what is wrong, with expected and found bytes;
 * BRC_RESOURCE when the array needs more than `mem` (0: what the machine has).
 */
brc_rc brc_idx_read(brc_input *in, size_t mem, brc_array *out, brc_err *err);

/* The head alone: type and shape, no data; the elements follow. *swap: big-endian. */
brc_rc brc_idx_head(brc_input *in, brc_array *out, bool *swap, brc_err *err);

#endif
