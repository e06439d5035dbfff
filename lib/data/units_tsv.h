/* The layers of a network, from its section units/1, as a table of text. */
#ifndef BRC_DATA_UNITS_TSV_H
#define BRC_DATA_UNITS_TSV_H

#include "base/err.h"
#include "base/str.h"
#include "stream/section.h"

/*
 * Append to `out` a line for each layer, in the section's order, under a line
 * with the columns' names: layer, role, kind, units, feeds, fed_by; the last
 * two hold layer names separated by commas. BRC_DATA when the section is
 * malformed or a name holds a control character.
 */
brc_rc brc_units_tsv_write(const brc_section *s, brc_str *out, brc_err *err);

#endif
