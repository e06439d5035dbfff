/* Convolution: the arguments of a node. */
#include <stdlib.h>

#include "base/memory.h"
#include "exec/operators/conv.h"
#include "exec/operator.h"

static double conv_flops(const brc_exec *g, const brc_node *n)
{
	const brc_conv *c = n->state;

	return 2.0 * (double)g->value[n->out[0]].count * (double)(c->w.channels / c->groups) *
	       (double)brc_conv_places(c);
}

static bool conv_weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const brc_conv *c = n->state;
	const brc_operand *v = &g->value[n->in[1]];
	size_t each = v->count / (v->dim[0] * v->dim[1]);

	*w = (brc_linear_map){.w = c->weight,
			      .bias = c->bias,
			      .outputs = c->outputs,
			      .inputs = v->dim[1] * c->groups,
			      .groups = c->groups,
			      .h = v->ndim > 3 ? v->dim[2] : 1,
			      .wide = v->dim[v->ndim - 1],
			      .out_step = v->dim[1] * each,
			      .in_step = each,
			      .alpha = 1,
			      .value = n->in[1],
			      .in_axis = 1,
			      .axis = 1,
			      .slides = true};
	return true;
}

/* ---- inference ---- */

static brc_rc check_weights(const brc_exec *g, const brc_node *n, const brc_operand *x, brc_conv *c,
			    const brc_operand **weight, brc_err *err)
{
	const brc_operand *bias;
	char a[128], b[128];

	BRC_TRY(brc_need_weights(g, n, 1, weight, err));
	if ((*weight)->ndim != x->ndim || x->ndim < 3 || (*weight)->count == 0 ||
	    x->dim[1] != (*weight)->dim[1] * c->groups || (*weight)->dim[0] % c->groups)
		return brc_fail(err, BRC_DATA,
				"its input %s does not fit its weights %s in %zu groups",
				brc_shape_text(x, a, sizeof(a)),
				brc_shape_text(*weight, b, sizeof(b)), c->groups);
	c->outputs = (*weight)->dim[0];
	c->weight = (*weight)->data;
	if (!brc_in(g, n, 2))
		return BRC_OK;
	BRC_TRY(brc_need_weights(g, n, 2, &bias, err));
	c->bias = bias->data;
	if (bias->count == c->outputs)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its bias %s does not fit %zu outputs",
			brc_shape_text(bias, a, sizeof(a)), c->outputs);
}

static brc_rc infer_conv(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_conv_args *a = n->args;
	brc_conv *c = n->state;
	const brc_operand *x, *weight;
	brc_operand out;

	BRC_TRY(brc_exec_own(g, c, brc_conv_clear, err));
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	if (a->group < 1 || a->group > INT32_MAX)
		return brc_fail(err, BRC_DATA, "its group is %lld", (long long)a->group);
	c->groups = (size_t)a->group;
	BRC_TRY(check_weights(g, n, x, c, &weight, err));
	BRC_TRY(brc_window_set(&c->w, &a->window, x, weight->dim + 2, &out, err));
	out.dim[1] = c->outputs;
	return brc_set_output(g, n, 0, &out, err);
}

const brc_op brc_convolution_ops[] = {
	{
		.type = "Conv",
		.attributes = BRC_ATTRIBUTES(BRC_WINDOW_ATTRIBUTES(brc_conv_args),
					     BRC_INT("group", brc_conv_args, group, 1)),
		.args = sizeof(brc_conv_args),
		.state = sizeof(brc_conv),
		BRC_TAKES(2, 3, 1),
		.infer = infer_conv,
		.prepare = brc_conv_prepare,
		.run = brc_conv_run,
		.layout = BRC_DEMAND_LAST,
		.hosts = true,
		.trace = BRC_TRACE_WEIGHTS,
		.weights = conv_weights,
		.flops = conv_flops,
	},
	{.type = NULL},
};
