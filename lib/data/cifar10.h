/*
 * The binary version of CIFAR-10: records of one label byte (0 to 9) and
 * 3 x 32 x 32 pixel bytes (channel, row, column). Source:
 * https://www.cs.toronto.edu/~kriz/cifar.html.
 */
#ifndef BRC_DATA_CIFAR10_H
#define BRC_DATA_CIFAR10_H

#include <stddef.h>

#include "base/err.h"
#include "data/array.h"
#include "data/input.h"

enum { BRC_CIFAR10_RECORD = 3073, BRC_CIFAR10_CLASSES = 10 };

/*
 * Append the records of one batch file to image |u1 [n, 3, 32, 32] and label
 * |u1 [n], both zeroed before the first file. BRC_DATA when the file is empty,
 * not a whole number of records long, or has a label above 9; BRC_RESOURCE
 * when a file needs more than `mem` (0: what the machine has).
 */
brc_rc brc_cifar10_append(brc_input *in, size_t mem, brc_array *image, brc_array *label,
			  brc_err *err);

#endif
