/*
 * What a node says besides its inputs: the typed arguments of every operator. brc_arguments_read
 * makes them from the attributes of a file; code sets them itself. Inference sees nothing else.
 * Internal to lib/exec.
 *
 * Names and meanings are those of ONNX's attributes (https://onnx.ai/onnx/operators) in the newest
 * operator set. Where older sets differ, this file says so. Arguments belong to the graph, lists
 * included, and last as long as it does.
 */
#ifndef BRC_EXEC_ARGUMENTS_H
#define BRC_EXEC_ARGUMENTS_H

#include "exec/nodes.h"

/* Integers. `at` is NULL if they were left out; an input may then hold them. */
typedef struct brc_list {
	const int64_t *at;
	size_t n;
} brc_list;

/* Flatten, Gather, Concat, Unsqueeze's relatives: an axis counted from the back if negative. */
typedef struct brc_axis_args {
	int64_t axis; /* of Concat BRC_NO_AXIS: left out, which is an error */
} brc_axis_args;

#define BRC_NO_AXIS INT64_MIN

/* Squeeze, Unsqueeze: their axes. If they are left out, input 1 has them. */
typedef struct brc_axes_args {
	brc_list axes;
} brc_axes_args;

/* Functions of one operand. Selu calls beta gamma; Shrink calls them lambd and bias. */
typedef struct brc_function_args {
	float alpha, beta;
	size_t by_tanh; /* of Gelu: 1: approximated by tanh */
} brc_function_args;

/* IsInf: which of the infinities. */
typedef struct brc_is_inf_args {
	bool detect_negative, detect_positive;
} brc_is_inf_args;

typedef struct brc_mod_args {
	bool fmod; /* the sign is that of the first operand, as in C, and not of the second */
} brc_mod_args;

typedef struct brc_shift_args {
	size_t direction; /* 0: LEFT, 1: RIGHT, BRC_NO_DIRECTION: left out, which is an error */
} brc_shift_args;

#define BRC_NO_DIRECTION 2

/* Clip: bounds where inputs 1 and 2 are left out. */
typedef struct brc_clip_args {
	float min, max;
} brc_clip_args;

/*
 * Arithmetic. Up to operator set 6 operands are `aligned`: the dimensions of the second operand are
 * those of the first from `axis` on, as if ones followed. -1 means the last dimensions.
 */
typedef struct brc_arithmetic_args {
	bool aligned;
	int64_t axis, broadcast; /* broadcast says nothing that the shapes do not say */
} brc_arithmetic_args;

/* GatherElements, ScatterElements, ScatterND: what there is of it. */
typedef struct brc_scatter_args {
	int64_t axis;
	size_t reduction; /* none, add, mul, max, min */
} brc_scatter_args;

typedef struct brc_gather_nd_args {
	int64_t batch_dims;
} brc_gather_nd_args;

typedef struct brc_cast_args {
	int64_t to; /* ONNX's number of a type */
} brc_cast_args;

/* Constant: the value itself. ConstantOfShape: one element, or nothing for a float 0. */
typedef struct brc_constant_args {
	brc_operand value;
} brc_constant_args;

typedef struct brc_shape_args {
	int64_t start, end; /* dimensions; both may count from the back */
} brc_shape_args;

typedef struct brc_transpose_args {
	brc_list perm; /* left out: dimensions in reverse */
} brc_transpose_args;

/* If these are left out, inputs 1, 2 and 3 have them. Steps are always input 4. */
typedef struct brc_slice_args {
	brc_list starts, ends, axes;
} brc_slice_args;

typedef struct brc_split_args {
	int64_t axis, num_outputs; /* -1: as many as there are */
	brc_list split;            /* left out: input 1 has them, or else parts are equal */
	bool equal; /* equal parts must have exactly the same size, up to operator set 17 */
} brc_split_args;

typedef struct brc_reshape_args {
	bool allowzero; /* a 0 is an extent of 0, and not a copy of the input's extent */
} brc_reshape_args;

typedef struct brc_dropout_args {
	bool is_test; /* false: it is switched on, which is possible up to operator set 6 */
	bool mask;    /* output 1 has truth values, from operator set 10 on */
} brc_dropout_args;

/*
 * Convolution and pooling. A list that was left out is all ones; padding that was left out is
 * zeros.
 */
typedef struct brc_window_args {
	brc_list kernel_shape, strides, dilations, pads;
	size_t auto_pad; /* a brc_auto_pad */
	bool ceil_mode;
} brc_window_args;

typedef enum brc_auto_pad {
	BRC_PAD_GIVEN, /* by pads */
	BRC_PAD_SAME_UPPER,
	BRC_PAD_SAME_LOWER,
	BRC_PAD_VALID /* none */
} brc_auto_pad;

typedef struct brc_conv_args {
	brc_window_args window;
	int64_t group;
} brc_conv_args;

/* ConvTranspose; output_shape: of the places, takes the place of pads. */
typedef struct brc_conv_transpose_args {
	brc_window_args window;
	int64_t group;
	brc_list output_padding, output_shape;
} brc_conv_transpose_args;

typedef struct brc_pool_args {
	brc_window_args window;
	bool count_include_pad, storage_order;
	int64_t p; /* of LpPool and GlobalLpPool: which norm */
} brc_pool_args;

typedef struct brc_gemm_args {
	float alpha, beta;
	bool trans_a, trans_b;
} brc_gemm_args;

typedef struct brc_batch_norm_args {
	float epsilon;
	bool training_mode, is_test, spatial; /* is_test and spatial: of old operator sets */
} brc_batch_norm_args;

/* LayerNormalization; of InstanceNormalization epsilon alone. */
typedef struct brc_norm_args {
	float epsilon;
	int64_t axis;
} brc_norm_args;

typedef struct brc_lrn_args {
	float alpha, beta, bias;
	int64_t size;
} brc_lrn_args;

typedef struct brc_softmax_args {
	int64_t axis;
	bool rest; /* over all dimensions from axis on, as up to operator set 12 */
} brc_softmax_args;

typedef struct brc_arg_args { /* ArgMax, ArgMin */
	int64_t axis;
	bool keepdims, select_last_index;
} brc_arg_args;

typedef struct brc_cumsum_args {
	bool exclusive, reverse; /* exclusive: without the element at its own place */
} brc_cumsum_args;

typedef struct brc_lp_args { /* LpNormalization */
	int64_t axis, p;
} brc_lp_args;

typedef struct brc_top_args {
	int64_t k; /* -1: input 1 has it */
	int64_t axis;
	bool largest;
} brc_top_args;

typedef struct brc_trilu_args {
	bool upper;
} brc_trilu_args;

typedef struct brc_block_args { /* DepthToSpace, SpaceToDepth */
	int64_t blocksize;
	size_t mode; /* of DepthToSpace, 0: DCR, 1: CRD */
} brc_block_args;

typedef struct brc_eye_args {
	int64_t dtype; /* ONNX's number of a type; 0: that of the input */
	int64_t k;     /* the diagonal above the main one */
} brc_eye_args;

typedef struct brc_reverse_args {
	int64_t batch_axis, time_axis;
} brc_reverse_args;

typedef struct brc_group_norm_args {
	float epsilon;
	int64_t num_groups;
	bool by_group; /* a scale for each group, and not each channel, as up to operator set 20 */
} brc_group_norm_args;

typedef struct brc_compress_args {
	int64_t axis; /* BRC_NO_AXIS: of all elements in a row */
} brc_compress_args;

typedef struct brc_unique_args {
	int64_t axis; /* BRC_NO_AXIS: single elements */
	bool sorted;
} brc_unique_args;

typedef struct brc_grid_args { /* GridSample */
	size_t mode, padding_mode;
	bool align_corners;
} brc_grid_args;

typedef struct brc_signal_args { /* windows, MelWeightMatrix */
	int64_t output_datatype;
	bool periodic;
} brc_signal_args;

typedef struct brc_reduce_args {
	brc_list axes; /* left out: input 1 has them, or else all are reduced */
	bool keepdims, noop_with_empty_axes;
} brc_reduce_args;

typedef enum brc_pad_mode { BRC_PAD_CONSTANT, BRC_PAD_REFLECT, BRC_PAD_EDGE } brc_pad_mode;

typedef struct brc_pad_args {
	size_t mode;   /* a brc_pad_mode */
	brc_list pads; /* left out: input 1 has them */
	float value;   /* where input 2 is left out */
} brc_pad_args;

typedef enum brc_resize_mode {
	BRC_RESIZE_NEAREST,
	BRC_RESIZE_LINEAR,
	BRC_RESIZE_CUBIC
} brc_resize_mode;

typedef enum brc_resize_place { /* coordinate_transformation_mode */
				BRC_HALF_PIXEL,
				BRC_ASYMMETRIC,
				BRC_ALIGN_CORNERS,
				BRC_PYTORCH_HALF_PIXEL,
				BRC_TF_HALF_PIXEL_FOR_NN,
				BRC_TF_CROP_AND_RESIZE,
				BRC_HALF_PIXEL_SYMMETRIC
} brc_resize_place;

typedef enum brc_rounding {
	BRC_ROUND_DOWN_AT_HALF,
	BRC_ROUND_UP_AT_HALF,
	BRC_ROUND_FLOOR,
	BRC_ROUND_CEIL
} brc_rounding;

typedef struct brc_resize_args {              /* and Upsample */
	size_t mode, place, rounding, policy; /* a brc_resize_mode, _place, brc_rounding; 0 */
	float cubic_coeff_a, extrapolation_value;
	bool exclude_outside, antialias;
	brc_list axes; /* left out: all */
	bool early;    /* scales are input 1, as up to operator set 10, and not input 2 */
} brc_resize_args;

/* Attention. Heads: 0 if they are left out, and so are those of inputs with four dimensions. */
typedef struct brc_attention_args {
	int64_t q_num_heads, kv_num_heads;
	bool is_causal;
	float scale;   /* NaN: left out, one over the root of the features of a head */
	float softcap; /* 0: none */
} brc_attention_args;

typedef struct brc_rotary_args { /* RotaryEmbedding */
	bool interleaved;
	int64_t num_heads, rotary_embedding_dim; /* 0: left out */
} brc_rotary_args;

/* An activation function that RNN, GRU or LSTM names, with its parameters. */
typedef struct brc_gate_function {
	size_t kind; /* a brc_gate_kind (operators/gates.h) */
	float alpha, beta;
} brc_gate_function;

enum { BRC_GATE_FUNCTIONS = 3 }; /* f, g, h: LSTM has three, GRU two, RNN one */

typedef enum brc_direction { BRC_FORWARD, BRC_REVERSE, BRC_BIDIRECTIONAL } brc_direction;

typedef struct brc_recurrent_args {
	int64_t hidden_size; /* 0: left out; the weights say it */
	size_t direction;    /* a brc_direction */
	bool layout;         /* the dimension of images comes first */
	bool linear_before_reset, input_forget;
	float clip;                                        /* infinite: left out */
	bool named;                                        /* functions are given */
	brc_gate_function function[2][BRC_GATE_FUNCTIONS]; /* of each direction */
} brc_recurrent_args;

typedef struct brc_quantise_args { /* QuantizeLinear, DequantizeLinear */
	int64_t axis;
	bool saturate; /* of 8-bit floats, which are not supported */
} brc_quantise_args;

#endif
