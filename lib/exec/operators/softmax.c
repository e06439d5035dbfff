/*
 * Operators along one axis: Softmax, LogSoftmax, ArgMax, ArgMin. Up to operator
 * set 12 Softmax takes the dimensions from `axis` on as one group; from 13 on
 * only `axis` itself, and its default is the last.
 */
#include <math.h>

#include "exec/operator.h"

/* `outer` groups of `n` elements, `inner` apart. */
typedef struct groups {
	size_t outer, n, inner;
	bool last, smallest; /* ArgMax: the last among equals; ArgMin */
} groups;

static groups along(const brc_operand *x, size_t axis, bool rest)
{
	groups t = {1, 1, 1, false, false};

	for (size_t k = 0; k < x->ndim; k++) {
		if (k < axis)
			t.outer *= x->dim[k];
		else if (k == axis || rest)
			t.n *= x->dim[k];
		else
			t.inner *= x->dim[k];
	}
	return t;
}

static brc_rc infer_softmax(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	groups *t = brc_exec_alloc(g, 1, sizeof(*t), err);
	const brc_operand *x;
	bool one_axis = g->opset >= 13;
	int64_t attribute;
	size_t axis;

	if (!t)
		return BRC_RESOURCE;
	n->state = t;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", one_axis ? -1 : 1, &attribute, err));
	BRC_TRY(brc_axis(attribute, x->ndim, &axis, err));
	for (size_t k = axis; k < (one_axis ? axis + 1 : x->ndim); k++)
		BRC_TRY(brc_keeps_images(x, k, err));
	*t = along(x, axis, !one_axis);
	return brc_set_output(g, n, 0, x, err);
}

static void one_group(const float *x, float *y, size_t n, size_t step, bool logs)
{
	float top = x[0];
	double sum = 0;

	for (size_t i = 1; i < n; i++)
		top = x[i * step] > top ? x[i * step] : top;
	for (size_t i = 0; i < n; i++) {
		y[i * step] = expf(x[i * step] - top);
		sum += y[i * step];
	}
	if (logs)
		sum = log(sum);
	for (size_t i = 0; i < n; i++)
		y[i * step] = (float)(logs ? (double)x[i * step] - top - sum : y[i * step] / sum);
}

static void run_softmax(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const groups *t = n->state;
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];
	size_t size = t->n * t->inner;

	(void)g;
	for (size_t r = 0; t->n && r < t->outer; r++)
		for (size_t i = 0; i < t->inner; i++)
			one_group(x + r * size + i, y + r * size + i, t->n, t->inner,
				  n->op == &brc_kernel_log_softmax);
}

static size_t softmax_size(const brc_node *n)
{
	return ((const groups *)n->state)->n;
}

static brc_rc infer_arg(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	groups *t = brc_exec_alloc(g, 1, sizeof(*t), err);
	const brc_operand *x;
	brc_operand out;
	int64_t attribute, keep, last;
	size_t axis;

	if (!t)
		return BRC_RESOURCE;
	n->state = t;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", 0, &attribute, err));
	BRC_TRY(brc_onnx_attribute_int(p, "keepdims", 1, &keep, err));
	BRC_TRY(brc_onnx_attribute_int(p, "select_last_index", 0, &last, err));
	BRC_TRY(brc_axis(attribute, x->ndim, &axis, err));
	BRC_TRY(brc_keeps_images(x, axis, err));
	if (x->dim[axis] == 0)
		return brc_fail(err, BRC_DATA, "its axis is empty");
	*t = along(x, axis, false);
	t->last = last != 0;
	t->smallest = n->op == &brc_kernel_arg_min;
	out = *x;
	out.elem = BRC_ELEM_INT;
	out.dim[axis] = 1;
	if (!keep) {
		out.ndim--;
		for (size_t k = axis; k < out.ndim; k++)
			out.dim[k] = x->dim[k + 1];
		if (out.batch != BRC_NOWHERE && out.batch > axis)
			out.batch--;
	}
	return brc_set_output(g, n, 0, &out, err);
}

static void run_arg(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const groups *t = n->state;
	const float *x = m->at[n->in[0]];
	int64_t *y = m->at[n->out[0]];

	(void)g;
	for (size_t i = 0; i < t->outer * t->inner; i++) {
		const float *v = x + i / t->inner * t->n * t->inner + i % t->inner;
		size_t best = 0;

		for (size_t k = 1; k < t->n; k++) {
			float a = v[k * t->inner], b = v[best * t->inner];

			if ((t->smallest ? a < b : a > b) || (t->last && a == b))
				best = k;
		}
		y[i] = (int64_t)best;
	}
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, INFER, RUN, TRACE, ...) \
	const brc_op SYMBOL = {                                    \
		.type = TYPE,                                      \
		.trace = TRACE,                                    \
		__VA_ARGS__.attributes = ATTRIBUTES,               \
		.min_in = 1,                                       \
		.max_in = 1,                                       \
		.max_out = 1,                                      \
		.layout = BRC_DEMAND_PLAIN,                        \
		.infer = INFER,                                    \
		.run = RUN,                                        \
	}

OPERATOR(brc_kernel_softmax, "Softmax", "axis", infer_softmax, run_softmax, BRC_TRACE_MIX,
	 .softmax_size = softmax_size, );
OPERATOR(brc_kernel_log_softmax, "LogSoftmax", "axis", infer_softmax, run_softmax, BRC_TRACE_MIX,
	 .softmax_size = softmax_size, );
OPERATOR(brc_kernel_arg_max, "ArgMax", "axis|keepdims|select_last_index", infer_arg, run_arg,
	 BRC_TRACE_MIX, .softmax_size = NULL, );
OPERATOR(brc_kernel_arg_min, "ArgMin", "axis|keepdims|select_last_index", infer_arg, run_arg,
	 BRC_TRACE_MIX, .softmax_size = NULL, );
