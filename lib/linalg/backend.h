/*
 * This tells which library computes. Debian links reference LAPACK if OpenBLAS's alternative is not
 * chosen. It gives the same numbers, but more slowly.
 */
#ifndef BRC_LINALG_BACKEND_H
#define BRC_LINALG_BACKEND_H

#include "base/err.h"

/*
 * BRC_OK if both BLAS and LAPACK are OpenBLAS's. Otherwise BRC_USAGE; the message names the library
 * that is linked, and the hint gives the remedy. Call it at start-up in filters that compute
 * eigenvectors or correlations.
 */
brc_rc brc_linalg_check(brc_err *err);

#endif
