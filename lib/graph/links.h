/*
 * The summed edges between sub-clusters: Reports draw them, because the graph itself was consumed.
 */
#ifndef BRC_GRAPH_LINKS_H
#define BRC_GRAPH_LINKS_H

#include "base/err.h"
#include "graph/blocks.h"
#include "sections/labels.h"
#include "sections/spectrum.h"

/*
 * Fill the group and the links of `out`: the sub-clusters of `labels`, and the summed edges > 0
 * between them. `blocks` and `labels` have the same layers.
 */
brc_rc brc_links_make(const brc_blocks *blocks, const brc_labels *labels, brc_spectrum *out,
		      brc_err *err);

#endif
