#include "data/tables/labels_tsv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/order.h"
#include "base/utf8.h"
#include "data/tables/lines.h"

enum { LAYER, UNIT, CLUSTER, NAME, COLUMNS };
enum { LAYERS_MAX = 10000, NAME_MAX_BYTES = 4096 };

static const char *const column_name[COLUMNS] = {"layer", "unit", "cluster", "name"};

typedef struct row {
	const char *layer;
	size_t unit;
	int32_t cluster;
	size_t line;
} row;

/* All units of one layer: a run of sorted rows. */
typedef struct group {
	size_t first, n;
	size_t rank; /* orders the layers: index among the known, or line of first appearance */
} group;

typedef struct table {
	brc_tsv tsv;
	size_t index[COLUMNS];        /* where our columns are, BRC_ANY: nowhere */
	const brc_named_units *known; /* NULL: none */
	row *rows;
	size_t n, cap, mem;
	group *groups;
	size_t n_groups, cap_groups;
} table;

static brc_rc missing_column(const table *t, const char *column, const char *first, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: line 1 names no column '%s'", t->tsv.lines.name, column);
	if (*first == '"')
		return brc_hint(err, "write the table without quotes (in R: quote = FALSE)");
	if (strpbrk(first, ",;"))
		return brc_hint(err, "columns are separated by tabs, not by commas or semicolons");
	return brc_hint(err, "the first line must be: layer, unit, cluster, separated by tabs");
}

/* Rows by their names alone, if the table has neither layers nor numbers of units. */
static bool by_name(const table *t)
{
	return t->index[LAYER] == BRC_ANY && t->index[UNIT] == BRC_ANY && t->index[NAME] != BRC_ANY;
}

static brc_rc check_columns(const table *t, const char *first, brc_err *err)
{
	for (size_t c = 0; c <= CLUSTER; c++)
		if (t->index[c] == BRC_ANY && (c == CLUSTER || !by_name(t)))
			return missing_column(t, column_name[c], first, err);
	if (!by_name(t) || (t->known && t->known->names.n > 0))
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: units by their names alone, but the stream names none",
		 t->tsv.lines.name);
	return brc_hint(err, "give the columns layer and unit; 'import --graph' names units as "
			     "its file does");
}

/* The text of a column in the current row. */
static const char *text_of(const table *t, int column)
{
	return t->tsv.field[t->index[column]];
}

static brc_rc take_unit(const table *t, size_t *unit, brc_err *err)
{
	if (brc_line_whole(text_of(t, UNIT), 0, INT32_MAX, unit))
		return BRC_OK;
	brc_lines_fail(&t->tsv.lines, err, "'%s' is not a unit number", text_of(t, UNIT));
	return brc_hint(err, "units count from 0 within their layer");
}

static brc_rc take_cluster(const table *t, int32_t *cluster, brc_err *err)
{
	const char *text = text_of(t, CLUSTER);
	const bool negative = *text == '-';
	size_t number;

	if (brc_line_whole(text + negative, 0, negative ? 1 : INT32_MAX, &number)) {
		*cluster = negative ? -(int32_t)number : (int32_t)number;
		return BRC_OK;
	}
	brc_lines_fail(&t->tsv.lines, err, "'%s' is not a cluster number", text);
	return brc_hint(err, "clusters are whole numbers from 0, or -1 for a unit in none (not "
			     "NA, an empty field or 3.0)");
}

static brc_rc add_row(table *t, const char *layer, size_t unit, brc_err *err)
{
	int32_t cluster = -1;

	BRC_TRY(take_cluster(t, &cluster, err));
	if (t->n == t->cap && t->n > 0) /* it doubles; the old rows are copied */
		BRC_TRY(brc_mem_need(3 * t->n * sizeof(*t->rows), t->mem, t->tsv.lines.name, err));
	BRC_TRY(brc_grow(&t->rows, &t->cap, t->n + 1, sizeof(*t->rows), err));
	t->rows[t->n++] = (row){layer, unit, cluster, t->tsv.lines.number};
	return BRC_OK;
}

static brc_rc read_named(table *t, brc_err *err)
{
	const brc_layers *layers = &t->known->layers;
	size_t unit = brc_name_table_find(&t->known->names, text_of(t, NAME)), layer;

	if (unit == BRC_ANY)
		return brc_lines_fail(&t->tsv.lines, err, "no unit is called '%s'",
				      text_of(t, NAME));
	layer = brc_layers_of_unit(layers, unit);
	return add_row(t, layers->name[layer], unit - layers->first[layer], err);
}

static brc_rc read_row(table *t, brc_err *err)
{
	size_t unit, length;

	if (by_name(t))
		return read_named(t, err);
	length = strlen(text_of(t, LAYER));
	if (length == 0 || length > NAME_MAX_BYTES)
		return brc_lines_fail(&t->tsv.lines, err, "the layer's name has %zu bytes", length);
	BRC_TRY(take_unit(t, &unit, err));
	return add_row(t, text_of(t, LAYER), unit, err);
}

static brc_rc read_rows(table *t, brc_err *err)
{
	bool found = true;

	BRC_TRY(brc_tsv_head(&t->tsv, column_name, COLUMNS, t->index, err));
	BRC_TRY(check_columns(t, t->tsv.field[0], err));
	while (found) {
		BRC_TRY(brc_tsv_next(&t->tsv, &found, err));
		if (found)
			BRC_TRY(read_row(t, err));
	}
	return t->n > 0 ? BRC_OK
			: brc_fail(err, BRC_DATA, "%s: the table has no lines below its first",
				   t->tsv.lines.name);
}

static int by_layer_unit_line(const void *pa, const void *pb)
{
	const row *a = pa, *b = pb;

	return strcmp(a->layer, b->layer) ?: BRC_ORDER(a->unit, b->unit) ?: BRC_ORDER(a->line, b->line);
}

static int by_rank(const void *pa, const void *pb)
{
	const group *a = pa, *b = pb;

	return BRC_ORDER(a->rank, b->rank);
}

/* " ('cat')" where the table goes by names, else nothing. */
static const char *called(const table *t, const char *layer, size_t unit, char *buf, size_t cap)
{
	size_t l = by_name(t) ? brc_layers_find(&t->known->layers, layer) : BRC_ANY;

	buf[0] = '\0';
	if (l != BRC_ANY)
		snprintf(buf, cap, " ('%.200s')",
			 t->known->names.name[t->known->layers.first[l] + unit]);
	return buf;
}

/* The units of a group must be 0, 1, ..., n - 1. */
static brc_rc check_units(const table *t, const group *g, brc_err *err)
{
	const row *r = t->rows + g->first;
	char name[256];

	for (size_t i = 0; i < g->n; i++) {
		if (i > 0 && r[i].unit == r[i - 1].unit)
			return brc_fail(
				err, BRC_DATA,
				"%s: line %zu: unit %zu of layer '%s' stands already in line %zu",
				t->tsv.lines.name, r[i].line, r[i].unit, r[i].layer, r[i - 1].line);
		if (r[i].unit == i)
			continue;
		brc_fail(err, BRC_DATA,
			 "%s: unit %zu%s of layer '%s' is missing (line %zu has unit %zu)",
			 t->tsv.lines.name, i, called(t, r[i].layer, i, name, sizeof(name)),
			 r[i].layer, r[i].line, r[i].unit);
		return brc_hint(err,
				i == 0 && !by_name(t)
					? "units count from 0 within their layer"
					: "give every unit of a layer; -1 means in no cluster");
	}
	return BRC_OK;
}

static brc_rc unknown_layer(const table *t, const row *r, brc_err *err)
{
	const brc_layers *known = &t->known->layers;
	brc_str list = {0};

	for (size_t l = 0; l < known->n && list.len < 300; l++)
		brc_str_addf(&list, "%s%s", l > 0 ? ", " : "", known->name[l]);
	brc_fail(err, BRC_DATA, "%s: line %zu: the network has no layer '%s'", t->tsv.lines.name,
		 r->line, r->layer);
	if (!list.failed)
		brc_hint(err, "its layers are %s", list.s ? list.s : "none");
	brc_str_free(&list);
	return BRC_DATA;
}

/* Compare a group with the network's layer of that name. */
static brc_rc check_known(const table *t, group *g, brc_err *err)
{
	const brc_layers *known = &t->known->layers;
	const row *r = t->rows + g->first;
	size_t units;
	char name[256];

	g->rank = brc_layers_find(known, r->layer);
	if (g->rank == BRC_ANY)
		return unknown_layer(t, r, err);
	units = known->units[g->rank];
	if (g->n > units)
		return brc_fail(err, BRC_DATA,
				"%s: line %zu: layer '%s' has %zu units in the network, 0 to %zu; "
				"there is no unit %zu",
				t->tsv.lines.name, r[units].line, r->layer, units, units - 1,
				units);
	if (g->n < units)
		return brc_fail(
			err, BRC_DATA,
			"%s: unit %zu%s of layer '%s' is missing (the network has %zu units "
			"there, the table %zu)",
			t->tsv.lines.name, g->n, called(t, r->layer, g->n, name, sizeof(name)),
			r->layer, units, g->n);
	return BRC_OK;
}

static brc_rc group_rows(table *t, brc_err *err)
{
	qsort(t->rows, t->n, sizeof(*t->rows), by_layer_unit_line);
	for (size_t i = 0, end; i < t->n; i = end) {
		size_t first_line = t->rows[i].line;
		group *g;

		for (end = i + 1; end < t->n && !strcmp(t->rows[end].layer, t->rows[i].layer);
		     end++)
			if (t->rows[end].line < first_line)
				first_line = t->rows[end].line;
		if (t->n_groups == LAYERS_MAX)
			return brc_fail(err, BRC_DATA, "%s: more than %d layers", t->tsv.lines.name,
					LAYERS_MAX);
		BRC_TRY(brc_grow(&t->groups, &t->cap_groups, t->n_groups + 1, sizeof(*t->groups),
				 err));
		g = &t->groups[t->n_groups++];
		*g = (group){i, end - i, first_line};
		BRC_TRY(check_units(t, g, err));
		if (t->known)
			BRC_TRY(check_known(t, g, err));
	}
	qsort(t->groups, t->n_groups, sizeof(*t->groups), by_rank);
	return BRC_OK;
}

static brc_rc collect(const table *t, brc_layers *layers, int32_t **label, brc_err *err)
{
	const char **name = brc_alloc(t->n_groups, sizeof(*name), err);
	size_t *units = brc_alloc(t->n_groups, sizeof(*units), err), k = 0;
	int32_t *out = brc_alloc(t->n, sizeof(*out), err);
	brc_rc rc = name && units && out ? BRC_OK : BRC_RESOURCE;

	for (size_t g = 0; rc == BRC_OK && g < t->n_groups; g++) {
		const row *r = t->rows + t->groups[g].first;

		name[g] = r->layer;
		units[g] = t->groups[g].n;
		for (size_t i = 0; i < units[g]; i++)
			out[k++] = r[i].cluster;
	}
	BRC_THEN(rc, brc_layers_init(layers, t->n_groups, name, units, err));
	free(name);
	free(units);
	return BRC_GIVE(label, out, rc, free);
}

brc_rc brc_labels_tsv_read(char *text, size_t n, const char *name, size_t mem,
			   const brc_named_units *known, brc_layers *layers, int32_t **label,
			   brc_err *err)
{
	table t = {.known = known, .mem = mem};
	brc_rc rc;

	brc_lines_of_text(&t.tsv.lines, name, text, n);
	rc = read_rows(&t, err);
	BRC_THEN(rc, group_rows(&t, err));
	BRC_THEN(rc, collect(&t, layers, label, err));
	free(t.rows);
	free(t.groups);
	return rc;
}

/* ---- writing ---- */

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
