/* The operators that graphs are made of, by family. Internal to lib/exec. */
#ifndef BRC_EXEC_OPERATOR_H
#define BRC_EXEC_OPERATOR_H

#include "exec/dataflow.h"

/* Every operator in the table, by its symbol; a line or more for each file. */
/* clang-format off */
#define BRC_KERNELS(X) \
	X(relu) X(leaky_relu) X(elu) X(selu) X(gelu) X(sigmoid) X(hard_sigmoid) X(hard_swish) \
	X(tanh) X(softplus) X(softsign) X(sqrt) X(exp) X(log) X(erf) X(neg) X(abs) X(reciprocal) \
	X(floor) X(ceil) X(sin) X(cos) X(not) X(clip) \
	X(add) X(sub) X(mul) X(div) X(pow) X(min) X(max) X(sum) X(prelu) X(equal) X(less) \
	X(less_equal) X(greater) X(greater_equal) X(and) X(or) X(xor) X(where) \
	X(transpose) X(concat) X(slice) X(split) X(expand) \
	X(reshape) X(flatten) X(squeeze) X(unsqueeze) X(identity) X(dropout) \
	X(constant) X(constant_of_shape) X(shape) X(size) X(cast) \
	X(gemm) X(matmul) \
	X(conv) \
	X(max_pool) X(average_pool) X(global_max_pool) X(global_average_pool) \
	X(batch_norm) X(instance_norm) X(layer_norm) X(lrn) \
	X(softmax) X(log_softmax) X(arg_max) X(arg_min) \
	X(reduce_mean) X(reduce_sum) X(reduce_max) X(reduce_min) \
	X(gather) X(pad) X(resize) X(upsample)
/* clang-format on */

#define BRC_DECLARE_KERNEL(NAME) extern const brc_op brc_kernel_##NAME;
BRC_KERNELS(BRC_DECLARE_KERNEL)
#undef BRC_DECLARE_KERNEL

/* Change between row-major and channels last; put in where it is needed, no ONNX operator. */
extern const brc_op brc_kernel_layout;

/* tensor.c: the elements of a tensor as a constant, owned by the graph. */
brc_rc brc_exec_tensor(brc_exec *g, const Brc__OnnxTensor *t, brc_operand *v, brc_err *err);
/* The same file: give back the constants that nothing reads when the graph runs. */
void brc_exec_drop(brc_exec *g);

/* cast.c: towards zero; what no int64 holds becomes the nearest one, NaN 0. */
int64_t brc_whole_number(float x);

/* elementwise.c: does the node cut its input off at lo and hi (Relu, Clip)? */
bool brc_is_bounded(const brc_node *n, float *lo, float *hi);
/* clip.c: the bounds of a Clip of floats; false: of integers. */
bool brc_clip_bounds(const brc_node *n, float *lo, float *hi);

/* view.c: if the value is the mask of a Dropout, not made so far, make it. */
brc_rc brc_exec_make_mask(brc_exec *g, size_t value, brc_err *err);

/* conv.c: what a convolution does besides, in this order, once it is prepared. */
void brc_conv_scale(brc_node *n, const brc_affine *a); /* its outputs, channel by channel */
/* Add `addend`, which lies where the output will, and becomes an input. BRC_RESOURCE. */
brc_rc brc_conv_accumulate(brc_exec *g, brc_node *n, size_t addend, brc_err *err);
void brc_conv_bound(brc_node *n, float lo, float hi); /* cut off */
bool brc_conv_is_plain(const brc_node *n);            /* nothing besides, so far */
/* The value whose memory its output takes over, to add to it; BRC_NOWHERE: none. */
size_t brc_conv_addend(const brc_node *n);

#endif
