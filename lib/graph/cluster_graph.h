/*
 * One graph to be clustered. It has some layers of a block graph, and some of its blocks, with
 * degrees, components and isolated units.
 */
#ifndef BRC_GRAPH_CLUSTER_GRAPH_H
#define BRC_GRAPH_CLUSTER_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/blocks.h"

/* The edges between two members (both the same: within it). */
typedef struct brc_edges {
	size_t from, to; /* member indices, from <= to */
	brc_block block; /* the block of which the graph was made; its `from` and `to` are layers */
} brc_edges;

/*
 * Units are numbered through the members in order: unit i of member m is unit
 * first[m] + i of the graph. An isolated unit has no edge in this graph.
 */
typedef struct brc_graph {
	const struct brc_edge_store *store; /* how edges are held (graph/layout.h) */
	size_t n_members, *member;          /* layer indices, ascending */
	size_t *first;                      /* [n_members + 1] */
	size_t n_edges;                     /* blocks of edges */
	brc_edges *edges;
	size_t *block;      /* [n_edges] their indices in the brc_blocks */
	size_t n;           /* units, isolated ones included */
	double *degree;     /* [n] sum of the edges of a unit */
	int32_t *component; /* [n] 0 .. components - 1, by descending volume (ties: first unit); -1
			     * for isolated units */
	size_t components;
	double *volume;              /* [components] sum of degrees */
	size_t connected;            /* units that are not isolated */
	size_t *unit;                /* [connected] their indices, ascending */
	size_t links;                /* pairs of units with an edge */
	struct brc_factors *factors; /* where edges are given so (graph/factors.h); else NULL */
} brc_graph;

/*
 * The graph on layers `member` (ascending, distinct) with the blocks numbered `block` (distinct;
 * both ends members). The edges borrow those of `blocks`. A graph without edges is legal here
 * (components 0). BRC_DATA if a list is not as described. The cost is two passes over the edges, or
 * over tiles of edges formed from factors; the second pass ends once all units are joined. With
 * factors, the blocks must be those within the members, and either all or none of those between
 * them.
 */
brc_rc brc_graph_init(brc_graph *g, const brc_blocks *blocks, const size_t *member,
		      size_t n_members, const size_t *block, size_t n_blocks, brc_err *err);

/* All layers and all blocks. */
brc_rc brc_graph_init_all(brc_graph *g, const brc_blocks *blocks, brc_err *err);

void brc_graph_clear(brc_graph *g); /* of a zeroed or an initialised struct */

/*
 * The invariant, for BRC_ASSERT_VALID: members ascend, edges join members in order, and degrees,
 * components, volumes and the list of connected units say the same of every unit.
 */
bool brc_graph_valid(const brc_graph *g);

#endif
