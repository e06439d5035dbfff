/* What callers can ask of a network, what is always true of it, and how it is freed. */
#include <stdio.h>
#include <stdlib.h>

#include "net/head_blocks.h"
#include "net/inputs.h"
#include "net/network.h"

char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap)
{
	const brc_node *n = brc_exec_node(net->g, node);

	snprintf(buf, cap, "node '%.180s' (%s)", n->name, brc_node_type(n));
	return buf;
}

/* Layers but the first have a node, and all lie at values that hold their units along `axis`. */
static bool is_layer_valid(const brc_net *net, size_t l)
{
	const brc_layer_site *u = &net->site[l];
	size_t values = brc_exec_values(net->g);

	if (u->sum >= values || u->pre >= values || u->post >= values ||
	    net->layer[l].units != net->layers.units[l])
		return false;
	if (l == 0)
		return u->node == BRC_NOWHERE && net->layer[0].role == BRC_ROLE_INPUT;
	return u->node < brc_exec_nodes(net->g) && net->inputs[l].source &&
	       u->weights.outputs == net->layer[l].units &&
	       u->axis < brc_exec_value(net->g, u->sum)->ndim &&
	       brc_exec_value(net->g, u->sum)->dim[u->axis] == net->layer[l].units;
}

bool brc_net_valid(const brc_net *net)
{
	const brc_net_edge *e = net->edge;

	if (!brc_layers_valid(&net->layers) || net->layers.n != net->n_layers ||
	    net->input >= brc_exec_values(net->g) ||
	    (net->output != BRC_NOWHERE && net->output >= brc_exec_values(net->g)) ||
	    (net->output != BRC_NOWHERE && net->logits >= brc_exec_values(net->g)) ||
	    net->graph.of != net)
		return false;
	for (size_t l = 0; l < net->n_layers; l++)
		if (!is_layer_valid(net, l))
			return false;
	for (size_t i = 0; i < net->n_edges; i++)
		if (e[i].to >= net->n_layers ||
		    e[i].from + (net->site[e[i].to].weights.recurrent == 0) > e[i].to ||
		    (i && (e[i - 1].from > e[i].from ||
			   (e[i - 1].from == e[i].from && e[i - 1].to >= e[i].to))))
			return false;
	return true;
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
	brc_head_blocks_free(net);
	brc_net_forget_inputs(net);
	free(net->tied);
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

/* ---- layers and blocks ---- */

const brc_layer_site *brc_net_site(const brc_net *net, size_t layer)
{
	return layer < net->n_layers ? &net->site[layer] : &net->block[layer - net->n_layers].site;
}

size_t brc_net_units(const brc_net *net, size_t layer)
{
	return layer < net->n_layers ? net->layer[layer].units
				     : net->block[layer - net->n_layers].features;
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

size_t brc_net_block_features(const brc_net *net, size_t block)
{
	return net->block[block - 1].features;
}

void brc_net_block_feature(const brc_net *net, size_t block, size_t i, size_t *layer, size_t *unit)
{
	*layer = (size_t)net->block[block - 1].feature[i].layer;
	*unit = (size_t)net->block[block - 1].feature[i].unit;
}

size_t brc_net_block_layer(const brc_net *net, size_t block)
{
	return net->n_layers + block - 1;
}

const brc_layer_graph *brc_net_layer_graph(const brc_net *net)
{
	return &net->graph;
}
