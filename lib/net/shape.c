/*
 * Operators that compute nothing when a trained network is run: Flatten,
 * Reshape, Dropout and Identity give their input's memory another name or
 * shape, Constant gives a constant. None may move the batch.
 */
#include <string.h>

#include "base/memory.h"
#include "net/operators.h"

static brc_rc infer_flatten(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			    brc_err *err)
{
	const brc_net_value *x;
	size_t dim[2] = {0, 1};
	int64_t axis;

	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "axis", 1, &axis, err));
	if (axis < 0)
		axis += (int64_t)x->ndim;
	if (axis < 0 || axis > (int64_t)x->ndim)
		return brc_fail(err, BRC_DATA, "its axis does not exist in %zu dimensions",
				x->ndim);
	if (axis == 0)
		return brc_net_mixes_batch(err);
	for (size_t k = 1; k < x->ndim; k++) {
		if ((int64_t)k < axis && x->dim[k] != 1)
			return brc_net_mixes_batch(err);
		dim[1] *= x->dim[k];
	}
	return brc_net_set_alias(net, node, 2, dim, err);
}

/* The extent that entry k of the target asks for; *open: it is to be inferred. */
static brc_rc target_extent(const brc_net_value *x, const int64_t *want, size_t k, bool zero,
			    size_t *dim, bool *open, brc_err *err)
{
	*open = want[k] == -1;
	*dim = 1;
	if (*open)
		return BRC_OK;
	if (want[k] < -1 || (want[k] == 0 && (zero || k >= x->ndim)))
		return brc_fail(err, BRC_DATA, "entry %zu of its target shape is %lld", k,
				(long long)want[k]);
	*dim = want[k] ? (size_t)want[k] : x->dim[k];
	return BRC_OK;
}

/* Resolve 0 and -1 in the target shape want[n]; the batch must stay in front. */
static brc_rc target_shape(const brc_net *net, const brc_net_value *x, const int64_t *want,
			   size_t n, bool zero, size_t dim[BRC_MAX_DIMS], brc_err *err)
{
	size_t open = BRC_NONE, known = 1;
	bool keeps = want[0] == 0 && !zero;

	keeps = keeps || (want[0] > 0 && (size_t)want[0] == net->batch);
	if (!keeps && want[0] != -1)
		return brc_net_mixes_batch(err);
	if (!keeps)
		open = 0;
	for (size_t k = 1; k < n; k++) {
		bool infer;

		BRC_TRY(target_extent(x, want, k, zero, &dim[k], &infer, err));
		if (infer && open != BRC_NONE)
			return open ? brc_fail(err, BRC_DATA, "its target shape has two -1")
				    : brc_net_mixes_batch(err);
		if (infer)
			open = k;
		if (!brc_mul(known, dim[k], &known))
			return brc_fail(err, BRC_DATA, "its target shape is too large");
	}
	if (open != BRC_NONE && open > 0) {
		if (x->count % known)
			return brc_fail(err, BRC_DATA,
					"%zu elements cannot be reshaped into rows of %zu",
					x->count, known);
		dim[open] = x->count / known;
	} else if (known != x->count) {
		return open == 0
			       ? brc_net_mixes_batch(err)
			       : brc_fail(err, BRC_DATA, "%zu elements cannot be reshaped into %zu",
					  x->count, known);
	}
	return BRC_OK;
}

static brc_rc infer_reshape(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			    brc_err *err)
{
	const brc_net_value *x;
	const int64_t *want;
	size_t n, dim[BRC_MAX_DIMS] = {0};
	int64_t zero;

	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	BRC_TRY(brc_net_need_ints(net, node, 1, &want, &n, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "allowzero", 0, &zero, err));
	if (n == 0 || n > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its target shape has %zu dimensions", n);
	BRC_TRY(target_shape(net, x, want, n, zero != 0, dim, err));
	return brc_net_set_alias(net, node, n, dim, err);
}

static brc_rc infer_identity(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			     brc_err *err)
{
	const brc_net_value *x = brc_net_in(net, node, 0);

	(void)proto;
	if (x && (x->kind == BRC_NET_FLOATS || x->kind == BRC_NET_INTS))
		return brc_net_set_constant(net, node, x, err);
	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	return brc_net_set_alias(net, node, x->ndim, x->dim, err);
}

/* Dropout does nothing outside training; its mask is not computed. */
static brc_rc infer_dropout(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			    brc_err *err)
{
	const brc_net_value *x, *training;

	(void)proto;
	if (brc_net_in(net, node, 2)) {
		BRC_TRY(brc_net_need(net, node, 2, BRC_NET_INTS, &training, err));
		if (training->count != 1)
			return brc_fail(err, BRC_DATA, "its training_mode has %zu elements",
					training->count);
		if (training->i[0]) {
			brc_fail(err, BRC_DATA, "it is switched on (training_mode)");
			return brc_hint(err, "export the network for inference");
		}
	}
	if (node->n_out > 1 && node->out[1] != BRC_NONE)
		net->value[node->out[1]].kind = BRC_NET_UNUSABLE;
	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	return brc_net_set_alias(net, node, x->ndim, x->dim, err);
}

/* A list or a single number given as an attribute, copied. */
static brc_rc constant_of(brc_net *net, const void *data, size_t n, size_t size, bool list,
			  brc_net_value *v, brc_err *err)
{
	void *copy = brc_net_calloc(net, n, size, err);

	if (!copy)
		return BRC_RESOURCE;
	if (n)
		memcpy(copy, data, n * size);
	v->ndim = list;
	v->dim[0] = n;
	v->count = n;
	v->f = v->kind == BRC_NET_FLOATS ? copy : NULL;
	v->i = v->kind == BRC_NET_INTS ? copy : NULL;
	return BRC_OK;
}

static brc_rc infer_constant(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			     brc_err *err)
{
	const Brc__OnnxAttribute *a = proto->n_attribute == 1 ? proto->attribute[0] : NULL;
	const char *name = a ? a->name : "";
	brc_net_value v = {.kind = BRC_NET_FLOATS};

	if (strcmp(name, "value") == 0 && a->t) {
		BRC_TRY(brc_net_constant(net, &v, a->t, err));
	} else if (strcmp(name, "value_float") == 0 && a->has_f) {
		BRC_TRY(constant_of(net, &a->f, 1, sizeof(a->f), false, &v, err));
	} else if (strcmp(name, "value_floats") == 0) {
		BRC_TRY(constant_of(net, a->floats, a->n_floats, sizeof(*a->floats), true, &v,
				    err));
	} else if (strcmp(name, "value_int") == 0 && a->has_i) {
		v.kind = BRC_NET_INTS;
		BRC_TRY(constant_of(net, &a->i, 1, sizeof(a->i), false, &v, err));
	} else if (strcmp(name, "value_ints") == 0) {
		v.kind = BRC_NET_INTS;
		BRC_TRY(constant_of(net, a->ints, a->n_ints, sizeof(*a->ints), true, &v, err));
	} else {
		return brc_fail(err, BRC_DATA, "it must have one value");
	}
	return brc_net_set_constant(net, node, &v, err);
}

const brc_net_op brc_op_flatten = {
	.type = "Flatten",
	.attributes = "axis",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.infer = infer_flatten,
};

const brc_net_op brc_op_reshape = {
	.type = "Reshape",
	.attributes = "allowzero",
	.min_in = 2,
	.max_in = 2,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.infer = infer_reshape,
};

const brc_net_op brc_op_dropout = {
	.type = "Dropout",
	.attributes = "ratio|seed",
	.min_in = 1,
	.max_in = 3,
	.max_out = 2,
	.trace = BRC_TRACE_SAME,
	.activation = true,
	.infer = infer_dropout,
};

const brc_net_op brc_op_identity = {
	.type = "Identity",
	.attributes = "",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.activation = true,
	.infer = infer_identity,
};

const brc_net_op brc_op_constant = {
	.type = "Constant",
	.attributes = "value|value_float|value_floats|value_int|value_ints",
	.min_in = 0,
	.max_in = 0,
	.max_out = 1,
	.trace = BRC_TRACE_NONE,
	.infer = infer_constant,
};
