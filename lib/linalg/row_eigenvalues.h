/*
 * Eigenvalues of a correlation matrix, from the rows whose products are its entries.
 */
#ifndef BRC_LINALG_ROW_EIGENVALUES_H
#define BRC_LINALG_ROW_EIGENVALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "linalg/row_products.h"

/* Eigenvalues below this share of the trace are rounding. */
#define BRC_EIGENVALUE_ROUNDING 1e-10

/*
 * The *m eigenvalues of R R' that are not rounding, descending, in *value (free() it). R are n rows
 * of length 1. They are those of the smaller of R R' and R' R. Products are in double, from entries
 * in single precision, so eigenvalues are within 1e-6 of those in double precision. With `spool`
 * the matrix is kept in a file. The same bytes for any pool. With s the smaller and l the larger of
 * n and the length: s^2 l multiplications for the matrix, 4/3 s^3 for its eigenvalues. BRC_RESOURCE
 * above 46,340 rows and columns.
 */
brc_rc brc_row_eigenvalues(const brc_rows *r, bool spool, brc_pool *pool, double **value, size_t *m,
			   brc_err *err);

/* Bytes that it takes with so many workers and without `spool`. SIZE_MAX where that does not fit.
 */
size_t brc_row_eigenvalues_bytes(size_t n, size_t length, size_t threads);

#endif
