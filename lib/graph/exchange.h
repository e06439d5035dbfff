/* Converts between blocks and the edges in files of other programs (data/graphs/edges.h). */
#ifndef BRC_GRAPH_EXCHANGE_H
#define BRC_GRAPH_EXCHANGE_H

#include "base/err.h"
#include "data/graphs/edges.h"
#include "data/tables/unit_names.h"
#include "graph/blocks.h"

/*
 * One block for each pair of layers with edges between them, in compressed rows where these are
 * smaller than the whole matrix. `l` is complete. BRC_RESOURCE beyond `mem` (see brc_mem_need).
 */
brc_rc brc_exchange_blocks(brc_blocks *b, const brc_edge_list *l, size_t mem, brc_err *err);

/*
 * The layers of the graph and the names of its units (as many as units) into a fresh section
 * units/1, without a model.
 */
brc_rc brc_exchange_write_units(const brc_blocks *b, const brc_name_table *names, brc_section *s,
				brc_err *err);

/* The edges of a graph for brc_graph_write; both arguments are borrowed, `names` may be NULL. */
brc_edge_source brc_exchange_edges(const brc_blocks *b, const brc_named_units *names);

#endif
