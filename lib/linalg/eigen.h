/*
 * The largest eigenvalues of a symmetric operator and their eigenvectors.
 */
#ifndef BRC_LINALG_EIGEN_H
#define BRC_LINALG_EIGEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "linalg/operator.h"

/* Every residual is at most this times max(1, largest |eigenvalue| found). */
#define BRC_EIGEN_RESIDUAL 1e-8

/*
 * The k algebraically largest eigenpairs, 1 <= k <= op->n, repeated
 * eigenvalues as often as they occur.
 *
 * values:    k, descending.
 * vectors:   column-major n x k, orthonormal. The entry of largest magnitude of
 *            each (the first of those equal to 1e-12 relative) is positive.
 * residuals: k, ||A v - lambda v||_2; may be NULL.
 *
 * (seed, stream) choose the start vectors (BRC_RNG_EIGEN). Same arguments, same
 * bytes. BRC_USAGE for k = 0 or k > n; BRC_NUMERIC when A is not finite or the
 * residual is not reached; BRC_RESOURCE; whatever `apply` or `dense` return.
 *
 * Dense (LAPACK) for n up to 2,000 or k near n, 8 n^2 bytes; else block Lanczos,
 * about 8 n (3 k + 200) bytes.
 */
brc_rc brc_eigen_largest(const brc_operator *op, size_t k, uint64_t seed, uint32_t stream,
			 double *values, double *vectors, double *residuals, brc_err *err);

/* Bytes that brc_eigen_largest will allocate; SIZE_MAX when they do not fit size_t. */
size_t brc_eigen_bytes(size_t n, size_t k);

#endif
