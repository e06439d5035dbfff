/* Which layer feeds which. Internal to lib/net. */
#ifndef BRC_NET_LAYER_EDGES_H
#define BRC_NET_LAYER_EDGES_H

#include "net/network.h"

/* From the units traced: net->edge and net->n_edges. BRC_DATA when there are too many. */
brc_rc brc_net_find_edges(brc_net *net, brc_err *err);
/* brc_layer_graph.weights for a network; in edge_weights.c. */
brc_rc brc_net_edge_weights(const void *net, size_t edge, float *w, brc_err *err);

#endif
