/* Graphs for other programs: the parts that the writers of the formats share. */
#include "base/utf8.h"
#include "data/graphs/graph_formats.h"

enum { PIECE = 65536 /* bytes that are passed on at once */ };

static brc_rc flush(brc_graph_out *o, size_t least, brc_err *err)
{
	brc_rc rc;

	BRC_TRY(brc_str_check(&o->text, err));
	if (o->text.len < least || o->text.len == 0)
		return BRC_OK;
	rc = o->sink(o->ctx, o->text.s, o->text.len, err);
	o->text.len = 0;
	return rc;
}

brc_rc brc_graph_out_piece(brc_graph_out *o, brc_err *err)
{
	return flush(o, PIECE, err);
}

brc_rc brc_graph_out_rest(brc_graph_out *o, brc_err *err)
{
	return flush(o, 0, err);
}

brc_rc brc_graph_out_layers(brc_graph_out *o, char mark, brc_err *err)
{
	const brc_layers *t = o->e->layers;

	for (size_t l = 0; l < t->n; l++) {
		if (brc_has_control(t->name[l]))
			return brc_fail(err, BRC_DATA,
					"the name of layer %zu, '%s', holds a control "
					"character, which a line cannot",
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
