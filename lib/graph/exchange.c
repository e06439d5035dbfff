/* The edges of blocks, one after the other, for the writers of graphs. */
#include "graph/band.h"
#include "graph/exchange.h"

static brc_rc block_edges(const brc_blocks *b, size_t k, brc_band *band, brc_edge_visit visit,
			  void *ctx, brc_err *err)
{
	const brc_block *x = &b->block[k];

	for (size_t i = 0; i < b->layers.units[x->from]; i++) {
		brc_row row = brc_band_row(band, k, i);

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
	brc_band *band;
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_band_new(&band, b, err));
	for (size_t k = 0; k < b->n && rc == BRC_OK; k++)
		rc = block_edges(b, k, band, visit, ctx, err);
	brc_band_free(band);
	return rc;
}

brc_edge_source brc_exchange_edges(const brc_blocks *b, const brc_named_units *names)
{
	return (brc_edge_source){
		.layers = &b->layers, .names = names, .each = each_edge, .graph = b};
}
