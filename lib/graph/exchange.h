/*
 * Graphs to and from other programs: blocks from a list of edges, and blocks as Matrix Market,
 * a list of edges, GraphML or a matrix. Formats: data/graphs/matrix_market.c,
 * data/graphs/edge_text.c.
 */
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

/* Where text goes. */
typedef brc_rc (*brc_exchange_sink)(void *ctx, const char *bytes, size_t n, brc_err *err);

/* Matrix Market, coordinate real symmetric: the lower triangle; layers as comments. */
brc_rc brc_exchange_matrix_market(const brc_blocks *b, brc_exchange_sink sink, void *ctx,
				  brc_err *err);
/* Edges as lines "layer:unit, layer:unit, weight" under comments that declare the layers. */
brc_rc brc_exchange_edges(const brc_blocks *b, brc_exchange_sink sink, void *ctx, brc_err *err);
/* GraphML (see graph/exchange_graphml.c), with the names of units that are known (may be NULL). */
brc_rc brc_exchange_graphml(const brc_blocks *b, const brc_named_units *names,
			    brc_exchange_sink sink, void *ctx, brc_err *err);
/* The whole matrix as NPY, <f4 [N, N]. BRC_RESOURCE where that exceeds `mem`. */
brc_rc brc_exchange_npy(const brc_blocks *b, size_t mem, brc_exchange_sink sink, void *ctx,
			brc_err *err);

#endif
