/*
 * Blocks of a graph in a section. They are written as they are, and everything is checked when they
 * are read.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"
#include "linalg/triangle.h"

static const brc_block_layout *const layouts[] = {&brc_block_dense, &brc_block_triangle,
						  &brc_block_rows, &brc_block_factors};

char *brc_block_tensor_name(char buf[48], size_t k, const char *part)
{
	snprintf(buf, 48, "block/%zu%s%s", k, *part ? "/" : "", part);
	return buf;
}

brc_block_tensor brc_block_tensor_of(const brc_blocks *b, size_t k)
{
	const brc_block *e = &b->block[k];
	brc_block_tensor t = {.ndim = 2, .shape = {e->rows, e->cols}, .axes = "from,to"};

	if (e->from == e->to)
		t = (brc_block_tensor){
			.ndim = 1, .shape = {brc_triangle_pairs(e->rows)}, .axes = "pair"};
	brc_block_tensor_name(t.name, k, "");
	return t;
}

brc_rc brc_block_write_entries(const brc_blocks *b, size_t k, brc_section *s, brc_err *err)
{
	brc_block_tensor t = brc_block_tensor_of(b, k);

	return brc_section_add(s, t.name, "<f4", t.ndim, t.shape, t.axes, b->block[k].w, NULL, err);
}

brc_rc brc_blocks_write_record(const brc_blocks *b, size_t k, brc_section *s, brc_err *err)
{
	const brc_block *e = &b->block[k];
	brc_map *record = brc_section_add_record(s, err);

	BRC_TRY(brc_made(record));
	brc_map_put_int(record, "block", (int64_t)k);
	brc_map_put_int(record, "from", (int64_t)e->from);
	brc_map_put_int(record, "to", (int64_t)e->to);
	if (e->layout != &brc_block_dense)
		brc_map_put_string(record, "layout", e->layout->name);
	if (s->version < e->layout->version)
		s->version = e->layout->version;
	return BRC_OK;
}

brc_rc brc_blocks_write(const brc_blocks *b, brc_section *s, brc_err *err)
{
	char title[256];

	BRC_TRY(brc_blocks_check(b, brc_section_title(s, title, sizeof(title)), err));
	BRC_TRY(brc_layers_write(&b->layers, s, err));
	for (size_t k = 0; k < b->n; k++) {
		BRC_TRY(brc_blocks_write_record(b, k, s, err));
		if (b->block[k].layout->write)
			BRC_TRY(b->block[k].layout->write(b, k, s, err));
	}
	return b->store->write ? b->store->write(b, s, err) : BRC_OK;
}

/* ---- reading ---- */

brc_rc brc_block_entries(brc_blocks *b, const brc_section *s, const char *name, size_t ndim,
			 const size_t *shape, const float **w, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, name);
	const double *wide;
	float *narrow;

	if (!t || strcmp(t->dtype, "<f8") != 0) {
		BRC_TRY(brc_section_need(s, name, "<f4", ndim, shape, &t, err));
		*w = t->data;
		return BRC_OK;
	}
	BRC_TRY(brc_section_need(s, name, "<f8", ndim, shape, &t, err));
	narrow = brc_blocks_alloc(b, brc_tensor_count(t), sizeof(*narrow), err);
	BRC_TRY(brc_made(narrow));
	wide = t->data;
	for (size_t i = 0; i < brc_tensor_count(t); i++)
		narrow[i] = (float)wide[i];
	*w = narrow;
	return BRC_OK;
}

static brc_rc read_block(brc_blocks *b, const brc_section *s, const char *title, size_t k,
			 brc_err *err)
{
	const brc_map *record = s->records[k];
	const char *layout = brc_map_string(record, "layout", brc_block_dense.name);
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
	for (size_t l = 0; l < sizeof(layouts) / sizeof(*layouts); l++)
		if (strcmp(layout, layouts[l]->name) == 0 && s->version >= layouts[l]->version)
			return layouts[l]->read(b, s, k, from, to, err);
	return brc_fail(err, BRC_DATA,
			"%s: block %zu has layout '%s', not dense, rows or factors%s", title, k,
			layout, s->version > 1 ? ", or triangle" : "");
}

brc_rc brc_blocks_read(brc_blocks *b, const brc_section *s, brc_err *err)
{
	char title[256];
	brc_rc rc;

	memset(b, 0, sizeof(*b));
	b->store = &brc_edge_store_blocks;
	brc_section_title(s, title, sizeof(title));
	rc = brc_layers_read(&b->layers, s, err);
	for (size_t k = 0; rc == BRC_OK && k < s->n_records; k++) {
		if (!brc_map_get(s->records[k], "block"))
			break;
		rc = read_block(b, s, title, k, err);
	}
	BRC_THEN(rc, brc_blocks_check(b, title, err));
	if (rc != BRC_OK)
		brc_blocks_clear(b);
	return rc;
}
