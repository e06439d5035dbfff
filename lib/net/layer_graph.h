/*
 * A network as layers of units and who feeds whom, whatever it was read from:
 * a model (net/net.h) or a file of weights (net/layer_chain.h). From it come the
 * section units/1, the layers that one chooses and the graph of their weights.
 */
#ifndef BRC_NET_LAYER_GRAPH_H
#define BRC_NET_LAYER_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"
#include "sections/labels.h"
#include "linalg/kernel_norm.h"
#include "sections/units.h"
#include "stream/layers.h"
#include "stream/section.h"

/* A layer of units. */
typedef struct brc_net_layer {
	const char *name; /* unique: "net.0"; the same as in the table of layers */
	const char *kind; /* ONNX operator, "Conv", "Gemm" or "MatMul"; "input" */
	brc_role role;
	size_t units;
	const char *untraced; /* node through which its inputs cannot be traced; NULL: traced */
	bool linear;          /* no activation function follows that is its own */
	bool mlp;             /* the hidden layer of an MLP: docs/method.md */
	int32_t *head;        /* [units]: the head whose value each is, -1: of none; or NULL */
} brc_net_layer;

/* Layer `from` feeds layer `to`; indices of layers, from < to. */
typedef struct brc_net_edge {
	size_t from, to;
} brc_net_edge;

/* A view: whoever gives it out owns what it points to. */
typedef struct brc_layer_graph {
	const brc_layers *layers;   /* all, in topological order, the input first */
	const brc_net_layer *layer; /* [layers->n] */
	const brc_net_edge *edge;   /* [n_edges], sorted by (from, to), no pair twice */
	size_t n_edges;
	const char *digest; /* of the model file, or of the files of weights */
	brc_norm norm;      /* of kernels */
	bool parts;         /* are mlp and head known? */
	/* w[units of from, units of to]: magnitudes of the weights of an edge. */
	brc_rc (*weights)(const void *of, size_t edge, float *w, brc_err *err);
	const void *of;
	size_t scratch; /* bytes that `weights` takes at most while it runs */
} brc_layer_graph;

/* Fill a fresh section units/1 (docs/sections.md); everything is copied. */
brc_rc brc_layer_graph_write(const brc_layer_graph *c, brc_section *s, brc_err *err);

/* ---- layers that one chooses ---- */

/* One or several. */
enum {
	BRC_UNITS_HIDDEN = 1,
	BRC_UNITS_ALL = 2,   /* the input and the outputs too */
	BRC_UNITS_MLP = 4,   /* hidden layers of MLPs, in transformers one in each block */
	BRC_UNITS_HEADS = 8, /* layers whose features are the values of attention */
	/* as published, METHOD 2: convolutions where there are some, without input; else all */
	BRC_UNITS_PUBLISHED = 16
};

/* "mlp,heads" as such a set; BRC_USAGE, with the words that there are. */
brc_rc brc_units_parse(const char *text, unsigned *units, brc_err *err);
/* The words for a set, in the order above; buf[64]. Returns buf. */
char *brc_units_text(unsigned units, char buf[64]);

/*
 * Layers of any of these kinds: chosen[layers->n]. BRC_DATA when there is none
 * of one of them, with the kinds of hidden layers that there are.
 */
brc_rc brc_layer_graph_choose(const brc_layer_graph *c, unsigned units, bool *chosen, brc_err *err);
/* The table of the chosen layers, in order: brc_layers_clear. */
brc_rc brc_layer_graph_table(const brc_layer_graph *c, const bool *chosen, brc_layers *table,
			     brc_err *err);

/*
 * The graph of the layers of these kinds, which owns its blocks; brc_blocks_clear.
 *
 * Two layers are joined by the weights between them. Besides, a way from one
 * to the other through a single hidden layer that is not chosen and has no
 * activation function counts with the product of the weights on it, and such
 * ways add up with all others (as squares under l2): in a transformer that is
 * the projection that writes features into the residual stream. BRC_DATA when
 * no two layers are joined, or weights add up to infinity, and as brc_layer_graph_choose;
 * BRC_RESOURCE above `mem` bytes (0: what the machine has). O(units of from x through x to) a way.
 */
brc_rc brc_layer_graph_units(const brc_layer_graph *c, unsigned units, size_t mem, brc_blocks *b,
			     brc_err *err);

/*
 * Attention heads as labels of the layers that hold their values: the cluster
 * of a unit is the number of its head within the layer, -1 where it is the
 * value of none (queries and keys of a joint projection). brc_labels_clear.
 */
brc_rc brc_layer_graph_heads(const brc_layer_graph *c, brc_labels *l, brc_err *err);

#endif
