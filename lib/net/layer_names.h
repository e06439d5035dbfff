/* What layers are called. Internal to lib/net. */
#ifndef BRC_NET_LAYER_NAMES_H
#define BRC_NET_LAYER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/layers.h"

enum { BRC_LAYER_NAME = 96 }; /* bytes of a name as it is proposed */

typedef struct brc_layer_name {
	char text[BRC_LAYER_NAME + 24]; /* a number fits behind it */
	size_t units;
} brc_layer_name;

/*
 * buf[BRC_LAYER_NAME]: the first n bytes of s, as many as fit, printable. Returns false when
 * nothing is left.
 */
bool brc_layer_name_take(char *buf, const char *s, size_t n);

/*
 * The table of layers with the names p[n].text and p[n].units, which is overwritten.
 * An equal name gets the number of its layer behind a "#". brc_layers_clear.
 */
brc_rc brc_layer_names_table(brc_layer_name *p, size_t n, brc_layers *table, brc_err *err);

#endif
