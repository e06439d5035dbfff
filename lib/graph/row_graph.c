#include "graph/row_graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/correlation_tile.h"
#include "linalg/triangle.h"

/* Where the edges go. */
typedef struct filling {
	const brc_blocks *out;
	const size_t *unit;
	const size_t *layer; /* [rows] of each unit */
	const size_t *block; /* [layers, layers] of two layers; BRC_ANY: no edges */
	brc_corr_edge edge;
} filling;

/* Edges of row i with rows j .. end - 1, whose units are in one layer. */
static void put(const filling *f, size_t i, size_t j, size_t end, const double *product)
{
	const brc_layers *t = &f->out->layers;
	size_t from = f->layer[i], to = f->layer[j], u = f->unit[i] - t->first[from],
	       v = f->unit[j] - t->first[to], at = f->block[from * t->n + to];
	const brc_block *b;
	float *w;

	if (at == BRC_ANY)
		return;
	b = &f->out->block[at];
	w = (float *)b->w + (from == to ? brc_triangle_at(b->cols, u, v) : u * b->cols + v);
	for (; j < end; j++)
		w[f->unit[j] - t->first[to] - v] = (float)brc_corr_edge_of(*product++, f->edge);
}

static void visit(void *ctx, const brc_products_tile *t)
{
	const filling *f = ctx;

	for (size_t i = 0; i < t->rows; i++) {
		size_t row = t->first + i, j = t->second > row ? t->second : row + 1;

		for (size_t end; j < t->second + t->cols; j = end) {
			for (end = j + 1;
			     end < t->second + t->cols && f->layer[end] == f->layer[j];)
				end++;
			put(f, row, j, end, t->p + i * BRC_PRODUCTS_TILE + (j - t->second));
		}
	}
}

brc_rc brc_row_graph_fill(brc_blocks *out, const brc_rows *rows, const size_t *unit,
			  brc_corr_edge edge, brc_err *err)
{
	size_t n = out->layers.n, *layer, *block = NULL;
	filling f = {.out = out, .unit = unit, .edge = edge};
	brc_rc rc = BRC_ARRAY(layer, rows->n, err);

	BRC_THEN(rc, BRC_ARRAY(block, brc_times(n, n), err));
	for (size_t i = 0; rc == BRC_OK && i < rows->n; i++)
		layer[i] = brc_layers_of_unit(&out->layers, unit[i]);
	for (size_t i = 0; rc == BRC_OK && i < n * n; i++)
		block[i] = BRC_ANY;
	for (size_t b = 0; rc == BRC_OK && b < out->n; b++)
		block[out->block[b].from * n + out->block[b].to] = b;
	f.layer = layer;
	f.block = block;
	BRC_THEN(rc, brc_row_products(rows, NULL, visit, &f, err));
	free(layer);
	free(block);
	return rc;
}

brc_rc brc_row_graph_init(brc_blocks *out, const brc_blocks *like, brc_err *err)
{
	BRC_TRY(brc_blocks_init(out, &like->layers, err));
	for (size_t b = 0; b < like->n; b++) {
		size_t from = like->block[b].from, to = like->block[b].to;
		float *w =
			brc_blocks_alloc(out, brc_blocks_entries(like, from, to), sizeof(*w), err);

		BRC_TRY(brc_made(w));
		BRC_TRY(brc_blocks_add(out, from, to, w, err));
	}
	return BRC_OK;
}

brc_rc brc_row_graph_factors(brc_blocks *out, const brc_blocks *like, const brc_rows *rows,
			     const size_t *const *unit, size_t parts, size_t length, brc_err *err)
{
	const brc_layers *t = &like->layers;
	const float **factor;
	float *all;
	brc_rc rc;

	BRC_TRY(brc_blocks_init(out, t, err));
	all = brc_blocks_alloc(out, brc_times(brc_layers_total(t), length), sizeof(*all), err);
	BRC_TRY(brc_made(all));
	for (size_t p = 0; p < parts; p++)
		for (size_t i = 0; i < rows[p].n; i++)
			memcpy(all + unit[p][i] * length, rows[p].row + i * rows[p].length,
			       rows[p].length * sizeof(*all));
	BRC_TRY(BRC_ARRAY(factor, t->n, err));
	for (size_t l = 0; l < t->n; l++)
		factor[l] = all + t->first[l] * length;
	rc = brc_blocks_add_factors(out, length, factor, like->n > t->n, err);
	free(factor);
	return rc;
}
