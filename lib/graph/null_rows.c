#include "graph/null_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct place {
	int32_t row, column;
} place;

void brc_own_rows_clear(brc_own_rows *r)
{
	free(r->start);
	free(r->column);
	free(r->w);
	*r = (brc_own_rows){0};
}

size_t brc_null_rows_values(const brc_edges *e, float *value)
{
	size_t n = 0;

	for (size_t i = 0; i < e->rows; i++) {
		brc_row row = brc_edges_row_once(e, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0) {
				if (value)
					value[n] = row.w[j];
				n++;
			}
	}
	return n;
}

/* The places that the edges have now. */
static void take_places(const brc_edges *e, place *at)
{
	for (size_t i = 0; i < e->rows; i++) {
		brc_row row = brc_edges_row_once(e, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0)
				*at++ = (place){(int32_t)i, (int32_t)brc_row_column(&row, j)};
	}
}

/* Uniform on 0 .. n - 1: rejection from the next power of two. */
static uint64_t below(brc_rng *rng, uint64_t n)
{
	uint64_t mask = UINT64_MAX >> __builtin_clzll(n | 1), v;

	do
		v = brc_rng_u64(rng) & mask;
	while (v >= n);
	return v;
}

static int ascending(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;

	return a < b ? -1 : a > b;
}

/*
 * Many of them: Knuth's selection sampling (The Art of Computer Programming 2, 3.4.2, algorithm S);
 * few: draws, repeated ones drawn again.
 */
void brc_null_draw_cells(brc_rng *rng, uint64_t all, uint64_t *number, size_t n)
{
	size_t have = 0;

	for (uint64_t i = 0; all / 8 < n && i < all && have < n; i++)
		if (below(rng, all - i) < n - have)
			number[have++] = i;
	while (have < n) {
		size_t distinct = 0;

		for (size_t i = have; i < n; i++)
			number[i] = below(rng, all);
		qsort(number, n, sizeof(*number), ascending);
		for (size_t i = 0; i < n; i++)
			if (i == 0 || number[i] != number[distinct - 1])
				number[distinct++] = number[i];
		have = distinct;
	}
}

/* The connected units of a member: their indices within it. */
static size_t *connected_units(const brc_graph *g, size_t member, size_t *n, brc_err *err)
{
	size_t units = g->first[member + 1] - g->first[member];
	size_t *list = brc_alloc(units, sizeof(*list), err);

	*n = 0;
	for (size_t i = 0; list && i < units; i++)
		if (g->degree[g->first[member] + i] > 0)
			list[(*n)++] = i;
	return list;
}

/* Number of a pair within a layer (rows by rows of the upper triangle), or of a cell, to a place.
 */
static void number_places(const uint64_t *number, size_t n, bool within, const size_t *from,
			  const size_t *to, size_t cols, place *at)
{
	uint64_t first = 0; /* number of the first cell of row i */
	size_t i = 0;

	for (size_t m = 0; m < n; m++) {
		while (number[m] >= first + (within ? cols - 1 - i : cols))
			first += within ? cols - 1 - i++ : (i++, cols);
		size_t j = (size_t)(number[m] - first) + (within ? i + 1 : 0);

		at[m] = (place){(int32_t)from[i], (int32_t)to[j]};
	}
}

static uint64_t count_cells(size_t rows, size_t cols, bool within)
{
	return within ? (uint64_t)rows * (rows - 1) / 2 : (uint64_t)rows * cols;
}

brc_rc brc_null_cells(const brc_graph *g, const brc_edges *e, uint64_t *cells, brc_err *err)
{
	size_t rows, cols, *from = connected_units(g, e->from, &rows, err);
	size_t *to = connected_units(g, e->to, &cols, err);
	brc_rc rc = from && to ? BRC_OK : BRC_RESOURCE;

	*cells = rows > 0 ? count_cells(rows, cols, e->from == e->to) : 0;
	free(from);
	free(to);
	return rc;
}

/* The places of n cells. */
static brc_rc cell_places(const brc_graph *g, const brc_edges *e, const uint64_t *cell, place *at,
			  size_t n, brc_err *err)
{
	size_t rows, cols, *from = connected_units(g, e->from, &rows, err);
	size_t *to = connected_units(g, e->to, &cols, err);
	brc_rc rc = from && to ? BRC_OK : BRC_RESOURCE;

	if (rc == BRC_OK)
		number_places(cell, n, e->from == e->to, from, to, cols, at);
	free(from);
	free(to);
	return rc;
}

/* Rows from places in order. Within a layer those below the diagonal come first in their rows. */
static brc_rc make_rows(brc_own_rows *out, const brc_edges *e, const place *at, const float *value,
			size_t n, brc_err *err)
{
	bool within = e->from == e->to;
	size_t stored = within ? 2 * n : n;

	out->start = brc_calloc(e->rows + 2, sizeof(*out->start), err);
	out->column = brc_alloc(stored, sizeof(*out->column), err);
	out->w = brc_alloc(stored, sizeof(*out->w), err);
	if (!out->start || !out->column || !out->w)
		return BRC_RESOURCE;
	/* start[r + 2] counts row r; after the sums start[r + 1] is where its next edge goes. */
	for (size_t i = 0; i < n; i++) {
		out->start[at[i].row + 2]++;
		if (within)
			out->start[at[i].column + 2]++;
	}
	for (size_t r = 2; r < e->rows + 2; r++)
		out->start[r] += out->start[r - 1];
	for (size_t i = 0; i < n; i++) {
		int64_t there = out->start[at[i].row + 1]++;

		out->column[there] = at[i].column;
		out->w[there] = value[i];
		if (!within)
			continue;
		there = out->start[at[i].column + 1]++;
		out->column[there] = at[i].row;
		out->w[there] = value[i];
	}
	return BRC_OK;
}

/* The n places of a block's edges, or of `cell`; free() them. */
static place *find_places(const brc_graph *g, const brc_edges *e, const uint64_t *cell, size_t n,
			  brc_err *err)
{
	place *at = brc_alloc(n, sizeof(*at), err);

	if (at && !cell)
		take_places(e, at);
	if (at && cell && cell_places(g, e, cell, at, n, err) != BRC_OK) {
		free(at);
		return NULL;
	}
	return at;
}

brc_rc brc_null_fill_rows(brc_own_rows *out, const brc_graph *g, const brc_edges *e,
			  const uint64_t *cell, const float *value, size_t n, brc_err *err)
{
	place *at = find_places(g, e, cell, n, err);
	brc_rc rc = BRC_RESOURCE;

	*out = (brc_own_rows){0};
	if (at)
		rc = make_rows(out, e, at, value, n, err);
	free(at);
	if (rc != BRC_OK)
		brc_own_rows_clear(out);
	return rc;
}

brc_rc brc_null_fill_dense(float *w, const brc_graph *g, const brc_edges *e, const uint64_t *cell,
			   const float *value, size_t n, brc_err *err)
{
	place *at = find_places(g, e, cell, n, err);

	if (!at)
		return BRC_RESOURCE;
	memset(w, 0, e->rows * e->cols * sizeof(*w));
	for (size_t i = 0; i < n; i++) {
		size_t row = (size_t)at[i].row, column = (size_t)at[i].column;

		w[row * e->cols + column] = value[i];
		if (e->from == e->to)
			w[column * e->cols + row] = value[i];
	}
	free(at);
	return BRC_OK;
}
