/* The matrices of MatMul and of operators like it. Internal to lib/exec/operators. */
#ifndef BRC_EXEC_OPERATORS_MATMUL_H
#define BRC_EXEC_OPERATORS_MATMUL_H

#include "exec/loops.h"

/* y[m, n] = x[m, k] w[k, n], for each of the triples that `outer` goes through. */
typedef struct brc_matmul {
	size_t m, k, n;
	brc_loops outer; /* y, x, w in whole matrices */
} brc_matmul;

/* BRC_DATA when an extent is beyond what sgemm takes. */
brc_rc brc_matmul_fits(const brc_matmul *p, brc_err *err);
/*
 * The product of x and w by NumPy's rules; *out: its shape and batch, with the elements of x.
 * BRC_DATA when there is none, or it would mix images.
 */
brc_rc brc_matmul_set(brc_matmul *p, const brc_operand *x, const brc_operand *w, brc_operand *out,
		      brc_err *err);

#endif
