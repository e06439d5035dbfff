/* ReduceMean, ReduceSum, ReduceMax, ReduceMin. */
#include <math.h>
#include <string.h>

#include "exec/loops.h"
#include "exec/operator.h"

typedef struct reduction {
	brc_loops loops;
	double factor; /* of the sum */
	size_t axes;   /* reduced: bit k for dimension k of the input */
	bool keep;     /* they stay, with extent 1 */
} reduction;

static brc_rc axis_set(const brc_operand *x, const int64_t *axes, size_t n, size_t *set,
		       brc_err *err)
{
	*set = 0;
	for (size_t i = 0; i < n; i++) {
		size_t axis;

		BRC_TRY(brc_axis(axes[i], x->ndim, &axis, err));
		*set |= (size_t)1 << axis;
	}
	return BRC_OK;
}

/* The output's extents, and the loops over the input that lead to it. */
static void set_loops(const brc_operand *x, size_t set, bool keep, brc_operand *out, brc_loops *t)
{
	ptrdiff_t stride = 1;

	*out = *x;
	out->last = false;
	out->ndim = 0;
	out->batch = BRC_NOWHERE;
	*t = (brc_loops){.arrays = 2, .ndim = x->ndim};
	memcpy(t->dim, x->dim, sizeof(t->dim));
	brc_strides(x, t->stride[1]);
	for (size_t k = 0; k < x->ndim; k++) {
		bool gone = set >> k & 1;

		if (k == x->batch)
			out->batch = out->ndim;
		if (!gone || keep)
			out->dim[out->ndim++] = gone ? 1 : x->dim[k];
	}
	for (size_t k = x->ndim; k-- > 0;) {
		bool gone = set >> k & 1;

		t->stride[0][k] = gone ? 0 : stride;
		stride *= gone ? 1 : (ptrdiff_t)x->dim[k];
	}
	brc_loops_simplify(t);
}

static brc_rc infer_reduce(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	reduction *r = brc_exec_alloc(g, 1, sizeof(*r), err);
	const brc_operand *x;
	brc_operand out;
	const int64_t *axes;
	size_t count, set, kept = 1;
	int64_t keep, noop, since = n->op == &brc_kernel_reduce_sum ? 13 : 18;

	if (!r)
		return BRC_RESOURCE;
	n->state = r;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_int(p, "keepdims", 1, &keep, err));
	BRC_TRY(brc_onnx_attribute_int(p, "noop_with_empty_axes", 0, &noop, err));
	BRC_TRY(brc_list_of(g, n, p, "axes", 1, since, &axes, &count, err));
	BRC_TRY(axis_set(x, axes, count, &set, err));
	if (count == 0 && !noop)
		set = ((size_t)1 << x->ndim) - 1;
	for (size_t k = 0; k < x->ndim; k++) {
		if (set >> k & 1)
			BRC_TRY(brc_keeps_images(x, k, err));
		else
			kept *= x->dim[k];
	}
	r->axes = set;
	r->keep = keep != 0;
	set_loops(x, set, keep != 0, &out, &r->loops);
	r->factor =
		n->op == &brc_kernel_reduce_mean && x->count ? (double)kept / (double)x->count : 1;
	return brc_set_output(g, n, 0, &out, err);
}

static void add_up(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	float *y = (float *)p[0];
	const float *x = (const float *)p[1];
	double sum = 0;

	(void)ctx;
	if (s[0] != 0) {
		for (size_t i = 0; i < n; i++)
			y[(ptrdiff_t)i * s[0]] += x[(ptrdiff_t)i * s[1]];
		return;
	}
	for (size_t i = 0; i < n; i++)
		sum += x[(ptrdiff_t)i * s[1]];
	*y = (float)(*y + sum);
}

static void take_extreme(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	bool smallest = *(const bool *)ctx;

	for (size_t i = 0; i < n; i++) {
		float *y = (float *)p[0] + (ptrdiff_t)i * s[0];
		float x = ((const float *)p[1])[(ptrdiff_t)i * s[1]];

		if ((smallest ? x < *y : x > *y) || isnan(x))
			*y = x;
	}
}

static void run_reduce(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const reduction *r = n->state;
	bool smallest = n->op == &brc_kernel_reduce_min;
	bool extreme = smallest || n->op == &brc_kernel_reduce_max;
	size_t item[2] = {sizeof(float), sizeof(float)}, count = g->value[n->out[0]].count;
	char *base[2] = {m->at[n->out[0]], m->at[n->in[0]]};
	float *y = m->at[n->out[0]];

	for (size_t i = 0; i < count; i++)
		y[i] = !extreme ? 0 : smallest ? INFINITY : -INFINITY;
	brc_loops_run(&r->loops, base, item, extreme ? take_extreme : add_up, &smallest);
	for (size_t i = 0; r->factor != 1 && i < count; i++)
		y[i] = (float)(y[i] * r->factor);
}

static bool reduced(const brc_node *n, size_t *axes, bool *keep)
{
	const reduction *r = n->state;

	*axes = r->axes;
	*keep = r->keep;
	return true;
}

#define OPERATOR(SYMBOL, TYPE)                                      \
	const brc_op SYMBOL = {                                     \
		.type = TYPE,                                       \
		.trace = BRC_TRACE_REDUCE,                          \
		.reduced = reduced,                                 \
		.attributes = "axes|keepdims|noop_with_empty_axes", \
		.min_in = 1,                                        \
		.max_in = 2,                                        \
		.max_out = 1,                                       \
		.layout = BRC_DEMAND_ANY,                           \
		.infer = infer_reduce,                              \
		.run = run_reduce,                                  \
	}

OPERATOR(brc_kernel_reduce_mean, "ReduceMean");
OPERATOR(brc_kernel_reduce_sum, "ReduceSum");
OPERATOR(brc_kernel_reduce_max, "ReduceMax");
OPERATOR(brc_kernel_reduce_min, "ReduceMin");
