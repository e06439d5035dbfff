/* Nodes on which nothing depends leave the graph. */
#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "exec/fuse.h"

static bool any(const brc_node *n, const bool *needed)
{
	for (size_t k = 0; k < n->n_out; k++)
		if (n->out[k] != BRC_NOWHERE && needed[n->out[k]])
			return true;
	return false;
}

brc_rc brc_exec_prune(brc_exec *g, brc_err *err)
{
	bool *needed = brc_calloc(g->n_values, sizeof(*needed), err);
	size_t kept = g->n_nodes;

	BRC_ASSERT_VALID(brc_exec_valid(g));
	if (!needed)
		return BRC_RESOURCE;
	for (size_t i = 0; i < g->n_outputs; i++)
		needed[g->output[i]] = true;
	for (size_t i = 0; i < g->n_taps; i++)
		needed[g->tap[i]] = true;
	for (size_t i = g->n_nodes; i-- > 0;) {
		const brc_node n = g->node[i];

		if (!any(&n, needed))
			continue;
		for (size_t k = 0; k < n.n_in; k++)
			if (n.in[k] != BRC_NOWHERE)
				needed[n.in[k]] = true;
		g->node[--kept] = n; /* those kept gather at the end */
	}
	for (size_t i = 0; kept + i < g->n_nodes; i++)
		g->node[i] = g->node[kept + i];
	g->n_nodes -= kept;
	free(needed);
	return BRC_OK;
}
