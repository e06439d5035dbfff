/*
 * A Chebyshev polynomial of a symmetric operator. It is small on one interval of the spectrum, and
 * grows fast outside it.
 */
#ifndef BRC_LINALG_CHEBYSHEV_H
#define BRC_LINALG_CHEBYSHEV_H

#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "linalg/operator.h"

typedef struct brc_chebyshev {
	const brc_operator *a; /* borrowed */
	size_t degree;         /* >= 1 */
	double low, cut;       /* the interval, low < cut */
	size_t cols;           /* vectors at once, at most */
	brc_pool *pool;        /* for the work beside a->apply */
	double *last, *next;   /* a->n x cols, owned */
} brc_chebyshev;

/* Allocate memory for `cols` vectors. The caller sets the interval and the degree. */
brc_rc brc_chebyshev_init(brc_chebyshev *t, const brc_operator *a, size_t cols, brc_pool *pool,
			  brc_err *err);
void brc_chebyshev_clear(brc_chebyshev *t); /* of a zeroed or an initialised struct */

/*
 * y = T((A - c) / e) x for `cols` vectors, column-major and distinct. c is the middle of the
 * interval, e is half its width, and T is the Chebyshev polynomial of the first kind. T is within
 * [-1, 1] for eigenvalues of A in the interval. Above the interval it ascends with them, and below
 * it, with an odd degree, it is below -1. The signature is that of brc_operator's apply; ctx is a
 * brc_chebyshev. Costs `degree` products with A.
 *
 * Saad, "Numerical Methods for Large Eigenvalue Problems", 2nd edition 2011, section 7.4.
 */
brc_rc brc_chebyshev_apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err);

/*
 * The largest odd degree, up to `most` >= 1, that keeps T(x) at a point x >= cut below `limit`; at
 * least 1.
 */
size_t brc_chebyshev_degree(const brc_chebyshev *t, double x, double limit, size_t most);

#endif
