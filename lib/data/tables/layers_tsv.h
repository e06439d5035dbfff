/* Layers as a table of text: columns layer and units, separated by tabs, under their names. */
#ifndef BRC_DATA_TABLES_LAYERS_TSV_H
#define BRC_DATA_TABLES_LAYERS_TSV_H

#include "base/err.h"
#include "stream/layers.h"

/*
 * Read such a table, as brc_units_tsv_write writes it: other columns are ignored. BRC_DATA naming
 * the line, also for a layer that stands twice. brc_layers_clear() *t.
 */
brc_rc brc_layers_tsv_read(brc_layers *t, const char *path, brc_err *err);

#endif
