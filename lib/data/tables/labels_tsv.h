/*
 * Labels as a table of text, one unit a line: columns layer, unit (from 0
 * within the layer) and cluster (-1: in none), separated by tabs, under a
 * line with their names; and a column name where units have names.
 */
#ifndef BRC_DATA_TABLES_LABELS_TSV_H
#define BRC_DATA_TABLES_LABELS_TSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "data/tables/unit_names.h"
#include "stream/layers.h"

#define BRC_LABELS_TSV_MAX ((size_t)1 << 30) /* bytes that are read */

/*
 * Append the table to `out`, layers and units in order; `label` [total] is
 * >= -1. With names among `known` (may be NULL), units have theirs where a layer of that name and
 * size is known. BRC_DATA when a name holds a tab or another control character.
 */
brc_rc brc_labels_tsv_write(const brc_layers *layers, const int32_t *label,
			    const brc_named_units *known, brc_str *out, brc_err *err);

/*
 * Read such a table from the `n` bytes at `text` (as of brc_text_read; they
 * are cut up in place); `name` starts messages; rows may take
 * `mem` bytes (see brc_mem_need). Columns may stand in any
 * order and among others, which are ignored; lines may end with CR LF.
 *
 * With `known` (a network's layers), every layer must be one of them and have
 * all its units, and the layers come out in the order of `known`; without it
 * layers keep their order in the file and have as many units as the file
 * lists. A table without the columns layer and unit finds its units by
 * `name` among the names of `known`. A unit that is missing or stands twice, or a cluster that is
 * not a whole number >= -1, is BRC_DATA naming the line.
 *
 * Fills *layers (brc_layers_clear) and *label [total] (free()).
 */
brc_rc brc_labels_tsv_read(char *text, size_t n, const char *name, size_t mem,
			   const brc_named_units *known, brc_layers *layers, int32_t **label,
			   brc_err *err);

#endif
