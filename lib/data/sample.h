/* Choosing some of the items: the first ones, or as many of each class at random. */
#ifndef BRC_DATA_SAMPLE_H
#define BRC_DATA_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Mark the first `first` of n in chosen[n]; BRC_DATA when there are fewer. */
brc_rc brc_sample_first(size_t n, size_t first, bool *chosen, brc_err *err);

/*
 * Mark `each` items of every class 0..classes-1 in chosen[n], drawn without
 * replacement (seed, BRC_RNG_SAMPLE, layer: the class); label[n] is within
 * 0..classes-1. BRC_DATA naming a class that has fewer.
 */
brc_rc brc_sample_per_class(const int32_t *label, size_t n, size_t classes, size_t each,
			    uint64_t seed, bool *chosen, brc_err *err);

#endif
