/* Between blocks and the edges that files of other programs hold (data/graphs/edges.h). */
#ifndef BRC_GRAPH_EXCHANGE_H
#define BRC_GRAPH_EXCHANGE_H

#include "base/err.h"
#include "data/graphs/edges.h"
#include "data/tables/unit_names.h"
#include "graph/blocks.h"

/* A graph that owns its edges. */
typedef struct brc_own_blocks {
	brc_blocks blocks;
	size_t n, cap;
	void **memory;
} brc_own_blocks;

/*
 * One block for each pair of layers with edges between them, dense or in compressed rows,
 * whichever is smaller. `l` is complete. BRC_RESOURCE beyond `mem` (see brc_mem_need).
 */
brc_rc brc_exchange_blocks(brc_own_blocks *b, const brc_edge_list *l, size_t mem, brc_err *err);
void brc_own_blocks_clear(brc_own_blocks *b); /* of a zeroed or a filled struct */

/*
 * The layers of the graph and the names of its units (as many as units) into a fresh section
 * units/1, without a model.
 */
brc_rc brc_exchange_write_units(const brc_blocks *b, const brc_name_table *names, brc_section *s,
				brc_err *err);

/* The edges of a graph for brc_graph_write; both arguments are borrowed, `names` may be NULL. */
brc_edge_source brc_exchange_edges(const brc_blocks *b, const brc_named_units *names);

#endif
