/* Parts that the readers and writers of graphs share. Internal to lib/data/graphs. */
#ifndef BRC_DATA_GRAPHS_GRAPH_FORMATS_H
#define BRC_DATA_GRAPHS_GRAPH_FORMATS_H

#include "base/str.h"
#include "data/bytes/input.h"
#include "data/graphs/edges.h"
#include "data/tables/layers_tsv.h"
#include "data/tables/lines.h"

/* ---- reading ---- */

/* One entry, 0 and loops included. BRC_DATA for a value that is no weight, without file or line. */
brc_rc brc_edge_list_add(brc_edge_list *l, size_t from, size_t to, double weight, size_t line,
			 brc_err *err);

/*
 * Complete the list, whose layers are known: in order, each pair once. A pair that stands a second
 * time in one direction, or in both with two weights, is BRC_DATA with its line. `name` starts it.
 */
brc_rc brc_edges_order(brc_edge_list *l, const char *name, brc_err *err);

/* The text behind a comment's mark: kept if it declares a layer; BRC_DATA if it does so wrongly. */
brc_rc brc_declared_layer(brc_layer_list *t, const brc_lines *lines, char *comment, brc_err *err);

/*
 * The layers of `l`: those declared; without any those given, which must have `units` in all; else
 * one called "graph" of that many. BRC_DATA, starting with `name`, when what was given differs.
 */
brc_rc brc_edges_set_layers(brc_edge_list *l, const brc_layer_list *declared, size_t units,
			    const char *name, brc_err *err);

/* The formats: all edges and the layers into `l`, not yet in order. */
brc_rc brc_edges_matrix_market(brc_edge_list *l, brc_lines *lines, brc_err *err);
brc_rc brc_edges_text(brc_edge_list *l, brc_lines *lines, brc_err *err);
brc_rc brc_edges_graphml(brc_edge_list *l, brc_input *in, brc_err *err);
brc_rc brc_edges_npy(brc_edge_list *l, brc_input *in, brc_err *err);

/* The nodes of a GraphML document become units of layers; see data/graphs/graphml.c. */

/* What a document says of a node beside its id. Borrowed. */
typedef struct brc_node {
	const char *layer, *name; /* NULL: nothing */
	size_t unit;              /* within the layer; BRC_ANY: nothing */
} brc_node;

/* All nodes, by their order of appearance. Zeroed but for the tables' `mem` it is empty. */
typedef struct brc_nodes {
	brc_name_table ids, layers, names;
	uint32_t *layer, *unit; /* of each node; UINT32_MAX: not said */
	size_t n, cap_layer, cap_unit;
} brc_nodes;

/* The next node, whose id is in `ids` already. BRC_DATA when a name stands twice. */
brc_rc brc_nodes_add(brc_nodes *t, const brc_node *node, brc_err *err);

/*
 * Layers and names into `l`, and its edges, whose ends are nodes, renumbered to the units that
 * these are. BRC_DATA naming the node when some have a layer, number or name and others have not,
 * when numbers within a layer are not 0, 1, 2..., or there are no nodes.
 */
brc_rc brc_nodes_finish(brc_nodes *t, brc_edge_list *l, const brc_input *in, brc_err *err);
void brc_nodes_clear(brc_nodes *t);

/* ---- writing ---- */

/* Bytes on their way out. */
typedef struct brc_graph_out {
	const brc_edge_source *e;
	brc_str text; /* gathered, passed on in pieces */
	brc_byte_sink sink;
	void *ctx;
} brc_graph_out;

/* Pass on the bytes gathered so far if they are at least so many: a piece, or at the end 0. */
enum { BRC_GRAPH_PIECE = 65536 };
brc_rc brc_graph_out_pass(brc_graph_out *o, size_t least, brc_err *err);
/* The layers as comments, one a line behind `mark`. */
brc_rc brc_graph_out_layers(brc_graph_out *o, char mark, brc_err *err);

brc_rc brc_matrix_market_write(brc_graph_out *o, brc_err *err);
brc_rc brc_edge_text_write(brc_graph_out *o, brc_err *err);
brc_rc brc_graphml_write(brc_graph_out *o, brc_err *err);
brc_rc brc_graph_npy_write(brc_graph_out *o, size_t mem, brc_err *err);

#endif
