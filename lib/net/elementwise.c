/*
 * Activations: operators that act on each element alone. A NaN stays a NaN, so
 * that a broken network is seen.
 */
#include <math.h>

#include "net/operators.h"
#include "net/run.h"

/* Four floats at once: a register of every x86-64 and AArch64 processor. */
enum { LANES = 4 };

typedef float floats __attribute__((vector_size(LANES * sizeof(float)), may_alias));
typedef int32_t words __attribute__((vector_size(LANES * sizeof(int32_t)), may_alias));

_Static_assert(BRC_RUN_ROWS % LANES == 0, "rows must fill the lanes");

static brc_rc infer_same(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto, brc_err *err)
{
	const brc_net_value *x;

	(void)proto;
	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	return brc_net_set_output(net, node, 0, x->ndim, x->dim, err);
}

static brc_rc infer_leaky_relu(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			       brc_err *err)
{
	float *alpha = brc_net_calloc(net, 1, sizeof(*alpha), err);

	if (!alpha)
		return BRC_RESOURCE;
	node->state = alpha;
	BRC_TRY(brc_onnx_attribute_float(proto, "alpha", 0.01f, alpha, err));
	return infer_same(net, node, proto, err);
}

static size_t elements(const brc_net *net, const brc_net_node *node)
{
	return BRC_RUN_ROWS * net->value[node->out[0]].count;
}

static void run_relu(const brc_net *net, const brc_net_node *node, float *const *at)
{
	const floats *x = (const floats *)at[node->in[0]];
	floats *y = (floats *)at[node->out[0]];
	size_t n = elements(net, node) / LANES;

	for (size_t i = 0; i < n; i++) {
		words negative = x[i] < 0;

		y[i] = (floats)((words)x[i] & ~negative);
	}
}

static void run_leaky_relu(const brc_net *net, const brc_net_node *node, float *const *at)
{
	const floats *x = (const floats *)at[node->in[0]];
	const float alpha = *(const float *)node->state;
	floats *y = (floats *)at[node->out[0]];
	size_t n = elements(net, node) / LANES;

	for (size_t i = 0; i < n; i++) {
		words negative = x[i] < 0;
		floats scaled = alpha * x[i];

		y[i] = (floats)(((words)x[i] & ~negative) | ((words)scaled & negative));
	}
}

static void run_sigmoid(const brc_net *net, const brc_net_node *node, float *const *at)
{
	const float *x = at[node->in[0]];
	float *y = at[node->out[0]];
	size_t n = elements(net, node);

	for (size_t i = 0; i < n; i++)
		y[i] = 1.0f / (1.0f + expf(-x[i]));
}

static void run_tanh(const brc_net *net, const brc_net_node *node, float *const *at)
{
	const float *x = at[node->in[0]];
	float *y = at[node->out[0]];
	size_t n = elements(net, node);

	for (size_t i = 0; i < n; i++)
		y[i] = tanhf(x[i]);
}

const brc_net_op brc_op_relu = {
	.type = "Relu",
	.attributes = "",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.activation = true,
	.infer = infer_same,
	.run = run_relu,
};

const brc_net_op brc_op_leaky_relu = {
	.type = "LeakyRelu",
	.attributes = "alpha",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.activation = true,
	.infer = infer_leaky_relu,
	.run = run_leaky_relu,
};

const brc_net_op brc_op_sigmoid = {
	.type = "Sigmoid",
	.attributes = "",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.activation = true,
	.infer = infer_same,
	.run = run_sigmoid,
};

const brc_net_op brc_op_tanh = {
	.type = "Tanh",
	.attributes = "",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_SAME,
	.activation = true,
	.infer = infer_same,
	.run = run_tanh,
};
