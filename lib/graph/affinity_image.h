/*
 * The affinity of a clustered graph as an image: units sorted by cluster, edges averaged over bins.
 * Reports show it, because the graph itself was consumed.
 */
#ifndef BRC_GRAPH_AFFINITY_IMAGE_H
#define BRC_GRAPH_AFFINITY_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/cluster_graph.h"
#include "sections/spectrum.h"

/*
 * Fill image, bins and boundary of `out`. The m labelled units of `g` in order of (label, unit)
 * fall into b = min(m, BRC_AFFINITY_BINS) bins of consecutive units, sizes equal to within one; an
 * entry is the mean edge over all pairs of units of two bins (a unit and itself: 0). boundary[c] is
 * the bin of cluster c's first unit, or where it would be; b after the last.
 * label: [g->n] in -1 .. k-1, one unit at least labelled.
 */
brc_rc brc_affinity_image_make(const brc_graph *g, const int32_t *label, size_t k,
			       brc_spectrum *out, brc_err *err);

#endif
