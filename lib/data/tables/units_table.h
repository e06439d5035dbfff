/*
 * The layers of a network, as people and programs
 * read them: as a table at a terminal, as a table of text, as JSON.
 */
#ifndef BRC_DATA_TABLES_UNITS_TABLE_H
#define BRC_DATA_TABLES_UNITS_TABLE_H

#include "base/err.h"
#include "base/str.h"
#include "sections/units.h"
#include "stream/summary.h"

/*
 * Append to `out` a line for each layer, in the section's order, under a line
 * with the columns' names: layer, role, kind, units, feeds, fed_by; the last
 * two hold layer names separated by commas. BRC_DATA when a name holds a
 * control character.
 */
brc_rc brc_units_tsv_write(const brc_units *u, brc_str *out, brc_err *err);

/*
 * Append a table with aligned columns, each line indented by two blanks: the
 * number of a layer, its name, role (or part: mlp, heads), kind and units, and by
 * number which layers it is fed by and feeds. Long names lose their middle,
 * long lists their end, and say how many are left out. As JSON: `"layers": [...]`, an
 * object each, with everything: name, role, part, kind, units, untraced, and
 * fed_by and feeds as indices of layers. O(layers + edges). BRC_RESOURCE.
 */
brc_rc brc_units_table_show(const brc_units *u, brc_summary_format format, brc_str *out,
			    brc_err *err);

#endif
