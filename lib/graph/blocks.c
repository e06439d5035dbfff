#include "graph/blocks.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_blocks_init(brc_blocks *b, const brc_layers *layers, brc_err *err)
{
	memset(b, 0, sizeof(*b));
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

brc_rc brc_blocks_add_block(brc_blocks *b, const brc_block *block, brc_err *err)
{
	if (block->from > block->to || block->to >= b->layers.n)
		return brc_fail(
			err, BRC_DATA,
			"block %zu joins layers %zu and %zu: they must be in order and below %zu",
			b->n, block->from, block->to, b->layers.n);
	BRC_TRY(brc_grow(&b->block, &b->cap, b->n + 1, sizeof(*b->block), err));
	b->block[b->n++] = *block;
	return BRC_OK;
}

brc_rc brc_blocks_add(brc_blocks *b, size_t from, size_t to, const float *w, brc_err *err)
{
	return brc_blocks_add_block(b, &(brc_block){from, to, w, NULL, NULL}, err);
}

brc_rc brc_blocks_add_own(brc_blocks *b, size_t from, size_t to, float *w, brc_err *err)
{
	brc_rc rc = brc_grow(&b->own, &b->cap_own, b->n_own + 1, sizeof(*b->own), err);

	if (rc != BRC_OK) {
		free(w);
		return rc;
	}
	b->own[b->n_own++] = w;
	return brc_blocks_add(b, from, to, w, err);
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
	BRC_TRY(brc_blocks_add_block(b, &(brc_block){from, to, w, start, column}, err));
	b->n--; /* until its rows are known to be in order */
	if (start[0] != 0)
		return brc_fail(err, BRC_DATA, "block %zu: the edges of row 0 start at %lld", b->n,
				(long long)start[0]);
	for (size_t i = 0; i < b->layers.units[from]; i++)
		if (start[i + 1] > start[b->layers.units[from]])
			return brc_fail(err, BRC_DATA,
					"block %zu: the edges of row %zu end behind the last", b->n,
					i);
		else
			BRC_TRY(check_row(b, i, b->layers.units[to], start, column, err));
	b->n++;
	return BRC_OK;
}

brc_rc brc_blocks_add_factors(brc_blocks *b, size_t samples, const float *const *factor,
			      bool across, brc_err *err)
{
	size_t layers = b->layers.n;

	b->factor = brc_alloc(layers, sizeof(*b->factor), err);
	if (!b->factor)
		return BRC_RESOURCE;
	memcpy(b->factor, factor, layers * sizeof(*b->factor));
	b->samples = samples;
	for (size_t from = 0; from < layers; from++)
		for (size_t to = from; to < (across ? layers : from + 1); to++)
			BRC_TRY(brc_blocks_add(b, from, to, NULL, err));
	return BRC_OK;
}

brc_row brc_block_row(const brc_block *b, size_t cols, size_t i)
{
	if (!b->start)
		return (brc_row){cols, 0, b->w + i * cols, NULL};
	return (brc_row){(size_t)(b->start[i + 1] - b->start[i]), 0, b->w + b->start[i],
			 b->column + b->start[i]};
}

/* An edge that is no edge: name it. */
static brc_rc bad_edge(const brc_blocks *b, size_t k, size_t i, size_t j, float v, const char *what,
		       brc_err *err)
{
	const brc_block *e = &b->block[k];

	brc_fail(err, BRC_DATA,
		 "%s: block %zu, edge between unit %zu of layer %s and unit %zu of layer %s is %g",
		 what, k, i, b->layers.name[e->from], j, b->layers.name[e->to], (double)v);
	return brc_hint(err, "edges must be finite and not negative");
}

static brc_rc check_entries(const brc_blocks *b, size_t k, const char *what, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t rows = b->layers.units[e->from], cols = b->layers.units[e->to];

	for (size_t i = 0; i < rows; i++) {
		brc_row row = brc_block_row(e, cols, i);
		int bad = 0;

		for (size_t j = 0; j < row.n; j++)
			bad |= !(row.w[j] >= 0 && row.w[j] <= FLT_MAX);
		for (size_t j = 0; bad && j < row.n; j++)
			if (!(row.w[j] >= 0 && row.w[j] <= FLT_MAX))
				return bad_edge(b, k, i, brc_row_column(&row, j), row.w[j], what,
						err);
	}
	return BRC_OK;
}

static brc_rc asymmetric(const brc_blocks *b, size_t k, size_t i, size_t j, const char *what,
			 brc_err *err)
{
	const char *layer = b->layers.name[b->block[k].from];

	if (i == j)
		return brc_fail(err, BRC_DATA, "%s: block %zu, unit %zu of layer %s joins itself",
				what, k, i, layer);
	return brc_fail(err, BRC_DATA,
			"%s: block %zu of layer %s is not symmetric: units %zu and %zu differ from "
			"%zu and %zu",
			what, k, layer, i, j, j, i);
}

/* A dense block within a layer: symmetric, zero diagonal. By square tiles, so that columns stay
 * cached. */
static brc_rc check_within_dense(const brc_blocks *b, size_t k, const char *what, brc_err *err)
{
	enum { TILE = 64 };
	const float *w = b->block[k].w;
	size_t n = b->layers.units[b->block[k].from];

	for (size_t i0 = 0; i0 < n; i0 += TILE)
		for (size_t j0 = i0; j0 < n; j0 += TILE)
			for (size_t i = i0; i < n && i < i0 + TILE; i++)
				for (size_t j = j0 > i ? j0 : i; j < n && j < j0 + TILE; j++)
					if (i == j ? w[i * n + i] != 0
						   : w[i * n + j] != w[j * n + i])
						return asymmetric(b, k, i, j, what, err);
	return BRC_OK;
}

/*
 * The same of compressed rows. Rows come in order, so the entries (i, j) meet the
 * entries of row j in order too: next[j] is the one that (i, j) must mirror.
 */
static brc_rc check_within_rows(const brc_blocks *b, size_t k, const char *what, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t n = b->layers.units[e->from];
	int64_t *next = brc_alloc(n, sizeof(*next), err);
	brc_rc rc = next ? BRC_OK : BRC_RESOURCE;

	if (next && n)
		memcpy(next, e->start, n * sizeof(*next));
	for (size_t i = 0; i < n && rc == BRC_OK; i++) {
		brc_row row = brc_block_row(e, n, i);

		for (size_t c = 0; c < row.n && rc == BRC_OK; c++) {
			size_t j = (size_t)row.column[c];
			int64_t m = next[j]++;

			if (i == j || m >= e->start[j + 1] || (size_t)e->column[m] != i ||
			    e->w[m] != row.w[c])
				rc = asymmetric(b, k, i, j, what, err);
		}
	}
	free(next);
	return rc;
}

static int by_layers(const void *pa, const void *pb)
{
	const brc_block *a = pa, *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

/* Rows of factors: finite, and their length such that its square neither overflows nor vanishes. */
static brc_rc check_rows_of_factors(const brc_blocks *b, const char *what, brc_err *err)
{
	for (size_t l = 0; l < b->layers.n; l++)
		for (size_t i = 0; i < b->layers.units[l]; i++) {
			const float *row = b->factor[l] + i * b->samples;
			double square = 0;

			for (size_t s = 0; s < b->samples; s++)
				square += (double)row[s] * (double)row[s];
			if (square == 0 || (square >= 1e-36 && square <= 1e36))
				continue;
			brc_fail(err, BRC_DATA,
				 "%s: the factors of unit %zu of layer %s have length %g", what, i,
				 b->layers.name[l], sqrt(square));
			return brc_hint(err, "they must be finite; zeroes stand for no edges");
		}
	return BRC_OK;
}

/* All blocks by factors; those of all pairs of layers, or those within layers alone. */
static brc_rc check_factors(const brc_blocks *b, const char *what, brc_err *err)
{
	size_t layers = b->layers.n, within = 0;

	for (size_t k = 0; k < b->n; k++) {
		if (b->block[k].w)
			return brc_fail(err, BRC_DATA,
					"%s: block %zu is not given by factors, as others are",
					what, k);
		within += b->block[k].from == b->block[k].to;
	}
	if (within != layers || (b->n != layers && b->n != layers * (layers + 1) / 2))
		return brc_fail(err, BRC_DATA,
				"%s: blocks given by factors must be those of all pairs of layers, "
				"or those within each layer",
				what);
	return check_rows_of_factors(b, what, err);
}

static brc_rc check_pairs(const brc_blocks *b, const char *what, brc_err *err)
{
	brc_block *sorted = brc_alloc(b->n, sizeof(*sorted), err);
	brc_rc rc = BRC_OK;

	if (!sorted)
		return BRC_RESOURCE;
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
	if (brc_blocks_factored(b))
		return check_factors(b, what, err);
	for (size_t k = 0; k < b->n; k++) {
		BRC_TRY(check_entries(b, k, what, err));
		if (b->block[k].from != b->block[k].to)
			continue;
		BRC_TRY(b->block[k].start ? check_within_rows(b, k, what, err)
					  : check_within_dense(b, k, what, err));
	}
	return BRC_OK;
}
