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
#include "sections/labels.h"
#include "sections/spectrum.h"

/*
 * Fill image, bins and boundary of `out`. The m labelled units of `g` in order of (label, unit)
 * fall into b = min(m, BRC_AFFINITY_BINS) bins of consecutive units, sizes equal to within one; an
 * entry is the mean edge over all pairs of units of two bins (a unit and itself: 0). boundary[c] is
 * the bin of cluster c's first unit, or where it would be; b after the last.
 * label: [g->n] in -1 .. k-1, one unit at least labelled.
 */
brc_rc brc_picture_make(const brc_graph *g, const int32_t *label, size_t k, brc_spectrum *out,
			brc_err *err);

/*
 * Fill the group and the links of `out`: the sub-clusters of `labels`, and the summed edges > 0
 * between them. `blocks` and `labels` have the same layers.
 */
brc_rc brc_links_make(const brc_blocks *blocks, const brc_labels *labels, brc_spectrum *out,
		      brc_err *err);

#endif
