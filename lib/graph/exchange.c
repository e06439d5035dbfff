#include "graph/exchange.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "graph/band.h"
#include "graph/exchange_out.h"

brc_rc brc_exchange_flush(brc_exchange_out *o, size_t least, brc_err *err)
{
	brc_rc rc;

	BRC_TRY(brc_str_check(&o->text, err));
	if (o->text.len < least || o->text.len == 0)
		return BRC_OK;
	rc = o->sink(o->ctx, o->text.s, o->text.len, err);
	o->text.len = 0;
	return rc;
}

static brc_rc write_layers(brc_exchange_out *o, const brc_layers *t, char mark, brc_err *err)
{
	for (size_t l = 0; l < t->n; l++) {
		for (const char *c = t->name[l]; *c != '\0'; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				return brc_fail(err, BRC_DATA,
						"the name of layer %zu, '%s', holds a control "
						"character, which a line cannot",
						l, t->name[l]);
		brc_str_addf(&o->text, "%c layer\t%zu\t%s\n", mark, t->units[l], t->name[l]);
	}
	return BRC_OK;
}

static brc_rc block_edges(brc_exchange_out *o, const brc_blocks *b, size_t k, brc_band *band,
			  brc_exchange_edge write, size_t *count, brc_err *err)
{
	const brc_block *x = &b->block[k];

	for (size_t i = 0; i < b->layers.units[x->from]; i++) {
		brc_row row = brc_band_row(band, k, i);

		for (size_t j = 0; j < row.n; j++) {
			size_t col = brc_row_column(&row, j);

			if (!(row.w[j] > 0) || (x->from == x->to && col < i))
				continue;
			if (write)
				write(o, &b->layers, (brc_exchange_end){x->from, i},
				      (brc_exchange_end){x->to, col}, row.w[j]);
			else
				++*count;
		}
		BRC_TRY(brc_exchange_flush(o, BRC_EXCHANGE_PIECE, err));
	}
	return BRC_OK;
}

brc_rc brc_exchange_each_edge(brc_exchange_out *o, const brc_blocks *b, brc_exchange_edge write,
			      size_t *count, brc_err *err)
{
	brc_band *band;
	brc_rc rc;

	BRC_TRY(brc_band_new(&band, b, err));
	rc = BRC_OK;
	for (size_t k = 0; k < b->n && rc == BRC_OK; k++)
		rc = block_edges(o, b, k, band, write, count, err);
	brc_band_free(band);
	return rc;
}

static void market_line(brc_exchange_out *o, const brc_layers *t, brc_exchange_end from,
			brc_exchange_end to, float w)
{
	brc_str_addf(&o->text, "%zu %zu %.9g\n", t->first[to.layer] + to.unit + 1,
		     t->first[from.layer] + from.unit + 1, (double)w);
}

static void edge_line(brc_exchange_out *o, const brc_layers *t, brc_exchange_end from,
		      brc_exchange_end to, float w)
{
	brc_str_addf(&o->text, "%s:%zu\t%s:%zu\t%.9g\n", t->name[from.layer], from.unit,
		     t->name[to.layer], to.unit, (double)w);
}

static brc_rc market(brc_exchange_out *o, const brc_blocks *b, brc_err *err)
{
	size_t units = brc_layers_total(&b->layers), count = 0;

	brc_str_add(&o->text, "%%MatrixMarket matrix coordinate real symmetric\n");
	BRC_TRY(write_layers(o, &b->layers, '%', err));
	BRC_TRY(brc_exchange_each_edge(o, b, NULL, &count, err));
	brc_str_addf(&o->text, "%zu %zu %zu\n", units, units, count);
	BRC_TRY(brc_exchange_each_edge(o, b, market_line, &count, err));
	return brc_exchange_flush(o, 0, err);
}

brc_rc brc_exchange_matrix_market(const brc_blocks *b, brc_exchange_sink sink, void *ctx,
				  brc_err *err)
{
	brc_exchange_out o = {{0}, sink, ctx};
	brc_rc rc = market(&o, b, err);

	brc_str_free(&o.text);
	return rc;
}

brc_rc brc_exchange_edges(const brc_blocks *b, brc_exchange_sink sink, void *ctx, brc_err *err)
{
	brc_exchange_out o = {{0}, sink, ctx};
	brc_rc rc = write_layers(&o, &b->layers, '#', err);

	if (rc == BRC_OK)
		rc = brc_exchange_each_edge(&o, b, edge_line, NULL, err);
	if (rc == BRC_OK)
		rc = brc_exchange_flush(&o, 0, err);
	brc_str_free(&o.text);
	return rc;
}

static brc_rc fill_matrix(const brc_blocks *b, size_t n, float *a, brc_err *err)
{
	brc_band *band;

	BRC_TRY(brc_band_new(&band, b, err));
	for (size_t k = 0; k < b->n; k++) {
		const brc_block *x = &b->block[k];
		size_t first = b->layers.first[x->from], other = b->layers.first[x->to];

		for (size_t i = 0; i < b->layers.units[x->from]; i++) {
			brc_row row = brc_band_row(band, k, i);

			for (size_t j = 0; j < row.n; j++) {
				size_t u = first + i, v = other + brc_row_column(&row, j);

				a[u * n + v] = row.w[j];
				a[v * n + u] = row.w[j];
			}
		}
	}
	brc_band_free(band);
	return BRC_OK;
}

brc_rc brc_exchange_npy(const brc_blocks *b, size_t mem, brc_exchange_sink sink, void *ctx,
			brc_err *err)
{
	size_t n = brc_layers_total(&b->layers), bytes;
	const size_t shape[] = {n, n};
	brc_str head = {0};
	brc_rc rc;
	float *a;

	if (!brc_mul(n, n, &bytes) || !brc_mul(bytes, sizeof(float), &bytes))
		bytes = SIZE_MAX;
	BRC_TRY(brc_mem_need(bytes, mem, "the whole matrix", err));
	a = brc_calloc(n * n, sizeof(*a), err);
	if (!a)
		return BRC_RESOURCE;
	rc = fill_matrix(b, n, a, err);
	if (rc == BRC_OK)
		rc = brc_npy_header(&head, "<f4", 2, shape, err);
	if (rc == BRC_OK)
		rc = sink(ctx, head.s, head.len, err);
	if (rc == BRC_OK)
		rc = sink(ctx, (const char *)a, bytes, err);
	brc_str_free(&head);
	free(a);
	return rc;
}
