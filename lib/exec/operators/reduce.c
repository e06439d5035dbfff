/*
 * One number from all elements along dimensions: ReduceSum, ReduceMean, ReduceProd, ReduceMax,
 * ReduceMin, ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSum and ReduceLogSumExp. Sums and
 * extremes also take integers.
 */
#include <math.h>
#include <string.h>

#include "exec/loops.h"
#include "exec/operator.h"

typedef struct reduction {
	brc_loops loops; /* arrays: the output, the input; of LOG_SUM_EXP also the largest */
	size_t each;     /* elements of the input that give one */
	size_t axes;     /* reduced: bit k for dimension k of the input */
} reduction;

typedef enum variant {
	MEAN,
	SUM,
	LARGEST,
	SMALLEST,
	PRODUCT,
	MAGNITUDES,
	SQUARES,
	EUCLIDEAN,
	LOG_SUM,
	LOG_SUM_EXP
} variant;

/* The output's extents, and the loops over the input that lead to it. */
static void set_loops(const brc_operand *x, size_t set, bool keep, size_t arrays, brc_operand *out,
		      brc_loops *t)
{
	ptrdiff_t stride = 1;

	*out = *x;
	out->last = false;
	out->ndim = 0;
	out->batch = BRC_NOWHERE;
	*t = (brc_loops){.arrays = arrays, .ndim = x->ndim};
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

		t->stride[0][k] = t->stride[2][k] = gone ? 0 : stride;
		stride *= gone ? 1 : (ptrdiff_t)x->dim[k];
	}
	brc_loops_simplify(t);
}

static bool takes_integers(variant f)
{
	return f <= SQUARES;
}

static brc_rc infer_reduce(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_reduce_args *a = n->args;
	variant f = (variant)n->op->variant;
	reduction *r = n->state;
	const brc_operand *x;
	brc_operand out;
	brc_list axes;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	if (!(takes_integers(f) && x->elem == BRC_ELEM_INT) &&
	    !((f == LARGEST || f == SMALLEST) && x->elem == BRC_ELEM_BOOL))
		BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_list_or_input(g, n, &a->axes, 1, &axes, err));
	BRC_TRY(brc_axis_set(&axes, x->ndim, false, &r->axes, err));
	if (axes.n == 0 && !a->noop_with_empty_axes)
		r->axes = ((size_t)1 << x->ndim) - 1;
	r->each = 1;
	for (size_t k = 0; k < x->ndim; k++) {
		if (!(r->axes >> k & 1))
			continue;
		BRC_TRY(brc_keeps_images(x, k, err));
		r->each *= x->dim[k];
	}
	set_loops(x, r->axes, a->keepdims, f == LOG_SUM_EXP ? 3 : 2, &out, &r->loops);
	BRC_TRY(brc_count(&out, err));
	if (f == LOG_SUM_EXP)
		n->scratch = out.count * sizeof(float);
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- floats ---- */

/* y += FORMULA of each v, the element, and w, what is subtracted. */
#define ADDS(NAME, FORMULA)                                                             \
	static void NAME(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s) \
	{                                                                               \
		float *y = (float *)(void *)p[0];                                       \
		const float *x = (const float *)(void *)p[1];                           \
		double sum = 0;                                                         \
                                                                                        \
		(void)ctx;                                                              \
		for (size_t i = 0; s[0] != 0 && i < n; i++) {                           \
			const float v = x[(ptrdiff_t)i * s[1]];                         \
                                                                                        \
			y[(ptrdiff_t)i * s[0]] += (float)(FORMULA);                     \
		}                                                                       \
		for (size_t i = 0; s[0] == 0 && i < n; i++) {                           \
			const float v = x[(ptrdiff_t)i * s[1]];                         \
                                                                                        \
			sum += (FORMULA);                                               \
		}                                                                       \
		if (s[0] == 0)                                                          \
			*y = (float)(*y + sum);                                         \
	}

ADDS(add_up, v)
ADDS(add_magnitudes, fabsf(v))
ADDS(add_squares, (double)v *v)
ADDS(add_exponentials,
     expf(v - ((const float *)(const void *)p[2])[s[0] ? (ptrdiff_t)i * s[2] : 0]))

static void multiply(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		((float *)(void *)p[0])[(ptrdiff_t)i * s[0]] *=
			((const float *)(void *)p[1])[(ptrdiff_t)i * s[1]];
}

static void take_extreme(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	bool smallest = *(const variant *)ctx == SMALLEST;

	for (size_t i = 0; i < n; i++) {
		float *y = (float *)(void *)p[0] + (ptrdiff_t)i * s[0];
		float x = ((const float *)(void *)p[1])[(ptrdiff_t)i * s[1]];

		if ((smallest ? x < *y : x > *y) || isnan(x))
			*y = x;
	}
}

static void set_all(float *y, size_t n, float to)
{
	for (size_t i = 0; i < n; i++)
		y[i] = to;
}

/* What is subtracted from exponents: the largest of them, unless it is not finite. */
static void shift_exponents(const reduction *r, char *const *base, size_t count)
{
	static const variant largest = LARGEST;
	char *const into[3] = {base[2], base[1], base[2]};
	const size_t item[3] = {sizeof(float), sizeof(float), sizeof(float)};
	float *top = (float *)(void *)base[2];

	set_all(top, count, -INFINITY);
	brc_loops_run(&r->loops, into, item, take_extreme, &largest);
	for (size_t i = 0; i < count; i++)
		top[i] = isfinite(top[i]) ? top[i] : 0;
}

/* What is done to a sum in the end. */
static float finished(variant f, float sum, size_t each, float shift)
{
	switch (f) {
	case MEAN:
		return each ? (float)(sum * (1 / (double)each)) : sum;
	case EUCLIDEAN:
		return sqrtf(sum);
	case LOG_SUM:
	case LOG_SUM_EXP:
		return logf(sum) + shift;
	case SUM:
	case LARGEST:
	case SMALLEST:
	case PRODUCT:
	case MAGNITUDES:
	case SQUARES:
		break;
	}
	return sum;
}

static void reduce_floats(const reduction *r, variant f, char *const *base, size_t count)
{
	static const brc_inner_loop loops[] = {
		[MEAN] = add_up,          [SUM] = add_up,
		[LARGEST] = take_extreme, [SMALLEST] = take_extreme,
		[PRODUCT] = multiply,     [MAGNITUDES] = add_magnitudes,
		[SQUARES] = add_squares,  [EUCLIDEAN] = add_squares,
		[LOG_SUM] = add_up,       [LOG_SUM_EXP] = add_exponentials,
	};
	const size_t item[3] = {sizeof(float), sizeof(float), sizeof(float)};
	const float *shift = (const float *)(const void *)base[2];
	float *y = (float *)(void *)base[0];

	if (f == LOG_SUM_EXP)
		shift_exponents(r, base, count);
	set_all(y, count,
		f == LARGEST    ? -INFINITY
		: f == SMALLEST ? INFINITY
				: (float)(f == PRODUCT));
	brc_loops_run(&r->loops, base, item, loops[f], &f);
	for (size_t i = 0; i < count; i++)
		y[i] = finished(f, y[i], r->each, f == LOG_SUM_EXP ? shift[i] : 0);
}

/* ---- integers and truth values ---- */

static int64_t joined(variant f, int64_t y, int64_t x)
{
	uint64_t a = (uint64_t)y, b = (uint64_t)x;

	switch (f) {
	case LARGEST:
		return x > y ? x : y;
	case SMALLEST:
		return x < y ? x : y;
	case PRODUCT:
		return (int64_t)(a * b);
	case MAGNITUDES:
		return (int64_t)(a + (x < 0 ? 0 - b : b));
	case SQUARES:
		return (int64_t)(a + b * b);
	case MEAN:
	case SUM:
	case EUCLIDEAN:
	case LOG_SUM:
	case LOG_SUM_EXP:
		break;
	}
	return (int64_t)(a + b);
}

static void join_ints(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	for (size_t i = 0; i < n; i++) {
		int64_t *y = (int64_t *)(void *)p[0] + (ptrdiff_t)i * s[0];

		*y = joined(*(const variant *)ctx, *y,
			    ((const int64_t *)(void *)p[1])[(ptrdiff_t)i * s[1]]);
	}
}

/* A mean is cut off to an integer. */
static void reduce_ints(const reduction *r, variant f, char *const *base, const brc_operand *out)
{
	const size_t item[2] = {sizeof(int64_t), sizeof(int64_t)};
	bool truth = out->elem == BRC_ELEM_BOOL;
	int64_t *y = (int64_t *)(void *)base[0];
	int64_t begin = f == LARGEST    ? (truth ? 0 : INT64_MIN)
			: f == SMALLEST ? (truth ? 1 : INT64_MAX)
					: f == PRODUCT;

	for (size_t i = 0; i < out->count; i++)
		y[i] = begin;
	brc_loops_run(&r->loops, base, item, join_ints, &f);
	for (size_t i = 0; f == MEAN && r->each && i < out->count; i++)
		y[i] /= (int64_t)r->each;
	brc_narrow(out, y);
}

static void run_reduce(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_operand *out = &g->value[n->out[0]];
	char *const base[3] = {m->at[n->out[0]], m->at[n->in[0]], m->scratch};
	variant f = (variant)n->op->variant;

	if (out->elem == BRC_ELEM_FLOAT)
		reduce_floats(n->state, f, base, out->count);
	else
		reduce_ints(n->state, f, base, out);
}

static bool reduced(const brc_node *n, size_t *axes, bool *keep)
{
	*axes = ((const reduction *)n->state)->axes;
	*keep = ((const brc_reduce_args *)n->args)->keepdims;
	return true;
}

#define RECORD(TYPE, VARIANT, UNTIL, ...)                                                        \
	BRC_OP(TYPE, BRC_TAKES(1, 2, 1), infer_reduce, run_reduce, ANY, REDUCE,                  \
	       BRC_ARGS(brc_reduce_args, BRC_ATTR_LIST("axes", brc_reduce_args, axes, UNTIL, 1), \
			BRC_ATTR_FLAG("keepdims", brc_reduce_args, keepdims, 1),                 \
			BRC_ATTR_FLAG("noop_with_empty_axes", brc_reduce_args,                   \
				      noop_with_empty_axes, 0)),                                 \
	       .state = sizeof(reduction), .variant = VARIANT, .reduced = reduced, __VA_ARGS__)

const brc_op brc_reductions_ops[] = {
	RECORD("ReduceMean", MEAN, 18, .homogeneous = true),
	RECORD("ReduceSum", SUM, 13, .homogeneous = true),
	RECORD("ReduceMax", LARGEST, 18, .homogeneous = true),
	RECORD("ReduceMin", SMALLEST, 18, .homogeneous = true),
	RECORD("ReduceProd", PRODUCT, 18, .homogeneous = false),
	RECORD("ReduceL1", MAGNITUDES, 18, .homogeneous = true),
	RECORD("ReduceL2", EUCLIDEAN, 18, .homogeneous = true),
	RECORD("ReduceSumSquare", SQUARES, 18, .homogeneous = false),
	RECORD("ReduceLogSum", LOG_SUM, 18, .homogeneous = false),
	RECORD("ReduceLogSumExp", LOG_SUM_EXP, 18, .homogeneous = false),
	{.type = NULL},
};
