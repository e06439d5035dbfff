/*
 * Random orthonormal columns, every set of which is as likely as any rotation of it (Haar's
 * measure), by Stewart's method (SIAM J. Numer. Anal. 17, 1980): the columns are those of a product
 * of Householder reflections, each of which is given by a vector of standard normal numbers. They
 * are multiplied in blocks I - V T V' (Schreiber and Van Loan 1989).
 */
#ifndef BRC_LINALG_HAAR_H
#define BRC_LINALG_HAAR_H

#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"

/*
 * m <= n columns of length n, in the memory of who calls, aligned to 64 bytes:
 * brc_haar_doubles(n, m) numbers. Columns are interleaved by eights: row i of column c is
 * q[(c / 8 * brc_haar_rows(n) + i) * 8 + c % 8]. The sign of a column is not random. Columns are
 * orthonormal to rounding in double. Takes 2 n m^2 - 2/3 m^3 multiplications and additions.
 */
brc_rc brc_haar(double *q, size_t n, size_t m, brc_rng *rng, brc_err *err);

/* Rows that are reserved for each column: its own, and room to work in. */
size_t brc_haar_rows(size_t n);
/* SIZE_MAX where that does not fit. */
size_t brc_haar_doubles(size_t n, size_t m);
/* Bytes that it takes besides. */
size_t brc_haar_bytes(size_t n);

#endif
