/*
 * Products of many rows with one another: correlations, where rows are centred and have length 1.
 */
#ifndef BRC_LINALG_ROW_PRODUCTS_H
#define BRC_LINALG_ROW_PRODUCTS_H

#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"

enum { BRC_PRODUCTS_TILE = 128 };

/* Rows in single precision, one after another. */
typedef struct brc_rows {
	size_t n, length;
	const float *row; /* [n, length] */
} brc_rows;

/*
 * The products of rows first .. first + rows - 1 with rows second .. second + cols - 1:
 * p[i * BRC_PRODUCTS_TILE + j]. Called by any worker, for tiles in any order.
 */
typedef struct brc_products_tile {
	size_t first, rows, second, cols;
	const double *p;
} brc_products_tile;
typedef void (*brc_products_visit)(void *ctx, const brc_products_tile *tile);

/*
 * Visit tiles that cover every pair i <= j once; on the diagonal also pairs i > j. Products and
 * sums are in double. The same bytes for any pool, which may be NULL. n^2 length multiplications
 * and additions.
 */
brc_rc brc_row_products(const brc_rows *rows, brc_pool *pool, brc_products_visit visit, void *ctx,
			brc_err *err);

/* Bytes that it takes with so many workers. */
size_t brc_row_products_bytes(size_t threads);

#endif
