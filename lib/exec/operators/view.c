/* Operators that give their input's memory another shape: Reshape, Flatten, Squeeze and the like.
 */
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

/*
 * Where the images are after a change of shape: image r begins at element
 * r * step of every block of rows * step elements, before and after.
 */
static brc_rc follow_batch(const brc_exec *g, const brc_operand *x, brc_operand *out, brc_err *err)
{
	size_t step, stride = 1;

	out->batch = BRC_NOWHERE;
	out->inner = 1;
	if (x->batch == BRC_NOWHERE)
		return BRC_OK;
	step = x->inner; /* at most the elements of x, times rows: no overflow */
	for (size_t k = x->batch + 1; k < x->ndim; k++)
		step *= x->dim[k];
	for (size_t k = out->ndim; k-- > 0;) {
		if (step % stride == 0 && stride * out->dim[k] % (g->rows * step) == 0) {
			out->batch = k;
			out->inner = step / stride;
			if (out->inner == 1)
				break;
		}
		stride *= out->dim[k];
	}
	if (out->batch == BRC_NOWHERE)
		return brc_keeps_images(x, x->batch, err);
	return BRC_OK;
}

static brc_rc set_shape(brc_exec *g, brc_node *n, const brc_operand *x, size_t ndim,
			const size_t *dim, brc_err *err)
{
	brc_operand out = *x;

	out.last = false;
	out.ndim = ndim;
	memcpy(out.dim, dim, ndim * sizeof(*dim));
	BRC_TRY(brc_count(&out, err));
	if (out.count != x->count)
		return brc_fail(err, BRC_DATA, "%zu elements cannot be reshaped into %zu", x->count,
				out.count);
	BRC_TRY(follow_batch(g, x, &out, err));
	return brc_set_view(g, n, &out, err);
}

static brc_rc any_input(const brc_exec *g, const brc_node *n, const brc_operand **x, brc_err *err)
{
	*x = brc_in(g, n, 0);
	return brc_need(g, n, 0, *x ? (*x)->elem : BRC_ELEM_FLOAT, x, err);
}

static brc_rc infer_flatten(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x;
	size_t dim[2] = {1, 1};
	int64_t axis;

	BRC_TRY(any_input(g, n, &x, err));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", 1, &axis, err));
	if (axis < 0)
		axis += (int64_t)x->ndim;
	if (axis < 0 || axis > (int64_t)x->ndim)
		return brc_fail(err, BRC_DATA, "its axis does not exist in %zu dimensions",
				x->ndim);
	for (size_t k = 0; k < x->ndim; k++)
		dim[(int64_t)k >= axis] *= x->dim[k];
	return set_shape(g, n, x, 2, dim, err);
}

/* Resolve 0 and -1 in the target want[n]. */
static brc_rc target(const brc_operand *x, const int64_t *want, size_t n, bool zero, size_t *dim,
		     brc_err *err)
{
	size_t open = BRC_NOWHERE, known = 1;

	for (size_t k = 0; k < n; k++) {
		bool copied = want[k] == 0 && !zero;

		if (want[k] < -1 || (copied && k >= x->ndim))
			return brc_fail(err, BRC_DATA, "entry %zu of its target shape is %lld", k,
					(long long)want[k]);
		if (want[k] == -1 && open != BRC_NOWHERE)
			return brc_fail(err, BRC_DATA, "its target shape has two -1");
		if (want[k] == -1)
			open = k;
		dim[k] = want[k] == -1 ? 1 : copied ? x->dim[k] : (size_t)want[k];
		if (!brc_mul(known, dim[k], &known))
			return brc_fail(err, BRC_DATA, "its target shape is too large");
	}
	if (open == BRC_NOWHERE)
		return BRC_OK;
	if (known == 0 || x->count % known)
		return brc_fail(err, BRC_DATA, "%zu elements cannot be reshaped into rows of %zu",
				x->count, known);
	dim[open] = x->count / known;
	return BRC_OK;
}

static size_t product(const size_t *dim, size_t n)
{
	size_t p = 1;

	for (size_t k = 0; k < n; k++)
		if (!brc_mul(p, dim[k], &p))
			return SIZE_MAX;
	return p;
}

/* A model exported for its own batch names that extent: put ours in its place. */
static void renew_batch(const brc_exec *g, const brc_operand *x, const int64_t *want, size_t n,
			size_t *dim)
{
	size_t ours, theirs;

	if (x->batch == BRC_NOWHERE || g->declared == 0 || g->declared == g->rows)
		return;
	for (size_t k = 0; k < n; k++) {
		if (want[k] <= 0 || dim[k] % g->declared)
			continue;
		theirs = dim[k];
		dim[k] = theirs / g->declared * g->rows;
		ours = product(dim, n);
		for (size_t j = 0; j < n && ours != x->count; j++)
			if (want[j] == -1 && x->count % (ours / (dim[j] ? dim[j] : 1)) == 0) {
				dim[j] = x->count / (ours / dim[j]);
				ours = x->count;
			}
		if (ours == x->count)
			return;
		dim[k] = theirs;
	}
}

static brc_rc infer_reshape(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x;
	const int64_t *want;
	size_t count, dim[BRC_MAX_DIMS] = {0};
	int64_t zero;

	BRC_TRY(any_input(g, n, &x, err));
	BRC_TRY(brc_need_list(g, n, 1, &want, &count, err));
	BRC_TRY(brc_onnx_attribute_int(p, "allowzero", 0, &zero, err));
	if (count > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its target shape has %zu dimensions", count);
	BRC_TRY(target(x, want, count, zero != 0, dim, err));
	renew_batch(g, x, want, count, dim);
	return set_shape(g, n, x, count, dim, err);
}

/* The entries of `axes`, of a value of ndim dimensions, as a set. */
static brc_rc axis_set(const int64_t *axes, size_t n, size_t ndim, size_t *set, brc_err *err)
{
	*set = 0;
	for (size_t i = 0; i < n; i++) {
		size_t axis;

		BRC_TRY(brc_axis(axes[i], ndim, &axis, err));
		if (*set & (size_t)1 << axis)
			return brc_fail(err, BRC_DATA, "it names axis %zu twice", axis);
		*set |= (size_t)1 << axis;
	}
	return BRC_OK;
}

static brc_rc infer_squeeze(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x;
	const int64_t *axes;
	size_t count, set, ndim = 0, dim[BRC_MAX_DIMS];

	BRC_TRY(any_input(g, n, &x, err));
	BRC_TRY(brc_list_of(g, n, p, "axes", 1, 13, &axes, &count, err));
	BRC_TRY(axis_set(axes, count, x->ndim, &set, err));
	for (size_t k = 0; k < x->ndim; k++) {
		bool gone = axes ? set >> k & 1 : x->dim[k] == 1 && k != x->batch;

		if (gone && (x->dim[k] != 1 || k == x->batch))
			return brc_fail(err, BRC_DATA, "axis %zu has extent %zu, not 1", k,
					x->dim[k]);
		if (!gone)
			dim[ndim++] = x->dim[k];
	}
	return set_shape(g, n, x, ndim, dim, err);
}

static brc_rc infer_unsqueeze(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x;
	const int64_t *axes;
	size_t count, set, from = 0, dim[BRC_MAX_DIMS];

	BRC_TRY(any_input(g, n, &x, err));
	BRC_TRY(brc_list_of(g, n, p, "axes", 1, 13, &axes, &count, err));
	if (count > BRC_MAX_DIMS - x->ndim)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	BRC_TRY(axis_set(axes, count, x->ndim + count, &set, err));
	for (size_t k = 0; k < x->ndim + count; k++)
		dim[k] = set >> k & 1 ? 1 : x->dim[from++];
	return set_shape(g, n, x, x->ndim + count, dim, err);
}

static brc_rc infer_identity(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x;

	(void)p;
	BRC_TRY(any_input(g, n, &x, err));
	return brc_set_view(g, n, x, err);
}

static bool is_constant(const brc_operand *v, brc_elem elem)
{
	return v->state == BRC_CONSTANT && v->count == 1 && v->elem == elem;
}

/* Does it leave its input alone? It does outside training, and with a ratio of 0. */
static bool is_idle(const brc_exec *g, const brc_node *n)
{
	const brc_operand *ratio = brc_in(g, n, 1), *training = brc_in(g, n, 2);

	if (!training || (is_constant(training, BRC_ELEM_BOOL) && !*(int64_t *)training->data))
		return true;
	return ratio && is_constant(ratio, BRC_ELEM_FLOAT) && *(float *)ratio->data == 0;
}

/* Its mask keeps all; that is made when something asks for it. */
static brc_rc infer_dropout(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x;
	brc_operand mask;
	int64_t test;

	BRC_TRY(brc_onnx_attribute_int(p, "is_test", g->opset > 6, &test, err));
	if (!test || !is_idle(g, n)) {
		brc_fail(err, BRC_DATA, "it is switched on (%s)",
			 test ? "training_mode" : "is_test is 0");
		return brc_hint(err, "export the network for inference");
	}
	BRC_TRY(any_input(g, n, &x, err));
	mask = *x;
	mask.elem = BRC_ELEM_BOOL;
	mask.narrow = 0;
	if (g->opset >= 10 && n->n_out > 1 && n->out[1] != BRC_NOWHERE) {
		BRC_TRY(brc_set_output(g, n, 1, &mask, err));
		g->value[n->out[1]].state = BRC_ABSENT;
	}
	return brc_set_view(g, n, x, err);
}

brc_rc brc_exec_make_mask(brc_exec *g, size_t value, brc_err *err)
{
	brc_operand *v = &g->value[value];
	int64_t *ones;

	if (v->state != BRC_ABSENT)
		return BRC_OK;
	if (v->elem != BRC_ELEM_BOOL)
		return brc_fail(err, BRC_DATA, "'%.200s' is a mask, which is not computed",
				v->name);
	v->data = ones = brc_exec_alloc(g, v->count, sizeof(*ones), err);
	if (!ones)
		return BRC_RESOURCE;
	for (size_t i = 0; i < v->count; i++)
		ones[i] = 1;
	v->state = BRC_CONSTANT;
	return BRC_OK;
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, MIN_IN, MAX_IN, MAX_OUT, LAYOUT, INFER, TRACE, ...) \
	const brc_op SYMBOL = {                                                                \
		.type = TYPE,                                                                  \
		.trace = TRACE,                                                                \
		__VA_ARGS__.attributes = ATTRIBUTES,                                           \
		.min_in = MIN_IN,                                                              \
		.max_in = MAX_IN,                                                              \
		.max_out = MAX_OUT,                                                            \
		.layout = LAYOUT,                                                              \
		.infer = INFER,                                                                \
	}

OPERATOR(brc_kernel_reshape, "Reshape", "allowzero", 2, 2, 1, BRC_DEMAND_PLAIN, infer_reshape,
	 BRC_TRACE_MOVE, .activation = false, );
OPERATOR(brc_kernel_flatten, "Flatten", "axis", 1, 1, 1, BRC_DEMAND_PLAIN, infer_flatten,
	 BRC_TRACE_MOVE, .activation = false, );
OPERATOR(brc_kernel_squeeze, "Squeeze", "axes", 1, 2, 1, BRC_DEMAND_PLAIN, infer_squeeze,
	 BRC_TRACE_MOVE, .activation = false, );
OPERATOR(brc_kernel_unsqueeze, "Unsqueeze", "axes", 1, 2, 1, BRC_DEMAND_PLAIN, infer_unsqueeze,
	 BRC_TRACE_MOVE, .activation = false, );
OPERATOR(brc_kernel_identity, "Identity", "", 1, 1, 1, BRC_DEMAND_ANY, infer_identity,
	 BRC_TRACE_SAME, .activation = true, .line = BRC_LINE_YES, );
OPERATOR(brc_kernel_dropout, "Dropout", "ratio|seed|is_test", 1, 3, 2, BRC_DEMAND_ANY,
	 infer_dropout, BRC_TRACE_SAME, .activation = true, .line = BRC_LINE_YES, );
