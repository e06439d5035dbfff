/* Choosing some of the items: the first ones, or at random, of all or as many of each class. */
#ifndef BRC_DATA_DATASETS_SAMPLE_H
#define BRC_DATA_DATASETS_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A count of items: of all, or of each class. */
typedef struct brc_sample {
	size_t n;
	bool per_class;
} brc_sample;

/* "1000" or "50-per-class", at least 1; BRC_USAGE naming --sample otherwise. */
brc_rc brc_sample_parse(const char *text, brc_sample *s, brc_err *err);

/* Mark the first `first` of n in chosen[n]; BRC_DATA when there are fewer. */
brc_rc brc_sample_first(size_t n, size_t first, bool *chosen, brc_err *err);

/*
 * Mark `count` of n items, drawn without replacement (seed, BRC_RNG_SAMPLE, layer: BRC_CLASSES_MAX,
 * which is no class). BRC_DATA when there are fewer.
 */
brc_rc brc_sample_any(size_t n, size_t count, uint64_t seed, bool *chosen, brc_err *err);

/*
 * The same draw, keyed by (seed, BRC_RNG_SAMPLE) alone: *item[*count], indices of items in
 * ascending order, which the caller frees. *count: how many are wanted, 0 for all n; then how many
 * there are. BRC_DATA when there are fewer, or more than INT32_MAX to choose from; BRC_RESOURCE.
 */
brc_rc brc_sample_list(size_t n, size_t *count, uint64_t seed, size_t **item, brc_err *err);

/*
 * Mark `each` items of every class 0..classes-1 in chosen[n], drawn without
 * replacement (seed, BRC_RNG_SAMPLE, layer: the class); label[n] is within
 * 0..classes-1. BRC_DATA naming a class that has fewer.
 */
brc_rc brc_sample_per_class(const int32_t *label, size_t n, size_t classes, size_t each,
			    uint64_t seed, bool *chosen, brc_err *err);

#endif
