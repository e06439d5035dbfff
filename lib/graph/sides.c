#include "graph/sides.h"

#include <stdlib.h>

#include "base/memory.h"

static bool has_edges(const brc_edges *e)
{
	for (size_t i = 0; i < e->rows; i++) {
		brc_row row = brc_edges_row(e, i);

		for (size_t j = 0; j < row.n; j++)
			if (row.w[j] > 0)
				return true;
	}
	return false;
}

/*
 * Colour everything that can be reached from coloured members, by passes over the blocks until
 * nothing changes: at most as many as there are members. False at a contradiction.
 */
static bool spread(const brc_graph *g, const bool *edges, bool *near, bool *known)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t e = 0; e < g->n_edges; e++) {
			size_t a = g->edges[e].from, b = g->edges[e].to;

			if (!edges[e] || known[a] == known[b]) {
				if (edges[e] && known[a] && near[a] == near[b])
					return false;
				continue;
			}
			near[known[a] ? b : a] = !near[known[a] ? a : b];
			known[a] = known[b] = changed = true;
		}
	}
	return true;
}

brc_rc brc_sides_find(const brc_graph *g, bool *near, bool *bipartite, brc_err *err)
{
	*bipartite = false;
	if (g->factors) /* with edges within each layer, as a rule */
		return BRC_OK;

	bool *known = brc_calloc(g->n_members, sizeof(*known), err);
	bool *edges = brc_calloc(g->n_edges, sizeof(*edges), err);

	brc_rc rc = known && edges ? BRC_OK : BRC_RESOURCE;

	*bipartite = rc == BRC_OK;
	for (size_t e = 0; *bipartite && e < g->n_edges; e++)
		edges[e] = has_edges(&g->edges[e]);
	for (size_t m = 0; *bipartite && m < g->n_members; m++) {
		if (known[m])
			continue;
		known[m] = near[m] = true;
		*bipartite = spread(g, edges, near, known);
	}
	free(known);
	free(edges);
	return rc;
}
