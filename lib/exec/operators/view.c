/*
 * Operators that give another shape to the memory of their input: Reshape, Flatten, Squeeze and the
 * like.
 */
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

/*
 * Where the images are after a change of shape: image r begins at element
 * r * step of every block of rows * step elements, before and after. Of several dimensions of 1, in
 * which a single image may be, it is the one where the images were, or else the first.
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
		bool settled = out->batch != BRC_NOWHERE && out->inner == 1;

		if (settled && (out->batch == x->batch || out->dim[k] != 1))
			break;
		if (step % stride == 0 && stride * out->dim[k] % (g->rows * step) == 0) {
			out->batch = k;
			out->inner = step / stride;
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

static brc_rc infer_flatten(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	size_t dim[2] = {1, 1};
	int64_t axis = ((const brc_axis_args *)n->args)->axis;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
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

/* A model that was exported for a fixed batch names that extent. Replace it by ours. */
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

static brc_rc infer_reshape(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_list want;
	size_t dim[BRC_MAX_DIMS] = {0};
	bool zero = ((const brc_reshape_args *)n->args)->allowzero;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need_list(g, n, 1, &want, err));
	if (want.n > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its target shape has %zu dimensions", want.n);
	BRC_TRY(target(x, want.at, want.n, zero, dim, err));
	renew_batch(g, x, want.at, want.n, dim);
	return set_shape(g, n, x, want.n, dim, err);
}

static brc_rc infer_squeeze(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_axes_args *a = n->args;
	const brc_operand *x;
	size_t set, ndim = 0, dim[BRC_MAX_DIMS];
	brc_list axes;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_list_or_input(g, n, &a->axes, 1, &axes, err));
	BRC_TRY(brc_axis_set(&axes, x->ndim, true, &set, err));
	for (size_t k = 0; k < x->ndim; k++) {
		bool gone = axes.at ? set >> k & 1 : x->dim[k] == 1 && k != x->batch;

		if (gone && (x->dim[k] != 1 || k == x->batch))
			return brc_fail(err, BRC_DATA, "axis %zu has extent %zu, not 1", k,
					x->dim[k]);
		if (!gone)
			dim[ndim++] = x->dim[k];
	}
	return set_shape(g, n, x, ndim, dim, err);
}

static brc_rc infer_unsqueeze(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_axes_args *a = n->args;
	const brc_operand *x;
	size_t set, from = 0, dim[BRC_MAX_DIMS];
	brc_list axes;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_list_or_input(g, n, &a->axes, 1, &axes, err));
	if (axes.n > BRC_MAX_DIMS - x->ndim)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	BRC_TRY(brc_axis_set(&axes, x->ndim + axes.n, true, &set, err));
	for (size_t k = 0; k < x->ndim + axes.n; k++)
		dim[k] = set >> k & 1 ? 1 : x->dim[from++];
	return set_shape(g, n, x, x->ndim + axes.n, dim, err);
}

static brc_rc infer_identity(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
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

static void adapt_dropout(int64_t opset, void *args)
{
	brc_dropout_args *a = args;

	a->is_test = opset > 6;
	a->mask = opset >= 10;
}

/* Its mask keeps everything. It is made only if some node reads it. */
static brc_rc infer_dropout(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_dropout_args *a = n->args;
	const brc_operand *x;
	brc_operand mask;

	if (!a->is_test || !is_idle(g, n)) {
		brc_fail(err, BRC_DATA, "it is switched on (%s)",
			 a->is_test ? "training_mode" : "is_test is 0");
		return brc_hint(err, "export the network for inference");
	}
	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	mask = *x;
	mask.elem = BRC_ELEM_BOOL;
	mask.narrow = 0;
	if (a->mask && n->n_out > 1 && n->out[1] != BRC_NOWHERE) {
		BRC_TRY(brc_set_output(g, n, 1, &mask, err));
		g->value[n->out[1]].state = BRC_ABSENT;
	}
	return brc_set_view(g, n, x, err);
}

#define RESHAPES(TYPE, MIN_IN, MAX_IN, INFER, ...) \
	BRC_OP(TYPE, BRC_TAKES(MIN_IN, MAX_IN, 1), INFER, NULL, PLAIN, MOVE, __VA_ARGS__)
#define KEEPS(TYPE, MAX_IN, MAX_OUT, INFER, ...)                                                \
	BRC_OP(TYPE, BRC_TAKES(1, MAX_IN, MAX_OUT), INFER, NULL, ANY, SAME, .activation = true, \
	       .line = BRC_LINE_YES, .homogeneous = true, __VA_ARGS__)
#define AXES BRC_ARGS(brc_axes_args, BRC_ATTR_LIST("axes", brc_axes_args, axes, 13, 1))

const brc_op brc_views_ops[] = {
	RESHAPES("Reshape", 2, 2, infer_reshape,
		 BRC_ARGS(brc_reshape_args,
			  BRC_ATTR_FLAG("allowzero", brc_reshape_args, allowzero, 0))),
	RESHAPES("Flatten", 1, 1, infer_flatten,
		 BRC_ARGS(brc_axis_args, BRC_ATTR_INT("axis", brc_axis_args, axis, 1))),
	RESHAPES("Squeeze", 1, 2, infer_squeeze, AXES),
	RESHAPES("Unsqueeze", 1, 2, infer_unsqueeze, AXES),
	KEEPS("Identity", 1, 1, infer_identity, .unchanged = true),
	KEEPS("Dropout", 3, 2, infer_dropout,
	      BRC_ARGS(brc_dropout_args, BRC_ATTR_UNREAD("ratio"), BRC_ATTR_UNREAD("seed"),
		       BRC_ATTR_FLAG("is_test", brc_dropout_args, is_test, 1)),
	      .adapt = adapt_dropout),
	{.type = NULL},
};
