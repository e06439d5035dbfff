/*
 * Softmax and LogSoftmax. Up to operator set 12 the dimensions from `axis` on
 * are one group; from 13 on only `axis` itself is, and its default is the last.
 */
#include <math.h>

#include "net/operators.h"
#include "net/run.h"

/* A row is outer groups of n elements, `inner` apart. */
typedef struct groups {
	size_t outer, n, inner;
} groups;

static brc_rc infer_softmax(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			    brc_err *err)
{
	const brc_net_value *x;
	bool one_axis = net->opset >= 13;
	groups *g = brc_net_calloc(net, 1, sizeof(*g), err);
	int64_t attribute;
	size_t axis;

	if (!g)
		return BRC_RESOURCE;
	node->state = g;
	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "axis", one_axis ? -1 : 1, &attribute, err));
	BRC_TRY(brc_net_axis(attribute, x->ndim, &axis, err));
	if (axis == 0)
		return brc_net_mixes_batch(err);
	g->outer = g->n = g->inner = 1;
	for (size_t k = 1; k < x->ndim; k++) {
		if (k < axis)
			g->outer *= x->dim[k];
		else if (k == axis || !one_axis)
			g->n *= x->dim[k];
		else
			g->inner *= x->dim[k];
	}
	return brc_net_set_output(net, node, 0, x->ndim, x->dim, err);
}

bool brc_net_is_softmax_of_row(const brc_net *net, const brc_net_node *node)
{
	const groups *g = node->state;

	return node->op->trace == BRC_TRACE_MIX && g->n == net->value[node->out[0]].count;
}

static void one_group(const float *x, float *y, size_t n, size_t step, bool logs)
{
	float top = x[0];
	double sum = 0;

	for (size_t i = 1; i < n; i++)
		top = x[i * step] > top ? x[i * step] : top;
	for (size_t i = 0; i < n; i++)
		sum += exp((double)x[i * step] - top);
	if (logs)
		sum = log(sum);
	for (size_t i = 0; i < n; i++) {
		double d = (double)x[i * step] - top;

		y[i * step] = (float)(logs ? d - sum : exp(d) / sum);
	}
}

static void run_groups(const brc_net *net, const brc_net_node *node, float *const *at, bool logs)
{
	const groups *g = node->state;
	size_t rows = BRC_RUN_ROWS * g->outer, size = g->n * g->inner;
	const float *x = at[node->in[0]];
	float *y = at[node->out[0]];

	(void)net;
	for (size_t r = 0; r < rows; r++)
		for (size_t i = 0; i < g->inner; i++)
			one_group(x + r * size + i, y + r * size + i, g->n, g->inner, logs);
}

static void run_softmax(const brc_net *net, const brc_net_node *node, float *const *at)
{
	run_groups(net, node, at, false);
}

static void run_log_softmax(const brc_net *net, const brc_net_node *node, float *const *at)
{
	run_groups(net, node, at, true);
}

const brc_net_op brc_op_softmax = {
	.type = "Softmax",
	.attributes = "axis",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_MIX,
	.infer = infer_softmax,
	.run = run_softmax,
};

const brc_net_op brc_op_log_softmax = {
	.type = "LogSoftmax",
	.attributes = "axis",
	.min_in = 1,
	.max_in = 1,
	.max_out = 1,
	.trace = BRC_TRACE_MIX,
	.infer = infer_softmax,
	.run = run_log_softmax,
};
