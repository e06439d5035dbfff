/*
 * Which units to lesion: the sub-clusters that are large and small enough,
 * and the control sets of the same size drawn from the same layer.
 */
#ifndef BRC_STUDY_CONTROLS_H
#define BRC_STUDY_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/labels.h"
#include "sections/lesions.h"
#include "graph/subcluster.h"

/*
 * Can this size be tested? If not, `reason` says why: fewer than
 * `min_size` units, or more than max_fraction of the layer's `eligible` units.
 */
bool brc_controls_size_ok(size_t size, size_t eligible, size_t min_size, double max_fraction,
			  char reason[96]);

/*
 * Sets of units for draws 0..n of sub-clusters t->item[keep[0..m)]; keep
 * ascends. Set (b, i) is unit[first[b * m + i] .. + size of sub-cluster i),
 * ascending indices within its layer.
 */
typedef struct brc_control_sets {
	size_t n, m;
	size_t *first; /* [(n + 1) * m] */
	int32_t *unit;
} brc_control_sets;

/*
 * Draw them. stream[l] is the number under which random numbers of label layer
 * l are drawn (its index in the model's layer table, so that labels which
 * leave out layers get the same draws): generator (seed, BRC_RNG_CONTROL,
 * stream[l], b). Memory: 4 bytes a unit of every set, refused above
 * `mem_limit` (0: what the machine has). BRC_RESOURCE.
 */
brc_rc brc_control_sets_init(brc_control_sets *sets, const brc_labels *labels,
			     const brc_subclusters *t, const size_t *keep, size_t m, size_t n,
			     brc_controls how, uint64_t seed, const uint32_t *stream,
			     size_t mem_limit, brc_err *err);
void brc_control_sets_clear(brc_control_sets *sets); /* of a zeroed or an initialised struct */

#endif
