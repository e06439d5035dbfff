/*
 * Outputs whose elements are weighted sums of elements along each axis, as in
 * Pad and Resize: every axis has a table of where its outputs come from. Internal to
 * lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_SAMPLING_H
#define BRC_EXEC_OPERATORS_SAMPLING_H

#include "exec/operator.h"

typedef struct brc_taps {
	size_t n;        /* elements that an output is made of */
	ptrdiff_t *from; /* [extent of the output][n]; [0] < 0: the output is the fill value */
	float *weight;   /* [extent of the output][n]; NULL: n is 1 and the weight too */
} brc_taps;

typedef struct brc_sampling {
	size_t ndim;
	brc_taps axis[BRC_MAX_DIMS];
	size_t extent[BRC_MAX_DIMS], stride[BRC_MAX_DIMS]; /* of the output, of the input */
	bool weighted;
	char fill[sizeof(int64_t)]; /* an element of the kind of the output's */
} brc_sampling;                     /* the state of a node; only floats may have weights */

/* Make room for an axis, all of it zeros; *t: its tables. Several taps have weights. */
brc_rc brc_sampling_axis(brc_sampling *s, brc_exec *g, size_t axis, size_t extent, size_t taps,
			 brc_taps **t, brc_err *err);
/* All axes are set: the output has their extents, and the rest of x. */
brc_rc brc_sampling_done(brc_sampling *s, brc_exec *g, const brc_node *n, const brc_operand *x,
			 brc_err *err);
/* brc_op.fills */
float brc_sampling_fill(const brc_node *n);
void brc_sampling_run(const brc_exec *g, const brc_node *n, const brc_memory *m);

#endif
