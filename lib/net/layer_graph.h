/*
 * A network as layers of units, and which layer feeds which. It is the same whether the network was
 * read from a model (net/net.h) or from a file of weights (net/layer_chain.h). The section units/1,
 * the choice of layers (net/unit_kinds.h) and the graph of their weights (net/unit_graph.h) are
 * made from it.
 */
#ifndef BRC_NET_LAYER_GRAPH_H
#define BRC_NET_LAYER_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "linalg/kernel_norm.h"
#include "sections/labels.h"
#include "sections/units.h"
#include "stream/layers.h"
#include "stream/section.h"

/* A layer of units. */
typedef struct brc_net_layer {
	const char *name; /* unique: "net.0"; the same as in the table of layers */
	const char *kind; /* ONNX operator, "Conv", "Gemm", "LSTM"; "input" */
	brc_role role;
	size_t units;
	const char *untraced; /* node through which its inputs cannot be traced; NULL: traced */
	bool linear;          /* it has no activation function of its own */
	bool mlp;             /* the hidden layer of an MLP: docs/method.md */
	int32_t *head;        /* [units]: the head whose value each is, -1: of none; or NULL */
	size_t head_block; /* from 1: of heads that have a layer each, one of them this; 0: none */
} brc_net_layer;

/* Layer `from` feeds layer `to`; indices of layers, from < to, or from == to: recurrent. */
typedef struct brc_net_edge {
	size_t from, to;
} brc_net_edge;

/* A view. Whoever gives it out owns the things that it points to. */
typedef struct brc_layer_graph {
	const brc_layers *layers;   /* all, in topological order, the input first */
	const brc_net_layer *layer; /* [layers->n] */
	const brc_net_edge *edge;   /* [n_edges], sorted by (from, to), no pair twice */
	size_t n_edges;
	const char *digest; /* of the model file, or of the files of weights */
	brc_norm norm;      /* of kernels */
	bool parts;         /* are mlp and head known? */
	/*
	 * w[units of from, units of to]: magnitudes of the weights of an edge. Within a layer row i
	 * has those by which unit i feeds the others, itself included.
	 */
	brc_rc (*weights)(const void *of, size_t edge, float *w, brc_err *err);
	const void *of;
	size_t scratch; /* bytes that `weights` takes at most while it runs */
	/*
	 * [units of all layers]: units of one number >= 0 can be scaled by one factor c > 0, their
	 * in-weights times c, their out-weights divided by it, and the network computes the same.
	 * -1: a unit cannot be scaled. NULL: it is not known.
	 */
	const int32_t *tied;
} brc_layer_graph;

/* Fill a fresh section units/1 (docs/sections.md); everything is copied. */
brc_rc brc_layer_graph_write(const brc_layer_graph *c, brc_section *s, brc_err *err);

/*
 * Attention heads as labels of the layers that hold their values: the cluster
 * of a unit is the number of its head within the layer, -1 where it is the
 * value of none (queries and keys of a joint projection). brc_labels_clear.
 */
brc_rc brc_layer_graph_heads(const brc_layer_graph *c, brc_labels *l, brc_err *err);

#endif
