#include "data/tables/layers_tsv.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "data/tables/lines.h"

brc_rc brc_layer_list_add(brc_layer_list *t, const char *name, size_t units, brc_err *err)
{
	if (t->n == BRC_LAYERS_MAX)
		return brc_fail(err, BRC_DATA, "more than %u layers", BRC_LAYERS_MAX);
	if (strlen(name) > BRC_TEXT_MAX)
		return brc_fail(err, BRC_DATA, "a name of more than %d bytes", BRC_TEXT_MAX);
	BRC_TRY(brc_grow(&t->units, &t->cap_units, t->n + 1, sizeof(*t->units), err));
	t->units[t->n] = units;
	BRC_TRY(brc_texts_add(&t->name, &t->n, &t->cap, name, err));
	t->total += units;
	return BRC_OK;
}

brc_rc brc_layer_list_make(const brc_layer_list *t, brc_layers *layers, brc_err *err)
{
	return brc_layers_init(layers, t->n, (const char *const *)t->name, t->units, err);
}

void brc_layer_list_clear(brc_layer_list *t)
{
	brc_texts_free(t->name, t->n);
	free(t->units);
	memset(t, 0, sizeof(*t));
}

/* ---- a table ---- */

enum { LAYER, UNITS, COLUMNS };

static const char *const column_name[COLUMNS] = {"layer", "units"};

static brc_rc take_row(const brc_tsv *t, const size_t *index, brc_layer_list *list, brc_err *err)
{
	const char *name = t->field[index[LAYER]], *number = t->field[index[UNITS]];
	size_t units;

	if (*name == '\0' || strlen(name) > BRC_TEXT_MAX)
		return brc_lines_fail(&t->lines, err, "a layer's name has 1 to %d bytes",
				      BRC_TEXT_MAX);
	if (!brc_line_whole(number, 1, BRC_UNITS_MAX - list->total, &units))
		return brc_lines_fail(&t->lines, err,
				      "'%s' is no number of units from 1, or there are more than "
				      "%u in all",
				      number, BRC_UNITS_MAX);
	return brc_lines_at(&t->lines, brc_layer_list_add(list, name, units, err), err);
}

static brc_rc read_table(brc_tsv *t, brc_layer_list *list, brc_layers *layers, brc_err *err)
{
	size_t index[COLUMNS];
	bool found = true;
	brc_rc rc;

	BRC_TRY(brc_tsv_head(t, column_name, COLUMNS, index, err));
	if (index[LAYER] == BRC_ANY || index[UNITS] == BRC_ANY) {
		brc_lines_fail(&t->lines, err, "names no columns 'layer' and 'units'");
		return brc_hint(err, "such a table is what 'broca export --units' writes");
	}
	while (found) {
		BRC_TRY(brc_tsv_next(t, &found, err));
		if (found)
			BRC_TRY(take_row(t, index, list, err));
	}
	if (list->n == 0)
		return brc_lines_fail(&t->lines, err, "the table has no lines below its first");
	rc = brc_layer_list_make(list, layers, err);
	return rc == BRC_DATA ? brc_err_prefix(err, "%s", t->lines.name) : rc;
}

brc_rc brc_layers_tsv_read(brc_layers *layers, const char *path, brc_err *err)
{
	brc_input *in;
	brc_layer_list list = {0};
	brc_tsv t = {.skip_empty = true};
	brc_rc rc;

	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_lines_init(&t.lines, in, BRC_LINE_MAX, err);
	BRC_THEN(rc, read_table(&t, &list, layers, err));
	brc_layer_list_clear(&list);
	brc_lines_clear(&t.lines);
	brc_input_free(in);
	return rc;
}
