/*
 * The inside of a network: the graph of operators as the model gives it, its layers, and the units
 * from which every input of a layer comes. Internal to lib/net.
 *
 * Reading goes in a straight line (load.c). Each stage has one function, below, which says what it
 * takes from the network and what it adds.
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

#define BRC_NET_ROWS 2u /* images that the graph is read for, where it may be any number */

/* What an input of the model is filled with. */
typedef enum brc_fill {
	BRC_FILL_NONE,  /* nothing is known: the network cannot run */
	BRC_FILL_ITEMS, /* the images or sequences of the data set */
	BRC_FILL_ARRAY, /* the array of the data set that is called like it */
	/* the same for all images: */
	BRC_FILL_ZEROS,
	BRC_FILL_STATE, /* zeros, as hidden states and cell states are */
	BRC_FILL_PAST,  /* keys and values of attention from before: none, if that is left open */
	BRC_FILL_ONES,
	BRC_FILL_COUNT, /* 0, 1, 2 ... along the last dimension, after what is past */
	BRC_FILL_SHARED /* the number of the data set that is called like it, one for all images */
} brc_fill;

typedef struct brc_net_input {
	const char *name;            /* of the model */
	const Brc__OnnxShape *shape; /* as declared; NULL: it is not */
	brc_elem elem;
	size_t ndim, dim[BRC_MAX_DIMS];
	size_t images; /* the dimension that holds the images; BRC_NOWHERE: none does */
	brc_fill fill;
	size_t vocabulary; /* how many numbers the smallest table that is asked knows; 0: none is */
	void *shared;      /* of BRC_FILL_SHARED: its elements; owned */
} brc_net_input;

/* Where a layer lies in the graph. */
typedef struct brc_layer_site {
	size_t node;              /* with the weights; BRC_NOWHERE for the input */
	size_t sum, pre, post;    /* values: brc_stage says which */
	size_t axis;              /* dimension of these values along which units lie */
	size_t scale;             /* constant value that sums of whole numbers are multiplied by, or
				     BRC_NOWHERE */
	size_t bias;              /* constant value that a separate Add brings, or BRC_NOWHERE */
	const brc_affine *affine; /* BatchNormalization between sum and pre, or NULL */
	brc_linear_map weights;   /* those of the node */
} brc_layer_site;

/* In brc_layer_inputs.head_key. Other values ascend with products, and with heads within one. */
#define BRC_NO_HEAD (-1)
#define BRC_NOT_ONE_HEAD (-2) /* of several products, or not told apart from other units */

/* Where the inputs of a layer come from, and where its units go to attention. */
typedef struct brc_layer_inputs {
	int32_t *source;   /* [inputs of its weights]: set of units that each comes from */
	size_t map[2];     /* height and width of a channel before it became features */
	size_t untraced;   /* node through which they cannot be traced, or BRC_NOWHERE */
	int64_t *head_key; /* [units]: the head of attention whose value each is; NULL: of none */
} brc_layer_inputs;

/* The operator that makes probabilities of scores at the end, if there is one. */
typedef struct brc_closing {
	size_t softmax,
		step; /* elements that a Softmax brings to a sum of 1, and their step; or 0 */
	bool sigmoid;
	bool logs;   /* the Softmax gives logarithms */
	bool behind; /* a Transpose or a part comes after it: `logits` is the output itself */
	bool cut;    /* only a part of it is the output, such as the probability of one class */
} brc_closing;

/* A unit that is a feature of a head. */
typedef struct brc_head_feature {
	int32_t layer, unit;
} brc_head_feature;

/* Heads that have a layer each, and are joined (head_blocks.h). */
typedef struct brc_head_block {
	brc_layer_site site; /* where their features lie side by side: a value and a dimension */
	size_t features;
	brc_head_feature *feature; /* [features] */
} brc_head_block;

struct brc_net {
	brc_onnx model;
	char *folder;            /* of the model file; NULL: it came from a pipe */
	brc_exec *g;             /* bare */
	brc_net_options options; /* its texts and data are gone once it has been read */
	brc_net_input *in;       /* [n_in] */
	size_t n_in, main;       /* main: the one that takes the images */
	bool behind;             /* images may lie in dimension 1: in dimension 0 is no way */
	size_t declared;         /* images at a time that the model declares; 0: any number */
	size_t rows;             /* images that g is read for */
	bool fixed;              /* and with which it runs; else it may be any number */
	bool tracked; /* g knows which dimension holds the images, and never mixes them */
	size_t past;  /* places before those of the data, in BRC_FILL_PAST */
	size_t input, output, logits; /* values */
	brc_closing closing;
	brc_net_io io;
	size_t n_layers;
	brc_net_layer *layer;     /* [n_layers], as all of the following */
	brc_layer_site *site;     /* those of the input name its value alone */
	brc_layer_inputs *inputs; /* those of the input are empty */
	brc_layers layers;        /* their names and units as a table */
	int32_t *tied;       /* [units]: brc_layer_graph.tied; NULL: options.scaling did not ask */
	brc_unit_sets *sets; /* that brc_layer_inputs.source names */
	brc_net_edge *edge;
	size_t n_edges;
	brc_head_block *block; /* layer n_layers + i of a lesion is block i */
	size_t n_blocks, cap_blocks;
	brc_layer_graph graph; /* all of it, for callers */
};

/*
 * The invariant of a network that has been read, for BRC_ASSERT_VALID: tables of the same length,
 * values and nodes that exist, edges in order that lead to later layers or, where it is recurrent,
 * to the layer itself.
 */
bool brc_net_valid(const brc_net *net);

/* "node 'fc1' (Gemm)", for messages. Returns buf. */
char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap);

/* ---- the stages of reading, in order ---- */

/*
 * From the outputs of net->g: net->output, the only one; or of several the one called "logits", or
 * the only one that is neither a hidden state nor keys or values for a next pass; or BRC_NOWHERE.
 */
void brc_net_choose_output(brc_net *net);
/* Is output k of net->g none of those for a next pass? */
bool brc_net_output_counts(const brc_net *net, size_t k);
/* BRC_DATA listing the outputs if none of them is chosen. */
brc_rc brc_net_need_output(const brc_net *net, brc_err *err);

/*
 * From net->g and net->input: net->n_layers, and of each layer net->layer (kind,
 * units, and a role that tracing may still correct) and net->site, the input
 * first, the others in the order of their nodes. BRC_DATA when there is no other.
 */
brc_rc brc_net_find_layers(brc_net *net, brc_err *err);
/*
 * From the layers found: net->layers, and the names in net->layer. A name is the
 * model's own as far as it can be read, printable, and no two are equal.
 */
brc_rc brc_net_name_layers(brc_net *net, brc_err *err);
/*
 * Tracing (docs/method.md, "Tracing"). From net->g and the layers: net->sets, net->inputs, and the
 * role of layers that reach the output. If the rule of an operator says nothing about an output,
 * that output comes from all units that feed the operator, and they cannot be told apart. BRC_DATA
 * naming the node if there is too much to trace; BRC_RESOURCE.
 */
brc_rc brc_net_trace_units(brc_net *net, brc_err *err);
/* From the units traced: net->edge and net->n_edges. BRC_DATA when there are too many. */
brc_rc brc_net_find_edges(brc_net *net, brc_err *err);
/*
 * From the units traced and the roles of layers: `untraced`, `linear`, `mlp` and `head` of each in
 * net->layer. Names play no part. BRC_RESOURCE.
 */
brc_rc brc_net_find_parts(brc_net *net, brc_err *err);

/* ---- layers and blocks ---- */

/* Where a layer lies, or block `layer` - n_layers of heads; how many units are there. */
const brc_layer_site *brc_net_site(const brc_net *net, size_t layer);
size_t brc_net_units(const brc_net *net, size_t layer);

/* ---- what a node makes ---- */

/* The weights of a node that makes new units; false for one that makes none. */
bool brc_net_makes_units(const brc_exec *g, const brc_node *n, brc_linear_map *w);
/* A convolution that treats every channel by itself. It passes channels on, and makes no units. */
bool brc_net_is_depthwise(const brc_exec *g, const brc_node *n, brc_linear_map *w);

/* brc_layer_graph.weights for a network. */
brc_rc brc_net_edge_weights(const void *net, size_t edge, float *w, brc_err *err);

#endif
