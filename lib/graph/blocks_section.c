/* Blocks of a graph in a section: written as they are, read with suspicion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/blocks.h"

/* "block/3" or "block/3/start". Returns buf. */
static char *tensor_name(char buf[48], size_t k, const char *part)
{
	snprintf(buf, 48, "block/%zu%s%s", k, *part ? "/" : "", part);
	return buf;
}

static brc_rc write_rows(const brc_block *e, size_t k, size_t rows, brc_section *s, brc_err *err)
{
	size_t starts = rows + 1, edges = (size_t)e->start[rows];
	char name[48];

	BRC_TRY(brc_section_add(s, tensor_name(name, k, "start"), "<i8", 1, &starts, "row",
				e->start, NULL, err));
	BRC_TRY(brc_section_add(s, tensor_name(name, k, "column"), "<i4", 1, &edges, "edge",
				e->column, NULL, err));
	return brc_section_add(s, tensor_name(name, k, "weight"), "<f4", 1, &edges, "edge", e->w,
			       NULL, err);
}

static brc_rc write_block(const brc_blocks *b, size_t k, brc_section *s, brc_err *err)
{
	const brc_block *e = &b->block[k];
	size_t shape[2] = {b->layers.units[e->from], b->layers.units[e->to]};
	brc_map *record = brc_section_add_record(s, err);
	char name[48];

	if (!record)
		return BRC_RESOURCE;
	brc_map_put_int(record, "block", (int64_t)k);
	brc_map_put_int(record, "from", (int64_t)e->from);
	brc_map_put_int(record, "to", (int64_t)e->to);
	if (e->start) {
		brc_map_put_string(record, "layout", "rows");
		return write_rows(e, k, shape[0], s, err);
	}
	if (!e->w) {
		brc_map_put_string(record, "layout", "factors");
		return BRC_OK;
	}
	return brc_section_add(s, tensor_name(name, k, ""), "<f4", 2, shape, "from,to", e->w, NULL,
			       err);
}

static char *factor_name(char buf[48], size_t layer)
{
	snprintf(buf, 48, "factor/%zu", layer);
	return buf;
}

static brc_rc write_factors(const brc_blocks *b, brc_section *s, brc_err *err)
{
	char name[48];

	for (size_t l = 0; l < b->layers.n; l++) {
		size_t shape[2] = {b->layers.units[l], b->samples};

		BRC_TRY(brc_section_add(s, factor_name(name, l), "<f4", 2, shape, "unit,sample",
					b->factor[l], NULL, err));
	}
	return BRC_OK;
}

brc_rc brc_blocks_write(const brc_blocks *b, brc_section *s, brc_err *err)
{
	char title[256];

	BRC_TRY(brc_blocks_check(b, brc_section_title(s, title, sizeof(title)), err));
	BRC_TRY(brc_layers_write(&b->layers, s, err));
	for (size_t k = 0; k < b->n; k++)
		BRC_TRY(write_block(b, k, s, err));
	return brc_blocks_factored(b) ? write_factors(b, s, err) : BRC_OK;
}

/* ---- reading ---- */

/* A block of doubles, rounded to single precision. */
static brc_rc add_narrow(brc_blocks *b, size_t from, size_t to, const double *wide, size_t n,
			 brc_err *err)
{
	float *w = brc_alloc(n, sizeof(*w), err);

	if (!w)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++)
		w[i] = (float)wide[i];
	return brc_blocks_add_own(b, from, to, w, err);
}

static brc_rc read_dense(brc_blocks *b, const brc_section *s, size_t k, size_t from, size_t to,
			 brc_err *err)
{
	size_t shape[2] = {b->layers.units[from], b->layers.units[to]};
	const brc_tensor *t;
	char name[48];

	t = brc_section_tensor(s, tensor_name(name, k, ""));
	if (t && strcmp(t->dtype, "<f8") == 0) {
		BRC_TRY(brc_section_need(s, name, "<f8", 2, shape, &t, err));
		return add_narrow(b, from, to, t->data, shape[0] * shape[1], err);
	}
	BRC_TRY(brc_section_need(s, name, "<f4", 2, shape, &t, err));
	return brc_blocks_add(b, from, to, t->data, err);
}

static brc_rc read_rows(brc_blocks *b, const brc_section *s, const char *title, size_t k,
			size_t from, size_t to, brc_err *err)
{
	size_t rows = b->layers.units[from];
	const brc_tensor *start, *column, *weight;
	const int64_t *at;
	char name[48];

	BRC_TRY(brc_section_need_column(s, tensor_name(name, k, "start"), "<i8", rows + 1, &start,
					err));
	at = start->data;
	if (at[rows] < 0)
		return brc_fail(err, BRC_DATA, "%s: block %zu has %lld edges", title, k,
				(long long)at[rows]);
	BRC_TRY(brc_section_need_column(s, tensor_name(name, k, "column"), "<i4", (size_t)at[rows],
					&column, err));
	BRC_TRY(brc_section_need_column(s, tensor_name(name, k, "weight"), "<f4", (size_t)at[rows],
					&weight, err));
	if (brc_blocks_add_rows(b, from, to, at, column->data, weight->data, err) != BRC_OK)
		return brc_err_prefix(err, "%s", title);
	return BRC_OK;
}

/* The factors of all layers; the first one says how many samples there are. */
static brc_rc read_factors(brc_blocks *b, const brc_section *s, const char *title, brc_err *err)
{
	size_t shape[2] = {b->layers.units[0], BRC_ANY};
	const brc_tensor *t;
	char name[48];

	BRC_TRY(brc_section_need(s, factor_name(name, 0), "<f4", 2, shape, &t, err));
	if (t->shape[1] < 1 || t->shape[1] > BRC_FACTOR_SAMPLES)
		return brc_fail(err, BRC_DATA,
				"%s: factors over %zu samples; 1 to %d are supported", title,
				t->shape[1], BRC_FACTOR_SAMPLES);
	shape[1] = t->shape[1];
	b->factor = brc_alloc(b->layers.n, sizeof(*b->factor), err);
	if (!b->factor)
		return BRC_RESOURCE;
	for (size_t l = 0; l < b->layers.n; l++) {
		shape[0] = b->layers.units[l];
		BRC_TRY(brc_section_need(s, factor_name(name, l), "<f4", 2, shape, &t, err));
		b->factor[l] = t->data;
	}
	b->samples = shape[1];
	return BRC_OK;
}

static brc_rc read_block(brc_blocks *b, const brc_section *s, const char *title, size_t k,
			 brc_err *err)
{
	const brc_map *record = s->records[k];
	const char *layout = brc_map_string(record, "layout", "dense");
	size_t index, from, to;

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
	if (strcmp(layout, "rows") == 0)
		return read_rows(b, s, title, k, from, to, err);
	if (strcmp(layout, "dense") == 0)
		return read_dense(b, s, k, from, to, err);
	if (strcmp(layout, "factors") == 0) {
		if (!brc_blocks_factored(b))
			BRC_TRY(read_factors(b, s, title, err));
		return brc_blocks_add(b, from, to, NULL, err);
	}
	return brc_fail(err, BRC_DATA, "%s: block %zu has layout '%s', not dense, rows or factors",
			title, k, layout);
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
