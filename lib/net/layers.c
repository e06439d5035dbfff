/* The layers of a network: where units are, and the values before and after activation. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/graph.h"
#include "net/operators.h"

/* The only node that uses a value; BRC_NONE if there are several, or the output is one. */
static size_t sole_user(const brc_net *net, size_t value)
{
	return net->value[value].users == 1 ? net->value[value].user : BRC_NONE;
}

/* Bias by a separate Add: pre lies behind it. */
static void follow_bias(const brc_net *net, brc_net_layer *layer, size_t *bias)
{
	size_t node = sole_user(net, layer->pre);

	*bias = BRC_NONE;
	if (node == BRC_NONE || !brc_net_adds_constant(net, &net->node[node]))
		return;
	*bias = node;
	layer->pre = net->node[node].out[0];
}

static void follow_activations(const brc_net *net, brc_net_layer *layer)
{
	size_t node;

	layer->post = layer->pre;
	while ((node = sole_user(net, layer->post)) != BRC_NONE && net->node[node].op->activation)
		layer->post = net->node[node].out[0];
}

static size_t count_layers(const brc_net *net)
{
	size_t n = 1;

	for (size_t i = 0; i < net->n_nodes; i++)
		n += net->node[i].op->trace == BRC_TRACE_LAYER;
	return n;
}

brc_rc brc_net_find_layers(brc_net *net, brc_err *err)
{
	size_t n = count_layers(net), l = 0;

	if (n == 1)
		return brc_fail(err, BRC_DATA,
				"the network has no layer of units (Gemm or MatMul)");
	net->layer = brc_net_calloc(net, n, sizeof(*net->layer), err);
	net->layer_node = brc_net_calloc(net, n, sizeof(size_t), err);
	net->layer_bias = brc_net_calloc(net, n, sizeof(size_t), err);
	if (!net->layer || !net->layer_node || !net->layer_bias)
		return BRC_RESOURCE;
	net->n_layers = n;
	net->layer_node[0] = net->layer_bias[0] = BRC_NONE;
	net->layer[0] = (brc_net_layer){.kind = "input",
					.role = BRC_ROLE_INPUT,
					.units = net->value[net->input].count,
					.pre = net->input,
					.post = net->input};
	for (size_t i = 0; i < net->n_nodes; i++) {
		const brc_net_node *node = &net->node[i];
		brc_net_layer *layer;

		if (node->op->trace != BRC_TRACE_LAYER)
			continue;
		layer = &net->layer[++l];
		net->layer_node[l] = i;
		layer->kind = node->op->type;
		layer->role = BRC_ROLE_HIDDEN;
		layer->units = brc_net_dense_of(node)->outputs;
		layer->pre = node->out[0];
		net->layer_bias[l] = BRC_NONE;
		if (!brc_net_dense_of(node)->bias)
			follow_bias(net, layer, &net->layer_bias[l]);
		follow_activations(net, layer);
	}
	return BRC_OK;
}

/* ---- what callers ask ---- */

const char *brc_net_digest(const brc_net *net)
{
	return net->digest;
}

size_t brc_net_inputs(const brc_net *net)
{
	return net->value[net->input].count;
}

size_t brc_net_input_shape(const brc_net *net, const size_t **shape)
{
	*shape = net->value[net->input].dim + 1;
	return net->value[net->input].ndim - 1;
}

size_t brc_net_output(const brc_net *net)
{
	return net->output;
}

size_t brc_net_classes(const brc_net *net)
{
	return net->value[net->output].count;
}

const brc_layers *brc_net_layers(const brc_net *net)
{
	return &net->layers;
}

const brc_net_layer *brc_net_layer_at(const brc_net *net, size_t layer)
{
	return &net->layer[layer];
}

size_t brc_net_edges(const brc_net *net, const brc_net_edge **edges)
{
	*edges = net->edge;
	return net->n_edges;
}
