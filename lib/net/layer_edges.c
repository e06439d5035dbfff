/* Layer `from` feeds layer `to` when an input of `to` comes from a unit of `from`. */
#include "net/network.h"

#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"

#define MAX_EDGES ((size_t)1 << 20)

/* Append an edge from each layer that feeds layer `to`. last[l]: the last layer that l feeds. */
static brc_rc collect(brc_net *net, size_t to, size_t *last, size_t *cap, brc_err *err)
{
	for (size_t i = 0; i < net->site[to].weights.inputs; i++) {
		size_t n;
		const brc_scaled_unit *f =
			brc_unit_sets_get(net->sets, net->inputs[to].source[i], &n);

		for (size_t k = 0; k < n; k++) {
			size_t from = (size_t)f[k].layer;

			if (last[from] == to)
				continue;
			last[from] = to;
			if (net->n_edges == MAX_EDGES)
				return brc_fail(err, BRC_DATA, "too many branches to trace");
			BRC_TRY(brc_grow(&net->edge, cap, net->n_edges + 1, sizeof(*net->edge),
					 err));
			net->edge[net->n_edges++] = (brc_net_edge){from, to};
		}
	}
	return BRC_OK;
}

static int compare(const void *a, const void *b)
{
	const brc_net_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

brc_rc brc_net_find_edges(brc_net *net, brc_err *err)
{
	size_t *last = brc_calloc(net->n_layers, sizeof(*last), err), cap = 0;
	brc_rc rc = last ? BRC_OK : BRC_RESOURCE;

	for (size_t l = 1; rc == BRC_OK && l < net->n_layers; l++)
		rc = collect(net, l, last, &cap, err);
	free(last);
	if (net->edge)
		qsort(net->edge, net->n_edges, sizeof(*net->edge), compare);
	return rc;
}

brc_rc brc_net_check_traced(const brc_net *net, brc_err *err)
{
	char title[256];

	BRC_ASSERT_VALID(brc_net_valid(net));
	for (size_t l = 1; l < net->n_layers; l++) {
		if (net->inputs[l].untraced == BRC_NOWHERE)
			continue;
		brc_fail(err, BRC_DATA, "layer '%s': what feeds it cannot be traced through %s",
			 net->layer[l].name,
			 brc_net_node_text(net, net->inputs[l].untraced, title, sizeof(title)));
		return brc_hint(err, "--skip-untraced leaves such edges out");
	}
	return BRC_OK;
}
