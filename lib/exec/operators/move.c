/* Operators that only move elements: Transpose, Concat, Split, Slice, Expand, and changes of
 * layout. */
#include <string.h>

#include "base/memory.h"
#include "exec/loops.h"
#include "exec/operator.h"

/* One copy from an input to an output of the node. */
typedef struct copy {
	size_t in, out; /* values */
	brc_loops loops;
} copy;

typedef struct copies {
	size_t n;
	copy copy[];
} copies;

static copies *new_copies(brc_exec *g, brc_node *node, size_t n, brc_err *err)
{
	copies *c = brc_exec_alloc(g, 1, sizeof(*c) + n * sizeof(copy), err);

	node->state = c;
	if (c)
		c->n = n;
	return c;
}

static void copy_loop(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	size_t item = *(const size_t *)ctx;

	if (s[0] == 1 && s[1] == 1) {
		memcpy(p[0], p[1], n * item);
	} else if (item == sizeof(float)) {
		for (size_t i = 0; i < n; i++)
			((float *)p[0])[(ptrdiff_t)i * s[0]] =
				((const float *)p[1])[(ptrdiff_t)i * s[1]];
	} else {
		for (size_t i = 0; i < n; i++)
			((int64_t *)p[0])[(ptrdiff_t)i * s[0]] =
				((const int64_t *)p[1])[(ptrdiff_t)i * s[1]];
	}
}

static void run_copies(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const copies *c = n->state;

	for (size_t k = 0; k < c->n; k++) {
		size_t item = brc_item(g->value[c->copy[k].in].elem), items[2] = {item, item};
		char *base[2] = {m->at[c->copy[k].out], m->at[c->copy[k].in]};

		if (base[0])
			brc_loops_run(&c->copy[k].loops, base, items, copy_loop, &item);
	}
}

/* Loops over the extents dim[ndim], with the strides of both values. */
static brc_loops whole(const brc_operand *in, const brc_operand *out, const size_t *dim)
{
	brc_loops t = {.arrays = 2, .ndim = out->ndim};

	memcpy(t.dim, dim, sizeof(t.dim));
	brc_strides(out, t.stride[0]);
	brc_strides(in, t.stride[1]);
	return t;
}

/* ---- layout ---- */

static brc_rc infer_layout(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	brc_operand out = *brc_in(g, n, 0);
	copies *c = new_copies(g, n, 1, err);

	(void)p;
	if (!c)
		return BRC_RESOURCE;
	out.last = !out.last;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	c->copy[0] = (copy){n->in[0], n->out[0], whole(brc_in(g, n, 0), &out, out.dim)};
	brc_loops_simplify(&c->copy[0].loops);
	return BRC_OK;
}

/* ---- Transpose ---- */

static brc_rc infer_transpose(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, 0);
	brc_operand out;
	ptrdiff_t stride[BRC_MAX_DIMS];
	copies *c = new_copies(g, n, 1, err);
	const int64_t *perm;
	size_t count, seen = 0;
	brc_loops t;

	if (!c)
		return BRC_RESOURCE;
	BRC_TRY(brc_need(g, n, 0, x ? x->elem : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_ints(p, "perm", &perm, &count, err));
	if (perm && count != x->ndim)
		return brc_fail(err, BRC_DATA, "its perm has %zu entries for %zu dimensions", count,
				x->ndim);
	out = *x;
	out.last = false;
	t = (brc_loops){.arrays = 2, .ndim = x->ndim};
	brc_strides(x, stride);
	for (size_t k = 0; k < x->ndim; k++) {
		size_t from = x->ndim - 1 - k;

		if (perm)
			BRC_TRY(brc_axis(perm[k], x->ndim, &from, err));
		if (seen & (size_t)1 << from)
			return brc_fail(err, BRC_DATA, "its perm names dimension %zu twice", from);
		seen |= (size_t)1 << from;
		out.dim[k] = t.dim[k] = x->dim[from];
		t.stride[1][k] = stride[from];
		if (x->batch == from)
			out.batch = k;
	}
	brc_strides(&out, t.stride[0]);
	brc_loops_simplify(&t);
	c->copy[0] = (copy){n->in[0], n->out[0], t};
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- Concat ---- */

static bool joins(const brc_operand *a, const brc_operand *b, size_t axis)
{
	bool fits = a->ndim == b->ndim && a->elem == b->elem;

	for (size_t k = 0; fits && k < a->ndim; k++)
		fits = k == axis || a->dim[k] == b->dim[k];
	return fits;
}

/* A constant declared for the model's own batch of one stands for every image. */
static brc_operand spread(const brc_exec *g, const brc_operand *x, const brc_operand *like)
{
	brc_operand v = *x;

	if (x->state == BRC_CONSTANT && g->declared == 1 && like->batch == 0 && like->inner == 1 &&
	    x->ndim == like->ndim && x->dim[0] == 1)
		v.dim[0] = like->dim[0];
	return v;
}

static brc_rc concat_shape(const brc_exec *g, const brc_node *n, const Brc__OnnxNode *p,
			   size_t *axis, brc_operand *out, brc_err *err)
{
	int64_t attribute;
	const brc_operand *first = brc_in(g, n, 0);
	char a[128], b[128];

	if (!brc_onnx_attribute(p, "axis"))
		return brc_fail(err, BRC_DATA, "its axis is missing");
	BRC_TRY(brc_onnx_attribute_int(p, "axis", 0, &attribute, err));
	for (size_t k = 0; k < n->n_in; k++)
		if (!brc_in(g, n, k))
			return brc_fail(err, BRC_DATA, "input %zu is missing", k);
		else if (first->batch == BRC_NOWHERE)
			first = brc_in(g, n, k);
	BRC_TRY(brc_axis(attribute, first->ndim, axis, err));
	BRC_TRY(brc_keeps_images(first, *axis, err));
	*out = *first;
	out->dim[*axis] = 0;
	for (size_t k = 0; k < n->n_in; k++) {
		brc_operand x = spread(g, brc_in(g, n, k), first);

		if (!joins(first, &x, *axis))
			return brc_fail(err, BRC_DATA, "%s and %s cannot be joined along axis %zu",
					brc_shape_text(first, a, sizeof(a)),
					brc_shape_text(&x, b, sizeof(b)), *axis);
		if (x.batch != BRC_NOWHERE && (x.batch != first->batch || x.inner != first->inner))
			return brc_keeps_images(&x, x.batch, err);
		if (!brc_add(out->dim[*axis], x.dim[*axis], &out->dim[*axis]))
			return brc_fail(err, BRC_DATA, "its output is too large");
	}
	return BRC_OK;
}

static brc_rc infer_concat(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	copies *c = new_copies(g, n, n->n_in, err);
	brc_operand out;
	size_t axis, done = 0;

	if (!c)
		return BRC_RESOURCE;
	BRC_TRY(concat_shape(g, n, p, &axis, &out, err));
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	out = g->value[n->out[0]];
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x = brc_in(g, n, k);
		brc_operand wide = spread(g, x, &out);
		brc_loops t = whole(x, &out, wide.dim);

		t.start[0] = (ptrdiff_t)done * t.stride[0][axis];
		if (wide.dim[0] != x->dim[0])
			t.stride[1][0] = 0;
		done += x->dim[axis];
		brc_loops_simplify(&t);
		c->copy[k] = (copy){n->in[k], n->out[0], t};
	}
	return BRC_OK;
}

/* ---- Slice ---- */

typedef struct cuts {
	const int64_t *start, *end, *axis, *step; /* axis, step: NULL when left out */
	size_t n;
} cuts;

static brc_rc slice_lists(const brc_exec *g, const brc_node *n, const Brc__OnnxNode *p, cuts *s,
			  brc_err *err)
{
	size_t ends, axes, steps = 0;

	BRC_TRY(brc_list_of(g, n, p, "starts", 1, 10, &s->start, &s->n, err));
	BRC_TRY(brc_list_of(g, n, p, "ends", 2, 10, &s->end, &ends, err));
	BRC_TRY(brc_list_of(g, n, p, "axes", 3, 10, &s->axis, &axes, err));
	if (brc_in(g, n, 4))
		BRC_TRY(brc_need_list(g, n, 4, &s->step, &steps, err));
	if (ends != s->n || (s->axis && axes != s->n) || (s->step && steps != s->n))
		return brc_fail(err, BRC_DATA, "its starts, ends, axes and steps differ in number");
	return BRC_OK;
}

static int64_t clamp(int64_t v, int64_t lo, int64_t hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Elements taken along one extent, from *start on, *step apart. */
static size_t taken(size_t d, int64_t *start, int64_t end, int64_t *step)
{
	int64_t n = (int64_t)d;

	*start = clamp(*start, -n, n);
	*start += *start < 0 ? n : 0;
	end = end < 0 ? clamp(end, -n - 1, -1) + n : clamp(end, 0, n);
	if (n == 0)
		return 0;
	*step = clamp(*step, -n, n); /* a longer step takes one element all the same */
	if (*step > 0)
		return *start < end ? (size_t)((end - *start - 1) / *step + 1) : 0;
	*start = clamp(*start, 0, n - 1);
	return *start > end ? (size_t)((*start - end - 1) / -*step + 1) : 0;
}

/* A model exported for its own batch takes all of that. */
static bool takes_all(const brc_exec *g, const brc_operand *x, int64_t start, int64_t end,
		      int64_t step)
{
	size_t extent = x->dim[x->batch];
	size_t all = g->declared ? extent / g->rows * g->declared : extent;

	return start == 0 && step == 1 && end >= 0 && (uint64_t)end >= all;
}

static brc_rc slice_axis(const brc_exec *g, const brc_operand *x, const cuts *s, size_t i,
			 brc_loops *t, size_t *seen, brc_err *err)
{
	int64_t start = s->start[i], step = s->step ? s->step[i] : 1;
	size_t axis;

	BRC_TRY(brc_axis(s->axis ? s->axis[i] : (int64_t)i, x->ndim, &axis, err));
	if (*seen & (size_t)1 << axis)
		return brc_fail(err, BRC_DATA, "it slices axis %zu twice", axis);
	*seen |= (size_t)1 << axis;
	if (step == 0)
		return brc_fail(err, BRC_DATA, "its step is 0");
	if (axis == x->batch)
		return takes_all(g, x, start, s->end[i], step) ? BRC_OK
							       : brc_keeps_images(x, axis, err);
	t->dim[axis] = taken(x->dim[axis], &start, s->end[i], &step);
	t->start[1] += (ptrdiff_t)start * t->stride[1][axis];
	t->stride[1][axis] *= (ptrdiff_t)step;
	return BRC_OK;
}

static brc_rc infer_slice(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, 0);
	copies *c = new_copies(g, n, 1, err);
	brc_operand out;
	cuts s = {0};
	size_t seen = 0;
	brc_loops t;

	if (!c)
		return BRC_RESOURCE;
	BRC_TRY(brc_need(g, n, 0, x ? x->elem : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(slice_lists(g, n, p, &s, err));
	t = whole(x, x, x->dim);
	for (size_t i = 0; i < s.n; i++)
		BRC_TRY(slice_axis(g, x, &s, i, &t, &seen, err));
	out = *x;
	memcpy(out.dim, t.dim, sizeof(out.dim));
	brc_strides(&out, t.stride[0]);
	brc_loops_simplify(&t);
	c->copy[0] = (copy){n->in[0], n->out[0], t};
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- Split ---- */

/* Extent of part i along an axis of `extent`, `begin` of which are gone. */
static brc_rc part_size(const brc_node *n, const int64_t *given, size_t extent, size_t begin,
			size_t i, size_t *size, brc_err *err)
{
	size_t each = (extent + n->n_out - 1) / n->n_out, left = extent - begin;

	*size = given ? (size_t)given[i] : each < left ? each : left;
	if ((given && given[i] < 0) || *size > left)
		return brc_fail(err, BRC_DATA, "part %zu of %zu does not fit %zu", i, n->n_out,
				extent);
	return BRC_OK;
}

static brc_rc split_parts(brc_exec *g, brc_node *n, const int64_t *given, size_t axis, copies *c,
			  brc_err *err)
{
	const brc_operand x = *brc_in(g, n, 0);
	size_t begin = 0;

	for (size_t i = 0; i < n->n_out; i++) {
		brc_operand out = x;
		brc_loops t;

		BRC_TRY(part_size(n, given, x.dim[axis], begin, i, &out.dim[axis], err));
		t = whole(&x, &out, out.dim);
		t.start[1] = (ptrdiff_t)begin * t.stride[1][axis];
		begin += out.dim[axis];
		brc_loops_simplify(&t);
		if (n->out[i] != BRC_NOWHERE)
			c->copy[c->n++] = (copy){n->in[0], n->out[i], t};
		BRC_TRY(brc_set_output(g, n, i, &out, err));
	}
	if (begin != x.dim[axis])
		return brc_fail(err, BRC_DATA, "its parts sum to %zu, not %zu", begin, x.dim[axis]);
	return BRC_OK;
}

static brc_rc infer_split(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, 0);
	copies *c = new_copies(g, n, n->n_out, err);
	const int64_t *given;
	int64_t attribute, outputs;
	size_t axis, count;

	if (!c)
		return BRC_RESOURCE;
	c->n = 0;
	BRC_TRY(brc_need(g, n, 0, x ? x->elem : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", 0, &attribute, err));
	BRC_TRY(brc_axis(attribute, x->ndim, &axis, err));
	BRC_TRY(brc_keeps_images(x, axis, err));
	BRC_TRY(brc_onnx_attribute_int(p, "num_outputs", (int64_t)n->n_out, &outputs, err));
	if (outputs != (int64_t)n->n_out)
		return brc_fail(err, BRC_DATA, "num_outputs is %lld for %zu outputs",
				(long long)outputs, n->n_out);
	BRC_TRY(brc_list_of(g, n, p, "split", 1, 13, &given, &count, err));
	if (given && count != n->n_out)
		return brc_fail(err, BRC_DATA, "%zu sizes for %zu outputs", count, n->n_out);
	if (!given && g->opset < 18 && x->dim[axis] % n->n_out)
		return brc_fail(err, BRC_DATA, "%zu does not split into %zu equal parts",
				x->dim[axis], n->n_out);
	return split_parts(g, n, given, axis, c, err);
}

/* ---- Expand ---- */

static brc_rc infer_expand(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, 0);
	copies *c = new_copies(g, n, 1, err);
	brc_operand shape = {.name = "", .batch = BRC_NOWHERE, .inner = 1}, out;
	const brc_operand *in[2];
	const int64_t *want;
	brc_elem elem;

	(void)p;
	if (!c)
		return BRC_RESOURCE;
	BRC_TRY(brc_need(g, n, 0, x ? x->elem : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need_list(g, n, 1, &want, &shape.ndim, err));
	if (shape.ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its target shape has %zu dimensions", shape.ndim);
	for (size_t k = 0; k < shape.ndim; k++) {
		if (want[k] < 0)
			return brc_fail(err, BRC_DATA, "entry %zu of its target shape is %lld", k,
					(long long)want[k]);
		shape.dim[k] = (size_t)want[k];
	}
	in[0] = x;
	in[1] = &shape;
	elem = x->elem;
	BRC_TRY(brc_broadcast(g, in, 2, &out, err));
	out.elem = elem;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	c->copy[0] = (copy){.in = n->in[0], .out = n->out[0]};
	return brc_loops_broadcast(&c->copy[0].loops, &g->value[n->out[0]], in, 1, err);
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, MIN_IN, MAX_IN, MAX_OUT, INFER, TRACE) \
	const brc_op SYMBOL = {                                                   \
		.type = TYPE,                                                     \
		.trace = TRACE,                                                   \
		.attributes = ATTRIBUTES,                                         \
		.min_in = MIN_IN,                                                 \
		.max_in = MAX_IN,                                                 \
		.max_out = MAX_OUT,                                               \
		.layout = BRC_DEMAND_ANY,                                         \
		.infer = INFER,                                                   \
		.run = run_copies,                                                \
	}

OPERATOR(brc_kernel_layout, "Layout", "", 1, 1, 1, infer_layout, BRC_TRACE_MOVE);
OPERATOR(brc_kernel_transpose, "Transpose", "perm", 1, 1, 1, infer_transpose, BRC_TRACE_MOVE);
OPERATOR(brc_kernel_concat, "Concat", "axis", 1, SIZE_MAX, 1, infer_concat, BRC_TRACE_MOVE);
OPERATOR(brc_kernel_slice, "Slice", "starts|ends|axes", 1, 5, 1, infer_slice, BRC_TRACE_MOVE);
OPERATOR(brc_kernel_split, "Split", "axis|split|num_outputs", 1, 2, SIZE_MAX, infer_split,
	 BRC_TRACE_MOVE);
OPERATOR(brc_kernel_expand, "Expand", "", 2, 2, 1, infer_expand, BRC_TRACE_MOVE);
