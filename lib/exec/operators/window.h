/* The window that convolutions and pooling slide over an image: one to three dimensions. */
#ifndef BRC_EXEC_OPERATORS_WINDOW_H
#define BRC_EXEC_OPERATORS_WINDOW_H

#include "exec/dataflow.h"

enum { BRC_SPATIAL = 3 };

/* Dimensions are the last of three; what is missing before them has an extent of 1. */
typedef struct brc_window {
	size_t images, channels;
	size_t in[BRC_SPATIAL], out[BRC_SPATIAL];
	size_t kernel[BRC_SPATIAL], stride[BRC_SPATIAL], dilation[BRC_SPATIAL];
	size_t begin[BRC_SPATIAL], end[BRC_SPATIAL]; /* padding */
} brc_window;

/*
 * The window of node n over x [N, C, ...]: its attributes kernel_shape (or
 * `kernel`, of the weights, when it is left out), strides, pads, dilations,
 * auto_pad, ceil_mode. Sets the extents of `out` after the channels.
 */
brc_rc brc_window_read(brc_window *w, const Brc__OnnxNode *p, const brc_operand *x,
		       const size_t *kernel, brc_operand *out, brc_err *err);
/* The window that covers all of x. */
brc_rc brc_window_whole(brc_window *w, const brc_operand *x, brc_operand *out, brc_err *err);

#endif
