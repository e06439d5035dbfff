/*
 * Makes the head of a data set from a source of items: types, labels, classes, and which items
 * are taken. Internal to
 * lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_DATASET_HEAD_H
#define BRC_DATA_DATASETS_DATASET_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"
#include "data/arrays/array.h"
#include "sections/dataset.h"
#include "data/datasets/items.h"
#include "data/datasets/targets.h"

/*
 * The element type that a data set will have: bytes and floats stay what they
 * are (as |u1 and <f4), `tokens` are <i4; other integers become <f4, but only
 * with `scaled` (the scale was given), since their range is unknown.
 */
brc_rc brc_head_pixel(const brc_items *it, bool tokens, bool scaled, brc_pixel *type, brc_err *err);

/*
 * The number of classes, or of labels or outputs. It is `named` (the number that was asked for, or
 * of names; 0: unknown), and every label must be below it. Otherwise it is the largest label + 1.
 * Labels have been settled (data/datasets/targets.h). Those that are *ignored (NULL: none) do not
 * count. BRC_DATA naming the image otherwise.
 */
brc_rc brc_head_classes(const brc_items *it, brc_targets kind, size_t named, const int32_t *ignored,
			size_t *classes, brc_err *err);

/* May these labels be ignored at some places? BRC_DATA unless they are labels of places. */
brc_rc brc_head_check_ignored(const brc_items *it, brc_targets kind, brc_err *err);
/* Labels <i4 that are `ignored` become -1; *n: how many. BRC_DATA when all are. */
brc_rc brc_head_ignore(const brc_items *it, int32_t ignored, size_t *n, brc_err *err);

/* Keep only the labels of the marked items. */
void brc_head_keep(brc_array *label, const bool *chosen, size_t *kept);

/* ---- choosing some of the items: the first, or at random, of all or as many of each class ---- */

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
 * Mark `each` items of every class 0..classes-1 in chosen[n], drawn without
 * replacement (seed, BRC_RNG_SAMPLE, layer: the class); label[n] is within
 * 0..classes-1. BRC_DATA naming a class that has fewer.
 */
brc_rc brc_sample_per_class(const int32_t *label, size_t n, size_t classes, size_t each,
			    uint64_t seed, bool *chosen, brc_err *err);
/* The same with a number for each class, each[classes], none above what the class has. */
brc_rc brc_sample_counts(const int32_t *label, size_t n, size_t classes, const size_t *each,
			 uint64_t seed, brc_purpose purpose, bool *chosen, brc_err *err);

#endif
