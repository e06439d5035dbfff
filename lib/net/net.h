/*
 * A network: a graph of operators read from an ONNX model, the layers of units
 * found in it, and who feeds whom.
 *
 * Every network has one input and one output, both [batch, ...]; the first
 * dimension of every value that is computed is the batch, and no operator may
 * mix it. Everything is computed in float. What is not supported is refused
 * when the network is read, by operator and node name.
 */
#ifndef BRC_NET_NET_H
#define BRC_NET_NET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_net brc_net;

typedef enum brc_role {
	BRC_ROLE_INPUT,
	BRC_ROLE_HIDDEN,
	BRC_ROLE_OUTPUT /* reaches the network's output without passing another layer */
} brc_role;

/*
 * A layer of units. `pre` is the value after the bias, `post` the one after
 * the activations and Dropout that directly and exclusively follow it (the
 * same value when there are none; for the input both are the input).
 */
typedef struct brc_net_layer {
	const char *name; /* unique: "net.0"; the same as in brc_net_layers() */
	const char *kind; /* ONNX operator, "Gemm" or "MatMul"; "input" */
	brc_role role;
	size_t units;
	size_t pre, post; /* values, for brc_run_value */
} brc_net_layer;

/* Layer `from` feeds layer `to`; indices of layers, from < to. */
typedef struct brc_net_edge {
	size_t from, to;
} brc_net_edge;

/*
 * Read a model file (a path, or '-' for standard input). BRC_DATA for
 * anything that is not a network as described above: the message names the
 * file and the node; memory and time stay proportional to the file.
 */
brc_rc brc_net_read(brc_net **net, const char *path, brc_err *err);
/* The same from n bytes in memory, borrowed for the call. */
brc_rc brc_net_decode(brc_net **net, const void *bytes, size_t n, brc_err *err);
void brc_net_free(brc_net *net);

/* brc_digest of the file's bytes, 32 hex digits. Borrowed. */
const char *brc_net_digest(const brc_net *net);
/* Floats that one image feeds in, and the shape of one image. Borrowed. */
size_t brc_net_inputs(const brc_net *net);
size_t brc_net_input_shape(const brc_net *net, const size_t **shape);
/* The network's output, for brc_run_value, and its width: the number of classes. */
size_t brc_net_output(const brc_net *net);
size_t brc_net_classes(const brc_net *net);

/* All layers in topological order, the input first. Borrowed. */
const brc_layers *brc_net_layers(const brc_net *net);
const brc_net_layer *brc_net_layer_at(const brc_net *net, size_t layer);
/* Who feeds whom, sorted by (from, to), no pair twice. Returns the number; borrowed. */
size_t brc_net_edges(const brc_net *net, const brc_net_edge **edges);

/*
 * Magnitudes of the weights of one edge: w[units of from, units of to], |W|
 * traced to the units that each input feature of layer `to` comes from; where
 * several paths join the same two units their magnitudes add. Biases play no
 * part. BRC_DATA naming the layer when a weight, bias or sum is not finite.
 */
brc_rc brc_net_edge_weights(const brc_net *net, size_t edge, float *w, brc_err *err);

/* Are all weights and biases finite? BRC_DATA naming the layer if not. */
brc_rc brc_net_check_weights(const brc_net *net, brc_err *err);

/* Fill a fresh section units/1 (docs/sections.md); everything is copied. */
brc_rc brc_net_write_units(const brc_net *net, brc_section *s, brc_err *err);

#endif
