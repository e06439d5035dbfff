/* The layers of a network: which nodes make units, and where their values lie. Internal to lib/net.
 */
#ifndef BRC_NET_LAYERS_H
#define BRC_NET_LAYERS_H

#include "net/network.h"

/*
 * From net->g and net->input: net->n_layers, and of each layer net->layer (kind,
 * units, and a role that tracing may still correct) and net->site, the input
 * first, the others in the order of their nodes. BRC_DATA when there is no other.
 */
brc_rc brc_net_find_layers(brc_net *net, brc_err *err);

/* The weights of a node that makes new units; false for one that makes none. */
bool brc_net_makes_units(const brc_exec *g, const brc_node *n, brc_linear_map *w);
/* A convolution that treats every channel by itself. It passes channels on, and makes no units. */
bool brc_net_is_depthwise(const brc_exec *g, const brc_node *n, brc_linear_map *w);

#endif
