/*
 * A data set in two parts: `fit`, from which partitions are made, and `test`, on which they are
 * lesioned.
 * Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_SPLIT_H
#define BRC_DATA_DATASETS_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/arrays/array.h"

/*
 * Mark about n * fraction of the items as fit[n]. Both parts hold at least one. With classes
 * (label[n], each within 0..classes-1) both hold items of every class that has two. Otherwise each
 * class gets the whole part of its share of `fit`, and those with the largest remainders get one
 * more, so that the sum is right (Hamilton's apportionment; equal remainders by lot). Without
 * classes (label NULL, classes 1) items are drawn from all of them. Keyed by
 * (seed, BRC_RNG_SPLIT). BRC_DATA when there is a single item; BRC_RESOURCE.
 */
brc_rc brc_split_mark(const int32_t *label, size_t n, size_t classes, double fraction,
		      uint64_t seed, bool *fit, brc_err *err);

/* Move the rows that are not marked behind those that are; the order within both stays. */
brc_rc brc_split_rows(brc_array *label, const bool *fit, brc_err *err);

#endif
