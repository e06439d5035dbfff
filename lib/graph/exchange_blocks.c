/*
 * Makes blocks from a list of edges. The list ascends by the lower unit, so the edges of one layer
 * follow one another. They are counted by their other layer, then by row, then put into their
 * places. O(edges + layers^2); takes no memory but that of the blocks.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/exchange.h"
#include "linalg/triangle.h"

/* The block between the current layer and another one. */
typedef struct target {
	size_t entries; /* edges, or twice as many within the layer */
	bool within;    /* the layer is the one at hand */
	float *w;       /* dense, or of the entries */
	int64_t *start; /* of rows; NULL: dense. Points one past where the next entry goes */
	int32_t *column;
} target;

typedef struct filling {
	const brc_edge_list *l;
	const brc_layers *t;
	brc_blocks *b;
	target *to;              /* [layers] */
	size_t from, first, end; /* the layer at hand and its edges */
	size_t bytes;            /* of the list and all blocks */
} filling;

/* The layer of the upper end. Units ascend, so it is mostly that of the edge before. */
static size_t layer_of(const filling *f, uint32_t unit, size_t last)
{
	const size_t *first = f->t->first;

	return unit >= first[last] && unit < first[last + 1] ? last
							     : brc_layers_of_unit(f->t, unit);
}

static void count_entries(filling *f)
{
	memset(f->to, 0, f->t->n * sizeof(*f->to));
	f->to[f->from].within = true;
	for (size_t i = f->first, to = f->from; i < f->end; i++) {
		to = layer_of(f, f->l->edge[i].to, to);
		f->to[to].entries += to == f->from ? 2 : 1;
	}
}

/* In rows where they are smaller than the whole matrix. */
static bool is_sparse(const filling *f, size_t to)
{
	size_t rows = f->t->units[f->from], cols = f->t->units[to];

	return 2 * f->to[to].entries + 2 * (rows + 1) < rows * cols;
}

static brc_rc add_bytes(filling *f, brc_err *err)
{
	(void)err;
	count_entries(f);
	for (size_t to = f->from; to < f->t->n; to++) {
		size_t rows = f->t->units[f->from], n = f->to[to].entries;
		if (n > 0)
			f->bytes += is_sparse(f, to) ? 8 * n + 8 * (rows + 2)
						     : 4 * brc_blocks_entries(f->b, f->from, to);
	}
	return BRC_OK;
}

static brc_rc reserve(const filling *f, size_t to, brc_err *err)
{
	target *x = &f->to[to];
	size_t rows = f->t->units[f->from];
	bool sparse = is_sparse(f, to);

	x->w = brc_blocks_alloc(f->b, sparse ? x->entries : brc_blocks_entries(f->b, f->from, to),
				sizeof(*x->w), err);
	if (sparse) {
		x->start = brc_blocks_alloc(f->b, rows + 2, sizeof(*x->start), err);
		x->column = brc_blocks_alloc(f->b, x->entries, sizeof(*x->column), err);
	}
	return x->w && (!sparse || (x->start && x->column)) ? BRC_OK : BRC_RESOURCE;
}

/* A function that gets an entry of a block. */
typedef void (*visit)(target *x, size_t cols, size_t row, size_t col, float weight);

static void count_row(target *x, size_t cols, size_t row, size_t col, float weight)
{
	(void)cols;
	(void)col;
	(void)weight;
	if (x->start)
		x->start[row + 2]++;
}

/* Entries of a row come with their columns ascending, those of the lower triangle first. */
static void put(target *x, size_t cols, size_t row, size_t col, float weight)
{
	int64_t at;

	if (!x->start) {
		if (!x->within)
			x->w[row * cols + col] = weight;
		else if (row < col)
			x->w[brc_triangle_at(cols, row, col)] = weight;
		return;
	}
	at = x->start[row + 1]++;
	x->column[at] = (int32_t)col;
	x->w[at] = weight;
}

static void each_entry(const filling *f, visit v)
{
	const size_t *first = f->t->first;

	for (size_t i = f->first, to = f->from; i < f->end; i++) {
		const brc_edge *e = &f->l->edge[i];
		size_t row, col;

		to = layer_of(f, e->to, to);
		row = e->from - first[f->from];
		col = e->to - first[to];
		v(&f->to[to], f->t->units[to], row, col, e->weight);
		if (to == f->from)
			v(&f->to[to], f->t->units[to], col, row, e->weight);
	}
}

/* From counts at row + 2 to starts at row + 1, which become the starts at row as rows fill. */
static void set_starts(const filling *f)
{
	size_t rows = f->t->units[f->from];

	for (size_t to = f->from; to < f->t->n; to++)
		for (size_t i = 0; f->to[to].start && i < rows; i++)
			f->to[to].start[i + 2] += f->to[to].start[i + 1];
}

static brc_rc add_blocks(const filling *f, brc_err *err)
{
	for (size_t to = f->from; to < f->t->n; to++) {
		const target *x = &f->to[to];

		if (x->start)
			BRC_TRY(brc_blocks_add_rows(f->b, f->from, to, x->start, x->column, x->w,
						    err));
		else if (x->entries > 0)
			BRC_TRY(brc_blocks_add(f->b, f->from, to, x->w, err));
	}
	return BRC_OK;
}

static brc_rc fill_layer(filling *f, brc_err *err)
{
	count_entries(f);
	for (size_t to = f->from; to < f->t->n; to++)
		if (f->to[to].entries > 0)
			BRC_TRY(reserve(f, to, err));
	each_entry(f, count_row);
	set_starts(f);
	each_entry(f, put);
	return add_blocks(f, err);
}

/* Layer by layer, as the list has them. */
static brc_rc each_layer(filling *f, brc_rc (*work)(filling *f, brc_err *err), brc_err *err)
{
	f->first = f->end = 0;
	for (f->from = 0; f->first < f->l->n; f->from++, f->first = f->end) {
		size_t beyond = f->t->first[f->from + 1];

		while (f->end < f->l->n && f->l->edge[f->end].from < beyond)
			f->end++;
		if (f->end > f->first)
			BRC_TRY(work(f, err));
	}
	return BRC_OK;
}

/* Blocks with few edges between many large layers may take far more memory than their edges. */
static brc_rc fill_all(filling *f, size_t mem, brc_err *err)
{
	BRC_TRY(BRC_ARRAY(f->to, f->t->n, err));
	f->bytes = f->l->n * sizeof(brc_edge);
	BRC_TRY(each_layer(f, add_bytes, err));
	BRC_TRY(brc_mem_need(f->bytes, mem, "the graph", err));
	return each_layer(f, fill_layer, err);
}

brc_rc brc_exchange_blocks(brc_blocks *b, const brc_edge_list *l, size_t mem, brc_err *err)
{
	filling f;
	brc_rc rc;

	memset(b, 0, sizeof(*b));
	BRC_TRY(brc_blocks_init(b, &l->layers, err));
	f = (filling){.l = l, .t = &b->layers, .b = b};
	rc = fill_all(&f, mem, err);
	free(f.to);
	if (rc != BRC_OK)
		brc_blocks_clear(b);
	return rc;
}
