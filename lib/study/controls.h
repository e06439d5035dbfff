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
#include "base/rng.h"
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
	double *value; /* [(n + 1) * m] what sets are matched by; NULL: they are drawn at random */
} brc_control_sets;

/* The eligible units of one layer, those with a label, and the sub-clusters that they are in. */
typedef struct brc_drawn_layer {
	size_t layer;         /* index in the layer table of the labels */
	size_t n;             /* units */
	const int32_t *unit;  /* [n] ascending indices within the layer */
	const int32_t *group; /* [n] sub-cluster of each, counted from the layer's first */
	size_t groups;        /* sub-clusters of the layer, left-out ones included */
} brc_drawn_layer;

/*
 * A way to draw all sub-clusters of a layer together. `begin` is called once a layer, before its
 * draws, and may be NULL. `draw` fills drawn[n]: each sub-cluster keeps its size. `value` is the
 * property of a set that controls are matched by, NaN where it has none.
 */
typedef struct brc_redraw {
	brc_purpose purpose; /* of the random numbers */
	brc_rc (*begin)(void *of, const brc_drawn_layer *d, brc_err *err);
	void (*draw)(void *of, const brc_drawn_layer *d, brc_rng *rng, int32_t *drawn);
	double (*value)(void *of, const brc_drawn_layer *d, const int32_t *unit, size_t n);
	void *of;
} brc_redraw;

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
/* The same, drawn in another way: random numbers are keyed by its purpose. Errors of `begin`, too.
 */
brc_rc brc_control_sets_redraw(brc_control_sets *sets, const brc_labels *labels,
			       const brc_subclusters *t, const size_t *keep, size_t m, size_t n,
			       const brc_redraw *by, uint64_t seed, const uint32_t *stream,
			       size_t mem_limit, brc_err *err);
/* Bytes that they take, of at least one draw; SIZE_MAX if that does not fit. */
size_t brc_control_sets_bytes(const brc_control_sets *sets);
void brc_control_sets_clear(brc_control_sets *sets); /* of a zeroed or an initialised struct */

#endif
