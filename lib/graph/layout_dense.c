/*
 * Dense blocks between two layers: every entry of the matrix, row by row. Sections of version 1
 * have such a matrix within a layer, too; it is read as a triangle.
 */
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"
#include "linalg/tile.h"
#include "linalg/triangle.h"

/* Entry i of floats or doubles, in single precision. */
static inline float entry(const brc_tensor *t, size_t i)
{
	return t->itemsize == sizeof(float) ? ((const float *)t->data)[i]
					    : (float)((const double *)t->data)[i];
}

/* Do (i, j) and (j, i) stand for one edge? What is no number is left to the check of edges. */
static inline bool mirrored(float a, float b)
{
	return a == b || (a != a && b != b);
}

/* The upper triangle of block k's square, tile by tile so that its columns stay cached. */
static brc_rc pack(const brc_blocks *b, size_t k, const brc_tensor *t, float *out, brc_err *err)
{
	enum { TILE = 64 };
	size_t n = b->block[k].rows;

	for (size_t i0 = 0; i0 < n; i0 += TILE)
		for (size_t j0 = i0; j0 < n; j0 += TILE)
			for (size_t i = i0; i < n && i < i0 + TILE; i++)
				for (size_t j = j0 > i ? j0 : i; j < n && j < j0 + TILE; j++) {
					float w = entry(t, i * n + j);

					if (i == j ? w != 0 : !mirrored(w, entry(t, j * n + i)))
						return brc_blocks_asymmetric(b, k, i, j, err);
					if (i < j)
						out[brc_triangle_at(n, i, j)] = w;
				}
	return BRC_OK;
}

static brc_rc read_square(brc_blocks *b, const brc_section *s, size_t k, size_t layer, brc_err *err)
{
	size_t n = b->layers.units[layer], shape[2] = {n, n};
	const brc_tensor *t;
	char name[48], title[256];
	float *w;

	t = brc_section_tensor(s, brc_block_tensor_name(name, k, ""));
	BRC_TRY(brc_section_need(s, name, t && strcmp(t->dtype, "<f8") == 0 ? "<f8" : "<f4", 2,
				 shape, &t, err));
	w = brc_blocks_alloc(b, brc_triangle_pairs(n), sizeof(*w), err);
	BRC_TRY(brc_made(w));
	BRC_TRY(brc_blocks_add(b, layer, layer, w, err));
	if (pack(b, k, t, w, err) != BRC_OK)
		return brc_err_prefix(err, "%s", brc_section_title(s, title, sizeof(title)));
	return BRC_OK;
}

static brc_rc dense_read(brc_blocks *b, const brc_section *s, size_t k, size_t from, size_t to,
			 brc_err *err)
{
	size_t shape[2] = {b->layers.units[from], b->layers.units[to]};
	const float *w;
	char name[48];

	if (from == to)
		return read_square(b, s, k, from, err);
	BRC_TRY(brc_block_entries(b, s, brc_block_tensor_name(name, k, ""), 2, shape, &w, err));
	return brc_blocks_add(b, from, to, w, err);
}

static brc_row dense_row(const brc_block *b, size_t i)
{
	return (brc_row){.n = b->cols, .w = b->w + i * b->cols};
}

static size_t dense_entries(const brc_block *b)
{
	return b->rows * b->cols;
}

static brc_rc dense_fill(brc_blocks *to, const brc_block *like, const brc_entry *at,
			 const float *value, size_t n, brc_err *err)
{
	float *w = brc_blocks_alloc(to, like->rows * like->cols, sizeof(*w), err);

	BRC_TRY(brc_made(w));
	for (size_t i = 0; i < n; i++)
		w[(size_t)at[i].row * like->cols + (size_t)at[i].column] = value[i];
	return brc_blocks_add(to, like->from, like->to, w, err);
}

static double dense_work(const brc_block *b)
{
	return 4 * (double)b->rows * (double)b->cols;
}

static void dense_add_rows(const brc_block *b, const void *prepared, const brc_tile_task *t)
{
	(void)prepared;
	brc_tile_rows(b->w + t->row * b->cols, b->cols, t->rows, b->cols, t->x, t->y, t->groups,
		      t->stride, t->scratch);
}

static void dense_add_columns(const brc_block *b, const void *prepared, const brc_tile_task *t)
{
	(void)prepared;
	brc_tile_columns(b->w + t->row, b->cols, b->rows, t->rows, t->x, t->y, t->groups, t->stride,
			 t->scratch);
}

const brc_block_layout brc_block_dense = {
	.name = "dense",
	.version = 1,
	.write = brc_block_write_entries,
	.read = dense_read,
	.row = dense_row,
	.whole = dense_row,
	.entries = dense_entries,
	.fill = dense_fill,
	.work = dense_work,
	.add_rows = dense_add_rows,
	.add_columns = dense_add_columns,
};
