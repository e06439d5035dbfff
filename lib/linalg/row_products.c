#include "linalg/row_products.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/tile.h"

enum {
	SIDE = BRC_PRODUCTS_TILE,
	GROUPS = SIDE / BRC_LANES,
	DEPTH = 512, /* so many entries of rows at a time */
	STRIDE = DEPTH * BRC_LANES,
	/* of a worker: pieces of rows and sums, both by eights, then a tile, then scratch */
	ROOM = 2 * GROUPS * STRIDE + SIDE * SIDE + BRC_TILE_SCRATCH
};

typedef struct products {
	const brc_rows *rows;
	brc_products_visit visit;
	void *ctx;
	double *room; /* [workers, ROOM] */
} products;

/* Entries first .. of eight rows at a time, interleaved; rows that do not exist are zeroes. */
static void interleave(const brc_rows *r, size_t row, size_t rows, size_t first, size_t depth,
		       double *x)
{
	for (size_t g = 0; g * BRC_LANES < rows; g++)
		for (size_t l = 0; l < BRC_LANES; l++) {
			size_t i = g * BRC_LANES + l;
			double *to = x + g * STRIDE + l;
			const float *from = r->row + (row + i) * r->length + first;

			for (size_t d = 0; d < depth; d++)
				to[d * BRC_LANES] = i < rows ? (double)from[d] : 0;
		}
}

static void multiply(const products *p, brc_products_tile *t, double *room)
{
	const brc_rows *r = p->rows;
	double *x = room, *y = x + GROUPS * STRIDE, *tile = y + GROUPS * STRIDE;
	size_t groups = (t->cols + BRC_LANES - 1) / BRC_LANES;

	for (size_t g = 0; g < groups; g++)
		memset(y + g * STRIDE, 0, t->rows * sizeof(brc_lanes));
	for (size_t d = 0; d < r->length; d += DEPTH) {
		size_t depth = brc_least(DEPTH, r->length - d);

		interleave(r, t->second, t->cols, d, depth, x);
		brc_tile_rows(r->row + t->first * r->length + d, r->length, t->rows, depth, x, y,
			      groups, STRIDE, tile + SIDE * SIDE);
	}
	for (size_t g = 0; g < groups; g++)
		for (size_t i = 0; i < t->rows; i++)
			*(brc_lanes *)(tile + i * SIDE + g * BRC_LANES) =
				*(const brc_lanes *)(y + g * STRIDE + i * BRC_LANES);
	t->p = tile;
}

/* Tile number `task`, column by column of the upper triangle. */
static brc_rc run_tile(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const products *p = ctx;
	size_t col = 0;
	brc_products_tile t = {0};

	(void)err;
	for (; task > col; col++)
		task -= col + 1;
	t.first = task * SIDE;
	t.second = col * SIDE;
	t.rows = brc_least(SIDE, p->rows->n - t.first);
	t.cols = brc_least(SIDE, p->rows->n - t.second);
	multiply(p, &t, p->room + worker * ROOM);
	p->visit(p->ctx, &t);
	return BRC_OK;
}

size_t brc_row_products_bytes(size_t threads)
{
	return brc_times(threads, ROOM * sizeof(double));
}

brc_rc brc_row_products(const brc_rows *rows, brc_pool *pool, brc_products_visit visit, void *ctx,
			brc_err *err)
{
	size_t side = (rows->n + SIDE - 1) / SIDE;
	products p = {.rows = rows, .visit = visit, .ctx = ctx};
	brc_rc rc;

	BRC_TRY(BRC_ARRAY(p.room, brc_pool_threads(pool) * ROOM, err));
	rc = brc_pool_run(pool, side * (side + 1) / 2, run_tile, &p, err);
	free(p.room);
	return rc;
}
