/*
 * A symmetric linear operator, given by its products with vectors. So D^-1/2 W D^-1/2 is never
 * formed as a matrix.
 */
#ifndef BRC_LINALG_OPERATOR_H
#define BRC_LINALG_OPERATOR_H

#include <stddef.h>

#include "base/err.h"

typedef struct brc_operator {
	size_t n; /* rows and columns */
	void *ctx;
	/*
	 * y = A x for `cols` vectors; x and y column-major n x cols, distinct. The
	 * bytes of y may depend on x and cols alone, never on the number of threads.
	 */
	brc_rc (*apply)(void *ctx, const double *x, double *y, size_t cols, brc_err *err);
	/*
	 * Fill the whole symmetric matrix, both triangles, column-major n x n. May be NULL; if a
	 * matrix is needed, `apply` is then used on the unit vectors.
	 */
	brc_rc (*dense)(void *ctx, double *a, brc_err *err);
	/* Operations of `apply` for one vector, and of `dense`; 0: 2 n^2, and 2 n^3. */
	double apply_cost, dense_cost;
} brc_operator;

#endif
