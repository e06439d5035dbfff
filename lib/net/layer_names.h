/* What layers are called. Internal to lib/net. */
#ifndef BRC_NET_LAYER_NAMES_H
#define BRC_NET_LAYER_NAMES_H

#include "net/network.h"

/*
 * From the layers found: net->layers, and the names in net->layer. A name is the
 * model's own as far as it can be read, printable, and no two are equal.
 */
brc_rc brc_net_name_layers(brc_net *net, brc_err *err);

enum { BRC_LAYER_NAME = 96 }; /* bytes of a name as it is proposed */

typedef struct brc_layer_name {
	char text[BRC_LAYER_NAME + 24]; /* a number fits behind it */
	size_t units, layer;
} brc_layer_name;

/*
 * The table of layers with the names p[n].text and p[n].units, which is overwritten.
 * An equal name gets the number of its layer behind a "#". brc_layers_clear.
 */
brc_rc brc_layer_names_table(brc_layer_name *p, size_t n, brc_layers *table, brc_err *err);

#endif
