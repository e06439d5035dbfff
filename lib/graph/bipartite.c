#include "graph/bipartite.h"

#include <stdlib.h>

#include "base/memory.h"
#include "graph/layout.h"

/*
 * Colour everything that can be reached from coloured members, by passes over the blocks until
 * nothing changes: at most as many as there are members. False at a contradiction.
 */
static bool spread(const brc_graph *g, const bool *edges, bool *colour, bool *known)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t e = 0; e < g->n_edges; e++) {
			size_t a = g->edges[e].from, b = g->edges[e].to;

			if (!edges[e] || known[a] == known[b]) {
				if (edges[e] && known[a] && colour[a] == colour[b])
					return false;
				continue;
			}
			colour[known[a] ? b : a] = !colour[known[a] ? a : b];
			known[a] = known[b] = changed = true;
		}
	}
	return true;
}

brc_rc brc_bipartite_find(const brc_graph *g, bool *colour, bool *bipartite, brc_err *err)
{
	bool *known = brc_calloc(g->n_members, sizeof(*known), err);
	bool *edges = brc_calloc(g->n_edges, sizeof(*edges), err);
	brc_rc rc = known && edges ? BRC_OK : BRC_RESOURCE;

	*bipartite = rc == BRC_OK;
	for (size_t e = 0; *bipartite && e < g->n_edges; e++)
		edges[e] = g->store->joins(g, e);
	for (size_t m = 0; *bipartite && m < g->n_members; m++) {
		if (known[m])
			continue;
		known[m] = colour[m] = true;
		*bipartite = spread(g, edges, colour, known);
	}
	free(known);
	free(edges);
	return rc;
}
