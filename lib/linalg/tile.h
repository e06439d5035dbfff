/*
 * Products of a tile of edges in single precision with eight vectors in double:
 * the loop in which eigenvectors of dense graphs spend their time.
 *
 * Vectors are interleaved: entry i of the eight is x[8 i] .. x[8 i + 7], 64-byte
 * aligned. Edges are converted once and used eight times. Cost 2 operations an edge
 * and vector; sums run in order of the rows or columns.
 */
#ifndef BRC_LINALG_TILE_H
#define BRC_LINALG_TILE_H

#include <stddef.h>

#include "linalg/lanes.h"

/* Rows (and columns) that a tile may have in the direction of the result and in the other. */
enum { BRC_TILE_SLAB = 128, BRC_TILE_DEPTH = 32, BRC_TILE_WIDTH = 256 };
/* Groups of eight vectors that a triangle takes at once. */
enum { BRC_TILE_GROUPS = 4 };

/* Doubles of scratch memory that a call needs, 64-byte aligned. */
enum {
	BRC_TILE_SCRATCH =
		BRC_TILE_SLAB * BRC_TILE_DEPTH + BRC_TILE_GROUPS * BRC_TILE_SLAB * BRC_LANES
};

/*
 * y[i] += sum_j w[i * ld + j] x[j] for rows <= BRC_TILE_SLAB and any cols.
 * groups: that many sets of eight vectors, `stride` doubles apart in x and in y.
 */
void brc_tile_rows(const float *w, size_t ld, size_t rows, size_t cols, const double *x, double *y,
		   size_t groups, size_t stride, double *scratch);

/* y[j] += sum_i w[i * ld + j] x[i] for cols <= BRC_TILE_SLAB and any rows. */
void brc_tile_columns(const float *w, size_t ld, size_t rows, size_t cols, const double *x,
		      double *y, size_t groups, size_t stride, double *scratch);

/*
 * y[i] += sum_j a(row + i, j) x[j] for rows <= BRC_TILE_SLAB of the symmetric matrix a of order n
 * whose packed triangle is `w` (linalg/triangle.h); row is a multiple of BRC_TILE_SLAB. Same bytes
 * as brc_tile_rows of the whole matrix.
 */
void brc_tile_triangle(const float *w, size_t n, size_t row, size_t rows, const double *x,
		       double *y, size_t groups, size_t stride, double *scratch);

/* y[0] += sum_e w[e] x[column[e]]: one compressed row. */
void brc_tile_sparse(const float *w, const int32_t *column, size_t n, const double *x, double *y,
		     size_t groups, size_t stride);

#endif
