#include "linalg/tile.h"

#include <string.h>

#include "base/memory.h"
#include "linalg/triangle.h"

enum { PANEL = 8 }; /* rows of the result held in registers */

/*
 * Fetch n entries that are needed next. Tiles are short pieces of rows that are far apart, and no
 * processor foresees these.
 */
static inline __attribute__((always_inline)) void fetch(const float *w, size_t n)
{
	enum { LINE = 64 / sizeof(float) };

	for (size_t i = 0; i < n; i += LINE)
		__builtin_prefetch(w + i, 0, 2);
	__builtin_prefetch(w + n - 1, 0, 2);
}

/* t[i * ld + j] = w[i * ldw + j]; rows of zeroes up to `padded`. */
static inline __attribute__((always_inline)) void
convert(const float *w, size_t ldw, size_t rows, size_t cols, double *t, size_t ld, size_t padded)
{
	for (size_t i = 0; i < rows; i++) {
		size_t j = 0;

		for (; j + BRC_LANES <= cols; j += BRC_LANES)
			*(brc_lanes *)(t + i * ld + j) = brc_lanes_of(w + i * ldw + j);
		for (; j < cols; j++)
			t[i * ld + j] = (double)w[i * ldw + j];
		for (; j < (cols + BRC_LANES - 1) / BRC_LANES * BRC_LANES; j++)
			t[i * ld + j] = 0;
	}
	for (size_t i = rows; i < padded; i++)
		memset(t + i * ld, 0, cols * sizeof(*t));
}

/* y[p] += sum_i t[i * step + p * apart] x[i] for the first `some` of PANEL results. */
static inline __attribute__((always_inline)) void
panel(const double *t, size_t step, size_t apart, size_t n, const double *x, double *y, size_t some)
{
	brc_lanes sum[PANEL];

	for (size_t p = 0; p < PANEL; p++)
		sum[p] = (brc_lanes){0};
	for (size_t i = 0; i < n; i++) {
		brc_lanes v = *(const brc_lanes *)(x + i * BRC_LANES);

#pragma GCC unroll 8
		for (size_t p = 0; p < PANEL; p++)
			sum[p] += t[i * step + p * apart] * v;
	}
	for (size_t p = 0; p < PANEL; p++)
		if (p < some)
			*(brc_lanes *)(y + p * BRC_LANES) += sum[p];
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_rows(const float *w, size_t ld, size_t rows, size_t cols, const double *x, double *y,
		   size_t groups, size_t stride, double *scratch)
{
	for (size_t j = 0; j < cols; j += BRC_TILE_WIDTH) {
		size_t width = brc_least(cols - j, BRC_TILE_WIDTH);

		for (size_t i = 0; i < rows; i += PANEL) {
			size_t some = brc_least(rows - i, PANEL);

			for (size_t p = i + PANEL; p < rows && p < i + 2 * PANEL; p++)
				fetch(w + p * ld + j, width);
			convert(w + i * ld + j, ld, some, width, scratch, BRC_TILE_WIDTH, PANEL);
			for (size_t g = 0; g < groups; g++)
				panel(scratch, 1, BRC_TILE_WIDTH, width,
				      x + g * stride + j * BRC_LANES,
				      y + g * stride + i * BRC_LANES, some);
		}
	}
}

/* ---- packed triangles ---- */

/* t[c * BRC_TILE_SLAB + i] = a(row + i, col + c), all left of the diagonal. */
static inline __attribute__((always_inline)) void
convert_left(const float *w, size_t n, size_t row, size_t rows, size_t col, size_t width, double *t)
{
	for (size_t c = 0; c < width; c++) {
		if (col + c + BRC_TILE_DEPTH < row)
			fetch(w + brc_triangle_at(n, col + c + BRC_TILE_DEPTH, row), rows);
		convert(w + brc_triangle_at(n, col + c, row), 0, 1, rows, t + c * BRC_TILE_SLAB, 0,
			1);
	}
}

/* t[p * BRC_TILE_WIDTH + c] = a(row + p, col + c) of a tile that the diagonal may cross; zeroes up
 * to PANEL rows. row - col is a multiple of PANEL. */
static inline __attribute__((always_inline)) void convert_right(const float *w, size_t n,
								size_t row, size_t some, size_t col,
								size_t width, double *t)
{
	size_t left = row < col ? 0 : row - col,
	       diagonal = row < col ? 0 : brc_least(left + PANEL, width);

	for (size_t c = 0; c < left; c++) {
		const float *from = w + brc_triangle_at(n, col + c, row);

		for (size_t p = 0; p < some; p++)
			t[p * BRC_TILE_WIDTH + c] = (double)from[p];
	}
	for (size_t p = 0; p < some; p++, t += BRC_TILE_WIDTH) {
		size_t u = row + p;

		for (size_t c = left; c < diagonal; c++)
			t[c] = col + c < u   ? (double)w[brc_triangle_at(n, col + c, u)]
			       : col + c > u ? (double)w[brc_triangle_at(n, u, col + c)]
					     : 0;
		if (diagonal < width)
			convert(w + brc_triangle_at(n, u, col + diagonal), 0, 1, width - diagonal,
				t + diagonal, 0, 1);
		if (u + PANEL < n && u + PANEL < col)
			fetch(w + brc_triangle_at(n, u + PANEL, col), width);
	}
	for (size_t p = some; p < PANEL; p++, t += BRC_TILE_WIDTH)
		memset(t, 0, width * sizeof(*t));
}

/* sum[p] += sum_i t[i * BRC_TILE_SLAB + p] x[i] for PANEL results. */
static inline __attribute__((always_inline)) void accumulate(const double *t, size_t n,
							     const double *x, brc_lanes *to)
{
	brc_lanes sum[PANEL];

	for (size_t p = 0; p < PANEL; p++)
		sum[p] = to[p];
	for (size_t i = 0; i < n; i++) {
		brc_lanes v = *(const brc_lanes *)(x + i * BRC_LANES);

#pragma GCC unroll 8
		for (size_t p = 0; p < PANEL; p++)
			sum[p] += t[i * BRC_TILE_SLAB + p] * v;
	}
	for (size_t p = 0; p < PANEL; p++)
		to[p] = sum[p];
}

/*
 * y += a(row .., col ..) x of a tile left of the diagonal, whose entries stand by columns. Sums
 * are kept beside y until the tile's whole width is in them, as a panel does.
 */
static inline __attribute__((always_inline)) void
add_left(const float *w, size_t n, size_t row, size_t rows, size_t col, size_t width,
	 const double *x, double *y, size_t groups, size_t stride, double *scratch)
{
	brc_lanes *sum = (brc_lanes *)(scratch + BRC_TILE_SLAB * BRC_TILE_DEPTH);

	memset(sum, 0, groups * BRC_TILE_SLAB * sizeof(*sum));
	for (size_t c = 0; c < width; c += BRC_TILE_DEPTH) {
		size_t depth = brc_least(width - c, BRC_TILE_DEPTH);

		convert_left(w, n, row, rows, col + c, depth, scratch);
		for (size_t i = 0; i < rows; i += PANEL)
			for (size_t g = 0; g < groups; g++)
				accumulate(scratch + i, depth, x + g * stride + c * BRC_LANES,
					   sum + g * BRC_TILE_SLAB + i);
	}
	for (size_t g = 0; g < groups; g++)
		for (size_t i = 0; i < rows; i++)
			*(brc_lanes *)(y + g * stride + i * BRC_LANES) +=
				sum[g * BRC_TILE_SLAB + i];
}

static inline __attribute__((always_inline)) void
add_right(const float *w, size_t n, size_t row, size_t rows, size_t col, size_t width,
	  const double *x, double *y, size_t groups, size_t stride, double *scratch)
{
	for (size_t i = 0; i < rows; i += PANEL) {
		size_t some = brc_least(rows - i, PANEL);

		convert_right(w, n, row + i, some, col, width, scratch);
		for (size_t g = 0; g < groups; g++)
			panel(scratch, 1, BRC_TILE_WIDTH, width, x + g * stride,
			      y + g * stride + i * BRC_LANES, some);
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_triangle(const float *w, size_t n, size_t row, size_t rows, const double *x,
		       double *y, size_t groups, size_t stride, double *scratch)
{
	for (size_t g = 0; g < groups; g += BRC_TILE_GROUPS) {
		size_t some = brc_least(groups - g, BRC_TILE_GROUPS);

		for (size_t col = 0; col < n; col += BRC_TILE_WIDTH) {
			size_t width = brc_least(n - col, BRC_TILE_WIDTH);
			const double *from = x + g * stride + col * BRC_LANES;

			if (col + width <= row)
				add_left(w, n, row, rows, col, width, from, y + g * stride, some,
					 stride, scratch);
			else
				add_right(w, n, row, rows, col, width, from, y + g * stride, some,
					  stride, scratch);
		}
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_columns(const float *w, size_t ld, size_t rows, size_t cols, const double *x,
		      double *y, size_t groups, size_t stride, double *scratch)
{
	for (size_t i = 0; i < rows; i += BRC_TILE_DEPTH) {
		size_t depth = brc_least(rows - i, BRC_TILE_DEPTH);

		convert(w + i * ld, ld, depth, cols, scratch, BRC_TILE_SLAB, depth);
		for (size_t j = 0; j < cols; j += PANEL)
			for (size_t g = 0; g < groups; g++)
				panel(scratch + j, BRC_TILE_SLAB, 1, depth,
				      x + g * stride + i * BRC_LANES,
				      y + g * stride + j * BRC_LANES, brc_least(cols - j, PANEL));
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_sparse(const float *w, const int32_t *column, size_t n, const double *x, double *y,
		     size_t groups, size_t stride)
{
	for (size_t g = 0; g < groups; g++) {
		const double *xg = x + g * stride;
		brc_lanes sum = {0};

		for (size_t e = 0; e < n; e++)
			sum += (double)w[e] *
			       *(const brc_lanes *)(xg + (size_t)column[e] * BRC_LANES);
		*(brc_lanes *)(y + g * stride) += sum;
	}
}
