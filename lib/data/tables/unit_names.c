#include "data/tables/unit_names.h"

#include <string.h>

void brc_named_units_clear(brc_named_units *u)
{
	brc_layers_clear(&u->layers);
	brc_name_table_clear(&u->names);
}

static brc_rc read_names(brc_named_units *u, const brc_section *s, brc_err *err)
{
	size_t n = brc_layers_total(&u->layers), number;
	const brc_tensor *t;
	char text[BRC_TEXT_MAX + 1], title[256];
	BRC_TRY(brc_section_need_column(s, "unit/name", "|S", n, &t, err));
	for (size_t i = 0; i < n; i++) {
		brc_tensor_text(t, i, text, sizeof(text));
		BRC_TRY(brc_name_table_add(&u->names, text, &number, err));
		if (number != i)
			return brc_fail(err, BRC_DATA, "%s: units %zu and %zu are both called '%s'",
					brc_section_title(s, title, sizeof(title)), number, i,
					text);
	}
	return BRC_OK;
}

brc_rc brc_named_units_read(brc_named_units *u, const brc_section *s, brc_err *err)
{
	memset(u, 0, sizeof(*u));
	brc_rc rc = brc_layers_read(&u->layers, s, err);
	if (rc == BRC_OK && brc_section_tensor(s, "unit/name") != NULL)
		rc = read_names(u, s, err);
	if (rc != BRC_OK)
		brc_named_units_clear(u);
	return rc;
}

size_t brc_named_units_layer(const brc_named_units *u, const char *layer, size_t units)
{
	size_t l = u->names.n > 0 ? brc_layers_find(&u->layers, layer) : BRC_ANY;
	return l != BRC_ANY && u->layers.units[l] == units ? u->layers.first[l] : BRC_ANY;
}
