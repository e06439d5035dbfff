#include "graph/exchange.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "data/npy.h"

enum { PIECE = 1 << 16 };

/* ---- from a list of edges ---- */

void brc_own_blocks_clear(brc_own_blocks *b)
{
	brc_blocks_clear(&b->blocks);
	for (size_t i = 0; i < b->n; i++)
		free(b->memory[i]);
	free(b->memory);
	memset(b, 0, sizeof(*b));
}

static void *own(brc_own_blocks *b, size_t n, size_t size, brc_err *err)
{
	if (brc_grow(&b->memory, &b->cap, b->n + 1, sizeof(*b->memory), err) != BRC_OK)
		return NULL;
	return b->memory[b->n++] = brc_calloc(n, size, err);
}

/* An edge with its layers, for sorting into blocks; within a layer it stands twice. */
typedef struct place {
	uint32_t from_layer, to_layer, row, col;
	float weight;
} place;

static int by_place(const void *pa, const void *pb)
{
	const place *a = pa, *b = pb;
	if (a->from_layer != b->from_layer)
		return a->from_layer < b->from_layer ? -1 : 1;
	if (a->to_layer != b->to_layer)
		return a->to_layer < b->to_layer ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	return a->col < b->col ? -1 : a->col > b->col;
}

/* Flat units ascend with layers, so from < to puts the lower layer first. */
static size_t set_places(const brc_edge_list *l, place *p)
{
	const brc_layers *t = &l->layers;
	size_t n = 0, from = 0;
	for (size_t i = 0; i < l->n; i++) {
		const brc_edge *e = &l->edge[i];
		while (e->from >= t->first[from + 1]) /* edges ascend by from */
			from++;
		size_t to = e->to < t->first[from + 1] ? from : brc_layers_of_unit(t, e->to);
		uint32_t row = e->from - (uint32_t)t->first[from];
		uint32_t col = e->to - (uint32_t)t->first[to];
		p[n++] = (place){(uint32_t)from, (uint32_t)to, row, col, e->weight};
		if (from == to)
			p[n++] = (place){(uint32_t)from, (uint32_t)to, col, row, e->weight};
	}
	qsort(p, n, sizeof(*p), by_place);
	return n;
}

static brc_rc add_dense(brc_own_blocks *b, const place *p, size_t n, size_t rows, size_t cols,
			brc_err *err)
{
	float *w = own(b, rows * cols, sizeof(*w), err);
	if (w == NULL)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++)
		w[p[i].row * cols + p[i].col] = p[i].weight;
	return brc_blocks_add(&b->blocks, p->from_layer, p->to_layer, w, err);
}

static brc_rc add_rows(brc_own_blocks *b, const place *p, size_t n, size_t rows, brc_err *err)
{
	int64_t *start = own(b, rows + 1, sizeof(*start), err);
	int32_t *column = own(b, n, sizeof(*column), err);
	float *w = own(b, n, sizeof(*w), err);
	if (start == NULL || column == NULL || w == NULL)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		start[p[i].row + 1]++;
		column[i] = (int32_t)p[i].col;
		w[i] = p[i].weight;
	}
	for (size_t i = 0; i < rows; i++)
		start[i + 1] += start[i];
	return brc_blocks_add_rows(&b->blocks, p->from_layer, p->to_layer, start, column, w, err);
}

static brc_rc add_blocks(brc_own_blocks *b, const place *p, size_t n, brc_err *err)
{
	const brc_layers *t = &b->blocks.layers;
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1;
		     j < n && p[j].from_layer == p[i].from_layer && p[j].to_layer == p[i].to_layer;
		     j++)
			;
		size_t rows = t->units[p[i].from_layer], cols = t->units[p[i].to_layer];
		bool sparse = 2 * (j - i) + 2 * (rows + 1) < rows * cols;
		BRC_TRY(sparse ? add_rows(b, p + i, j - i, rows, err)
			       : add_dense(b, p + i, j - i, rows, cols, err));
	}
	return BRC_OK;
}

brc_rc brc_exchange_blocks(brc_own_blocks *b, const brc_edge_list *l, size_t mem, brc_err *err)
{
	size_t units = brc_layers_total(&l->layers);
	memset(b, 0, sizeof(*b));
	/* what stands in both lists and in blocks at the worst: dense ones hold no more than rows
	 */
	BRC_TRY(brc_mem_need(2 * l->n * (sizeof(place) + 8) + l->n * sizeof(brc_edge) + 32 * units,
			     mem, "the graph", err));
	BRC_TRY(brc_blocks_init(&b->blocks, &l->layers, err));
	place *p = brc_alloc(2 * l->n, sizeof(*p), err);
	brc_rc rc = p != NULL ? BRC_OK : BRC_RESOURCE;
	if (rc == BRC_OK)
		rc = add_blocks(b, p, set_places(l, p), err);
	free(p);
	if (rc != BRC_OK)
		brc_own_blocks_clear(b);
	return rc;
}

/* ---- to other programs ---- */

/* Text on its way out. */
typedef struct out {
	brc_str text;
	brc_exchange_sink sink;
	void *ctx;
} out;

static brc_rc flush(out *o, size_t least, brc_err *err)
{
	BRC_TRY(brc_str_check(&o->text, err));
	if (o->text.len < least || o->text.len == 0)
		return BRC_OK;
	brc_rc rc = o->sink(o->ctx, o->text.s, o->text.len, err);
	o->text.len = 0;
	return rc;
}

static brc_rc write_layers(out *o, const brc_layers *t, char mark, brc_err *err)
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

typedef struct end {
	size_t layer, unit;
} end;

typedef void (*write_edge)(out *o, const brc_layers *t, end from, end to, float w);

/* Every edge once, zeroes left out; counts them where `write` is NULL. */
static brc_rc each_edge(out *o, const brc_blocks *b, write_edge write, size_t *count, brc_err *err)
{
	for (size_t k = 0; k < b->n; k++) {
		const brc_block *x = &b->block[k];
		size_t rows = b->layers.units[x->from], cols = b->layers.units[x->to];
		for (size_t i = 0; i < rows; i++) {
			brc_row row = brc_block_row(x, cols, i);
			for (size_t j = 0; j < row.n; j++) {
				size_t col = brc_row_column(&row, j);
				if (!(row.w[j] > 0) || (x->from == x->to && col < i))
					continue;
				if (write != NULL)
					write(o, &b->layers, (end){x->from, i}, (end){x->to, col},
					      row.w[j]);
				else
					++*count;
			}
			BRC_TRY(flush(o, PIECE, err));
		}
	}
	return BRC_OK;
}

static void market_line(out *o, const brc_layers *t, end from, end to, float w)
{
	brc_str_addf(&o->text, "%zu %zu %.9g\n", t->first[to.layer] + to.unit + 1,
		     t->first[from.layer] + from.unit + 1, (double)w);
}

static void edge_line(out *o, const brc_layers *t, end from, end to, float w)
{
	brc_str_addf(&o->text, "%s:%zu\t%s:%zu\t%.9g\n", t->name[from.layer], from.unit,
		     t->name[to.layer], to.unit, (double)w);
}

static brc_rc market(out *o, const brc_blocks *b, brc_err *err)
{
	size_t units = brc_layers_total(&b->layers), count = 0;
	brc_str_add(&o->text, "%%MatrixMarket matrix coordinate real symmetric\n");
	BRC_TRY(write_layers(o, &b->layers, '%', err));
	BRC_TRY(each_edge(o, b, NULL, &count, err));
	brc_str_addf(&o->text, "%zu %zu %zu\n", units, units, count);
	BRC_TRY(each_edge(o, b, market_line, &count, err));
	return flush(o, 0, err);
}

brc_rc brc_exchange_matrix_market(const brc_blocks *b, brc_exchange_sink sink, void *ctx,
				  brc_err *err)
{
	out o = {{0}, sink, ctx};
	brc_rc rc = market(&o, b, err);
	brc_str_free(&o.text);
	return rc;
}

brc_rc brc_exchange_edges(const brc_blocks *b, brc_exchange_sink sink, void *ctx, brc_err *err)
{
	out o = {{0}, sink, ctx};
	brc_rc rc = write_layers(&o, &b->layers, '#', err);
	if (rc == BRC_OK)
		rc = each_edge(&o, b, edge_line, NULL, err);
	if (rc == BRC_OK)
		rc = flush(&o, 0, err);
	brc_str_free(&o.text);
	return rc;
}

static void fill_matrix(const brc_blocks *b, size_t n, float *a)
{
	for (size_t k = 0; k < b->n; k++) {
		const brc_block *x = &b->block[k];
		size_t first = b->layers.first[x->from], other = b->layers.first[x->to];
		size_t rows = b->layers.units[x->from], cols = b->layers.units[x->to];
		for (size_t i = 0; i < rows; i++) {
			brc_row row = brc_block_row(x, cols, i);
			for (size_t j = 0; j < row.n; j++) {
				size_t u = first + i, v = other + brc_row_column(&row, j);
				a[u * n + v] = row.w[j];
				a[v * n + u] = row.w[j];
			}
		}
	}
}

brc_rc brc_exchange_npy(const brc_blocks *b, size_t mem, brc_exchange_sink sink, void *ctx,
			brc_err *err)
{
	size_t n = brc_layers_total(&b->layers), bytes;
	const size_t shape[] = {n, n};
	brc_str head = {0};
	if (!brc_mul(n, n, &bytes) || !brc_mul(bytes, sizeof(float), &bytes))
		bytes = SIZE_MAX;
	BRC_TRY(brc_mem_need(bytes, mem, "the whole matrix", err));
	float *a = brc_calloc(n * n, sizeof(*a), err);
	if (a == NULL)
		return BRC_RESOURCE;
	fill_matrix(b, n, a);
	brc_rc rc = brc_npy_header(&head, "<f4", 2, shape, err);
	if (rc == BRC_OK)
		rc = sink(ctx, head.s, head.len, err);
	if (rc == BRC_OK)
		rc = sink(ctx, (const char *)a, bytes, err);
	brc_str_free(&head);
	free(a);
	return rc;
}
