/*
 * Operators along one axis: Softmax, LogSoftmax, Hardmax, ArgMax, ArgMin. Up to operator
 * set 12 Softmax takes the dimensions from `axis` on as one group; from 13 on
 * only `axis` itself, and its default is the last.
 */
#include <math.h>

#include "exec/operators/along.h"

typedef enum variant { PROBABILITIES, LOGARITHMS, LARGEST, SMALLEST } variant;

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
	*(brc_along *)n->state = brc_along_axis(x, axis, a->rest);
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
	const brc_along *t = n->state;
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
	*step = ((const brc_along *)n->state)->inner;
	return ((const brc_along *)n->state)->n;
}

static bool is_float(const brc_exec *g, const brc_node *n)
{
	return g->value[n->in[0]].elem == BRC_ELEM_FLOAT;
}

static brc_rc infer_arg(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_arg_args *a = n->args;
	const brc_operand *x;
	brc_operand out;
	size_t axis;

	BRC_TRY(brc_need_numbers(g, n, 0, &x, err));
	BRC_TRY(brc_axis_of(a->axis, x, &axis, err));
	if (x->dim[axis] == 0)
		return brc_fail(err, BRC_DATA, "its axis is empty");
	*(brc_along *)n->state = brc_along_axis(x, axis, false);
	out = *x;
	out.elem = BRC_ELEM_INT;
	out.narrow = 0;
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

/* The place of the largest or smallest of n floats, or integers, that lie `step` apart. */
#define EXTREME(NAME, TYPE)                                                             \
	static size_t NAME(const TYPE *v, size_t n, size_t step, bool least, bool last) \
	{                                                                               \
		size_t best = 0;                                                        \
                                                                                        \
		for (size_t k = 1; k < n; k++) {                                        \
			TYPE a = v[k * step], b = v[best * step];                       \
                                                                                        \
			if ((least ? a < b : a > b) || (last && a == b))                \
				best = k;                                               \
		}                                                                       \
		return best;                                                            \
	}

EXTREME(extreme_float, float)
EXTREME(extreme_int, int64_t)

static void run_arg(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_along *t = n->state;
	bool least = n->op->variant == SMALLEST, floats = is_float(g, n);
	bool last = ((const brc_arg_args *)n->args)->select_last_index;
	const float *x = m->at[n->in[0]];
	const int64_t *v = m->at[n->in[0]];
	int64_t *y = m->at[n->out[0]];

	for (size_t i = 0; i < t->outer * t->inner; i++) {
		size_t at = i / t->inner * t->n * t->inner + i % t->inner;

		y[i] = (int64_t)(floats ? extreme_float(x + at, t->n, t->inner, least, last)
					: extreme_int(v + at, t->n, t->inner, least, last));
	}
}

/* 1 at the first of the largest elements, 0 elsewhere. */
static void run_hardmax(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_along *t = n->state;
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];

	for (size_t i = 0; i < g->value[n->out[0]].count; i++)
		y[i] = 0;
	for (size_t i = 0; t->n && i < t->outer * t->inner; i++) {
		size_t at = i / t->inner * t->n * t->inner + i % t->inner;

		y[at + extreme_float(x + at, t->n, t->inner, false, false) * t->inner] = 1;
	}
}

#define SOFTMAX(TYPE, RUN, ...)                                                              \
	BRC_OP(TYPE, BRC_TAKES(1, 1, 1), infer_softmax, RUN, PLAIN, MIX,                     \
	       BRC_ARGS(brc_softmax_args, BRC_ATTR_INT("axis", brc_softmax_args, axis, -1)), \
	       .state = sizeof(brc_along), .adapt = adapt_softmax, __VA_ARGS__)
#define ARG(TYPE, VARIANT)                                                                       \
	BRC_OP(TYPE, BRC_TAKES(1, 1, 1), infer_arg, run_arg, PLAIN, MIX,                         \
	       BRC_ARGS(brc_arg_args, BRC_ATTR_INT("axis", brc_arg_args, axis, 0),               \
			BRC_ATTR_FLAG("keepdims", brc_arg_args, keepdims, 1),                    \
			BRC_ATTR_FLAG("select_last_index", brc_arg_args, select_last_index, 0)), \
	       .state = sizeof(brc_along), .variant = VARIANT)

const brc_op brc_softmax_ops[] = {
	SOFTMAX("Softmax", run_softmax, .variant = PROBABILITIES, .softmax_size = softmax_size),
	SOFTMAX("LogSoftmax", run_softmax, .variant = LOGARITHMS, .softmax_size = softmax_size),
	SOFTMAX("Hardmax", run_hardmax, .variant = LARGEST),
	ARG("ArgMax", LARGEST),
	ARG("ArgMin", SMALLEST),
	{.type = NULL},
};
