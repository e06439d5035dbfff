/*
 * oneDNN's primitives (https://oneapi-src.github.io/oneDNN), as kernels use them: in the calling
 * thread, on memory that the caller has. Internal to lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_PRIMITIVE_H
#define BRC_EXEC_OPERATORS_PRIMITIVE_H

#include <oneapi/dnnl/dnnl.h>

#include "exec/operators/window.h"

/*
 * A convolution or a matrix product with constant weights, made once and run any number of times.
 * oneDNN may want its input and output in another type or layout than they have in the graph. Then
 * they are copied before and after, by way of the scratch memory.
 *
 * Set `what`, `in` and `out`, call brc_primitive_begin, describe the operation and finish. Zeroed
 * memory is a primitive that brc_primitive_clear takes.
 */
typedef struct brc_primitive {
	const char *what; /* for messages: "a convolution" */
	dnnl_engine_t engine;
	dnnl_primitive_t run;
	dnnl_primitive_t enter, meet, leave; /* in to src, out to dst, dst to out; NULL: the same */
	dnnl_memory_desc_t in, out;          /* as they lie in the graph */
	dnnl_memory_desc_t src, dst, weights, biases, scratch; /* as oneDNN needs them */
	size_t src_at, dst_at, scratch_bytes; /* the scratch memory: copies of src and dst */
	void *packed;                         /* the weights, in oneDNN's layout */
	float *shift;                         /* the bias; NULL: none */
} brc_primitive;

/* BRC_RESOURCE or BRC_DATA, naming `what`, when oneDNN did not succeed. */
brc_rc brc_dnnl_check(dnnl_status_t status, const char *what, brc_err *err);

/* Make the engine. BRC_RESOURCE or BRC_DATA, here and below. */
brc_rc brc_primitive_begin(brc_primitive *p, brc_err *err);
/*
 * *pd: the operation `op`, a descriptor of oneDNN's, and what `after` says: a sum with what is in
 * the output, and a cut-off. The caller destroys *pd, or gives it to brc_primitive_finish.
 */
dnnl_status_t brc_primitive_describe(const brc_primitive *p, const void *op, const brc_after *after,
				     dnnl_primitive_desc_t *pd);
/*
 * Make the primitive that pd describes, and the copies between its layouts and those of the graph.
 * pd is destroyed. `accumulate`: the primitive adds to what is in the output, which is copied to
 * where it looks for it.
 */
brc_rc brc_primitive_finish(brc_primitive *p, dnnl_primitive_desc_t pd, bool accumulate,
			    brc_err *err);
/* p->packed: the weights w, which lie as `plain` says, in the layout that oneDNN wants. */
brc_rc brc_primitive_pack(brc_primitive *p, const dnnl_memory_desc_t *plain, const void *w,
			  brc_err *err);
/* Compute `out` from `in`, with p->scratch_bytes of scratch memory. False: there is no memory. */
bool brc_primitive_run(const brc_primitive *p, void *in, void *out, char *scratch);
/* Release everything that the primitive holds. It takes any pointer, so that a graph can own it. */
void brc_primitive_clear(void *primitive);

/* ---- a window as oneDNN is told of it ---- */

/* How many dimensions of a place oneDNN gets: two or, for volumes, three. */
size_t brc_window_dimensions(const brc_window *w);
/* Images with channels last and these extents, an array of BRC_SPATIAL. */
dnnl_memory_desc_t brc_window_images(const brc_window *w, size_t channels, const size_t *extent);
/* How it moves: arrays that oneDNN takes. The end is that of a window that spreads, too. */
typedef struct brc_window_steps {
	dnnl_dims_t stride, dilation, begin, end;
} brc_window_steps;
brc_window_steps brc_window_moves(const brc_window *w);
/* Weights [G, outputs / G, w->channels / G, ...], row-major or in `any` layout. */
dnnl_memory_desc_t brc_window_weights(const brc_window *w, size_t groups, size_t outputs,
				      dnnl_data_type_t type, bool any);

#endif
