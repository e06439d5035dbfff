/* The edges of blocks, one after the other, for the writers of graphs. */
#include "graph/exchange.h"
#include "graph/strip.h"

static brc_rc block_edges(const brc_block *x, brc_strip *strip, brc_edge_visit visit, void *ctx,
			  brc_err *err)
{
	for (size_t i = 0; i < x->rows; i++) {
		brc_row row = brc_strip_row(strip, x, i);

		for (size_t j = 0; j < row.n; j++) {
			size_t col = brc_row_column(&row, j);

			if (row.w[j] > 0 && (x->from != x->to || col >= i))
				BRC_TRY(visit(ctx, (brc_edge_end){x->from, i},
					      (brc_edge_end){x->to, col}, row.w[j], err));
		}
	}
	return BRC_OK;
}

static brc_rc each_edge(const void *graph, brc_edge_visit visit, void *ctx, brc_err *err)
{
	const brc_blocks *b = graph;
	brc_strip *strip;
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_strip_new(&strip, b, err));
	for (size_t k = 0; k < b->n && rc == BRC_OK; k++)
		rc = block_edges(&b->block[k], strip, visit, ctx, err);
	brc_strip_free(strip);
	return rc;
}

brc_edge_source brc_exchange_edges(const brc_blocks *b, const brc_named_units *names)
{
	return (brc_edge_source){
		.layers = &b->layers, .names = names, .each = each_edge, .graph = b};
}
