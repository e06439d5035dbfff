/*
 * A graph as GraphML: a node for each unit, with layer, unit and, where there is one, name; an edge
 * with its weight for each pair. Source: graphml.graphdrawing.org, "Primer".
 */

#include "base/utf8.h"
#include "data/graphs/graph_formats.h"

static const char head[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
	"<key id=\"layer\" for=\"node\" attr.name=\"layer\" attr.type=\"string\"/>\n"
	"<key id=\"unit\" for=\"node\" attr.name=\"unit\" attr.type=\"int\"/>\n"
	"<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
	"<key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n"
	"<graph edgedefault=\"undirected\">\n";

/* A text between tags. XML has no way to say a control character. */
static brc_rc add_text(brc_str *out, const char *text, brc_err *err)
{
	bool good = true;
	uint32_t cp;

	for (const char *c = text; good && *c != '\0';) {
		size_t n = brc_utf8_next(c, &cp);

		good = cp != BRC_ILL_FORMED && cp >= 0x20 && cp != 0x7f && cp != 0xfffe &&
		       cp != 0xffff;
		if (*c == '&')
			brc_str_add(out, "&amp;");
		else if (*c == '<')
			brc_str_add(out, "&lt;");
		else if (*c == '>')
			brc_str_add(out, "&gt;");
		else
			brc_str_addn(out, c, n);
		c += n;
	}
	return good ? BRC_OK
		    : brc_fail(err, BRC_DATA,
			       "'%s' holds a control character or is not UTF-8; XML cannot hold it",
			       text);
}

static brc_rc add_data(brc_str *out, const char *key, const char *text, brc_err *err)
{
	brc_str_addf(out, "<data key=\"%s\">", key);
	BRC_TRY(add_text(out, text, err));
	brc_str_add(out, "</data>");
	return BRC_OK;
}

static brc_rc write_layer(brc_graph_out *o, size_t l, brc_err *err)
{
	const brc_layers *t = o->e->layers;
	const brc_named_units *names = o->e->names;
	size_t first = names ? brc_named_units_layer(names, t->name[l], t->units[l]) : BRC_ANY;

	for (size_t u = 0; u < t->units[l]; u++) {
		brc_str_addf(&o->text, "<node id=\"n%zu\">", t->first[l] + u);
		BRC_TRY(add_data(&o->text, "layer", t->name[l], err));
		brc_str_addf(&o->text, "<data key=\"unit\">%zu</data>", u);
		if (first != BRC_ANY)
			BRC_TRY(add_data(&o->text, "name", names->names.name[first + u], err));
		brc_str_add(&o->text, "</node>\n");
		BRC_TRY(brc_graph_out_pass(o, BRC_GRAPH_PIECE, err));
	}
	return BRC_OK;
}

static brc_rc write_edge(void *ctx, brc_edge_end from, brc_edge_end to, float weight, brc_err *err)
{
	brc_graph_out *o = ctx;
	const size_t *first = o->e->layers->first;

	brc_str_addf(
		&o->text,
		"<edge source=\"n%zu\" target=\"n%zu\"><data key=\"weight\">%.9g</data></edge>\n",
		first[from.layer] + from.unit, first[to.layer] + to.unit, (double)weight);
	return brc_graph_out_pass(o, BRC_GRAPH_PIECE, err);
}

brc_rc brc_graphml_write(brc_graph_out *o, brc_err *err)
{
	brc_str_add(&o->text, head);
	for (size_t l = 0; l < o->e->layers->n; l++)
		BRC_TRY(write_layer(o, l, err));
	BRC_TRY(o->e->each(o->e->graph, write_edge, o, err));
	brc_str_add(&o->text, "</graph>\n</graphml>\n");
	return brc_graph_out_pass(o, 0, err);
}
