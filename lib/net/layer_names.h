/* What layers are called. Internal to lib/net. */
#ifndef BRC_NET_LAYER_NAMES_H
#define BRC_NET_LAYER_NAMES_H

#include "net/network.h"

/*
 * From the layers found: net->layers, and the names in net->layer. A name is the
 * model's own as far as it can be read, printable, and no two are equal.
 */
brc_rc brc_net_name_layers(brc_net *net, brc_err *err);

#endif
