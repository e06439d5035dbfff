/*
 * A graph of operators to read: its nodes, the values between them, and what each operator says
 * about itself. This is the public interface of lib/exec for code that looks into a graph. To build
 * and run one, see exec/exec.h.
 *
 * Nodes lie in an order in which they can run. Nodes and values are named by
 * their index; what is borrowed lives as long as the graph.
 */
#ifndef BRC_EXEC_NODES_H
#define BRC_EXEC_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/models/onnx.h"
#include "exec/exec.h"

#define BRC_NOWHERE SIZE_MAX

typedef enum brc_state {
	BRC_ABSENT, /* an output that is not computed: the mask of Dropout, until it is asked for */
	BRC_CONSTANT, /* its elements are at hand */
	BRC_COMPUTED  /* when the graph runs */
} brc_state;

/*
 * A value. Layout: row-major, or with the channels (dimension 1) innermost when
 * `last`: then a [N, C, H, W] lies in memory as [N, H, W, C], which convolutions
 * prefer. In a bare graph all are row-major.
 *
 * Batch: dimension `batch` holds the images (BRC_NOWHERE: none does): entry (h * rows + r) * inner
 * + i belongs to image r. It starts as dimension 0, with the extent `rows`. It may move, as it does
 * in attention, but images are never mixed.
 */
typedef struct brc_operand {
	const char *name;
	brc_state state;
	brc_elem elem;
	int32_t narrow; /* of integers: the ONNX type in whose range they stay; 0: 64 bits */
	size_t ndim, dim[BRC_MAX_DIMS], count;
	bool last, input; /* input: of the graph */
	size_t batch, inner;
	void *data; /* of a constant; NULL: given back, since only packed copies are read */
	/*
	 * Of a constant, where the number of images may be any: the elements that follow from it,
	 * which are not 0 here (NULL: none does); bit k: so does the extent of dimension k.
	 */
	void *by_images;
	size_t open;
	size_t buffer; /* the value whose memory it shares, or itself */
	size_t users;  /* inputs of nodes, and outputs and taps of the graph */
} brc_operand;

typedef struct brc_op brc_op; /* the record of an operator */

/* y = scale[c] x + shift[c] for channel c, dimension 1. */
typedef struct brc_affine {
	size_t channels;
	float *scale, *shift;
} brc_affine;

/* What a node does to its output in place of nodes that followed it, in this order. */
typedef struct brc_after {
	const brc_affine *affine; /* NULL: nothing */
	bool accumulate;          /* add it to the last input, which lies where the output will */
	bool bounded;             /* cut it off */
	float lo, hi;
} brc_after;

typedef struct brc_node {
	const brc_op *op;
	const char *name; /* what messages call it: the model's name for it if `named` */
	bool named;
	size_t n_in, n_out, *in, *out; /* values; BRC_NOWHERE for one left out */
	brc_after after;               /* once fused; never in a bare graph */
	/* for lib/exec alone */
	const void *args; /* what the node says besides its inputs: see exec/arguments.h */
	void *state;      /* the result of inference and preparation, owned by the graph */
	size_t scratch;   /* bytes that running it needs */
	unsigned packed;  /* bit k: once prepared, input k is not read where it is a constant */
} brc_node;

/* ---- the graph ---- */

size_t brc_exec_nodes(const brc_exec *g);
const brc_node *brc_exec_node(const brc_exec *g, size_t i);
size_t brc_exec_values(const brc_exec *g);
const brc_operand *brc_exec_value(const brc_exec *g, size_t v);
/* Outputs; the value that is output k; that is tap k of options->tap. */
size_t brc_exec_outputs(const brc_exec *g);
size_t brc_exec_output_value(const brc_exec *g, size_t k);
size_t brc_exec_tap_value(const brc_exec *g, size_t k);

/* ---- values ---- */

/* Input k of a node: NULL when left out. */
const brc_operand *brc_in(const brc_exec *g, const brc_node *n, size_t k);
/* Bytes of one element. */
size_t brc_item(brc_elem elem);
/* Strides in elements, as the value lies in memory. */
void brc_strides(const brc_operand *v, ptrdiff_t stride[BRC_MAX_DIMS]);
/* "[N, 28, 28]", cut off where it is longer. Messages use brc_shape_text(v).s at once. */
typedef struct brc_shape_line {
	char s[128];
} brc_shape_line;
brc_shape_line brc_shape_text(const brc_operand *v);

/* ---- what an operator says of itself ---- */

/* Which elements of its inputs each element of an output comes from. */
typedef enum brc_trace {
	BRC_TRACE_MISSING,    /* no operator has this: a test looks for it */
	BRC_TRACE_MIX,        /* from all of them: not traced through */
	BRC_TRACE_SAME,       /* from the one at its place in input 0 */
	BRC_TRACE_NORMALISED, /* the same, divided by what others in the image say */
	BRC_TRACE_AFFINE,     /* the same, times a constant for each channel: see brc_affine */
	BRC_TRACE_QUANTISED,  /* the same, as whole numbers; further outputs are statistics */
	BRC_TRACE_LAYER_NORM, /* the same, times input 1; further outputs are statistics */
	BRC_TRACE_COMBINE,    /* from those at its place in several inputs, broadcast */
	BRC_TRACE_SUM,        /* the same, added or subtracted */
	BRC_TRACE_PRODUCT,    /* the same, multiplied */
	BRC_TRACE_QUOTIENT,   /* the same, input 0 divided by input 1 */
	BRC_TRACE_MOVE,       /* from one that only changes its place: brc_node_move moves them */
	BRC_TRACE_LOOKUP,     /* the same, when the indices, input 1, are constants */
	BRC_TRACE_POOLING,    /* from those of its channel */
	BRC_TRACE_ALONG,      /* from those along a dimension, wherever along it: see
				 brc_node_reduced */
	BRC_TRACE_REDUCE,     /* from those along dimensions: see brc_node_reduced */
	BRC_TRACE_WEIGHTS,    /* weighted sums: see brc_linear_map; MIX where it has none */
	BRC_TRACE_MATMUL,     /* the same, or attention when both operands are computed */
	BRC_TRACE_ATTENTION,  /* attention in one node: see brc_node_heads */
	BRC_TRACE_RECURRENT   /* new units, from input 0 and from themselves: RNN, GRU, LSTM */
} brc_trace;

/* Is a function of one element only a scale and a shift? */
typedef enum brc_line {
	BRC_LINE_NO,
	BRC_LINE_ONE, /* of each operand, as long as all others are constants */
	BRC_LINE_YES
} brc_line;

const char *brc_node_type(const brc_node *n); /* ONNX's name of the operator */
brc_trace brc_node_trace(const brc_node *n);
/* Element by element of one operand, or of one and numbers: part of an activation function. */
bool brc_node_is_activation(const brc_node *n);
/* Does it make real numbers of the whole ones that stand for them? */
bool brc_node_dequantises(const brc_node *n);
/* Is it more than a scale and a shift of its computed inputs? */
bool brc_node_bends(const brc_exec *g, const brc_node *n);
/*
 * Does output 0 become c times as large for every c > 0 if all computed inputs do? Constants that
 * are added count as biases, which can be multiplied by c, too. Of a product of two computed values
 * the answer is no. BatchNormalization is affine: its shift is a bias.
 */
bool brc_node_is_homogeneous(const brc_exec *g, const brc_node *n);
/* Is constant input k a parameter of the function, as the slopes of PRelu are? */
bool brc_node_is_parameter(const brc_node *n, size_t k);
/* Does it add its two inputs? */
bool brc_node_adds(const brc_node *n);
/* Is the output another view of the elements of input 0? */
bool brc_node_is_view(const brc_node *n);
/* Does it only move elements? Some do where an attribute says so. */
bool brc_node_moves(const brc_node *n);
/*
 * Copy k of a node that only copies blocks of elements between row-major values: element o of the
 * block, with extents dim[], goes to index to[] + o of value `out`, from element
 * from + sum_d o[d] * step[d] of value `in`. False: there is no copy k, or it is no such copy.
 */
typedef struct brc_block_copy {
	size_t in, out, from;
	size_t to[BRC_MAX_DIMS], dim[BRC_MAX_DIMS]; /* as many as `out` has dimensions */
	ptrdiff_t step[BRC_MAX_DIMS];
} brc_block_copy;

bool brc_node_copy(const brc_exec *g, const brc_node *n, size_t k, brc_block_copy *c);
/* Operations, 2 for a multiply-add, of convolutions and matrix products; 0 of other nodes. */
double brc_node_flops(const brc_exec *g, const brc_node *n);

/*
 * A node as a linear map of constant weights, y[o] = alpha sum_i w[o, i] x[i] + bias[o], where
 * each w[o, i] is a kernel of h x w floats. In groups, input i belongs to group
 * i / (inputs / groups), and w[o, i] counts i inside the group of o.
 */
typedef struct brc_linear_map {
	const float *w, *bias; /* bias: [outputs], or NULL */
	size_t outputs, inputs, groups, h, wide;
	size_t out_step, in_step; /* floats from one output, or input, to the next */
	float alpha;
	size_t value;         /* that holds w */
	size_t in;            /* input of the node that is x */
	size_t in_axis, axis; /* dimension of x that is i; of the output that is o */
	bool slides;          /* a convolution: the kernel moves over the places of an image */
	size_t recurrent;     /* the last inputs: the outputs themselves, one step before */
	/* The outputs are whole numbers q, if `quantum` is not 0: they stand for (q - zero) quantum
	 */
	float quantum;
	int64_t zero;
} brc_linear_map;

/* False when the node holds none. */
bool brc_node_weights(const brc_exec *g, const brc_node *n, brc_linear_map *w);

/* The map that the node is, or NULL. */
const brc_affine *brc_node_affine(const brc_node *n);

/* Bit k of *axes: dimension k of the input is reduced; *keep: it stays, with extent 1. */
bool brc_node_reduced(const brc_node *n, size_t *axes, bool *keep);

/*
 * Of BRC_TRACE_ATTENTION, whose input 2 are the values: how many heads there are, and how many
 * heads of values they share, each as many in a row.
 */
void brc_node_heads(const brc_node *n, size_t *heads, size_t *shared);

/*
 * Elements that a Softmax or LogSoftmax brings to a sum of 1, *step apart in a row-major value; 0:
 * another operator.
 */
size_t brc_node_softmax_size(const brc_node *n, size_t *step);

/*
 * Run one node on memory of the caller's: at[values], inputs and outputs of this node alone, in
 * the shapes and sizes of elements that the graph says. BRC_RESOURCE when there is no memory.
 */
brc_rc brc_node_run(const brc_exec *g, const brc_node *n, void *const *at, brc_err *err);
/* The same of a node that moves elements, which may be anything; those that Pad fills in are 0. */
brc_rc brc_node_move(const brc_exec *g, const brc_node *n, void *const *at, brc_err *err);

#endif
