/*
 * Sub-clusters: the units of one layer that carry one label. They are lesioned, visualised and
 * tested.
 */
#ifndef BRC_GRAPH_SUBCLUSTER_H
#define BRC_GRAPH_SUBCLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/labels.h"
#include "sections/subclusters.h"

typedef struct brc_subcluster {
	size_t layer;    /* index in the layer table of the labels */
	int32_t cluster; /* the label, >= 0 */
	size_t size;     /* units, >= 1 */
	const size_t
		*unit; /* [size] indices within the layer, ascending; borrowed from the table */
} brc_subcluster;

typedef struct brc_subclusters {
	size_t n;
	brc_subcluster *item; /* [n] in order of (layer, cluster) */
	size_t *units;        /* the memory behind item[].unit */
} brc_subclusters;

/* All sub-clusters of a labelling; units labelled -1 are in none. O(N log N). */
brc_rc brc_subclusters_new(brc_subclusters **t, const brc_labels *labels, brc_err *err);
void brc_subclusters_free(brc_subclusters *t);

/*
 * The sub-cluster of `in` that is most like `s`: the one in `layer` whose Jaccard index with it,
 * common units by units of either, is largest; of several the first. BRC_ANY, and an index of 0,
 * where none has a unit of s.
 */
size_t brc_subclusters_nearest(const brc_subclusters *in, const brc_subcluster *s, size_t layer,
			       double *jaccard);

/* The table that sections hold of them: brc_subcluster_table_clear. */
brc_rc brc_subclusters_table(const brc_subclusters *t, brc_subcluster_table *out, brc_err *err);

#endif
