/*
 * Makes the head of a data set from a source of items: types, labels, classes. Internal to
 * lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_DATASET_HEAD_H
#define BRC_DATA_DATASETS_DATASET_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/arrays/array.h"
#include "sections/dataset.h"
#include "data/datasets/items.h"

/*
 * The element type that a data set will have: bytes and floats stay what they
 * are (as |u1 and <f4), `tokens` are <i4; other integers become <f4, but only
 * with `scaled` (the scale was given), since their range is unknown.
 */
brc_rc brc_head_pixel(const brc_items *it, bool tokens, bool scaled, brc_pixel *type, brc_err *err);

/*
 * Turn the labels of `it` into <i4 [n] from [n] or [n, 1], or, of tokens, from
 * [n, tokens] into the same. BRC_DATA when shapes or counts do not agree or a
 * value does not fit.
 */
brc_rc brc_head_labels(brc_items *it, bool tokens, brc_err *err);

/*
 * The number of classes. It is `named` (the number that was asked for, or of class names; 0:
 * unknown), and every label must be below it. Otherwise it is the largest label + 1. Labels are
 * <i4. BRC_DATA naming the image otherwise.
 */
brc_rc brc_head_classes(const brc_items *it, size_t named, size_t *classes, brc_err *err);

/* Keep only the labels of the marked items. */
void brc_head_keep(brc_array *label, const bool *chosen, size_t *kept);

#endif
