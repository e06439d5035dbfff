/*
 * A network: a graph of operators read from an ONNX model, the layers of units found in it, and
 * which layer feeds which.
 *
 * Every network has an input [batch, ...], of floats or of token numbers, and an output [batch,
 * classes], of token networks [batch, positions, classes] too. Further inputs take what exporters'
 * defaults are, or arrays of the data set. Of several outputs one may be chosen. What is not
 * supported is refused when the network is read, by operator and node name.
 *
 * Units are the output channels of every convolution and the output features of
 * every Gemm and MatMul with constant weights; depthwise convolutions have none
 * of their own, they pass channels on. Where the weights of an input come from
 * is traced through everything between: docs/method.md says how.
 */
#ifndef BRC_NET_NET_H
#define BRC_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "linalg/kernel_norm.h"
#include "net/layer_graph.h"
#include "sections/dataset.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_net brc_net;

/* Where a layer is looked at or silenced. */
typedef enum brc_stage {
	BRC_STAGE_SUM, /* after weights and bias */
	BRC_STAGE_PRE, /* after the BatchNormalization that directly follows, before the activation
			*/
	BRC_STAGE_POST /* after the activations and Dropout that directly and exclusively follow */
} brc_stage;

/* How a model is read. It may be NULL, or all zeros. Texts and data are borrowed for the call. */
typedef struct brc_net_options {
	brc_norm norm; /* makes a weight of a kernel */
	bool unfolded; /* BatchNormalizations are left out of the weights, as in the published code
			*/
	bool scaling;  /* find out which units can be scaled: brc_layer_graph.tied */
	const char *shape;  /* extents of inputs: "NAME=1,3,192,192,NAME=...", or for a single input
			       "1,3,192,192"; NULL: what the model and the data say */
	const char *output; /* the value that is the output, by name; NULL: by rule */
	const brc_dataset *data; /* extents that the model leaves open are taken from it */
} brc_net_options;

/*
 * Read a model file (a path, or '-' for standard input). BRC_DATA for anything that is not a
 * network as described above: the message names the file and the node; memory and time stay
 * proportional to the file.
 */
brc_rc brc_net_read(brc_net **net, const char *path, const brc_net_options *options, brc_err *err);
/* The same from n bytes in memory, borrowed for the call; there are no external data. */
brc_rc brc_net_decode(brc_net **net, const void *bytes, size_t n, const brc_net_options *options,
		      brc_err *err);
void brc_net_free(brc_net *net);

/* brc_digest of the file's bytes, and of weights in other files; 32 hex digits. Borrowed. */
const char *brc_net_digest(const brc_net *net);

/* What one image - or sequence of tokens - puts in, and what comes out. */
typedef struct brc_net_io {
	size_t ndim, shape[BRC_MAX_DIMS]; /* of one image */
	size_t inputs;                    /* elements of that */
	bool tokens;                      /* they are token numbers, else floats */
	size_t vocabulary; /* how many token numbers it knows; 0: no table is asked */
	bool scored;       /* the output is floats for each image: then the following are set */
	size_t out_ndim, out_shape[BRC_MAX_DIMS]; /* of the output for one image */
	/* the same as rows of scores: one row, or of a network of tokens one for each */
	size_t classes;   /* in a row */
	size_t positions; /* rows */
} brc_net_io;

/* The name of the output that was taken out of several; NULL if there are not several, or none was.
 */
const char *brc_net_output_taken(const brc_net *net);
/* "'mask' with ones, 'ids' with 0, 1, 2 ...": inputs without data. False: there are none. */
bool brc_net_defaults_text(const brc_net *net, brc_str *s);

/* Borrowed. */
const brc_net_io *brc_net_io_of(const brc_net *net);

/* All layers in topological order, the input first. Borrowed. */
const brc_layers *brc_net_layers(const brc_net *net);
const brc_net_layer *brc_net_layer_at(const brc_net *net, size_t layer);
/* Can the inputs of all layers be traced? BRC_DATA naming the first layer for which they cannot. */
brc_rc brc_net_check_traced(const brc_net *net, brc_err *err);

/*
 * Blocks of attention heads that have a layer each: `head_block` of these layers names the block.
 * How many features it has, which unit of which layer feature i is, and the number that stands for
 * the block where a lesion names its layer: the units of such a lesion are features.
 */
size_t brc_net_block_features(const brc_net *net, size_t block);
void brc_net_block_feature(const brc_net *net, size_t block, size_t i, size_t *layer, size_t *unit);
size_t brc_net_block_layer(const brc_net *net, size_t block);

/* Are all weights and biases finite? BRC_DATA naming the layer if not. */
brc_rc brc_net_check_weights(const brc_net *net, brc_err *err);

/*
 * All of it, borrowed. A weight between two units is the norm of each kernel, times |gamma| /
 * sqrt(var + eps) of normalisations and other constant factors on the way. A channel that became H
 * x W features is one kernel. Where several paths join the same two units their magnitudes add (as
 * squares under l2). Biases play no part (docs/method.md, section 1). `weights` fails with BRC_DATA
 * naming the layer when a weight, bias or sum is not finite.
 */
const brc_layer_graph *brc_net_layer_graph(const brc_net *net);

#endif
