/*
 * The two methods behind brc_eigen_largest; each is the other's check in the
 * tests. Both give pairs in descending order, of any sign.
 */
#ifndef BRC_LINALG_EIGEN_METHODS_H
#define BRC_LINALG_EIGEN_METHODS_H

#include <stddef.h>

#include "base/err.h"
#include "linalg/eigen.h"
#include "linalg/operator.h"

/* The arguments of the method that brc_eigen_largest chooses; see there. */
typedef struct brc_eigen_problem {
	const brc_operator *op;
	brc_eigen_wanted wanted;
} brc_eigen_problem;

/*
 * LAPACK on the whole matrix: dsyevr, or dsyevd if dsyevr miscounts repeated eigenvalues (this
 * happens with some of OpenBLAS's kernels). Householder tridiagonalisation, then bisection or
 * relatively robust representations. 4/3 n^3 operations, half of them bound by memory; 8 n^2 bytes.
 */
brc_rc brc_eigen_dense(const brc_eigen_problem *p, double *values, double *vectors, brc_err *err);
size_t brc_eigen_dense_bytes(size_t n);

/*
 * Block Lanczos with full orthogonalisation and thick restarts. It stops when the k residuals are
 * below 1e-10 times the largest |eigenvalue|, and those of spare pairs are as small as they must
 * be.
 */
brc_rc brc_eigen_lanczos(const brc_eigen_problem *p, double *values, double *vectors, brc_err *err);
size_t brc_eigen_lanczos_bytes(size_t n, size_t k);
/* Largest basis that it builds; it needs n to be larger. */
size_t brc_eigen_lanczos_basis(size_t k);

#endif
