/*
 * Blocks in compressed rows: the edges of each unit and their columns. Normally no entry is 0.
 * Within a layer every edge is stored twice, so that rows serve as columns.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"
#include "linalg/tile.h"

static size_t rows_entries(const brc_block *b)
{
	return (size_t)b->start[b->rows];
}

static brc_rc rows_write(const brc_blocks *b, size_t k, brc_section *s, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t starts = e->rows + 1, edges = rows_entries(e);
	char name[48];

	BRC_TRY(brc_section_add(s, brc_block_tensor_name(name, k, "start"), "<i8", 1, &starts,
				"row", e->start, NULL, err));
	BRC_TRY(brc_section_add(s, brc_block_tensor_name(name, k, "column"), "<i4", 1, &edges,
				"edge", e->column, NULL, err));
	return brc_section_add(s, brc_block_tensor_name(name, k, "weight"), "<f4", 1, &edges,
			       "edge", e->w, NULL, err);
}

static brc_rc rows_read(brc_blocks *b, const brc_section *s, size_t k, size_t from, size_t to,
			brc_err *err)
{
	size_t rows = b->layers.units[from], edges;
	const brc_tensor *start, *column, *weight;
	const int64_t *at;
	char name[48], title[256];

	BRC_TRY(brc_section_need_column(s, brc_block_tensor_name(name, k, "start"), "<i8", rows + 1,
					&start, err));
	at = start->data;
	if (at[rows] < 0)
		return brc_fail(err, BRC_DATA, "%s: block %zu has %lld edges",
				brc_section_title(s, title, sizeof(title)), k, (long long)at[rows]);
	edges = (size_t)at[rows];
	BRC_TRY(brc_section_need_column(s, brc_block_tensor_name(name, k, "column"), "<i4", edges,
					&column, err));
	BRC_TRY(brc_section_need_column(s, brc_block_tensor_name(name, k, "weight"), "<f4", edges,
					&weight, err));
	if (brc_blocks_add_rows(b, from, to, at, column->data, weight->data, err) != BRC_OK)
		return brc_err_prefix(err, "%s", brc_section_title(s, title, sizeof(title)));
	return BRC_OK;
}

static brc_row rows_whole(const brc_block *b, size_t i)
{
	return (brc_row){.n = (size_t)(b->start[i + 1] - b->start[i]),
			 .w = b->w + b->start[i],
			 .column = b->column + b->start[i]};
}

static brc_row rows_row(const brc_block *b, size_t i)
{
	brc_row r = rows_whole(b, i);
	size_t skip = 0;

	while (b->from == b->to && skip < r.n && (size_t)r.column[skip] <= i)
		skip++;
	return (brc_row){.n = r.n - skip, .w = r.w + skip, .column = r.column + skip};
}

/*
 * Within a layer: symmetric, nothing on the diagonal. Rows come in order, so the entries (i, j)
 * meet the entries of row j in order too: next[j] is the one that (i, j) must mirror.
 */
static brc_rc rows_check(const brc_blocks *b, size_t k, const char *what, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t n = e->rows;
	int64_t *next;
	brc_rc rc = BRC_OK;

	if (e->from != e->to)
		return BRC_OK;
	BRC_TRY(BRC_ARRAY(next, n, err));
	if (n)
		memcpy(next, e->start, n * sizeof(*next));
	for (size_t i = 0; i < n && rc == BRC_OK; i++) {
		brc_row row = rows_whole(e, i);

		for (size_t c = 0; c < row.n && rc == BRC_OK; c++) {
			size_t j = (size_t)row.column[c];
			int64_t m = next[j]++;

			if (i == j || m >= e->start[j + 1] || (size_t)e->column[m] != i ||
			    e->w[m] != row.w[c])
				rc = brc_blocks_asymmetric(b, k, i, j, err);
		}
	}
	free(next);
	return rc == BRC_DATA ? brc_err_prefix(err, "%s", what) : rc;
}

/* Within a layer those below the diagonal come first in their rows. */
static brc_rc rows_fill(brc_blocks *to, const brc_block *like, const brc_entry *at,
			const float *value, size_t n, brc_err *err)
{
	bool within = like->from == like->to;
	size_t directions = within ? 2 : 1, stored = directions * n;
	int64_t *start = brc_blocks_alloc(to, like->rows + 2, sizeof(*start), err);
	int32_t *column = brc_blocks_alloc(to, stored, sizeof(*column), err);
	float *w = brc_blocks_alloc(to, stored, sizeof(*w), err);

	if (!start || !column || !w)
		return BRC_RESOURCE;
	/* start[r + 2] counts row r; after the sums start[r + 1] is where its next edge goes. */
	for (size_t i = 0; i < n; i++) {
		start[at[i].row + 2]++;
		if (within)
			start[at[i].column + 2]++;
	}
	for (size_t r = 2; r < like->rows + 2; r++)
		start[r] += start[r - 1];
	for (size_t i = 0; i < n; i++)
		for (size_t d = 0; d < directions; d++) {
			int64_t there = start[(d ? at[i].column : at[i].row) + 1]++;

			column[there] = d ? at[i].row : at[i].column;
			w[there] = value[i];
		}
	return brc_blocks_add_rows(to, like->from, like->to, start, column, w, err);
}

/* ---- products ---- */

/* The block by columns. */
typedef struct columns {
	int64_t *start; /* [cols + 1] */
	int32_t *row;
	float *w;
} columns;

/* Count, then place: rows ascend within a column, since they come in order. */
static void transpose(columns *t, const brc_block *b)
{
	size_t n = rows_entries(b);

	/* start[c + 2] counts column c; after the sums start[c + 1] is where its next entry goes.
	 */
	for (size_t i = 0; i < n; i++)
		t->start[b->column[i] + 2]++;
	for (size_t c = 2; c < b->cols + 2; c++)
		t->start[c] += t->start[c - 1];
	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = rows_whole(b, i);

		for (size_t j = 0; j < row.n; j++) {
			int64_t at = t->start[row.column[j] + 1]++;

			t->row[at] = (int32_t)i;
			t->w[at] = row.w[j];
		}
	}
}

/* All in one piece of memory: the struct, starts, rows and weights. */
static size_t rows_prepared(const brc_block *b)
{
	return b->from == b->to ? 0
				: sizeof(columns) + 8 * (b->cols + 2) +
					  rows_entries(b) * (sizeof(int32_t) + sizeof(float));
}

static brc_rc rows_prepare(const brc_block *b, void **prepared, brc_err *err)
{
	columns *t;

	if (b->from == b->to)
		return BRC_OK;
	*prepared = t = brc_calloc(1, rows_prepared(b), err);
	BRC_TRY(brc_made(t));
	t->start = (int64_t *)(t + 1);
	t->row = (int32_t *)(t->start + b->cols + 2);
	t->w = (float *)(t->row + rows_entries(b));
	transpose(t, b);
	return BRC_OK;
}

static void add(const float *w, const int32_t *column, const int64_t *start, const brc_tile_task *t)
{
	for (size_t i = 0; i < t->rows; i++) {
		int64_t at = start[t->row + i], n = start[t->row + i + 1] - at;

		brc_tile_sparse(w + at, column + at, (size_t)n, t->x, t->y + i * BRC_LANES,
				t->groups, t->stride);
	}
}

static double rows_work(const brc_block *b)
{
	return (b->from == b->to ? 8 : 16) * (double)rows_entries(b);
}

static void rows_add_rows(const brc_block *b, const void *prepared, const brc_tile_task *t)
{
	(void)prepared;
	add(b->w, b->column, b->start, t);
}

static void rows_add_columns(const brc_block *b, const void *prepared, const brc_tile_task *t)
{
	const columns *c = prepared;

	(void)b;
	add(c->w, c->row, c->start, t);
}

const brc_block_layout brc_block_rows = {
	.name = "rows",
	.version = 1,
	.sparse = true,
	.write = rows_write,
	.read = rows_read,
	.check = rows_check,
	.row = rows_row,
	.whole = rows_whole,
	.entries = rows_entries,
	.fill = rows_fill,
	.work = rows_work,
	.prepare = rows_prepare,
	.prepared = rows_prepared,
	.add_rows = rows_add_rows,
	.add_columns = rows_add_columns,
};
