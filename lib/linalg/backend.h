/*
 * Which library computes. Reference LAPACK gives the same numbers, only
 * more slowly, and is what Debian links when OpenBLAS's alternative is not chosen.
 */
#ifndef BRC_LINALG_BACKEND_H
#define BRC_LINALG_BACKEND_H

#include "base/err.h"

/*
 * BRC_OK when both BLAS and LAPACK are OpenBLAS's; otherwise BRC_USAGE naming
 * the library that answers, with the remedy as a hint. Call it at start-up in
 * filters that compute eigenvectors or correlations.
 */
brc_rc brc_linalg_check(brc_err *err);

/*
 * Hold OpenBLAS to one thread in this process: parallel work is ours (base/threads.h),
 * and a sum split over OpenBLAS's threads would depend on their number. Every function of
 * lib/linalg that calls BLAS does this itself.
 */
void brc_linalg_serial(void);

#endif
