/*
 * The inside of a network: the graph of operators as the model gives it, its layers, and the units
 * from which every input of a layer comes. Internal to lib/net.
 *
 * Reading goes in a straight line, and each stage has a header of its own that
 * says what it takes from here and what it adds: load.c reads the model, then
 * layers.h finds the layers, layer_names.h names them, trace/trace.h follows
 * their units, layer_edges.h joins them and layer_parts.h says what they are part of.
 */
#ifndef BRC_NET_NETWORK_H
#define BRC_NET_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/models/onnx.h"
#include "exec/exec.h"
#include "exec/nodes.h"
#include "net/net.h"
#include "net/trace/unit_sets.h"

#define BRC_NET_ROWS 2u /* images that the graph is read for */

/* Where a layer lies in the graph. */
typedef struct brc_layer_site {
	size_t node;              /* with the weights; BRC_NOWHERE for the input */
	size_t sum, pre, post;    /* values: brc_stage says which */
	size_t axis;              /* dimension of these values along which units lie */
	size_t bias;              /* constant value that a separate Add brings, or BRC_NOWHERE */
	const brc_affine *affine; /* BatchNormalization between sum and pre, or NULL */
	brc_linear_map weights;   /* those of the node */
} brc_layer_site;

/* In brc_layer_inputs.head_key. Other values ascend with products, and with heads within one. */
#define BRC_NO_HEAD (-1)
#define BRC_NOT_ONE_HEAD (-2) /* of several products, or mixed with other units */

/* Where the inputs of a layer come from, and where its units go to attention. */
typedef struct brc_layer_inputs {
	int32_t *source;   /* [inputs of its weights]: set of units that each comes from */
	size_t map[2];     /* height and width of a channel before it became features */
	size_t mixed;      /* node through which they cannot be traced, or BRC_NOWHERE */
	int64_t *head_key; /* [units]: the head of attention whose value each is; NULL: of none */
} brc_layer_inputs;

struct brc_net {
	brc_onnx model;
	char *folder; /* of the model file; NULL: it came from a pipe */
	brc_exec *g;  /* bare */
	brc_norm norm;
	bool unfolded;                /* BatchNormalizations play no part in weights */
	size_t input, output, logits; /* values */
	brc_net_io io;
	size_t n_layers;
	brc_net_layer *layer;     /* [n_layers], as all of the following */
	brc_layer_site *site;     /* those of the input name its value alone */
	brc_layer_inputs *inputs; /* those of the input are empty */
	brc_layers layers;        /* their names and units as a table */
	brc_unit_sets *sets;      /* that brc_layer_inputs.source names */
	brc_net_edge *edge;
	size_t n_edges;
	brc_layer_graph graph; /* all of it, for callers */
};

/* "node 'fc1' (Gemm)", for messages. Returns buf. */
char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap);

#endif
