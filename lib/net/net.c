/* What callers can ask of a network, and how it is freed. */
#include <stdio.h>
#include <stdlib.h>

#include "net/layer_edges.h"
#include "net/layers.h"

char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap)
{
	const brc_node *n = brc_exec_node(net->g, node);

	snprintf(buf, cap, "node '%.180s' (%s)", n->name, brc_node_type(n));
	return buf;
}

void brc_net_free(brc_net *net)
{
	if (!net)
		return;
	for (size_t l = 0; net->inputs && l < net->n_layers; l++) {
		free(net->inputs[l].source);
		free(net->inputs[l].head_key);
	}
	for (size_t l = 0; net->layer && l < net->n_layers; l++)
		free(net->layer[l].head);
	free(net->site);
	free(net->inputs);
	free(net->layer);
	free(net->edge);
	brc_unit_sets_free(net->sets);
	brc_layers_clear(&net->layers);
	brc_exec_free(net->g);
	brc_onnx_clear(&net->model);
	free(net->folder);
	free(net);
}

/* ---- what callers ask ---- */

const brc_net_io *brc_net_io_of(const brc_net *net)
{
	return &net->io;
}

const char *brc_net_digest(const brc_net *net)
{
	return net->model.digest;
}

const brc_layers *brc_net_layers(const brc_net *net)
{
	return &net->layers;
}

const brc_net_layer *brc_net_layer_at(const brc_net *net, size_t layer)
{
	return &net->layer[layer];
}

const brc_layer_graph *brc_net_layer_graph(const brc_net *net)
{
	return &net->graph;
}
