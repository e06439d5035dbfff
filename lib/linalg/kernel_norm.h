/*
 * How strongly one channel of a convolution feeds another: a norm of the slice |K[o][i]| of its
 * kernel. docs/method.md, section 1.
 */
#ifndef BRC_LINALG_KERNEL_NORM_H
#define BRC_LINALG_KERNEL_NORM_H

#include <stddef.h>

#include "base/err.h"

/* In the order of the choices "l1|l2|colsum|spectral". */
typedef enum brc_norm {
	BRC_NORM_L1,      /* sum of all |k| */
	BRC_NORM_L2,      /* square root of the sum of all k^2 */
	BRC_NORM_COLSUM,  /* the largest sum of |k| over a column (what the published code calls L1)
			   */
	BRC_NORM_SPECTRAL /* the largest singular value of |k| */
} brc_norm;

/*
 * The norm of one slice k[h][w], row-major (its columns are the width). All four are the same for 1
 * x 1. A kernel of another number of dimensions is h = the product of all but the last, w = the
 * last. The result is not finite if an element is not. Sums are in double, in the order of memory;
 * spectral is accurate to a few ulp and costs an eigenproblem of min(h, w). BRC_RESOURCE when
 * memory for that is missing, BRC_NUMERIC when it fails.
 */
brc_rc brc_kernel_norm(brc_norm kind, const float *k, size_t h, size_t w, double *norm,
		       brc_err *err);

/*
 * Of all slices of a kernel k[out][in][h][w] (ONNX's and torch's order), for
 * edges from `in` to `out` channels: norm[in][out]. Errors as above.
 */
brc_rc brc_kernel_norms(brc_norm kind, const float *k, size_t out, size_t in, size_t h, size_t w,
			float *norm, brc_err *err);

#endif
