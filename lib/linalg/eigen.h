/*
 * The largest eigenvalues of a symmetric operator and their eigenvectors.
 */
#ifndef BRC_LINALG_EIGEN_H
#define BRC_LINALG_EIGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "linalg/operator.h"

/* Every residual is at most this times max(1, largest |eigenvalue| found), times `loose`. */
#define BRC_EIGEN_RESIDUAL 1e-8
/* The residual of a spare pair is at most this times its distance from the last wanted pair. */
#define BRC_EIGEN_APART 0.1

typedef struct brc_eigen_wanted {
	size_t k; /* eigenpairs, 1 <= k + spare <= n */
	/*
	 * Further pairs that only have to be distinguished from the k-th. Their residual is at most
	 * BRC_EIGEN_APART of the distance of their eigenvalue from the k-th, or at most that of the
	 * others.
	 */
	size_t spare;
	/*
	 * The operator is B B', and singular values of B are wanted. Residuals are relative to the
	 * square root of the eigenvalue.
	 */
	bool squares;
	double loose;  /* residuals may be so many times as large; 0: 1 */
	uint64_t seed; /* (seed, stream) choose the start vectors (BRC_RNG_EIGEN) */
	uint32_t stream;
	brc_pool *pool; /* for the work beside `apply`; NULL: in the caller */
} brc_eigen_wanted;

/*
 * The k + spare algebraically largest eigenpairs, repeated eigenvalues as often
 * as they occur.
 *
 * values:    [k + spare], descending.
 * vectors:   column-major n x (k + spare), orthonormal. The entry of largest magnitude of
 *            each is positive: brc_eigen_sign.
 * residuals: [k + spare], ||A v - lambda v||_2; may be NULL.
 *
 * Same arguments, same bytes, for any pool. BRC_USAGE for k = 0 or too many;
 * BRC_NUMERIC when A is not finite or a residual is not reached; BRC_RESOURCE; whatever
 * `apply` or `dense` return.
 *
 * The method is the one that should take less time by a count of operations: dense (LAPACK), with
 * 24 n^2 bytes; or block Lanczos, with about 8 n (2 k + 190) bytes, or 8 n (2 k + 60) if applying A
 * is cheap and polynomials of A are used.
 */
brc_rc brc_eigen_largest(const brc_operator *op, const brc_eigen_wanted *wanted, double *values,
			 double *vectors, double *residuals, brc_err *err);

/*
 * The rule of signs: make the entry of v[n] with the largest magnitude positive. Of entries that
 * are equal to a relative 1e-12, the first counts.
 */
void brc_eigen_sign(double *v, size_t n);

/* Bytes that brc_eigen_largest will allocate for so many pairs; SIZE_MAX when they do not fit
 * size_t. */
size_t brc_eigen_bytes(const brc_operator *op, size_t pairs);

#endif
