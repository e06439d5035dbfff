/*
 * Loops over the elements of several arrays at once, each with its own strides:
 * broadcasting, transposing, cutting and joining are all loops within loops. Internal to lib/exec.
 */
#ifndef BRC_EXEC_LOOPS_H
#define BRC_EXEC_LOOPS_H

#include "exec/operator.h"

enum { BRC_LOOP_ARRAYS = 4 };

typedef struct brc_loops {
	size_t arrays, ndim, dim[BRC_MAX_DIMS];
	ptrdiff_t stride[BRC_LOOP_ARRAYS][BRC_MAX_DIMS]; /* in elements; array 0 is the output */
	ptrdiff_t start[BRC_LOOP_ARRAYS];
	bool empty;
} brc_loops;

/* The innermost loop: n elements of every array at p[k], stride[k] elements apart. */
typedef void (*brc_inner_loop)(const void *ctx, char *const *p, size_t n, const ptrdiff_t *stride);

/* Order loops by the output's strides, and join those that are one in all arrays. */
void brc_loops_simplify(brc_loops *t);
/* Run it: array k begins at base[k] and has elements of item[k] bytes. */
void brc_loops_run(const brc_loops *t, char *const *base, const size_t *item, brc_inner_loop loop,
		   const void *ctx);

/* The loops that write `out` from in[n], each broadcast to it (NumPy's rules). */
brc_rc brc_loops_broadcast(brc_loops *t, const brc_operand *out, const brc_operand *const *in,
			   size_t n, brc_err *err);
/*
 * Shape, layout and batch of the result of n operands. BRC_DATA if their shapes do not fit, or if
 * images of one would be combined with something else in another.
 */
brc_rc brc_broadcast(const brc_operand *const *in, size_t n, brc_operand *out, brc_err *err);
/*
 * BRC_DATA if a constant among them gives the images of the result elements that differ, as one
 * that counts the images does: what comes of an image would depend on its place in a micro-batch.
 * In a batch as large as the model declares, it may.
 */
brc_rc brc_alike_for_images(const brc_exec *g, const brc_operand *const *in, size_t n,
			    const brc_operand *out, brc_err *err);

#endif
