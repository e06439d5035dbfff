/* The graph of the units of some layers: an edge is the magnitude of the weights between two. */
#ifndef BRC_NET_UNIT_GRAPH_H
#define BRC_NET_UNIT_GRAPH_H

#include "base/cli.h"
#include "graph/blocks.h"
#include "net/unit_kinds.h"

/*
 * The graph of the layers of these kinds, which owns its blocks; brc_blocks_clear.
 *
 * Two layers are joined by the weights between them. A path may also lead from one to the other
 * through a single hidden layer that is not chosen and has no activation function. It counts with
 * the product of the weights on it. Such paths add up with all others (as squares under l2). In a
 * transformer, that hidden layer is the projection that writes features into the residual stream.
 * BRC_DATA when no two layers are joined, or weights add up to infinity, and as
 * brc_layer_graph_choose; BRC_RESOURCE above `mem` bytes (0: what the machine has). A path costs
 * the product of the numbers of units of its three layers.
 */
brc_rc brc_unit_graph_make(const brc_layer_graph *c, unsigned units, size_t mem, brc_blocks *b,
			   brc_err *err);

/* What of the network is in the graph, and which layers are not joined, on stderr. */
void brc_unit_graph_tell(const brc_cli *cli, const brc_layer_graph *c, const brc_blocks *graph);

#endif
