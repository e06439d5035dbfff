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

/*
 * Limit OpenBLAS to one thread in this process. Our own threads do parallel work (base/threads.h),
 * and a sum that OpenBLAS splits over its threads would depend on their number. Every function of
 * lib/linalg that calls BLAS does this itself.
 */
void brc_linalg_serial(void);

#endif
