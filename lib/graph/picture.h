/*
 * What reports show of a clustered graph when the graph itself is gone: the
 * affinity sorted by cluster and averaged over bins, and the summed edges
 * between sub-clusters.
 */
#ifndef BRC_GRAPH_PICTURE_H
#define BRC_GRAPH_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "graph/graph.h"
#include "graph/labels.h"
#include "stream/section.h"

enum { BRC_PICTURE_MAX = 512 };

/*
 * Add `picture` <f4 [b, b] and `picture/boundary` <i4 [k] to a section. The m
 * labelled units of `g` in order of (label, unit) fall into b = min(m, 512) bins
 * of consecutive units, sizes equal to within one; an entry is the mean edge
 * over all pairs of units of two bins (a unit and itself: 0). boundary[c] is the
 * bin of cluster c's first unit, or where it would be; b after the last.
 * label: [g->n] in -1 .. k-1, one unit at least labelled.
 */
brc_rc brc_picture_write(const brc_graph *g, const int32_t *label, size_t k, brc_section *s,
			 brc_err *err);

/*
 * Add the tables `group` (the sub-clusters of `labels`) and `link` (group
 * indices from < to, ascending, and the summed edges > 0 between them) to a
 * section. `blocks` and `labels` have the same layers.
 */
brc_rc brc_links_write(const brc_blocks *blocks, const brc_labels *labels, brc_section *s,
		       brc_err *err);

#endif
