/* Products of packed triangles: the same bytes as those of the whole symmetric matrix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/tile.h"
#include "linalg/triangle.h"

enum { MOST = 700, GROUPS = 9 };

/* Entries and vectors of many sizes and signs. */
static double number(size_t i)
{
	return ((double)(i * 2654435761u % 2000003) - 1e6) / (double)(1 + i % 977);
}

static void product_is_that_of_the_square(size_t n, size_t groups)
{
	size_t stride = n * BRC_LANES;
	float *square = brc_calloc(n * n, sizeof(*square), NULL);
	float *triangle = brc_alloc(brc_triangle_pairs(n), sizeof(*triangle), NULL);
	double *x = brc_alloc(groups, 3 * stride * sizeof(*x), NULL);
	double *y = x + groups * stride, *z = y + groups * stride;
	double *scratch = brc_alloc(BRC_TILE_SCRATCH, sizeof(*scratch), NULL);

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			size_t at = brc_triangle_at(n, i, j);

			triangle[at] = square[i * n + j] = square[j * n + i] = (float)number(at);
		}
	for (size_t i = 0; i < groups * stride; i++) {
		x[i] = number(3 * i + 1);
		y[i] = z[i] = number(i);
	}
	for (size_t row = 0; row < n; row += BRC_TILE_SLAB) {
		size_t rows = n - row < BRC_TILE_SLAB ? n - row : BRC_TILE_SLAB;

		brc_tile_rows(square + row * n, n, rows, n, x, y + row * BRC_LANES, groups, stride,
			      scratch);
		brc_tile_triangle(triangle, n, row, rows, x, z + row * BRC_LANES, groups, stride,
				  scratch);
	}
	assert_memory_equal(y, z, groups * stride * sizeof(*y));
	free(square);
	free(triangle);
	free(x);
	free(scratch);
}

static void triangles_multiply_as_squares_do(void **state)
{
	static const size_t sizes[] = {1,   2,   7,   8,   9,   127, 128, 129,
				       200, 255, 256, 257, 384, 511, 513, MOST};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
		for (size_t groups = 1; groups <= GROUPS; groups += s % 2 ? 3 : 4)
			product_is_that_of_the_square(sizes[s], groups);
}

static void entries_of_a_triangle_stand_row_by_row(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		size_t at = 0;

		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < n; j++)
				assert_int_equal(brc_triangle_at(n, i, j), at++);
		assert_int_equal(brc_triangle_pairs(n), at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(triangles_multiply_as_squares_do),
		cmocka_unit_test(entries_of_a_triangle_stand_row_by_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
