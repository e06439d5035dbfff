/*
 * A convolution: the arguments of a node, and how oneDNN computes it. Internal to
 * lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_CONV_H
#define BRC_EXEC_OPERATORS_CONV_H

#include "exec/operator.h"
#include "exec/operators/primitive.h"
#include "exec/operators/window.h"

typedef struct brc_conv {
	brc_window w;
	size_t groups, outputs;
	const float *weight, *bias; /* of the model; bias may be NULL; gone once prepared */
	brc_after after;            /* of the node */
	/* prepared: the values as they lie in the graph, and as oneDNN needs them */
	dnnl_engine_t engine;
	dnnl_primitive_t primitive;
	dnnl_memory_desc_t in, out, src, dst, weights, biases, scratch;
	dnnl_primitive_t enter, meet, leave; /* in to src, out to dst, dst to out; NULL: the same */
	size_t src_at, dst_at;               /* of the copies, in the scratch memory */
	void *packed;
	float *shift;
} brc_conv;

/* Entries of its window. */
size_t brc_conv_places(const brc_conv *c);

/* convolve.c: the record's functions; release what was prepared. */
brc_rc brc_conv_prepare(brc_exec *g, brc_node *n, brc_err *err);
void brc_conv_run(const brc_exec *g, const brc_node *n, const brc_memory *m);
void brc_conv_clear(void *conv);

#endif
