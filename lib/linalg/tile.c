#include "linalg/tile.h"

#include <stdbool.h>
#include <string.h>

#include "linalg/triangle.h"

enum { PANEL = 8 }; /* rows of the result held in registers */

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

static inline size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_rows(const float *w, size_t ld, size_t rows, size_t cols, const double *x, double *y,
		   size_t groups, size_t stride, double *scratch)
{
	for (size_t j = 0; j < cols; j += BRC_TILE_WIDTH) {
		size_t width = least(cols - j, BRC_TILE_WIDTH);

		for (size_t i = 0; i < rows; i += PANEL) {
			size_t some = least(rows - i, PANEL);

			convert(w + i * ld + j, ld, some, width, scratch, BRC_TILE_WIDTH, PANEL);
			for (size_t g = 0; g < groups; g++)
				panel(scratch, 1, BRC_TILE_WIDTH, width,
				      x + g * stride + j * BRC_LANES,
				      y + g * stride + i * BRC_LANES, some);
		}
	}
}

/* t[c * PANEL + p] = a(row + p, col + c) of `width` columns, all left of the diagonal. */
static inline __attribute__((always_inline)) void
convert_left(const float *w, size_t n, size_t row, size_t some, size_t col, size_t width, double *t)
{
	for (size_t c = 0; c < width; c++) {
		const float *from = w + brc_triangle_at(n, col + c, row);

		if (some == PANEL) {
			*(brc_lanes *)(t + c * PANEL) = brc_lanes_of(from);
			continue;
		}
		for (size_t p = 0; p < PANEL; p++)
			t[c * PANEL + p] = p < some ? (double)from[p] : 0;
	}
}

/* t[p * BRC_TILE_WIDTH + c] = a(row + p, col + c), zeroes up to PANEL rows. */
static inline __attribute__((always_inline)) void convert_right(const float *w, size_t n,
								size_t row, size_t some, size_t col,
								size_t width, double *t)
{
	for (size_t p = 0; p < PANEL; p++, t += BRC_TILE_WIDTH) {
		size_t u = row + p;

		if (p >= some)
			memset(t, 0, width * sizeof(*t));
		else if (u < col)
			convert(w + brc_triangle_at(n, u, col), 0, 1, width, t, 0, 1);
		else
			for (size_t c = col; c < col + width; c++)
				t[c - col] = c < u   ? (double)w[brc_triangle_at(n, c, u)]
					     : c > u ? (double)w[brc_triangle_at(n, u, c)]
						     : 0;
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_triangle(const float *w, size_t n, size_t row, size_t rows, const double *x,
		       double *y, size_t groups, size_t stride, double *scratch)
{
	for (size_t j = 0; j < n; j += BRC_TILE_WIDTH) {
		size_t width = least(n - j, BRC_TILE_WIDTH);

		for (size_t i = 0; i < rows; i += PANEL) {
			size_t some = least(rows - i, PANEL);
			bool left = j + width <= row + i;

			if (left)
				convert_left(w, n, row + i, some, j, width, scratch);
			else
				convert_right(w, n, row + i, some, j, width, scratch);
			for (size_t g = 0; g < groups; g++) {
				const double *xg = x + g * stride + j * BRC_LANES;
				double *yg = y + g * stride + i * BRC_LANES;

				if (left)
					panel(scratch, PANEL, 1, width, xg, yg, some);
				else
					panel(scratch, 1, BRC_TILE_WIDTH, width, xg, yg, some);
			}
		}
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_tile_columns(const float *w, size_t ld, size_t rows, size_t cols, const double *x,
		      double *y, size_t groups, size_t stride, double *scratch)
{
	for (size_t i = 0; i < rows; i += BRC_TILE_DEPTH) {
		size_t depth = least(rows - i, BRC_TILE_DEPTH);

		convert(w + i * ld, ld, depth, cols, scratch, BRC_TILE_SLAB, depth);
		for (size_t j = 0; j < cols; j += PANEL)
			for (size_t g = 0; g < groups; g++)
				panel(scratch + j, BRC_TILE_SLAB, 1, depth,
				      x + g * stride + i * BRC_LANES,
				      y + g * stride + j * BRC_LANES, least(cols - j, PANEL));
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
