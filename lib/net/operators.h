/* The operators that networks are made of, by family. Internal to lib/net. */
#ifndef BRC_NET_OPERATORS_H
#define BRC_NET_OPERATORS_H

#include "net/graph.h"

/* dense.c: y = x W + b */
extern const brc_net_op brc_op_gemm, brc_op_matmul;
/* The product of a node whose operator is one of these. */
const brc_net_dense *brc_net_dense_of(const brc_net_node *node);

/* add.c: sums with broadcasting */
extern const brc_net_op brc_op_add;
/* Is the node an Add of a runtime value and a constant that leaves the shape as it is? */
bool brc_net_adds_constant(const brc_net *net, const brc_net_node *node);
/* Are all elements of the constant that an Add adds finite? */
bool brc_net_added_is_finite(const brc_net *net, const brc_net_node *node);

/* elementwise.c: activations */
extern const brc_net_op brc_op_relu, brc_op_leaky_relu, brc_op_sigmoid, brc_op_tanh;

/* softmax.c */
extern const brc_net_op brc_op_softmax, brc_op_log_softmax;
/* Is the node a Softmax or LogSoftmax over all elements of a row? */
bool brc_net_is_softmax_of_row(const brc_net *net, const brc_net_node *node);

/* shape.c: other views of the same memory */
extern const brc_net_op brc_op_flatten, brc_op_reshape, brc_op_dropout, brc_op_identity,
	brc_op_constant;

/* slice.c: parts of a row, and rows from parts */
extern const brc_net_op brc_op_concat, brc_op_slice, brc_op_split;

/* moves.c */

/*
 * An n-dimensional copy inside a row: out[dst + sum i_k dst_stride_k] =
 * in[src + sum i_k src_stride_k] over 0 <= i_k < dim_k, as moves. The last
 * dst_stride must be 1.
 */
typedef struct brc_net_copy {
	size_t ndim, dim[BRC_MAX_DIMS];
	size_t dst, dst_stride[BRC_MAX_DIMS];
	size_t src;
	ptrdiff_t src_stride[BRC_MAX_DIMS];
} brc_net_copy;

/* Room for the moves of n pairs of input and output. */
brc_rc brc_net_moves_new(brc_net *net, brc_net_node *node, size_t n, brc_err *err);
/* Set pair k of the node: from value `in` into value `out`. BRC_DATA above BRC_NET_MAX_MOVES. */
brc_rc brc_net_moves_set(brc_net *net, brc_net_node *node, size_t k, size_t in, size_t out,
			 const brc_net_copy *copy, brc_err *err);
/* Carry out one pair in every row: out = moved in, or out += moved in. */
void brc_net_move_rows(const brc_net *net, const brc_net_moves *m, float *const *at, bool add);
/* All pairs of a node: `run` of operators that only move. */
void brc_net_run_moves(const brc_net *net, const brc_net_node *node, float *const *at);
/* Row-major strides of the extents after the batch: stride[0] is 0. */
void brc_net_strides(const brc_net_value *v, size_t stride[BRC_MAX_DIMS]);

#endif
