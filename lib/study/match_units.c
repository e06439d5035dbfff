#include "study/match_units.h"

void brc_match_unit_at(const brc_match_units *m, size_t l, size_t u, size_t *layer, size_t *unit)
{
	const size_t at = m->net_layer[m->joined->first[l]];

	if (m->joined->joined[l]) {
		brc_net_block_feature(m->net, brc_net_layer_at(m->net, at)->head_block, u, layer,
				      unit);
		return;
	}
	*layer = at;
	*unit = u;
}

/* The layer of the graph that is this layer of the network. */
static brc_rc find_layer(const brc_laplacian *graph, const brc_net *net, size_t layer, size_t *at,
			 brc_err *err)
{
	const brc_layers *t = &graph->blocks.layers;
	const brc_net_layer *l = brc_net_layer_at(net, layer);

	*at = brc_layers_find(t, l->name);
	if (*at != BRC_ANY && t->units[*at] == l->units)
		return BRC_OK;
	if (*at == BRC_ANY)
		brc_fail(err, BRC_DATA, "the graph has no layer '%s'", l->name);
	else
		brc_fail(err, BRC_DATA,
			 "layer '%s' has %zu units in the graph and %zu in the model", l->name,
			 t->units[*at], l->units);
	return brc_hint(err, "--graph takes the graph that the labels were made from");
}

/* The graph that keeps a layer; NULL: none does. */
static const brc_laplacian_graph *keeper(const brc_laplacian *graph, size_t layer)
{
	for (size_t i = 0; i < graph->n; i++)
		for (size_t k = 0; k < graph->graph[i].n_kept; k++)
			if (graph->graph[i].kept[k] == layer)
				return &graph->graph[i];
	return NULL;
}

/* The place of a unit in a graph that has the layer among its members. */
static size_t place(const brc_graph *g, size_t layer, size_t unit)
{
	for (size_t m = 0; m < g->n_members; m++)
		if (g->member[m] == layer)
			return g->first[m] + unit;
	return BRC_ANY;
}

brc_rc brc_match_graph_unit(const brc_match_units *m, const brc_laplacian *graph, size_t l,
			    size_t u, const brc_graph **g, size_t *unit, brc_err *err)
{
	const brc_laplacian_graph *keeps;
	size_t layer, at;

	*g = NULL;
	*unit = BRC_ANY;
	brc_match_unit_at(m, l, u, &layer, &u);
	BRC_TRY(find_layer(graph, m->net, layer, &at, err));
	keeps = keeper(graph, at);
	if (!keeps)
		return BRC_OK;
	*g = &keeps->graph;
	*unit = place(&keeps->graph, at, u);
	return BRC_OK;
}

brc_rc brc_match_graph_of(const brc_match_units *m, const brc_laplacian *graph,
			  const brc_drawn_layer *d, const brc_graph **g, size_t *unit, brc_err *err)
{
	*g = NULL;
	for (size_t i = 0; i < d->n; i++) {
		const brc_graph *of;

		BRC_TRY(brc_match_graph_unit(m, graph, d->layer, (size_t)d->unit[i], &of, &unit[i],
					     err));
		if (of && *g && of != *g) {
			brc_fail(err, BRC_DATA,
				 "the heads of layer '%s' lie in several graphs, so that no edge "
				 "joins them",
				 m->joined->labels.layers.name[d->layer]);
			return brc_hint(err, "give the graph of the whole network with --graph: "
					     "that of laplacian without --local");
		}
		*g = of ? of : *g;
	}
	return BRC_OK;
}
