#include "net/network.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/activation_function.h"

bool brc_net_is_depthwise(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	return brc_node_weights(g, n, w) && w->groups > 1 && w->groups == w->inputs;
}

bool brc_net_makes_units(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	return brc_node_weights(g, n, w) && (w->groups == 1 || w->groups != w->inputs);
}

/* Is the constant one number, or one for each index of dimension `axis` of v? */
static bool is_one_each(const brc_operand *c, const brc_operand *v, size_t axis)
{
	size_t at = c->ndim + axis;

	if (c->state != BRC_CONSTANT || c->ndim > v->ndim)
		return false;
	return c->count == 1 || (at >= v->ndim && c->count == c->dim[at - v->ndim]);
}

/* The Add that follows with a constant bias, or BRC_NOWHERE. */
static size_t bias_node(const brc_exec *g, const brc_layer_site *u)
{
	size_t at = brc_sole_user(g, u->sum, u->node + 1);
	const brc_node *n = at == BRC_NOWHERE ? NULL : brc_exec_node(g, at);
	size_t other;

	if (!n || !brc_node_adds(n))
		return BRC_NOWHERE;
	other = n->in[n->in[0] == u->sum];
	return is_one_each(brc_exec_value(g, other), brc_exec_value(g, u->sum), u->axis)
		       ? at
		       : BRC_NOWHERE;
}

static void follow_bias(const brc_exec *g, brc_layer_site *u)
{
	size_t at = bias_node(g, u);

	u->bias = BRC_NOWHERE;
	if (at == BRC_NOWHERE)
		return;
	u->bias = brc_exec_node(g, at)->in[brc_exec_node(g, at)->in[0] == u->sum];
	u->sum = brc_exec_node(g, at)->out[0];
}

static void follow_normalisation(const brc_exec *g, brc_layer_site *u)
{
	size_t at = brc_sole_user(g, u->sum, u->node + 1);

	u->pre = u->sum;
	u->affine = at == BRC_NOWHERE ? NULL : brc_node_affine(brc_exec_node(g, at));
	if (u->affine && u->axis == 1)
		u->pre = brc_exec_node(g, at)->out[0];
	else
		u->affine = NULL;
}

/* The node among the first ones that makes a value, if it is a product of two. */
static const brc_node *product_at(const brc_exec *g, size_t value, size_t before)
{
	for (size_t i = before; i-- > 0;) {
		const brc_node *n = brc_exec_node(g, i);

		if (n->out[0] == value)
			return brc_node_trace(n) == BRC_TRACE_PRODUCT && n->n_in == 2 ? n : NULL;
	}
	return NULL;
}

/* Does one of the first nodes quantise images, and give the value as their scale? */
static bool is_scale_of_images(const brc_exec *g, size_t value, size_t before)
{
	for (size_t i = before; i-- > 0;) {
		const brc_node *n = brc_exec_node(g, i);

		if (brc_node_trace(n) == BRC_TRACE_QUANTISED && n->n_out > 1 && n->out[1] == value)
			return true;
	}
	return false;
}

/*
 * The constant factor in a value that is the scale of the weights, that of the images, or the
 * product of both. Nodes from `before` on do not make it. *is: it is one of these; BRC_NOWHERE: the
 * factor is 1.
 */
static size_t scale_in(const brc_exec *g, size_t value, size_t before, bool *is)
{
	const brc_node *n = product_at(g, value, before);

	*is = true;
	if (brc_exec_value(g, value)->state == BRC_CONSTANT)
		return value;
	if (is_scale_of_images(g, value, before))
		return BRC_NOWHERE;
	for (size_t k = 0; n && k < 2; k++)
		if (brc_exec_value(g, n->in[k])->state == BRC_CONSTANT &&
		    is_scale_of_images(g, n->in[!k], before))
			return n->in[k];
	*is = false;
	return BRC_NOWHERE;
}

/*
 * Sums of whole numbers become real ones by a Cast and a product with scales, as exporters write it
 * where the range of images is measured when the network runs.
 */
static void follow_scale(const brc_exec *g, brc_layer_site *u)
{
	size_t cast = brc_sole_user(g, u->sum, u->node + 1), sum, times, scale;
	const brc_node *n;
	bool is;

	u->scale = BRC_NOWHERE;
	if (u->weights.quantum == 0 || cast == BRC_NOWHERE)
		return;
	sum = brc_exec_node(g, cast)->out[0];
	if (brc_node_trace(brc_exec_node(g, cast)) != BRC_TRACE_SAME ||
	    brc_exec_value(g, sum)->elem != BRC_ELEM_FLOAT)
		return;
	times = brc_sole_user(g, sum, cast + 1);
	n = times == BRC_NOWHERE ? NULL : brc_exec_node(g, times);
	if (!n || brc_node_trace(n) != BRC_TRACE_PRODUCT || n->n_in != 2)
		return;
	scale = scale_in(g, n->in[n->in[0] == sum], times, &is);
	if (!is || (scale != BRC_NOWHERE &&
		    !is_one_each(brc_exec_value(g, scale), brc_exec_value(g, sum), u->axis)))
		return;
	u->scale = scale;
	u->sum = n->out[0];
}

static brc_rc add_layer(brc_net *net, size_t node, const brc_linear_map *w, brc_err *err)
{
	const brc_exec *g = net->g;
	brc_layer_site *u = &net->site[net->n_layers];

	*u = (brc_layer_site){.node = node,
			      .axis = w->axis,
			      .sum = brc_exec_node(g, node)->out[0],
			      .weights = *w};
	follow_scale(g, u);
	if (w->recurrent) { /* its functions are inside */
		u->bias = BRC_NOWHERE;
		u->pre = u->post = u->sum;
	} else {
		follow_bias(g, u);
		follow_normalisation(g, u);
		BRC_TRY(brc_activation_end(g, u->pre, node + 1, &u->post, err));
	}
	net->layer[net->n_layers++] = (brc_net_layer){.kind = brc_node_type(brc_exec_node(g, node)),
						      .role = BRC_ROLE_HIDDEN,
						      .units = w->outputs};
	return BRC_OK;
}

static bool is_convolution(const brc_linear_map *w)
{
	return w->slides;
}

static bool is_recurrent(const brc_linear_map *w)
{
	return w->recurrent > 0;
}

/*
 * Does a layer of this kind read the value, or one that has as many dimensions and follows from it?
 * seen: of all values, zeroed.
 */
static bool feeds(const brc_exec *g, size_t value, bool (*kind)(const brc_linear_map *w),
		  bool *seen)
{
	memset(seen, 0, brc_exec_values(g) * sizeof(*seen));
	seen[value] = true;
	for (size_t i = 0; i < brc_exec_nodes(g); i++) {
		const brc_node *n = brc_exec_node(g, i);
		brc_linear_map w;

		if (n->n_in == 0 || n->in[0] == BRC_NOWHERE || !seen[n->in[0]])
			continue;
		if (brc_node_weights(g, n, &w) && kind(&w))
			return true;
		if (brc_exec_value(g, n->out[0])->ndim == brc_exec_value(g, value)->ndim)
			seen[n->out[0]] = true;
	}
	return false;
}

/*
 * The units of the input are its channels where a convolution reads it, its features over all steps
 * where a recurrent layer does, else its elements.
 */
static brc_rc add_input(brc_net *net, brc_err *err)
{
	const brc_exec *g = net->g;
	const brc_operand *x = brc_exec_value(g, net->input);
	bool *seen = brc_alloc(brc_exec_values(g), sizeof(*seen), err);
	size_t axis = BRC_NOWHERE;

	BRC_TRY(brc_made(seen));
	if (x->ndim > 2 && feeds(g, net->input, is_convolution, seen))
		axis = 1;
	else if (x->ndim == 3 && feeds(g, net->input, is_recurrent, seen))
		axis = 2;
	free(seen);
	net->site[0] = (brc_layer_site){.node = BRC_NOWHERE,
					.sum = net->input,
					.pre = net->input,
					.post = net->input,
					.axis = axis,
					.scale = BRC_NOWHERE,
					.bias = BRC_NOWHERE};
	net->layer[0] =
		(brc_net_layer){.kind = "input",
				.role = BRC_ROLE_INPUT,
				.units = axis == BRC_NOWHERE ? net->io.inputs : x->dim[axis]};
	net->n_layers = 1;
	return BRC_OK;
}

brc_rc brc_net_find_layers(brc_net *net, brc_err *err)
{
	const brc_exec *g = net->g;
	brc_linear_map w;
	size_t n = 1;

	for (size_t i = 0; i < brc_exec_nodes(g); i++)
		n += brc_net_makes_units(g, brc_exec_node(g, i), &w);
	if (n == 1)
		return brc_fail(
			err, BRC_DATA,
			"the network has no layer of units (Conv, Gemm, MatMul, RNN, GRU or LSTM)");
	net->layer = brc_calloc(n, sizeof(*net->layer), err);
	net->site = brc_calloc(n, sizeof(*net->site), err);
	net->inputs = brc_calloc(n, sizeof(*net->inputs), err);
	if (!net->layer || !net->site || !net->inputs)
		return BRC_RESOURCE;
	for (size_t l = 0; l < n; l++)
		net->inputs[l].untraced = BRC_NOWHERE;
	BRC_TRY(add_input(net, err));
	for (size_t i = 0; i < brc_exec_nodes(g); i++)
		if (brc_net_makes_units(g, brc_exec_node(g, i), &w))
			BRC_TRY(add_layer(net, i, &w, err));
	return BRC_OK;
}
