/*
 * The graph of operators inside a network: values, nodes, moves. Internal to
 * lib/net.
 *
 * A runtime value is one that depends on the network's input. Its first
 * extent is the batch, stored as 0 in dim[0]; `count` is the number of
 * elements of one row (one image). Constants have all their extents, and
 * their elements at hand.
 */
#ifndef BRC_NET_GRAPH_H
#define BRC_NET_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/onnx.h"
#include "net/net.h"

#define BRC_NONE SIZE_MAX
#define BRC_NET_MAX_ROW ((size_t)1 << 26)   /* elements of one row of a value */
#define BRC_NET_MAX_MOVES ((size_t)1 << 20) /* of all nodes together */

typedef struct brc_net_op brc_net_op;

typedef enum brc_net_kind {
	BRC_NET_UNKNOWN, /* not yet inferred */
	BRC_NET_RUNTIME,
	BRC_NET_FLOATS,  /* constant */
	BRC_NET_INTS,    /* constant */
	BRC_NET_UNUSABLE /* an output that we do not compute: the mask of Dropout */
} brc_net_kind;

typedef struct brc_net_value {
	char *name;
	brc_net_kind kind;
	size_t ndim, dim[BRC_MAX_DIMS];
	size_t count;
	const float *f; /* elements of a constant, owned by the network */
	const int64_t *i;
	size_t buffer;      /* runtime: the value whose memory it shares, or itself */
	size_t producer;    /* node, or BRC_NONE */
	size_t initializer; /* index in the model, or BRC_NONE */
	size_t users;       /* inputs of nodes that are this value, and the network's output */
	size_t user;        /* the last of these nodes; BRC_NONE: none but the output */
	size_t sources;     /* runtime: index of its brc_net_sources */
} brc_net_value;

/* out[dst + i] = in[src + i * stride] for i < len, in every row. */
typedef struct brc_net_move {
	size_t dst, src, len;
	ptrdiff_t stride;
} brc_net_move;

/* The moves of one input of a node into one of its outputs. */
typedef struct brc_net_moves {
	size_t in, out; /* values */
	brc_net_move *move;
	size_t n;
} brc_net_moves;

typedef struct brc_net_node {
	char *name;
	const brc_net_op *op;
	size_t n_in, n_out, *in, *out; /* values; BRC_NONE for one left out */
	void *state;                   /* the operator's own, owned by the network */
	brc_net_moves *moves;          /* of operators that move elements; owned by the network */
	size_t n_moves;
} brc_net_node;

/*
 * Which units the elements of a row come from. Span: elements dst + i, i < len,
 * come from unit `unit + i * stride` of `layer`. An element may be in several
 * spans: it is then a sum of what comes along them.
 */
typedef struct brc_net_span {
	size_t dst, len, layer, unit;
	ptrdiff_t stride;
} brc_net_span;

typedef struct brc_net_sources {
	brc_net_span *span;
	size_t n;
	size_t mixed; /* node that mixed the elements on the way (Softmax), or BRC_NONE */
} brc_net_sources;

/* The product at the heart of a layer: y = x W + bias. */
typedef struct brc_net_dense {
	const float *w, *bias; /* bias: [outputs] or NULL */
	size_t weight;         /* value */
	size_t inputs, outputs;
	bool transposed; /* w is [outputs, inputs], else [inputs, outputs] */
	float alpha;     /* y = alpha x W + bias */
} brc_net_dense;

struct brc_net {
	char digest[33];
	int64_t opset;
	size_t batch; /* declared extent of the batch, 0 if none */
	brc_net_value *value;
	size_t n_values;
	brc_net_node *node; /* in topological order */
	size_t n_nodes;
	size_t input, output;
	size_t total_moves, total_spans, trace_steps;
	brc_net_sources *sources;
	size_t n_sources;
	brc_layers layers;
	brc_net_layer *layer;
	size_t *layer_node; /* [layers]: the node with the weights; BRC_NONE for the input */
	size_t *layer_bias; /* [layers]: the Add that brings the bias, or BRC_NONE */
	size_t n_layers;
	brc_net_edge *edge;
	size_t n_edges;
	void **owned; /* memory that lives as long as the network */
	size_t n_owned, cap_owned;
	size_t budget; /* bytes that reading may still allocate */
};

/* How the channels of a node's input reach its output. */
typedef enum brc_net_trace {
	BRC_TRACE_NONE,  /* no channels: a constant */
	BRC_TRACE_SAME,  /* element i of the output comes from element i of the input */
	BRC_TRACE_MOVES, /* as its moves say */
	BRC_TRACE_MIX,   /* every element of a group depends on all: cannot be traced through */
	BRC_TRACE_LAYER  /* the outputs are new units */
} brc_net_trace;

struct brc_net_op {
	const char *type;       /* ONNX operator */
	const char *attributes; /* that it may have: "axis|perm" */
	size_t min_in, max_in, max_out;
	brc_net_trace trace;
	bool activation; /* acts on each element alone: a layer's `post` lies behind it */
	/*
	 * Check inputs and attributes, set the outputs (and state, moves).
	 * Errors need not name the node: the caller does.
	 */
	brc_rc (*infer)(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto, brc_err *err);
	/*
	 * Compute BRC_RUN_ROWS rows; at[v] is the memory of value v. NULL: nothing
	 * to compute (the output shares the input's memory, or is constant).
	 */
	void (*run)(const brc_net *net, const brc_net_node *node, float *const *at);
};

/* The operator of this ONNX type, or NULL. */
const brc_net_op *brc_net_op_find(const char *type);

/* ---- for `infer` ---- */

/* Keep `p` until the network is freed (also when this fails); BRC_RESOURCE. */
brc_rc brc_net_own(brc_net *net, void *p, brc_err *err);
/* Zeroed memory, owned by the network and within its budget; NULL with err set. */
void *brc_net_calloc(brc_net *net, size_t n, size_t size, brc_err *err);

/* Input k of the node: NULL when left out. */
const brc_net_value *brc_net_in(const brc_net *net, const brc_net_node *node, size_t k);
/* Input k, which must be there and of this kind. */
brc_rc brc_net_need(const brc_net *net, const brc_net_node *node, size_t k, brc_net_kind kind,
		    const brc_net_value **v, brc_err *err);
/* A list of integers: input k, a constant of one dimension. */
brc_rc brc_net_need_ints(const brc_net *net, const brc_net_node *node, size_t k, const int64_t **v,
			 size_t *n, brc_err *err);

/* Output k is a runtime value with its own memory and these extents (dim[0] is ignored). */
brc_rc brc_net_set_output(brc_net *net, const brc_net_node *node, size_t k, size_t ndim,
			  const size_t *dim, brc_err *err);
/* The same, but it shares the memory of input 0, whose rows have as many elements. */
brc_rc brc_net_set_alias(brc_net *net, const brc_net_node *node, size_t ndim, const size_t *dim,
			 brc_err *err);
/* Output 0 is the constant `from` (elements are shared). */
brc_rc brc_net_set_constant(brc_net *net, const brc_net_node *node, const brc_net_value *from,
			    brc_err *err);
/* The network's input is a runtime value with these extents. */
brc_rc brc_net_set_input(brc_net *net, size_t ndim, const size_t *dim, brc_err *err);

/* An axis counted from the back if negative, within 0..ndim-1; BRC_DATA if not. */
brc_rc brc_net_axis(int64_t axis, size_t ndim, size_t *out, brc_err *err);
/* "mixes the images of a batch", the same words everywhere. */
brc_rc brc_net_mixes_batch(brc_err *err);

/* "[N, 28, 28]" for messages; the batch is N. Returns buf. */
char *brc_net_shape_text(const brc_net_value *v, char *buf, size_t cap);
/* "node 'fc1' (Gemm)"; "node 3 (Gemm)" for one without a name. Returns buf. */
char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap);

/* Elements of a tensor as a constant value; owned by the network. */
brc_rc brc_net_constant(brc_net *net, brc_net_value *v, const Brc__OnnxTensor *t, brc_err *err);

/* ---- parts of reading, in the order in which they run ---- */

/* Values and nodes by name, in topological order; protos[g->n_node]: their messages, likewise. */
brc_rc brc_net_link(brc_net *net, const Brc__OnnxGraph *g, const Brc__OnnxNode **protos,
		    brc_err *err);
/* Layers: units, pre, post, bias. */
brc_rc brc_net_find_layers(brc_net *net, brc_err *err);
/* A name for each layer: the network's own where it is readable. */
brc_rc brc_net_name_layers(brc_net *net, brc_err *err);
/* Sources of every value; roles of layers. */
brc_rc brc_net_trace_units(brc_net *net, brc_err *err);
/* Who feeds whom, from the sources of every layer's input. */
brc_rc brc_net_find_edges(brc_net *net, brc_err *err);

/* Count n steps of tracing; BRC_DATA when a network takes more than any sensible one would. */
brc_rc brc_net_trace_spend(brc_net *net, size_t n, brc_err *err);

#endif
