/*
 * A list of edges, one a line: two units and a weight, separated by tabs, or by blanks where the
 * first such line has no tab. An edge without a weight weighs 1. Empty lines, lines that begin with
 * "#", and a first line "from to weight" are skipped. The first edge decides how units are written:
 *   - as layer:unit, where comments declare layers, or where layers are given and the first edge
 *     has no numbers. Units count from 0 within their layer;
 *   - as numbers from 0. The largest says how many units there are, or the layers given do;
 *   - as names in all other cases. They are numbered in order of appearance.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "data/graphs/graph_formats.h"

typedef enum kind { UNKNOWN, LAYERED, NUMBERED, NAMED } kind;

typedef struct text {
	brc_edge_list *l;
	brc_lines *lines;
	kind kind;
	bool tabs;
	size_t units; /* NUMBERED */
	brc_layer_list layers;
	size_t *first; /* LAYERED: of each layer */
} text;

/* ---- units ---- */

static brc_rc layered_unit(const text *t, char *name, size_t *u, brc_err *err)
{
	char *colon = strrchr(name, ':');

	for (size_t i = 0; colon && i < t->layers.n; i++)
		if (strlen(t->layers.name[i]) == (size_t)(colon - name) &&
		    strncmp(t->layers.name[i], name, (size_t)(colon - name)) == 0) {
			if (!brc_line_whole(colon + 1, 0, t->layers.units[i] - 1, u))
				break;
			*u += t->first[i];
			return BRC_OK;
		}
	return brc_lines_fail(t->lines, err, "'%s' is not layer:unit of a layer that was declared",
			      name);
}

static brc_rc unit_of(text *t, char *name, size_t *u, brc_err *err)
{
	if (t->kind == LAYERED)
		return layered_unit(t, name, u, err);
	if (t->kind == NAMED)
		return brc_lines_at(t->lines, brc_name_table_add(&t->l->names, name, u, err), err);
	if (!brc_line_whole(name, 0, BRC_UNITS_MAX - 1, u))
		return brc_lines_fail(t->lines, err,
				      "'%s' is not a number from 0 to %u, as the units before it",
				      name, BRC_UNITS_MAX - 1);
	if (*u + 1 > t->units)
		t->units = *u + 1;
	return BRC_OK;
}

/* What units look like, by the first edge. */
static brc_rc set_kind(text *t, const char *a, const char *b, brc_err *err)
{
	size_t number;
	bool numbers =
		brc_line_whole(a, 0, SIZE_MAX, &number) && brc_line_whole(b, 0, SIZE_MAX, &number);

	if (t->layers.n == 0 && t->l->given && !numbers)
		for (size_t i = 0; i < t->l->given->n; i++)
			BRC_TRY(brc_layer_list_add(&t->layers, t->l->given->name[i],
						   t->l->given->units[i], err));
	t->kind = t->layers.n > 0 ? LAYERED : numbers ? NUMBERED : NAMED;
	BRC_TRY(BRC_ZEROED(t->first, t->layers.n, err));
	for (size_t i = 1; i < t->layers.n; i++)
		t->first[i] = t->first[i - 1] + t->layers.units[i - 1];
	return BRC_OK;
}

/* ---- lines ---- */

/* networkx's write_edgelist puts what it knows of an edge behind its units, as a dictionary. */
static brc_rc dictionary(const text *t, brc_err *err)
{
	brc_lines_fail(t->lines, err, "a dictionary of Python stands where the weight should");
	return brc_hint(err, "networkx: nx.write_edgelist(G, path, data=['weight']), or data=False "
			     "if edges have no weight");
}

static brc_rc take_edge(text *t, char *line, brc_err *err)
{
	char *f[3];
	double weight = 1;
	size_t from, to, n;
	bool first = t->kind == UNKNOWN;

	if (first)
		t->tabs = strchr(line, '\t');
	n = brc_line_fields(line, t->tabs, f, 3);
	if (n > 2 && f[2][0] == '{')
		return dictionary(t, err);
	if (n < 2 || n > 3)
		return brc_lines_fail(t->lines, err,
				      "%zu fields: an edge is two units and a weight", n);
	if (first && t->lines->number == 1 && n == 3 && strcasecmp(f[2], "weight") == 0)
		return BRC_OK;
	if (n == 3 && !brc_line_number(f[2], &weight)) {
		brc_lines_fail(t->lines, err, "the weight '%s' is not a finite number", f[2]);
		return brc_hint(err, "a line is: unit, unit, weight, separated by tabs");
	}
	if (first)
		BRC_TRY(set_kind(t, f[0], f[1], err));
	BRC_TRY(unit_of(t, f[0], &from, err));
	BRC_TRY(unit_of(t, f[1], &to, err));
	return brc_lines_at(t->lines,
			    brc_edge_list_add(t->l, from, to, weight, t->lines->number, err), err);
}

static brc_rc take_comment(text *t, char *comment, brc_err *err)
{
	size_t before = t->layers.n;

	BRC_TRY(brc_declared_layer(&t->layers, t->lines, comment, err));
	return before == t->layers.n || t->kind == UNKNOWN
		       ? BRC_OK
		       : brc_lines_fail(t->lines, err, "a layer is declared after the first edge");
}

static brc_rc take_lines(text *t, brc_err *err)
{
	for (char *line;;) {
		BRC_TRY(brc_lines_next(t->lines, &line, err));
		if (!line)
			return BRC_OK;
		if (*line == '#')
			BRC_TRY(take_comment(t, line + 1, err));
		else if (line[strspn(line, " \t")] != '\0')
			BRC_TRY(take_edge(t, line, err));
	}
}

brc_rc brc_edges_text(brc_edge_list *l, brc_lines *lines, brc_err *err)
{
	text t = {.l = l, .lines = lines};
	brc_rc rc = take_lines(&t, err);
	size_t units = t.layers.n > 0 ? t.layers.total : t.kind == NAMED ? l->names.n : t.units;

	if (l->given && t.kind == NUMBERED && units < brc_layers_total(l->given))
		units = brc_layers_total(l->given); /* the last ones have no edges */
	if (rc == BRC_OK && units == 0)
		rc = brc_fail(err, BRC_DATA, "%s: there is no edge", lines->name);
	BRC_THEN(rc, brc_edges_set_layers(l, &t.layers, units, lines->name, err));
	brc_layer_list_clear(&t.layers);
	free(t.first);
	return rc;
}

/* ---- writing ---- */

static brc_rc write_edge(void *ctx, brc_edge_end from, brc_edge_end to, float weight, brc_err *err)
{
	brc_graph_out *o = ctx;
	char *const *name = o->e->layers->name;

	brc_str_addf(&o->text, "%s:%zu\t%s:%zu\t%.9g\n", name[from.layer], from.unit,
		     name[to.layer], to.unit, (double)weight);
	return brc_graph_out_pass(o, BRC_GRAPH_PIECE, err);
}

brc_rc brc_edge_text_write(brc_graph_out *o, brc_err *err)
{
	BRC_TRY(brc_graph_out_layers(o, '#', err));
	BRC_TRY(o->e->each(o->e->graph, write_edge, o, err));
	return brc_graph_out_pass(o, 0, err);
}
