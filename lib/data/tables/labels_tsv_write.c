#include "data/tables/labels_tsv.h"

#include <stdbool.h>

#include "base/utf8.h"

/* No tab, no end of a line. */
static brc_rc check_text(const char *text, const char *what, size_t number, brc_err *err)
{
	if (brc_has_control(text))
		return brc_fail(err, BRC_DATA,
				"the name of %s %zu, '%s', holds a control character, which "
				"a table cannot",
				what, number, text);
	return BRC_OK;
}

static brc_rc write_layer(const brc_layers *layers, size_t l, const int32_t *label,
			  const brc_named_units *known, brc_str *out, brc_err *err)
{
	size_t names =
		known ? brc_named_units_layer(known, layers->name[l], layers->units[l]) : BRC_ANY;

	BRC_TRY(check_text(layers->name[l], "layer", l, err));
	for (size_t u = 0; u < layers->units[l]; u++) {
		brc_str_addf(out, "%s\t%zu\t%d", layers->name[l], u, label[layers->first[l] + u]);
		if (known) {
			const char *name = names != BRC_ANY ? known->names.name[names + u] : "";

			BRC_TRY(check_text(name, "unit", u, err));
			brc_str_add(out, "\t");
			brc_str_add(out, name);
		}
		brc_str_add(out, "\n");
	}
	return BRC_OK;
}

brc_rc brc_labels_tsv_write(const brc_layers *layers, const int32_t *label,
			    const brc_named_units *known, brc_str *out, brc_err *err)
{
	if (known && known->names.n == 0)
		known = NULL;
	brc_str_add(out, known ? "layer\tunit\tcluster\tname\n" : "layer\tunit\tcluster\n");
	for (size_t l = 0; l < layers->n; l++)
		BRC_TRY(write_layer(layers, l, label, known, out, err));
	return brc_str_check(out, err);
}
