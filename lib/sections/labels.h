/*
 * Labels: a partition of the units of a layer table into clusters, and its
 * section labels/1 (docs/sections.md).
 */
#ifndef BRC_SECTIONS_LABELS_H
#define BRC_SECTIONS_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/graph_result.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef enum brc_labels_mode {
	BRC_LABELS_GLOBAL,
	BRC_LABELS_LOCAL,
	BRC_LABELS_IMPORTED
} brc_labels_mode;

typedef struct brc_labels {
	brc_layers layers;
	int32_t *label; /* [brc_layers_total(&layers)]: cluster >= 0, or -1 for none; owned */
	brc_labels_mode mode;
	char source[16];         /* see brc_edge_origin_source; of imported labels "" (absent) */
	size_t k;                /* clusters asked for: the largest k of its graphs */
	size_t isolated;         /* units labelled -1 */
	double ncut;             /* mean over graphs; NaN for imported labels (absent) */
	size_t n_graphs;         /* 0: no clustering made them */
	brc_graph_result *graph; /* [n_graphs] name, k, ncut and in_out; owned */
} brc_labels;

/*
 * A table in which every unit is -1, imported, k 0, n-cut NaN: set
 * `label`, then the other fields. brc_labels_write counts `isolated` itself.
 */
brc_rc brc_labels_init(brc_labels *l, const brc_layers *layers, brc_err *err);
void brc_labels_clear(brc_labels *l); /* of a zeroed or an initialised struct */
/* The invariant, for BRC_ASSERT_VALID: a valid layer table, labels >= -1, one of the three modes.
 */
bool brc_labels_valid(const brc_labels *l);

/*
 * From a section: everything is copied. BRC_DATA when a label is below -1 or
 * the mode is not one of the three. Label values are not bounded by k: use
 * brc_subclusters_new, never an array of `largest label` entries.
 */
brc_rc brc_labels_read(brc_labels *l, const brc_section *s, brc_err *err);

/* Those called `name` among n sections; BRC_DATA when there are none. */
brc_rc brc_labels_find(brc_labels *l, const brc_section *const *all, size_t n, const char *name,
		       brc_err *err);

/* Into an empty section labels/1; everything is copied. */
brc_rc brc_labels_write(const brc_labels *l, brc_section *s, brc_err *err);

/* "global", "local" or "imported". */
const char *brc_labels_mode_name(brc_labels_mode mode);

/* *out = number of distinct labels >= 0 among n: those of a layer, or all. */
brc_rc brc_labels_distinct(const int32_t *label, size_t n, size_t *out, brc_err *err);

#endif
