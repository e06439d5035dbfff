/*
 * A graph as GraphML: a node for each unit, with layer, unit and, where there is one, name; an edge
 * with its weight for each pair. Source: graphml.graphdrawing.org, "Primer".
 */
#include <string.h>

#include "base/utf8.h"
#include "graph/exchange_out.h"

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
			       "'%s' holds a control character or is not UTF-8, which XML cannot "
			       "say",
			       text);
}

static brc_rc add_data(brc_str *out, const char *key, const char *text, brc_err *err)
{
	brc_str_addf(out, "<data key=\"%s\">", key);
	BRC_TRY(add_text(out, text, err));
	brc_str_add(out, "</data>");
	return BRC_OK;
}

static brc_rc write_nodes(brc_exchange_out *o, const brc_layers *t, const brc_named_units *names,
			  brc_err *err)
{
	for (size_t l = 0; l < t->n; l++) {
		size_t first =
			names ? brc_named_units_layer(names, t->name[l], t->units[l]) : BRC_ANY;

		for (size_t u = 0; u < t->units[l]; u++) {
			brc_str_addf(&o->text, "<node id=\"n%zu\">", t->first[l] + u);
			BRC_TRY(add_data(&o->text, "layer", t->name[l], err));
			brc_str_addf(&o->text, "<data key=\"unit\">%zu</data>", u);
			if (first != BRC_ANY)
				BRC_TRY(add_data(&o->text, "name", names->names.name[first + u],
						 err));
			brc_str_add(&o->text, "</node>\n");
			BRC_TRY(brc_exchange_flush(o, BRC_EXCHANGE_PIECE, err));
		}
	}
	return BRC_OK;
}

static void write_edge(brc_exchange_out *o, const brc_layers *t, brc_exchange_end from,
		       brc_exchange_end to, float w)
{
	brc_str_addf(
		&o->text,
		"<edge source=\"n%zu\" target=\"n%zu\"><data key=\"weight\">%.9g</data></edge>\n",
		t->first[from.layer] + from.unit, t->first[to.layer] + to.unit, (double)w);
}

brc_rc brc_exchange_graphml(const brc_blocks *b, const brc_named_units *names,
			    brc_exchange_sink sink, void *ctx, brc_err *err)
{
	brc_exchange_out o = {{0}, sink, ctx};
	brc_rc rc;

	brc_str_add(&o.text, head);
	rc = write_nodes(&o, &b->layers, names, err);
	if (rc == BRC_OK)
		rc = brc_exchange_each_edge(&o, b, write_edge, NULL, err);
	brc_str_add(&o.text, "</graph>\n</graphml>\n");
	if (rc == BRC_OK)
		rc = brc_exchange_flush(&o, 0, err);
	brc_str_free(&o.text);
	return rc;
}
