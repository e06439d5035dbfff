/* ReduceMean, ReduceSum, ReduceMax, ReduceMin. */
#include <math.h>
#include <string.h>

#include "exec/loops.h"
#include "exec/operator.h"

typedef struct reduction {
	brc_loops loops;
	double factor; /* of the sum */
	size_t axes;   /* reduced: bit k for dimension k of the input */
} reduction;

typedef enum variant { MEAN, SUM, LARGEST, SMALLEST } variant;

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

static brc_rc infer_reduce(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_reduce_args *a = n->args;
	reduction *r = n->state;
	const brc_operand *x;
	brc_operand out;
	brc_list axes;
	size_t kept = 1;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_list_or_input(g, n, &a->axes, 1, &axes, err));
	BRC_TRY(brc_axis_set(&axes, x->ndim, false, &r->axes, err));
	if (axes.n == 0 && !a->noop_with_empty_axes)
		r->axes = ((size_t)1 << x->ndim) - 1;
	for (size_t k = 0; k < x->ndim; k++) {
		if (r->axes >> k & 1)
			BRC_TRY(brc_keeps_images(x, k, err));
		else
			kept *= x->dim[k];
	}
	set_loops(x, r->axes, a->keepdims, &out, &r->loops);
	r->factor = n->op->variant == MEAN && x->count ? (double)kept / (double)x->count : 1;
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
	bool smallest = n->op->variant == SMALLEST;
	bool extreme = smallest || n->op->variant == LARGEST;
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
	*axes = ((const reduction *)n->state)->axes;
	*keep = ((const brc_reduce_args *)n->args)->keepdims;
	return true;
}

#define RECORD(TYPE, VARIANT, UNTIL)                                                             \
	BRC_OP(TYPE, BRC_TAKES(1, 2, 1), infer_reduce, run_reduce, ANY, REDUCE,                  \
	       BRC_ARGS(brc_reduce_args, BRC_ATTR_LIST("axes", brc_reduce_args, axes, UNTIL, 1), \
			BRC_ATTR_FLAG("keepdims", brc_reduce_args, keepdims, 1),                 \
			BRC_ATTR_FLAG("noop_with_empty_axes", brc_reduce_args,                   \
				      noop_with_empty_axes, 0)),                                 \
	       .state = sizeof(reduction), .variant = VARIANT, .reduced = reduced)

const brc_op brc_reductions_ops[] = {
	RECORD("ReduceMean", MEAN, 18),
	RECORD("ReduceSum", SUM, 13),
	RECORD("ReduceMax", LARGEST, 18),
	RECORD("ReduceMin", SMALLEST, 18),
	{.type = NULL},
};
