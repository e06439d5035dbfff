#include <float.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "data/arrays/npy.h"
#include "data/graphs/graph_formats.h"

void brc_edge_list_clear(brc_edge_list *l)
{
	brc_layers_clear(&l->layers);
	brc_name_table_clear(&l->names);
	free(l->edge);
	memset(l, 0, sizeof(*l));
}

brc_rc brc_edge_list_add(brc_edge_list *l, size_t from, size_t to, double weight, size_t line,
			 brc_err *err)
{
	if (!(weight >= 0 && weight <= FLT_MAX)) {
		brc_fail(err, BRC_DATA, "the weight is %g", weight);
		return brc_hint(err, "edges are finite and not negative: take magnitudes or "
				     "squares first");
	}
	if (from == to) {
		l->loops += weight > 0;
		return BRC_OK;
	}
	if ((float)weight == 0)
		return BRC_OK;
	if (l->n == l->cap && l->n > 0) /* it doubles, and the old list exists while it is copied */
		BRC_TRY(brc_mem_need(3 * l->n * sizeof(*l->edge), l->mem, "the edges", err));
	BRC_TRY(brc_grow(&l->edge, &l->cap, l->n + 1, sizeof(*l->edge), err));
	l->edge[l->n++] = (brc_edge){(uint32_t)from, (uint32_t)to, (float)weight,
				     line < UINT32_MAX ? (uint32_t)line : UINT32_MAX};
	return BRC_OK;
}

/* ---- layers ---- */

brc_rc brc_declared_layer(brc_layer_list *t, const brc_lines *lines, char *comment, brc_err *err)
{
	char *field[3];
	size_t units;

	comment += strspn(comment, " ");
	if (strncmp(comment, "layer\t", 6) != 0)
		return BRC_OK;
	if (brc_line_fields(comment, true, field, 3) != 3 || *field[2] == '\0' ||
	    !brc_line_whole(field[1], 1, BRC_UNITS_MAX - t->total, &units))
		return brc_lines_fail(lines, err,
				      "a layer is declared by: layer, its number of units (%u in "
				      "all at most), its name, with tabs between",
				      BRC_UNITS_MAX);
	return brc_lines_at(lines, brc_layer_list_add(t, field[2], units, err), err);
}

static brc_rc make_layers(brc_edge_list *l, const brc_layer_list *declared, size_t units,
			  brc_err *err)
{
	const char *const only = "graph";

	if (declared->n > 0)
		return brc_layer_list_make(declared, &l->layers, err);
	if (!l->given)
		return brc_layers_init(&l->layers, 1, &only, &units, err);
	if (brc_layers_total(l->given) != units)
		return brc_fail(err, BRC_DATA, "%zu units, but the layers given have %zu", units,
				brc_layers_total(l->given));
	return brc_layers_dup(&l->layers, l->given, err);
}

brc_rc brc_edges_set_layers(brc_edge_list *l, const brc_layer_list *declared, size_t units,
			    const char *name, brc_err *err)
{
	brc_rc rc = make_layers(l, declared, units, err);

	if (rc == BRC_DATA)
		brc_err_prefix(err, "%s", name);
	if (rc != BRC_OK || !l->given || brc_layers_equal(&l->layers, l->given))
		return rc;
	brc_fail(err, BRC_DATA, "%s: it declares other layers than those given", name);
	return brc_hint(err, "import it without --layers");
}

/* ---- any format ---- */

static brc_rc read_lines(brc_edge_list *l, brc_input *in, bool market, brc_err *err)
{
	brc_lines lines;
	brc_rc rc;

	BRC_TRY(brc_lines_init(&lines, in, BRC_LINE_MAX, err));
	rc = market ? brc_edges_matrix_market(l, &lines, err) : brc_edges_text(l, &lines, err);
	brc_lines_clear(&lines);
	return rc;
}

/* Does it begin like an XML document, after the mark that some editors put first? */
static bool is_xml(const unsigned char *p, size_t n)
{
	static const char *const begins[] = {"<?xml", "<graphml", "<!--"};
	size_t at = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (n - at >= strlen(begins[i]) &&
		    memcmp(p + at, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static brc_rc read_any(brc_edge_list *l, brc_input *in, brc_err *err)
{
	static const char market[] = "%%MatrixMarket";
	const unsigned char *head;
	size_t got;

	BRC_TRY(brc_input_peek(in, sizeof(market) - 1, &head, &got, err));
	if (brc_npy_magic(head, got))
		BRC_TRY(brc_edges_npy(l, in, err));
	else if (is_xml(head, got))
		BRC_TRY(brc_edges_graphml(l, in, err));
	else
		BRC_TRY(read_lines(
			l, in, got == sizeof(market) - 1 && memcmp(head, market, got) == 0, err));
	return brc_edges_order(l, brc_input_name(in), err);
}

brc_rc brc_edge_list_read(brc_edge_list *l, const char *path, const brc_layers *given, size_t mem,
			  brc_err *err)
{
	brc_input *in;
	brc_rc rc;

	*l = (brc_edge_list){.mem = mem, .given = given, .names.mem = mem};
	BRC_TRY(brc_input_open(&in, path, err));
	rc = read_any(l, in, err);
	brc_input_free(in);
	if (rc != BRC_OK)
		brc_edge_list_clear(l);
	return rc;
}

/* ---- writing ---- */

brc_rc brc_graph_out_pass(brc_graph_out *o, size_t least, brc_err *err)
{
	brc_rc rc;

	BRC_TRY(brc_str_check(&o->text, err));
	if (o->text.len < least || o->text.len == 0)
		return BRC_OK;
	rc = o->sink(o->ctx, o->text.s, o->text.len, err);
	o->text.len = 0;
	return rc;
}

brc_rc brc_graph_out_layers(brc_graph_out *o, char mark, brc_err *err)
{
	const brc_layers *t = o->e->layers;

	for (size_t l = 0; l < t->n; l++) {
		if (brc_has_control(t->name[l]))
			return brc_fail(err, BRC_DATA,
					"the name of layer %zu, '%s', holds a control character, "
					"which a line of text cannot hold",
					l, t->name[l]);
		brc_str_addf(&o->text, "%c layer\t%zu\t%s\n", mark, t->units[l], t->name[l]);
	}
	return BRC_OK;
}

brc_rc brc_graph_write(const brc_edge_source *e, brc_graph_format format, size_t mem,
		       brc_byte_sink sink, void *ctx, brc_err *err)
{
	brc_graph_out o = {.e = e, .sink = sink, .ctx = ctx};
	brc_rc rc = format == BRC_GRAPH_MATRIX_MARKET ? brc_matrix_market_write(&o, err)
		    : format == BRC_GRAPH_EDGE_TEXT   ? brc_edge_text_write(&o, err)
		    : format == BRC_GRAPH_GRAPHML     ? brc_graphml_write(&o, err)
						      : brc_graph_npy_write(&o, mem, err);

	brc_str_free(&o.text);
	return rc;
}
