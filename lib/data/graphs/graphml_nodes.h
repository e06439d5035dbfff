/*
 * The nodes of a GraphML document become units of layers; see data/graphs/graphml.c.
 * Internal to lib/data/graphs.
 */
#ifndef BRC_DATA_GRAPHS_GRAPHML_NODES_H
#define BRC_DATA_GRAPHS_GRAPHML_NODES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/graphs/graph_formats.h"

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

#endif
