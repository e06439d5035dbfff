/*
 * A network inside: the graph of operators as the model gives it, its layers,
 * and the units that every input of a layer comes from. Internal to lib/net.
 */
#ifndef BRC_NET_NETWORK_H
#define BRC_NET_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/models/onnx.h"
#include "exec/exec.h"
#include "exec/nodes.h"
#include "net/trace/unit_sets.h"
#include "net/net.h"

#define BRC_NET_ROWS 2u /* images that the graph is read for */

/* In brc_unit_layer.head_key. Other values ascend with products, and with heads within one. */
#define BRC_NO_HEAD (-1)
#define BRC_NOT_ONE_HEAD (-2) /* of several products, or mixed with other units */

/* A layer inside: values are those of the graph. */
typedef struct brc_unit_layer {
	size_t node;              /* with the weights; BRC_NOWHERE for the input */
	size_t sum, pre, post;    /* values: brc_net_layer says which */
	size_t axis;              /* dimension of these values along which units lie */
	size_t bias;              /* constant value that a separate Add brings, or BRC_NOWHERE */
	const brc_affine *affine; /* BatchNormalization between sum and pre, or NULL */
	int32_t *source;          /* [inputs of its weights]: set of units that each comes from */
	size_t map[2];            /* height and width of a channel before it became features */
	size_t mixed;      /* node through which its inputs cannot be traced, or BRC_NOWHERE */
	int64_t *head_key; /* [units]: the head of attention whose value each is; NULL: of none */
} brc_unit_layer;

struct brc_net {
	brc_onnx model;
	char *folder; /* of the model file; NULL: it came from a pipe */
	brc_exec *g;  /* bare */
	brc_norm norm;
	bool unfolded;                /* BatchNormalizations play no part in weights */
	size_t input, output, logits; /* values */
	size_t classes, positions;    /* of the output of one image */
	size_t image_ndim, image_shape[BRC_MAX_DIMS], image_count;
	brc_layers layers;
	brc_net_layer *layer;
	brc_unit_layer *unit;
	size_t n_layers;
	brc_unit_sets *feeds;
	brc_net_edge *edge;
	size_t n_edges;
};

/* ---- parts of reading, in the order in which they run ---- */

/* Layers: weights, units, sum, pre, post. */
brc_rc brc_net_find_layers(brc_net *net, brc_err *err);
/* A name for each layer: the network's own where it is readable. */
brc_rc brc_net_name_layers(brc_net *net, brc_err *err);
/* Where the inputs of every layer come from; roles of layers. */
brc_rc brc_net_trace_units(brc_net *net, brc_err *err);
/* Who feeds whom, from that. */
brc_rc brc_net_find_edges(brc_net *net, brc_err *err);
/* Which layers are part of what: of an MLP, of attention. */
brc_rc brc_net_find_parts(brc_net *net, brc_err *err);

/* The weights of a layer other than the input; true. */
bool brc_net_weights(const brc_net *net, size_t layer, brc_weights *w);
/* Weights of a node that makes new units; false for one that makes none. */
bool brc_net_makes_units(const brc_exec *g, const brc_node *n, brc_weights *w);
/* A convolution of every channel for itself: it passes channels on. */
bool brc_net_is_depthwise(const brc_exec *g, const brc_node *n, brc_weights *w);

/*
 * *end: the value behind the activation functions of `value`; itself if none follows.
 * Nodes before `behind`, here and below, do not use it: they are not looked at.
 */
brc_rc brc_net_activation_end(const brc_exec *g, size_t value, size_t behind, size_t *end,
			      brc_err *err);
/* The only node that uses a value; BRC_NOWHERE if there are several, or an output is one. */
size_t brc_net_sole_user(const brc_exec *g, size_t value, size_t behind);

/* "node 'fc1' (Gemm)". Returns buf. */
char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap);

#endif
