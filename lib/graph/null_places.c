#include "graph/null_places.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/order.h"
#include "graph/layout.h"

size_t brc_null_values(const brc_block *b, float *value)
{
	size_t n = 0;

	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = b->layout->row(b, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0)
				value[n++] = row.w[j];
	}
	return n;
}

/* The places that the edges have now. */
static void take_places(const brc_block *b, brc_entry *at)
{
	for (size_t i = 0; i < b->rows; i++) {
		brc_row row = b->layout->row(b, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0)
				*at++ = (brc_entry){(int32_t)i, (int32_t)brc_row_column(&row, j)};
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

/*
 * For many numbers: Knuth's selection sampling (The Art of Computer Programming 2, 3.4.2, algorithm
 * S). For few: draws, where repeated numbers are drawn again.
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
		qsort(number, n, sizeof(*number), brc_ascending);
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
			  const size_t *to, size_t cols, brc_entry *at)
{
	uint64_t first = 0; /* number of the first cell of row i */
	size_t i = 0;

	for (size_t m = 0; m < n; m++) {
		size_t j;

		while (number[m] >= first + (within ? cols - 1 - i : cols))
			first += within ? cols - 1 - i++ : (i++, cols);
		j = (size_t)(number[m] - first) + (within ? i + 1 : 0);

		at[m] = (brc_entry){(int32_t)from[i], (int32_t)to[j]};
	}
}

static uint64_t count_connected(const brc_graph *g, size_t member)
{
	uint64_t n = 0;

	for (size_t u = g->first[member]; u < g->first[member + 1]; u++)
		n += g->degree[u] > 0;
	return n;
}

uint64_t brc_null_cells(const brc_graph *g, const brc_edges *e)
{
	uint64_t rows = count_connected(g, e->from);

	return e->from == e->to ? rows * (rows - (rows > 0)) / 2 : rows * count_connected(g, e->to);
}

brc_rc brc_null_cell_places(const brc_graph *g, const brc_edges *e, const uint64_t *cell,
			    brc_entry *at, size_t n, brc_err *err)
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

brc_rc brc_null_fill(brc_blocks *out, const brc_graph *g, const brc_edges *e, const uint64_t *cell,
		     const float *value, size_t n, brc_err *err)
{
	brc_entry *at = brc_alloc(n, sizeof(*at), err);
	brc_rc rc = at ? BRC_OK : BRC_RESOURCE;

	if (at && cell)
		rc = brc_null_cell_places(g, e, cell, at, n, err);
	else if (at)
		take_places(&e->block, at);
	BRC_THEN(rc, e->block.layout->fill(out, &e->block, at, value, n, err));
	free(at);
	return rc;
}
