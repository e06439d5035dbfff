/*
 * Layers as a file declares them, one after the other, and as a table of text: columns layer and
 * units, separated by tabs, under their names.
 */
#ifndef BRC_DATA_TABLES_LAYERS_TSV_H
#define BRC_DATA_TABLES_LAYERS_TSV_H

#include <stddef.h>

#include "base/err.h"
#include "stream/layers.h"

/* A brc_layers is made of such a list at the end. Zeroed it is empty. */
typedef struct brc_layer_list {
	char **name;
	size_t *units, total; /* of each layer; of all */
	size_t n, cap, cap_units;
} brc_layer_list;

/*
 * Append a layer; the name is copied. BRC_DATA, without file or line, for more than BRC_LAYERS_MAX
 * layers or a name of more than BRC_TEXT_MAX bytes; whoever calls sees to the number of units.
 */
brc_rc brc_layer_list_add(brc_layer_list *t, const char *name, size_t units, brc_err *err);

/* The layers of the list, which is not empty; errors as of brc_layers_init. */
brc_rc brc_layer_list_make(const brc_layer_list *t, brc_layers *layers, brc_err *err);
void brc_layer_list_clear(brc_layer_list *t); /* of a zeroed or a filled list */

/*
 * Read a table, as brc_units_tsv_write writes it: other columns are ignored. BRC_DATA naming
 * the line, also for a layer that stands twice. brc_layers_clear() *t.
 */
brc_rc brc_layers_tsv_read(brc_layers *t, const char *path, brc_err *err);

#endif
