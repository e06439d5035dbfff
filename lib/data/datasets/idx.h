/*
 * IDX files (the format of MNIST): two zero bytes, a type byte, the number of
 * extents, the extents as big-endian 32-bit words, then the elements,
 * big-endian, row-major. Source: http://yann.lecun.com/exdb/mnist/.
 *
 * Internal to lib/data/datasets.
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
 * The head: type and shape, no data; the elements follow, and *swap says that they are big-endian.
 * BRC_DATA naming the file and what is wrong.
 */
brc_rc brc_idx_head(brc_input *in, brc_array *out, bool *swap, brc_err *err);

#endif
