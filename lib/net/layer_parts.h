/* What layers are part of: an MLP, attention. Internal to lib/net. */
#ifndef BRC_NET_LAYER_PARTS_H
#define BRC_NET_LAYER_PARTS_H

#include "net/network.h"

/*
 * From the units traced and the roles of layers: `untraced`, `linear`, `mlp`,
 * `head` and `heads` of each in net->layer. Names play no part.
 */
brc_rc brc_net_find_parts(brc_net *net, brc_err *err);

#endif
