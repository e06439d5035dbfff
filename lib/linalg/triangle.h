/*
 * A packed triangle: the entries (i, j), i < j < n, of a symmetric matrix whose diagonal is zero,
 * row by row. Row i holds its n - 1 - i entries from (i, i + 1) on.
 */
#ifndef BRC_LINALG_TRIANGLE_H
#define BRC_LINALG_TRIANGLE_H

#include <stddef.h>

/* Entries of the whole triangle: pairs of n units. */
static inline size_t brc_triangle_pairs(size_t n)
{
	return n > 0 ? n * (n - 1) / 2 : 0;
}

/* Where the entry (i, j), i < j, stands. */
static inline size_t brc_triangle_at(size_t n, size_t i, size_t j)
{
	return i * (2 * n - i - 1) / 2 + (j - i - 1);
}

#endif
