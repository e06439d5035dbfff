/*
 * The binary version of CIFAR-10: records of one label byte (0 to 9) and
 * 3 x 32 x 32 pixel bytes (channel, row, column). Source:
 * https://www.cs.toronto.edu/~kriz/cifar.html.
 *
 * Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_CIFAR10_H
#define BRC_DATA_DATASETS_CIFAR10_H

#include <stddef.h>

#include "base/err.h"
#include "data/bytes/input.h"
#include "data/datasets/items.h"

enum { BRC_CIFAR10_RECORD = 3073, BRC_CIFAR10_CLASSES = 10 };

/*
 * The records of n batch files, in order, as items |u1 [3, 32, 32] with labels
 * |u1. The inputs are borrowed for the call. BRC_DATA when a file is empty,
 * not a whole number of records long, or has a label above 9.
 */
brc_rc brc_cifar10_open(brc_items **it, brc_input *const *in, size_t n, brc_err *err);

#endif
