#include "data/tables/unit_names.h"

#include <string.h>

#include "sections/units.h"

void brc_named_units_clear(brc_named_units *u)
{
	brc_layers_clear(&u->layers);
	brc_name_table_clear(&u->names);
}

brc_rc brc_named_units_read(brc_named_units *u, const brc_section *s, brc_err *err)
{
	brc_units units;
	size_t number;
	brc_rc rc;

	memset(u, 0, sizeof(*u));
	BRC_TRY(brc_units_read(&units, s, err));
	rc = brc_layers_dup(&u->layers, &units.layers, err);
	for (size_t i = 0; units.unit_name && rc == BRC_OK && i < brc_layers_total(&u->layers); i++)
		rc = brc_name_table_add(&u->names, units.unit_name[i], &number, err);
	brc_units_clear(&units);
	if (rc != BRC_OK)
		brc_named_units_clear(u);
	return rc;
}

size_t brc_named_units_layer(const brc_named_units *u, const char *layer, size_t units)
{
	size_t l = u->names.n > 0 ? brc_layers_find(&u->layers, layer) : BRC_ANY;

	return l != BRC_ANY && u->layers.units[l] == units ? u->layers.first[l] : BRC_ANY;
}

brc_rc brc_named_units_find(brc_named_units *u, const brc_section *const *all, size_t n,
			    const brc_layers *layers, brc_err *err)
{
	memset(u, 0, sizeof(*u));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i]->type, "units") != 0)
			continue;
		BRC_TRY(brc_named_units_read(u, all[i], err));
		for (size_t l = 0; l < layers->n; l++)
			if (brc_named_units_layer(u, layers->name[l], layers->units[l]) != BRC_ANY)
				return BRC_OK;
		brc_named_units_clear(u);
	}
	return BRC_OK;
}
