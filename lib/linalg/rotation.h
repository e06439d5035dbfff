/*
 * Random correlation matrices with given eigenvalues (Davies and Higham, "Numerically stable
 * generation of correlation matrices and their factors", BIT 40, 2000). A matrix Q Lambda Q' with
 * Haar-distributed Q gets a unit diagonal by one Givens rotation for each unit. All is done with
 * the factor B = Q Lambda^1/2, whose rows have the correlations of the units as their products.
 */
#ifndef BRC_LINALG_ROTATION_H
#define BRC_LINALG_ROTATION_H

#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"

/*
 * b[n, m], row-major: rows of length 1, such that b b' has the m <= n eigenvalues value[m] > 0, and
 * otherwise 0. Their sum is n, the trace of a correlation matrix; if it is not, they are scaled so
 * that it is. Both hold to rounding in double.
 */
brc_rc brc_rotation(double *b, const double *value, size_t n, size_t m, brc_rng *rng, brc_err *err);

/* Bytes that it takes besides b. SIZE_MAX where that does not fit. */
size_t brc_rotation_bytes(size_t n, size_t m);

#endif
