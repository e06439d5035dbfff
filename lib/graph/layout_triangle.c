/* Blocks within a layer: each pair of units once, as a packed triangle (linalg/triangle.h). */
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"
#include "linalg/tile.h"
#include "linalg/triangle.h"

static brc_rc triangle_read(brc_blocks *b, const brc_section *s, size_t k, size_t from, size_t to,
			    brc_err *err)
{
	size_t pairs = brc_triangle_pairs(b->layers.units[from]);
	const float *w;
	char name[48], title[256];

	if (from != to)
		return brc_fail(err, BRC_DATA,
				"%s: block %zu is a triangle, but joins layers %s and %s",
				brc_section_title(s, title, sizeof(title)), k, b->layers.name[from],
				b->layers.name[to]);
	BRC_TRY(brc_block_entries(b, s, brc_block_tensor_name(name, k, ""), 1, &pairs, &w, err));
	return brc_blocks_add(b, from, to, w, err);
}

static brc_row triangle_row(const brc_block *b, size_t i)
{
	return (brc_row){.n = b->cols - 1 - i,
			 .first = i + 1,
			 .w = b->w + brc_triangle_at(b->cols, i, i + 1)};
}

/*
 * Entries left of the diagonal are stored in the columns. They are read in squares, so that what is
 * read stays cached and what is written fills cache lines.
 */
static void triangle_unpack(const void *former, const brc_block *b, size_t first, size_t rows,
			    float *w)
{
	enum { SQUARE = 16 };
	size_t n = b->cols, end = first + rows;

	(void)former;
	for (size_t i = first; i < end; i++) {
		brc_row row = triangle_row(b, i);

		w[(i - first) * n + i] = 0;
		memcpy(w + (i - first) * n + row.first, row.w, row.n * sizeof(*w));
	}
	for (size_t j0 = 0; j0 < end; j0 += SQUARE)
		for (size_t i = first > j0 + 1 ? first : j0 + 1; i < end; i++)
			for (size_t j = j0; j < i && j < j0 + SQUARE; j++)
				w[(i - first) * n + j] = b->w[brc_triangle_at(n, j, i)];
}

static size_t triangle_entries(const brc_block *b)
{
	return brc_triangle_pairs(b->rows);
}

static brc_rc triangle_fill(brc_blocks *to, const brc_block *like, const brc_entry *at,
			    const float *value, size_t n, brc_err *err)
{
	float *w = brc_blocks_alloc(to, triangle_entries(like), sizeof(*w), err);

	BRC_TRY(brc_made(w));
	for (size_t i = 0; i < n; i++)
		w[brc_triangle_at(like->cols, (size_t)at[i].row, (size_t)at[i].column)] = value[i];
	return brc_blocks_add(to, like->from, like->to, w, err);
}

static double triangle_work(const brc_block *b)
{
	return 2 * (double)b->rows * (double)b->cols;
}

/*
 * A layer of at most so many units is unpacked for the products, into a square of at most 1 MB:
 * while that stays in cache, its rows are multiplied faster than those of the triangle. Both add
 * in the same order.
 */
enum { SMALL = 512 };

static size_t triangle_prepared(const brc_block *b)
{
	return b->cols <= SMALL ? b->cols * b->cols * sizeof(float) : 0;
}

static brc_rc triangle_prepare(const brc_block *b, void **prepared, brc_err *err)
{
	if (b->cols > SMALL)
		return BRC_OK;
	*prepared = brc_alloc(b->cols * b->cols, sizeof(float), err);
	BRC_TRY(brc_made(*prepared));
	triangle_unpack(NULL, b, 0, b->cols, *prepared);
	return BRC_OK;
}

static void triangle_add_rows(const brc_block *b, const void *prepared, const brc_tile_task *t)
{
	const float *square = prepared;

	if (square)
		brc_tile_rows(square + t->row * b->cols, b->cols, t->rows, b->cols, t->x, t->y,
			      t->groups, t->stride, t->scratch);
	else
		brc_tile_triangle(b->w, b->cols, t->row, t->rows, t->x, t->y, t->groups, t->stride,
				  t->scratch);
}

const brc_block_layout brc_block_triangle = {
	.name = "triangle",
	.version = 2,
	.write = brc_block_write_entries,
	.read = triangle_read,
	.row = triangle_row,
	.unpack = triangle_unpack,
	.entries = triangle_entries,
	.fill = triangle_fill,
	.work = triangle_work,
	.prepare = triangle_prepare,
	.prepared = triangle_prepared,
	.add_rows = triangle_add_rows,
};
