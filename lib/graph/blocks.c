#include "graph/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/order.h"
#include "graph/layout.h"
#include "linalg/triangle.h"

brc_rc brc_blocks_init(brc_blocks *b, const brc_layers *layers, brc_err *err)
{
	memset(b, 0, sizeof(*b));
	b->store = &brc_edge_store_blocks;
	return brc_layers_dup(&b->layers, layers, err);
}

void brc_blocks_clear(brc_blocks *b)
{
	brc_layers_clear(&b->layers);
	free(b->block);
	for (size_t i = 0; i < b->n_own; i++)
		free(b->own[i]);
	free(b->own);
	free(b->factor);
	memset(b, 0, sizeof(*b));
}

void *brc_blocks_alloc(brc_blocks *b, size_t n, size_t size, brc_err *err)
{
	if (brc_grow(&b->own, &b->cap_own, b->n_own + 1, sizeof(*b->own), err) != BRC_OK)
		return NULL;
	b->own[b->n_own] = brc_calloc(n, size, err);
	return b->own[b->n_own] ? b->own[b->n_own++] : NULL;
}

brc_rc brc_blocks_append(brc_blocks *b, const brc_block *block, brc_err *err)
{
	BRC_TRY(brc_grow(&b->block, &b->cap, b->n + 1, sizeof(*b->block), err));
	b->block[b->n] = *block;
	b->block[b->n].rows = b->layers.units[block->from];
	b->block[b->n++].cols = b->layers.units[block->to];
	return BRC_OK;
}

static brc_rc check_ends(const brc_blocks *b, size_t from, size_t to, brc_err *err)
{
	if (from <= to && to < b->layers.n)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"block %zu joins layers %zu and %zu: they must be in order and below %zu",
			b->n, from, to, b->layers.n);
}

brc_rc brc_blocks_add(brc_blocks *b, size_t from, size_t to, const float *w, brc_err *err)
{
	BRC_TRY(check_ends(b, from, to, err));
	return brc_blocks_append(
		b,
		&(brc_block){.from = from,
			     .to = to,
			     .layout = from == to ? &brc_block_triangle : &brc_block_dense,
			     .w = w},
		err);
}

size_t brc_blocks_entries(const brc_blocks *b, size_t from, size_t to)
{
	return from == to ? brc_triangle_pairs(b->layers.units[from])
			  : b->layers.units[from] * b->layers.units[to];
}

/* Row i of a block to be added: its columns ascend below `cols`. */
static brc_rc check_row(const brc_blocks *b, size_t i, size_t cols, const int64_t *start,
			const int32_t *column, brc_err *err)
{
	int64_t last = -1;

	if (start[i + 1] < start[i])
		return brc_fail(err, BRC_DATA,
				"block %zu: the edges of row %zu end before they begin", b->n, i);
	for (int64_t e = start[i]; e < start[i + 1]; e++) {
		if (column[e] <= last || (size_t)column[e] >= cols)
			return brc_fail(
				err, BRC_DATA,
				"block %zu: the columns of row %zu must ascend within 0 .. %zu; "
				"%d follows %lld",
				b->n, i, cols - 1, column[e], (long long)last);
		last = column[e];
	}
	return BRC_OK;
}

brc_rc brc_blocks_add_rows(brc_blocks *b, size_t from, size_t to, const int64_t *start,
			   const int32_t *column, const float *w, brc_err *err)
{
	BRC_TRY(check_ends(b, from, to, err));
	if (start[0] != 0)
		return brc_fail(err, BRC_DATA, "block %zu: the edges of row 0 start at %lld", b->n,
				(long long)start[0]);
	for (size_t i = 0; i < b->layers.units[from]; i++) {
		if (start[i + 1] > start[b->layers.units[from]])
			return brc_fail(err, BRC_DATA,
					"block %zu: the edges of row %zu end behind the last", b->n,
					i);
		BRC_TRY(check_row(b, i, b->layers.units[to], start, column, err));
	}
	return brc_blocks_append(b,
				 &(brc_block){.from = from,
					      .to = to,
					      .layout = &brc_block_rows,
					      .w = w,
					      .start = start,
					      .column = column},
				 err);
}

brc_rc brc_blocks_add_factors(brc_blocks *b, size_t samples, const float *const *factor,
			      bool across, brc_err *err)
{
	size_t layers = b->layers.n;

	b->store = &brc_edge_store_factors;
	b->samples = samples;
	BRC_TRY(BRC_ARRAY(b->factor, layers, err));
	memcpy(b->factor, factor, layers * sizeof(*b->factor));
	for (size_t from = 0; from < layers; from++)
		for (size_t to = from; to < (across ? layers : from + 1); to++)
			BRC_TRY(brc_blocks_append(
				b,
				&(brc_block){.from = from, .to = to, .layout = &brc_block_factors},
				err));
	return BRC_OK;
}

/* ---- is it a graph? ---- */

brc_rc brc_blocks_asymmetric(const brc_blocks *b, size_t k, size_t i, size_t j, brc_err *err)
{
	const char *layer = b->layers.name[b->block[k].from];

	if (i == j)
		return brc_fail(err, BRC_DATA, "block %zu, unit %zu of layer %s joins itself", k, i,
				layer);
	return brc_fail(err, BRC_DATA,
			"block %zu of layer %s is not symmetric: units %zu and %zu differ from "
			"%zu and %zu",
			k, layer, i, j, j, i);
}

static int by_layers(const void *pa, const void *pb)
{
	const brc_block *a = pa, *b = pb;

	return BRC_ORDER(a->from, b->from) ?: BRC_ORDER(a->to, b->to);
}

static brc_rc check_pairs(const brc_blocks *b, const char *what, brc_err *err)
{
	brc_block *sorted = brc_alloc(b->n, sizeof(*sorted), err);
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_made(sorted));
	if (b->n)
		memcpy(sorted, b->block, b->n * sizeof(*sorted));
	qsort(sorted, b->n, sizeof(*sorted), by_layers);
	for (size_t k = 1; k < b->n && rc == BRC_OK; k++)
		if (by_layers(&sorted[k - 1], &sorted[k]) == 0)
			rc = brc_fail(err, BRC_DATA, "%s: layers %s and %s have two blocks", what,
				      b->layers.name[sorted[k].from], b->layers.name[sorted[k].to]);
	free(sorted);
	return rc;
}

brc_rc brc_blocks_check(const brc_blocks *b, const char *what, brc_err *err)
{
	if (brc_layers_total(&b->layers) > INT32_MAX)
		return brc_fail(err, BRC_DATA, "%s: %zu units; at most %d are supported", what,
				brc_layers_total(&b->layers), INT32_MAX);
	BRC_TRY(check_pairs(b, what, err));
	return b->store->check(b, what, err);
}
