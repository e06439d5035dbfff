/*
 * The formats of labelled items that have a file each here: IDX, the binary version of CIFAR-10,
 * and tokens. Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_SOURCES_H
#define BRC_DATA_DATASETS_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/arrays/array.h"
#include "data/bytes/input.h"
#include "data/datasets/items.h"

/*
 * ---- IDX, the format of MNIST: two zero bytes, a type byte, the number of extents, the extents as
 * big-endian 32-bit words, then the elements, big-endian, row-major. Source:
 * http://yann.lecun.com/exdb/mnist/. ----
 */

/* Do these first bytes (4 of them) look like IDX? */
bool brc_idx_magic(const unsigned char *p, size_t n);

/*
 * The head: type and shape, no data; the elements follow, and *swap says that they are big-endian.
 * BRC_DATA naming the file and what is wrong.
 */
brc_rc brc_idx_head(brc_input *in, brc_array *out, bool *swap, brc_err *err);

/*
 * ---- the binary version of CIFAR-10: records of one label byte (0 to 9) and 3 x 32 x 32 pixel
 * bytes (channel, row, column). Source: https://www.cs.toronto.edu/~kriz/cifar.html. ----
 */

enum { BRC_CIFAR10_RECORD = 3073, BRC_CIFAR10_CLASSES = 10 };

/*
 * The records of n batch files, in order, as items |u1 [3, 32, 32] with labels
 * |u1. The inputs are borrowed for the call. BRC_DATA when a file is empty,
 * not a whole number of records long, or has a label above 9.
 */
brc_rc brc_cifar10_open(brc_items **it, brc_input *const *in, size_t n, brc_err *err);

/* ---- sequences of tokens in which the label of a token is the token that follows ---- */

/*
 * From an NPY file of integers [n, T]: items <i4 [T - 1], the first tokens of each sequence, with
 * labels [n, T - 1], the token that follows each. From [tokens], a single text: `length` of them an
 * item. Each item begins where the one before it ended; a rest at the end is not used.
 *
 * The input is borrowed. All tokens are held, within `mem` bytes (0: what the
 * machine has), since they are the labels too. BRC_DATA when the array is of
 * another kind, or sequences have fewer than two tokens.
 */
brc_rc brc_items_of_next_tokens(brc_items **it, brc_input *in, size_t length, size_t mem,
				brc_err *err);

#endif
