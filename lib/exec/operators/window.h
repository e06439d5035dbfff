/* The window that convolutions and pooling slide over an image: one to three dimensions. Internal
 * to lib/exec/operators. */
#ifndef BRC_EXEC_OPERATORS_WINDOW_H
#define BRC_EXEC_OPERATORS_WINDOW_H

#include "exec/operator.h"

enum { BRC_SPATIAL = 3 };

/* The dimensions are the last ones of three. Missing dimensions before them have an extent of 1. */
typedef struct brc_window {
	size_t images, channels;
	size_t in[BRC_SPATIAL], out[BRC_SPATIAL];
	size_t kernel[BRC_SPATIAL], stride[BRC_SPATIAL], dilation[BRC_SPATIAL];
	size_t begin[BRC_SPATIAL], end[BRC_SPATIAL]; /* padding */
	size_t beyond[BRC_SPATIAL]; /* of a window that spreads: see brc_window_spread */
} brc_window;

/* The attributes of what has `window`, a brc_window_args, among its arguments. */
#define BRC_WINDOW_ATTRIBUTES(ARGS)                                                         \
	BRC_ATTR_LIST("kernel_shape", ARGS, window.kernel_shape, 0, 0),                     \
		BRC_ATTR_LIST("strides", ARGS, window.strides, 0, 0),                       \
		BRC_ATTR_LIST("pads", ARGS, window.pads, 0, 0),                             \
		BRC_ATTR_LIST("dilations", ARGS, window.dilations, 0, 0),                   \
		BRC_ATTR_CHOICE("auto_pad", ARGS, window.auto_pad, BRC_PAD_GIVEN, "NOTSET", \
				"SAME_UPPER", "SAME_LOWER", "VALID")

/*
 * The window over x [N, C, ...]; a: NULL: it covers all of x. `kernel`, of the weights, counts
 * where kernel_shape is left out; NULL: there are no weights. *out: x with the extents of the
 * output after the channels, and with channels last. BRC_DATA for an x without places, and for a
 * window that does not fit.
 */
brc_rc brc_window_set(brc_window *w, const brc_window_args *a, const brc_operand *x,
		      const size_t *kernel, brc_operand *out, brc_err *err);

/*
 * The same for a window that goes the other way, as that of ConvTranspose: every place of x is
 * spread over a window of the output. w->end is what oneDNN takes for the end: w->begin and
 * w->end - w->beyond places are cut off there, and where that is less than 0 zeros are added.
 */
brc_rc brc_window_spread(brc_window *w, const brc_conv_transpose_args *a, const brc_operand *x,
			 const size_t *kernel, brc_operand *out, brc_err *err);

/* The attribute `group`, within 1..INT32_MAX; BRC_DATA. */
brc_rc brc_window_groups(int64_t group, size_t *groups, brc_err *err);
/* Input k as the bias of so many outputs: NULL if it is left out. BRC_DATA. */
brc_rc brc_window_bias(const brc_exec *g, const brc_node *n, size_t k, size_t outputs,
		       const float **bias, brc_err *err);
/*
 * The map that slides with the window. w: [outputs, channels / groups, places]; its input 0 is x,
 * and its weights are input 1.
 */
brc_linear_map brc_window_map(const brc_window *of, const brc_node *n, const float *w,
			      const float *bias, size_t groups, size_t outputs);

/* Entries of the window. */
static inline size_t brc_window_places(const brc_window *w)
{
	return w->kernel[0] * w->kernel[1] * w->kernel[2];
}

#endif
