/*
 * What the labels of items are: classes, a class at each place, independent labels, or numbers.
 * Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_TARGETS_H
#define BRC_DATA_DATASETS_TARGETS_H

#include <stdbool.h>

#include "base/err.h"
#include "data/datasets/dataset_files.h"
#include "data/datasets/items.h"

/*
 * Turn the labels of `it` into what `kind` says, and `kind` AUTO into what they are:
 *
 * CLASSES     <i4 [n], from [n], [n, 1], or (if asked for) one-hot rows [n, K]
 * PLACES      <i4 [n, ...]: of tokens [n, tokens], of images up to three extents, such as [n, H, W]
 * LABELS      |u1 [n, K], 0 or 1
 * REGRESSION  <f4 [n, K], from [n, K], or of a single output [n]
 *
 * Unasked, [n] is classes, or numbers if some are no whole numbers from 0; [n, K] of 0 and 1 is
 * labels, of other floats numbers; of sequences [n, tokens], and all with more extents, are places.
 * An extent of 1 after the first does not count. BRC_DATA when shapes or counts do not agree, a
 * value does not fit, or nothing tells what is meant.
 */
brc_rc brc_targets_settle(brc_items *it, bool tokens, brc_targets *kind, brc_err *err);

/* What a kind is called on the command line: "classes". */
const char *brc_targets_name(brc_targets kind);

#endif
