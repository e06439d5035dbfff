/* Values of the graph while it is read: what operators ask of their inputs and outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/graph.h"

brc_rc brc_net_own(brc_net *net, void *p, brc_err *err)
{
	brc_rc rc = brc_grow(&net->owned, &net->cap_owned, net->n_owned + 1, sizeof(void *), err);

	if (rc != BRC_OK) {
		free(p);
		return rc;
	}
	net->owned[net->n_owned++] = p;
	return BRC_OK;
}

/* What a network takes stays in proportion to its file, whatever its shapes say. */
static brc_rc spend(brc_net *net, size_t n, size_t size, brc_err *err)
{
	size_t bytes;

	if (!brc_mul(n, size, &bytes) || bytes > net->budget)
		return brc_fail(err, BRC_DATA,
				"its values take more memory than the size of the "
				"model accounts for");
	net->budget -= bytes;
	return BRC_OK;
}

void *brc_net_calloc(brc_net *net, size_t n, size_t size, brc_err *err)
{
	void *p = spend(net, n, size, err) == BRC_OK ? brc_calloc(n, size, err) : NULL;

	return p && brc_net_own(net, p, err) == BRC_OK ? p : NULL;
}

char *brc_net_node_text(const brc_net *net, size_t node, char *buf, size_t cap)
{
	const brc_net_node *n = &net->node[node];
	const char *type = n->op ? n->op->type : "?";

	if (*n->name)
		snprintf(buf, cap, "node '%.200s' (%s)", n->name, type);
	else
		snprintf(buf, cap, "node %zu (%s)", node, type);
	return buf;
}

char *brc_net_shape_text(const brc_net_value *v, char *buf, size_t cap)
{
	size_t len = 0;

	snprintf(buf, cap, "[");
	for (size_t i = 0; i < v->ndim; i++) {
		len = strlen(buf);
		if (i == 0 && v->kind == BRC_NET_RUNTIME)
			snprintf(buf + len, cap - len, "N");
		else
			snprintf(buf + len, cap - len, "%s%zu", i ? ", " : "", v->dim[i]);
	}
	len = strlen(buf);
	snprintf(buf + len, cap - len, "]");
	return buf;
}

const brc_net_value *brc_net_in(const brc_net *net, const brc_net_node *node, size_t k)
{
	return k < node->n_in && node->in[k] != BRC_NONE ? &net->value[node->in[k]] : NULL;
}

static const char *kind_text(brc_net_kind kind)
{
	switch (kind) {
	case BRC_NET_RUNTIME:
		return "depends on the network's input";
	case BRC_NET_FLOATS:
		return "is a constant of floats";
	case BRC_NET_INTS:
		return "is a constant of integers";
	case BRC_NET_UNUSABLE:
		return "is a mask, which is not computed";
	default:
		return "has no value";
	}
}

brc_rc brc_net_need(const brc_net *net, const brc_net_node *node, size_t k, brc_net_kind kind,
		    const brc_net_value **v, brc_err *err)
{
	*v = brc_net_in(net, node, k);
	if (!*v)
		return brc_fail(err, BRC_DATA, "input %zu is missing", k);
	if ((*v)->kind == kind)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "input %zu ('%.200s') %s; supported is one that %s", k,
			(*v)->name, kind_text((*v)->kind), kind_text(kind));
}

brc_rc brc_net_need_ints(const brc_net *net, const brc_net_node *node, size_t k, const int64_t **v,
			 size_t *n, brc_err *err)
{
	const brc_net_value *value;

	BRC_TRY(brc_net_need(net, node, k, BRC_NET_INTS, &value, err));
	if (value->ndim != 1)
		return brc_fail(err, BRC_DATA,
				"input %zu ('%.200s') is no list: it has %zu "
				"dimensions",
				k, value->name, value->ndim);
	*v = value->i;
	*n = value->count;
	return BRC_OK;
}

/* Extents of a runtime value; the batch is dim[0]. */
static brc_rc set_shape(brc_net_value *v, size_t ndim, const size_t *dim, brc_err *err)
{
	size_t count = 1;

	if (ndim < 1 || ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "a value of %zu dimensions is not supported", ndim);
	for (size_t i = 1; i < ndim; i++) {
		if (dim[i] == 0)
			return brc_fail(err, BRC_DATA, "dimension %zu of its output is empty", i);
		if (!brc_mul(count, dim[i], &count) || count > BRC_NET_MAX_ROW)
			return brc_fail(err, BRC_DATA,
					"an output of more than %zu elements for one image is not "
					"supported",
					BRC_NET_MAX_ROW);
	}
	v->kind = BRC_NET_RUNTIME;
	v->ndim = ndim;
	v->dim[0] = 0;
	for (size_t i = 1; i < ndim; i++)
		v->dim[i] = dim[i];
	v->count = count;
	return BRC_OK;
}

brc_rc brc_net_set_output(brc_net *net, const brc_net_node *node, size_t k, size_t ndim,
			  const size_t *dim, brc_err *err)
{
	if (k >= node->n_out || node->out[k] == BRC_NONE)
		return k == 0 ? brc_fail(err, BRC_DATA, "it has no output") : BRC_OK;
	return set_shape(&net->value[node->out[k]], ndim, dim, err);
}

brc_rc brc_net_set_input(brc_net *net, size_t ndim, const size_t *dim, brc_err *err)
{
	return set_shape(&net->value[net->input], ndim, dim, err);
}

brc_rc brc_net_set_alias(brc_net *net, const brc_net_node *node, size_t ndim, const size_t *dim,
			 brc_err *err)
{
	BRC_TRY(brc_net_set_output(net, node, 0, ndim, dim, err));
	net->value[node->out[0]].buffer = net->value[node->in[0]].buffer;
	return BRC_OK;
}

brc_rc brc_net_set_constant(brc_net *net, const brc_net_node *node, const brc_net_value *from,
			    brc_err *err)
{
	brc_net_value *v;

	if (node->n_out < 1 || node->out[0] == BRC_NONE)
		return brc_fail(err, BRC_DATA, "it has no output");
	v = &net->value[node->out[0]];
	v->kind = from->kind;
	v->ndim = from->ndim;
	memcpy(v->dim, from->dim, sizeof(v->dim));
	v->count = from->count;
	v->f = from->f;
	v->i = from->i;
	return BRC_OK;
}

brc_rc brc_net_axis(int64_t axis, size_t ndim, size_t *out, brc_err *err)
{
	int64_t n = (int64_t)ndim;

	if (axis < -n || axis >= n)
		return brc_fail(err, BRC_DATA, "axis %lld of a value of %zu dimensions",
				(long long)axis, ndim);
	*out = (size_t)(axis < 0 ? axis + n : axis);
	return BRC_OK;
}

brc_rc brc_net_mixes_batch(brc_err *err)
{
	brc_fail(err, BRC_DATA, "it mixes the images of a batch, which is not supported");
	return brc_hint(err, "the first dimension must be the batch all through the network");
}

brc_rc brc_net_constant(brc_net *net, brc_net_value *v, const Brc__OnnxTensor *t, brc_err *err)
{
	float *f = NULL;
	int64_t *i = NULL;

	BRC_TRY(brc_onnx_tensor_shape(t, &v->ndim, v->dim, &v->count, err));
	BRC_TRY(spend(net, v->count, brc_onnx_tensor_is_int(t) ? 8 : 4, err));
	if (brc_onnx_tensor_is_int(t)) {
		BRC_TRY(brc_onnx_tensor_ints(t, &i, err));
		v->kind = BRC_NET_INTS;
	} else {
		BRC_TRY(brc_onnx_tensor_floats(t, &f, err));
		v->kind = BRC_NET_FLOATS;
	}
	v->f = f;
	v->i = i;
	return brc_net_own(net, f ? (void *)f : (void *)i, err);
}
