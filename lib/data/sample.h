/* Choosing some of the images: the first ones, or as many of each class at random. */
#ifndef BRC_DATA_SAMPLE_H
#define BRC_DATA_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/array.h"

/*
 * Cut image [n, ...] and label [n] down to their first `first` entries;
 * BRC_DATA when there are fewer.
 */
brc_rc brc_sample_first(brc_array *image, brc_array *label, size_t first, brc_err *err);

/*
 * Keep `each` images of every class 0..classes-1, drawn without replacement
 * (seed, BRC_RNG_SAMPLE, layer: the class) and left in their order; label is
 * <i4 [n] within 0..classes-1. BRC_DATA naming a class that has fewer.
 */
brc_rc brc_sample_per_class(brc_array *image, brc_array *label, size_t classes, size_t each,
			    uint64_t seed, brc_err *err);

#endif
