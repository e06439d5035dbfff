/*
 * Sets of units from which an element comes. Each unit has the factor that it has passed on the
 * way. Equal sets are stored once. Internal to lib/net.
 */
#ifndef BRC_NET_TRACE_UNIT_SETS_H
#define BRC_NET_TRACE_UNIT_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Magnitude `factor` >= 0 of what unit `unit` of layer `layer` brings. */
typedef struct brc_scaled_unit {
	int32_t layer, unit;
	float factor;
} brc_scaled_unit;

typedef struct brc_unit_sets brc_unit_sets;

/* At most `most` entries of all sets together. */
brc_rc brc_unit_sets_new(brc_unit_sets **t, size_t most, brc_err *err);
void brc_unit_sets_free(brc_unit_sets *t);

/* Entries of a set, by layer and unit, none twice; *n of them. Set 0 is empty. Valid until the next
 * set is made. */
const brc_scaled_unit *brc_unit_sets_get(const brc_unit_sets *t, int32_t set, size_t *n);

/* ---- sets; BRC_DATA when there are too many entries, BRC_RESOURCE ---- */

/* One unit, with factor 1. */
brc_rc brc_unit_sets_one(brc_unit_sets *t, int32_t layer, int32_t unit, int32_t *set, brc_err *err);
/* The union of both. For a unit in both, the factors add up (`sum`), or the larger one counts. */
brc_rc brc_unit_sets_join(brc_unit_sets *t, int32_t a, int32_t b, bool sum, int32_t *set,
			  brc_err *err);
/* The union of a[n], where the largest factor of a unit counts; the k-th is a[k * step]. */
brc_rc brc_unit_sets_max_all(brc_unit_sets *t, const int32_t *a, size_t n, size_t step,
			     int32_t *set, brc_err *err);
/* All factors times |factor|. */
brc_rc brc_unit_sets_scale(brc_unit_sets *t, int32_t a, float factor, int32_t *set, brc_err *err);
/* Is every unit of a in b? */
bool brc_unit_sets_is_subset(const brc_unit_sets *t, int32_t a, int32_t b);

#endif
