/*
 * Names, each once, and found again; and those of units, one by one, as a section units/1 may hold
 * them in the column unit/name.
 */
#ifndef BRC_DATA_TABLES_UNIT_NAMES_H
#define BRC_DATA_TABLES_UNIT_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

/* Names numbered in order of appearance, each once. Zeroed but for `mem` it is empty. */
typedef struct brc_name_table {
	char **name; /* [n] */
	size_t n, cap;
	size_t mem; /* bytes that names may take, 0: what the machine has */
	/* private */
	uint32_t *slot; /* hash table: number + 1, 0 for none; a power of two, at most half full */
	size_t slots;
	size_t bytes, admitted; /* of all names; how many were found to be within `mem` */
} brc_name_table;

void brc_name_table_clear(brc_name_table *t);

/* The number of a name, or BRC_ANY. */
size_t brc_name_table_find(const brc_name_table *t, const char *name);

/*
 * The number of a name, which is copied where it is new: then *number is the old t->n.
 * BRC_DATA for a name of more than BRC_TEXT_MAX bytes or beyond BRC_UNITS_MAX names, without
 * file or line; BRC_RESOURCE.
 */
brc_rc brc_name_table_add(brc_name_table *t, const char *name, size_t *number, brc_err *err);

/* ---- of units ---- */

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
