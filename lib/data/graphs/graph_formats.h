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

/* ---- writing ---- */

/* Bytes on their way out. */
typedef struct brc_graph_out {
	const brc_edge_source *e;
	brc_str text; /* gathered, passed on in pieces */
	brc_byte_sink sink;
	void *ctx;
} brc_graph_out;

/* Pass on the bytes gathered so far, once they fill a piece; at the end, all of them. */
brc_rc brc_graph_out_piece(brc_graph_out *o, brc_err *err);
brc_rc brc_graph_out_rest(brc_graph_out *o, brc_err *err);
/* The layers as comments, one a line behind `mark`. */
brc_rc brc_graph_out_layers(brc_graph_out *o, char mark, brc_err *err);

brc_rc brc_matrix_market_write(brc_graph_out *o, brc_err *err);
brc_rc brc_edge_text_write(brc_graph_out *o, brc_err *err);
brc_rc brc_graphml_write(brc_graph_out *o, brc_err *err);
brc_rc brc_graph_npy_write(brc_graph_out *o, size_t mem, brc_err *err);

#endif
