/* Names of units, one by one, as a section units/1 may hold them in the column unit/name. */
#ifndef BRC_DATA_TABLES_UNIT_NAMES_H
#define BRC_DATA_TABLES_UNIT_NAMES_H

#include "base/err.h"
#include "data/tables/name_table.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_named_units {
	brc_layers layers;
	brc_name_table names; /* of all units, by flat index; n is 0 where they have none */
} brc_named_units;

/* BRC_DATA when the section is malformed, or two units have one name. */
brc_rc brc_named_units_read(brc_named_units *u, const brc_section *s, brc_err *err);
/*
 * Those of the first section units/1 among `all` [n] that names the units of one of `layers`; none
 * where no section does.
 */
brc_rc brc_named_units_find(brc_named_units *u, const brc_section *const *all, size_t n,
			    const brc_layers *layers, brc_err *err);
void brc_named_units_clear(brc_named_units *u); /* of a zeroed or a filled struct */

/* The first unit of the layer called so, of `units` units, in u->names.name; or BRC_ANY. */
size_t brc_named_units_layer(const brc_named_units *u, const char *layer, size_t units);

#endif
