/* The section affinity of a correlation graph (docs/sections.md), written piece by piece. */
#ifndef BRC_GRAPH_AFFINITY_H
#define BRC_GRAPH_AFFINITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "linalg/correlation.h"
#include "linalg/factor_columns.h"
#include "stream/section.h"

/* The blocks of the graph, without their edges: every pair of layers, or (local) each with itself.
 */
brc_rc brc_affinity_blocks(brc_blocks *b, const brc_layers *layers, bool local, brc_err *err);

/*
 * Add to `s` the layer table, the constant units of `columns`, and a record
 * for each block. The blocks' tensors are to be written after it, in their order
 * (brc_block_tensor_of).
 */
brc_rc brc_affinity_begin(brc_section *s, const brc_blocks *b, const brc_correlation *columns,
			  brc_err *err);

/*
 * The whole section with factors: layer table, constant units, a record for each block, and the
 * columns, whose memory is borrowed.
 */
brc_rc brc_affinity_factors(brc_section *s, const brc_layers *layers, bool local,
			    const brc_factor_columns *columns, brc_err *err);

/*
 * Which units are constant over the samples, by the section: constant[units of all layers].
 * BRC_DATA where it names one that does not exist.
 */
brc_rc brc_affinity_constant(const brc_section *s, size_t units, bool *constant, brc_err *err);

/*
 * Do factors take less time than edges from here to the clusters, by a count of operations and
 * bytes? (docs/performance.md, "Factors")
 */
bool brc_affinity_factors_pay(const brc_layers *layers, bool local, size_t samples);

#endif
