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
} groups;

typedef enum variant { PROBABILITIES, LOGARITHMS, LARGEST, SMALLEST } variant;

static groups along(const brc_operand *x, size_t axis, bool rest)
{
	groups t = {1, 1, 1};

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

static void adapt_softmax(int64_t opset, void *args)
{
	brc_softmax_args *a = args;

	a->rest = opset < 13;
	a->axis = a->rest ? 1 : -1;
}

static brc_rc infer_softmax(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_softmax_args *a = n->args;
	const brc_operand *x;
	size_t axis;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_axis(a->axis, x->ndim, &axis, err));
	for (size_t k = axis; k < (a->rest ? x->ndim : axis + 1); k++)
		BRC_TRY(brc_keeps_images(x, k, err));
	*(groups *)n->state = along(x, axis, a->rest);
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
				  n->op->variant == LOGARITHMS);
}

static size_t softmax_size(const brc_node *n, size_t *step)
{
	*step = ((const groups *)n->state)->inner;
	return ((const groups *)n->state)->n;
}

static brc_rc infer_arg(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_arg_args *a = n->args;
	const brc_operand *x;
	brc_operand out;
	size_t axis;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_axis(a->axis, x->ndim, &axis, err));
	BRC_TRY(brc_keeps_images(x, axis, err));
	if (x->dim[axis] == 0)
		return brc_fail(err, BRC_DATA, "its axis is empty");
	*(groups *)n->state = along(x, axis, false);
	out = *x;
	out.elem = BRC_ELEM_INT;
	out.dim[axis] = 1;
	if (!a->keepdims) {
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
	bool least = n->op->variant == SMALLEST;
	bool last = ((const brc_arg_args *)n->args)->select_last_index;
	const float *x = m->at[n->in[0]];
	int64_t *y = m->at[n->out[0]];

	(void)g;
	for (size_t i = 0; i < t->outer * t->inner; i++) {
		const float *v = x + i / t->inner * t->n * t->inner + i % t->inner;
		size_t best = 0;

		for (size_t k = 1; k < t->n; k++) {
			float a = v[k * t->inner], b = v[best * t->inner];

			if ((least ? a < b : a > b) || (last && a == b))
				best = k;
		}
		y[i] = (int64_t)best;
	}
}

#define SOFTMAX(TYPE, VARIANT)                                                               \
	BRC_OP(TYPE, BRC_TAKES(1, 1, 1), infer_softmax, run_softmax, PLAIN, MIX,             \
	       BRC_ARGS(brc_softmax_args, BRC_ATTR_INT("axis", brc_softmax_args, axis, -1)), \
	       .state = sizeof(groups), .variant = VARIANT, .adapt = adapt_softmax,          \
	       .softmax_size = softmax_size)
#define ARG(TYPE, VARIANT)                                                                       \
	BRC_OP(TYPE, BRC_TAKES(1, 1, 1), infer_arg, run_arg, PLAIN, MIX,                         \
	       BRC_ARGS(brc_arg_args, BRC_ATTR_INT("axis", brc_arg_args, axis, 0),               \
			BRC_ATTR_FLAG("keepdims", brc_arg_args, keepdims, 1),                    \
			BRC_ATTR_FLAG("select_last_index", brc_arg_args, select_last_index, 0)), \
	       .state = sizeof(groups), .variant = VARIANT)

const brc_op brc_softmax_ops[] = {
	SOFTMAX("Softmax", PROBABILITIES),
	SOFTMAX("LogSoftmax", LOGARITHMS),
	ARG("ArgMax", LARGEST),
	ARG("ArgMin", SMALLEST),
	{.type = NULL},
};
