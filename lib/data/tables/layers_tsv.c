#include "data/tables/layers_tsv.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/tables/lines.h"

enum { FIELDS_MAX = 64 };

typedef struct table {
	brc_lines lines;
	size_t columns, layer, units; /* where the two stand */
	size_t n, cap, cap_unit, total;
	char **name;
	size_t *unit;
} table;

static brc_rc read_head(table *t, brc_err *err)
{
	char *line, *field[FIELDS_MAX];

	t->layer = t->units = BRC_ANY;
	BRC_TRY(brc_lines_next(&t->lines, &line, err));
	t->columns = line ? brc_line_fields(line, true, field, FIELDS_MAX) : 0;
	for (size_t i = 0; i < t->columns && i < FIELDS_MAX; i++) {
		if (strcmp(field[i], "layer") == 0)
			t->layer = i;
		if (strcmp(field[i], "units") == 0)
			t->units = i;
	}
	if (t->layer != BRC_ANY && t->units != BRC_ANY && t->columns <= FIELDS_MAX)
		return BRC_OK;
	brc_lines_fail(&t->lines, err, "names no columns 'layer' and 'units'");
	return brc_hint(err, "such a table is what 'broca export --units' writes");
}

static brc_rc take_line(table *t, char *line, brc_err *err)
{
	char *field[FIELDS_MAX];
	size_t n = brc_line_fields(line, true, field, FIELDS_MAX), units;

	if (n != t->columns)
		return brc_lines_fail(&t->lines, err, "%zu columns, line 1 has %zu", n, t->columns);
	if (t->n == BRC_LAYERS_MAX)
		return brc_lines_fail(&t->lines, err, "more than %u layers", BRC_LAYERS_MAX);
	if (*field[t->layer] == '\0' || strlen(field[t->layer]) > BRC_TEXT_MAX)
		return brc_lines_fail(&t->lines, err, "a layer's name has 1 to %d bytes",
				      BRC_TEXT_MAX);
	if (!brc_line_whole(field[t->units], 1, BRC_UNITS_MAX - t->total, &units))
		return brc_lines_fail(&t->lines, err,
				      "'%s' is no number of units from 1, or there are more than "
				      "%u in all",
				      field[t->units], BRC_UNITS_MAX);
	BRC_TRY(brc_grow(&t->name, &t->cap, t->n + 1, sizeof(*t->name), err));
	BRC_TRY(brc_grow(&t->unit, &t->cap_unit, t->n + 1, sizeof(*t->unit), err));
	if (!(t->name[t->n] = brc_strdup(field[t->layer], err)))
		return BRC_RESOURCE;
	t->unit[t->n++] = units;
	t->total += units;
	return BRC_OK;
}

static brc_rc take_lines(table *t, brc_err *err)
{
	for (char *line;;) {
		BRC_TRY(brc_lines_next(&t->lines, &line, err));
		if (!line)
			break;
		if (*line != '\0')
			BRC_TRY(take_line(t, line, err));
	}
	return t->n > 0 ? BRC_OK
			: brc_lines_fail(&t->lines, err, "the table has no lines below its first");
}

static brc_rc read_table(table *t, brc_layers *layers, brc_err *err)
{
	brc_rc rc;

	BRC_TRY(read_head(t, err));
	BRC_TRY(take_lines(t, err));
	rc = brc_layers_init(layers, t->n, (const char *const *)t->name, t->unit, err);
	return rc == BRC_DATA ? brc_err_prefix(err, "%s", brc_input_name(t->lines.in)) : rc;
}

brc_rc brc_layers_tsv_read(brc_layers *layers, const char *path, brc_err *err)
{
	brc_input *in;
	table t = {0};
	brc_rc rc;

	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_lines_init(&t.lines, in, err);
	if (rc == BRC_OK)
		rc = read_table(&t, layers, err);
	for (size_t i = 0; i < t.n; i++)
		free(t.name[i]);
	free(t.name);
	free(t.unit);
	brc_lines_clear(&t.lines);
	brc_input_free(in);
	return rc;
}
