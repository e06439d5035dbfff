/*
 * Loops over the elements of several arrays at once, each with its own strides:
 * broadcasting, transposing, cutting and joining are all nests of loops.
 */
#ifndef BRC_EXEC_NEST_H
#define BRC_EXEC_NEST_H

#include "exec/graph.h"

enum { BRC_NEST_ARRAYS = 4 };

typedef struct brc_nest {
	size_t arrays, ndim, dim[BRC_MAX_DIMS];
	ptrdiff_t stride[BRC_NEST_ARRAYS][BRC_MAX_DIMS]; /* in elements; array 0 is the output */
	ptrdiff_t start[BRC_NEST_ARRAYS];
	bool empty;
} brc_nest;

/* The innermost loop: n elements of every array at p[k], stride[k] elements apart. */
typedef void (*brc_nest_loop)(const void *ctx, char *const *p, size_t n, const ptrdiff_t *stride);

/* Order loops by the output's strides, and join those that are one in all arrays. */
void brc_nest_tidy(brc_nest *t);
/* Run it: array k begins at base[k] and has elements of item[k] bytes. */
void brc_nest_run(const brc_nest *t, char *const *base, const size_t *item, brc_nest_loop loop,
		  const void *ctx);

/* The nest that writes `out` from in[n], each broadcast to it (NumPy's rules). */
brc_rc brc_nest_broadcast(brc_nest *t, const brc_operand *out, const brc_operand *const *in,
			  size_t n, brc_err *err);
/*
 * Shape, layout and batch of what n operands make together. BRC_DATA when
 * their shapes differ, or images of one meet something else in another.
 */
brc_rc brc_broadcast(const brc_exec *g, const brc_operand *const *in, size_t n, brc_operand *out,
		     brc_err *err);

#endif
