#include "graph/blocks.h"

#include <float.h>
#include <stdint.h>
#include <stdio.h>
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
	memset(b, 0, sizeof(*b));
}

brc_rc brc_blocks_add(brc_blocks *b, size_t from, size_t to, const float *w, brc_err *err)
{
	if (from > to || to >= b->layers.n)
		return brc_fail(
			err, BRC_DATA,
			"block %zu joins layers %zu and %zu: they must be in order and below %zu",
			b->n, from, to, b->layers.n);
	BRC_TRY(brc_grow(&b->block, &b->cap, b->n + 1, sizeof(*b->block), err));
	b->block[b->n++] = (brc_block){from, to, w};
	return BRC_OK;
}

/* An edge that is no edge: name it. */
static brc_rc bad_edge(const brc_blocks *b, size_t k, size_t i, size_t j, const char *what,
		       brc_err *err)
{
	const brc_block *e = &b->block[k];
	float v = e->w[i * b->layers.units[e->to] + j];

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
		const float *row = e->w + i * cols;
		int bad = 0;

		for (size_t j = 0; j < cols; j++)
			bad |= !(row[j] >= 0 && row[j] <= FLT_MAX);
		for (size_t j = 0; bad && j < cols; j++)
			if (!(row[j] >= 0 && row[j] <= FLT_MAX))
				return bad_edge(b, k, i, j, what, err);
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

/* A block within a layer: symmetric, zero diagonal. By square tiles, so that columns stay cached.
 */
static brc_rc check_within(const brc_blocks *b, size_t k, const char *what, brc_err *err)
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

static int by_layers(const void *pa, const void *pb)
{
	const brc_block *a = pa, *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
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
	for (size_t k = 0; k < b->n; k++) {
		BRC_TRY(check_entries(b, k, what, err));
		if (b->block[k].from == b->block[k].to)
			BRC_TRY(check_within(b, k, what, err));
	}
	return BRC_OK;
}

static brc_rc write_block(const brc_blocks *b, size_t k, brc_section *s, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t shape[2] = {b->layers.units[e->from], b->layers.units[e->to]};
	brc_map *record = brc_section_add_record(s, err);
	char name[32];

	if (!record)
		return BRC_RESOURCE;
	brc_map_put_int(record, "block", (int64_t)k);
	brc_map_put_int(record, "from", (int64_t)e->from);
	brc_map_put_int(record, "to", (int64_t)e->to);
	snprintf(name, sizeof(name), "block/%zu", k);
	return brc_section_add(s, name, "<f4", 2, shape, "from,to", e->w, NULL, err);
}

brc_rc brc_blocks_write(const brc_blocks *b, brc_section *s, brc_err *err)
{
	char title[256];

	BRC_TRY(brc_blocks_check(b, brc_section_title(s, title, sizeof(title)), err));
	BRC_TRY(brc_layers_write(&b->layers, s, err));
	for (size_t k = 0; k < b->n; k++)
		BRC_TRY(write_block(b, k, s, err));
	return BRC_OK;
}

static brc_rc read_block(brc_blocks *b, const brc_section *s, const char *title, size_t k,
			 brc_err *err)
{
	const brc_map *record = s->records[k];
	const brc_tensor *t;
	size_t index, from, to;
	char name[32];

	if (!brc_map_size(record, "block", &index) || !brc_map_size(record, "from", &from) ||
	    !brc_map_size(record, "to", &to) || index != k)
		return brc_fail(err, BRC_DATA,
				"%s: record %zu is not {block: %zu, from: layer, to: layer}", title,
				k, k);
	if (from > to || to >= b->layers.n)
		return brc_fail(err, BRC_DATA,
				"%s: block %zu joins layers %zu and %zu: they must be in order and "
				"below %zu",
				title, k, from, to, b->layers.n);
	snprintf(name, sizeof(name), "block/%zu", k);
	size_t shape[2] = {b->layers.units[from], b->layers.units[to]};
	BRC_TRY(brc_section_need(s, name, "<f4", 2, shape, &t, err));
	return brc_blocks_add(b, from, to, t->data, err);
}

brc_rc brc_blocks_read(brc_blocks *b, const brc_section *s, brc_err *err)
{
	char title[256];
	brc_rc rc;

	memset(b, 0, sizeof(*b));
	brc_section_title(s, title, sizeof(title));
	rc = brc_layers_read(&b->layers, s, err);
	for (size_t k = 0; rc == BRC_OK && k < s->n_records; k++) {
		if (!brc_map_get(s->records[k], "block"))
			break;
		rc = read_block(b, s, title, k, err);
	}
	if (rc == BRC_OK)
		rc = brc_blocks_check(b, title, err);
	if (rc != BRC_OK)
		brc_blocks_clear(b);
	return rc;
}
