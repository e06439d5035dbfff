/* Operators that only move elements: Transpose, Concat, Split, Slice, Expand, and changes of
 * layout. */
#include <string.h>

#include "base/memory.h"
#include "exec/operators/copies.h"

/* One copy from an input to an output of the node. */
typedef struct copy {
	size_t in, out;         /* values */
	brc_loops given, loops; /* as they were given, and simplified */
} copy;

typedef struct copies {
	size_t n;
	copy copy[];
} copies;

/* Room for n copies, the state of the node; none is set. */
static brc_rc new_copies(brc_exec *g, brc_node *node, size_t n, copies **c, brc_err *err)
{
	BRC_TRY(brc_exec_alloc(g, c, 1, sizeof(**c) + n * sizeof(copy), err));
	node->state = *c;
	return BRC_OK;
}

/* One more copy. */
static void add_copy(copies *c, size_t in, size_t out, const brc_loops *t)
{
	c->copy[c->n] = (copy){in, out, *t, *t};
	brc_loops_simplify(&c->copy[c->n++].loops);
}

/* The one copy of a node, from its input 0 to its output 0. */
brc_rc brc_copies_set(brc_exec *g, brc_node *n, const brc_loops *t, brc_err *err)
{
	copies *c;

	BRC_TRY(new_copies(g, n, 1, &c, err));
	add_copy(c, n->in[0], n->out[0], t);
	return BRC_OK;
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

void brc_copies_run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const copies *c = n->state;

	for (size_t k = 0; k < c->n; k++) {
		size_t item = brc_item(g->value[c->copy[k].in].elem), items[2] = {item, item};
		char *base[2] = {m->at[c->copy[k].out], m->at[c->copy[k].in]};

		if (base[0])
			brc_loops_run(&c->copy[k].loops, base, items, copy_loop, &item);
	}
}

/* A loop for each dimension of the output, which lies row-major. */
static bool block_copy(const brc_exec *g, const brc_node *n, size_t k, brc_block_copy *b)
{
	const copies *c = n->state;
	const brc_loops *t = k < c->n ? &c->copy[k].given : NULL;
	const brc_operand *y = t ? &g->value[c->copy[k].out] : NULL;
	size_t stride = 1, to = t ? (size_t)t->start[0] : 0;

	if (!t || t->ndim != y->ndim || t->start[0] < 0 || t->start[1] < 0)
		return false;
	*b = (brc_block_copy){
		.in = c->copy[k].in, .out = c->copy[k].out, .from = (size_t)t->start[1]};
	for (size_t d = y->ndim; d-- > 0;) {
		if (t->stride[0][d] != (ptrdiff_t)stride)
			return false;
		stride *= y->dim[d];
		b->dim[d] = t->dim[d];
		b->step[d] = t->stride[1][d];
	}
	for (size_t d = 0; d < y->ndim; d++) {
		stride = y->dim[d] ? stride / y->dim[d] : 0;
		b->to[d] = stride ? to / stride : 0;
		to = stride ? to % stride : 0;
	}
	return true;
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

static brc_rc infer_layout(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand out = *brc_in(g, n, 0);
	brc_loops t;

	out.last = !out.last;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	t = whole(brc_in(g, n, 0), &out, out.dim);
	return brc_copies_set(g, n, &t, err);
}

/* ---- Transpose ---- */

static brc_rc infer_transpose(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_operand out;
	ptrdiff_t stride[BRC_MAX_DIMS];
	const brc_list *perm = &((const brc_transpose_args *)n->args)->perm;
	size_t seen = 0;
	brc_loops t;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	if (perm->at && perm->n != x->ndim)
		return brc_fail(err, BRC_DATA, "its perm has %zu entries for %zu dimensions",
				perm->n, x->ndim);
	out = *x;
	out.last = false;
	t = (brc_loops){.arrays = 2, .ndim = x->ndim};
	brc_strides(x, stride);
	for (size_t k = 0; k < x->ndim; k++) {
		size_t from = x->ndim - 1 - k;

		if (perm->at)
			BRC_TRY(brc_axis(perm->at[k], x->ndim, &from, err));
		if (seen & (size_t)1 << from)
			return brc_fail(err, BRC_DATA, "its perm names dimension %zu twice", from);
		seen |= (size_t)1 << from;
		out.dim[k] = t.dim[k] = x->dim[from];
		t.stride[1][k] = stride[from];
		if (x->batch == from)
			out.batch = k;
	}
	brc_strides(&out, t.stride[0]);
	BRC_TRY(brc_copies_set(g, n, &t, err));
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

/* A constant that was declared for the model's own batch of one applies to every image. */
static brc_operand spread(const brc_exec *g, const brc_operand *x, const brc_operand *like)
{
	brc_operand v = *x;

	if (x->state == BRC_CONSTANT && g->declared == 1 && like->batch == 0 && like->inner == 1 &&
	    x->ndim == like->ndim && x->dim[0] == 1)
		v.dim[0] = like->dim[0];
	return v;
}

static brc_rc concat_shape(const brc_exec *g, const brc_node *n, size_t *axis, brc_operand *out,
			   brc_err *err)
{
	int64_t given = ((const brc_axis_args *)n->args)->axis;
	const brc_operand *first = brc_in(g, n, 0);

	if (given == BRC_NO_AXIS)
		return brc_fail(err, BRC_DATA, "its axis is missing");
	for (size_t k = 0; k < n->n_in; k++)
		if (!brc_in(g, n, k))
			return brc_fail(err, BRC_DATA, "input %zu is missing", k);
		else if (first->batch == BRC_NOWHERE)
			first = brc_in(g, n, k);
	BRC_TRY(brc_axis_of(given, first, axis, err));
	*out = *first;
	out->dim[*axis] = 0;
	for (size_t k = 0; k < n->n_in; k++) {
		brc_operand x = spread(g, brc_in(g, n, k), first);

		if (!joins(first, &x, *axis))
			return brc_fail(err, BRC_DATA, "%s and %s cannot be joined along axis %zu",
					brc_shape_text(first).s, brc_shape_text(&x).s, *axis);
		if (x.batch != BRC_NOWHERE && (x.batch != first->batch || x.inner != first->inner))
			return brc_keeps_images(&x, x.batch, err);
		if (!brc_add(out->dim[*axis], x.dim[*axis], &out->dim[*axis]))
			return brc_fail(err, BRC_DATA, "its output is too large");
	}
	return BRC_OK;
}

static brc_rc infer_concat(brc_exec *g, brc_node *n, brc_err *err)
{
	copies *c;
	brc_operand out;
	size_t axis, done = 0;

	BRC_TRY(new_copies(g, n, n->n_in, &c, err));
	BRC_TRY(concat_shape(g, n, &axis, &out, err));
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
		add_copy(c, n->in[k], n->out[0], &t);
	}
	return BRC_OK;
}

/* ---- Slice ---- */

typedef struct ranges {
	brc_list start, end, axis, step; /* axis, step: may be left out */
} ranges;

static brc_rc slice_lists(const brc_exec *g, const brc_node *n, ranges *s, brc_err *err)
{
	const brc_slice_args *a = n->args;

	*s = (ranges){.step.at = NULL};
	BRC_TRY(brc_list_or_input(g, n, &a->starts, 1, &s->start, err));
	BRC_TRY(brc_list_or_input(g, n, &a->ends, 2, &s->end, err));
	BRC_TRY(brc_list_or_input(g, n, &a->axes, 3, &s->axis, err));
	if (brc_in(g, n, 4))
		BRC_TRY(brc_need_list(g, n, 4, &s->step, err));
	if (s->end.n != s->start.n || (s->axis.at && s->axis.n != s->start.n) ||
	    (s->step.at && s->step.n != s->start.n))
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
	*step = clamp(*step, -n, n); /* a longer step also takes one element */
	if (*step > 0)
		return *start < end ? (size_t)((end - *start - 1) / *step + 1) : 0;
	*start = clamp(*start, 0, n - 1);
	return *start > end ? (size_t)((*start - end - 1) / -*step + 1) : 0;
}

/* A model that was exported for a fixed batch takes all of it. */
static bool takes_all(const brc_exec *g, const brc_operand *x, int64_t start, int64_t end,
		      int64_t step)
{
	size_t extent = x->dim[x->batch];
	size_t all = g->declared ? extent / g->rows * g->declared : extent;

	return start == 0 && step == 1 && end >= 0 && (uint64_t)end >= all;
}

static brc_rc slice_axis(const brc_exec *g, const brc_operand *x, const ranges *s, size_t i,
			 brc_loops *t, size_t *seen, brc_err *err)
{
	int64_t start = s->start.at[i], step = s->step.at ? s->step.at[i] : 1;
	size_t axis;

	BRC_TRY(brc_axis(s->axis.at ? s->axis.at[i] : (int64_t)i, x->ndim, &axis, err));
	if (*seen & (size_t)1 << axis)
		return brc_fail(err, BRC_DATA, "it slices axis %zu twice", axis);
	*seen |= (size_t)1 << axis;
	if (step == 0)
		return brc_fail(err, BRC_DATA, "its step is 0");
	if (axis == x->batch)
		return takes_all(g, x, start, s->end.at[i], step) ? BRC_OK
								  : brc_keeps_images(x, axis, err);
	t->dim[axis] = taken(x->dim[axis], &start, s->end.at[i], &step);
	t->start[1] += (ptrdiff_t)start * t->stride[1][axis];
	t->stride[1][axis] *= (ptrdiff_t)step;
	return BRC_OK;
}

static brc_rc infer_slice(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, 0);
	brc_operand out;
	ranges s;
	size_t seen = 0;
	brc_loops t;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(slice_lists(g, n, &s, err));
	t = whole(x, x, x->dim);
	for (size_t i = 0; i < s.start.n; i++)
		BRC_TRY(slice_axis(g, x, &s, i, &t, &seen, err));
	out = *x;
	memcpy(out.dim, t.dim, sizeof(out.dim));
	brc_strides(&out, t.stride[0]);
	BRC_TRY(brc_copies_set(g, n, &t, err));
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
		if (n->out[i] != BRC_NOWHERE)
			add_copy(c, n->in[0], n->out[i], &t);
		BRC_TRY(brc_set_output(g, n, i, &out, err));
	}
	if (begin != x.dim[axis])
		return brc_fail(err, BRC_DATA, "its parts sum to %zu, not %zu", begin, x.dim[axis]);
	return BRC_OK;
}

static void adapt_split(int64_t opset, void *args)
{
	((brc_split_args *)args)->equal = opset < 18;
}

static brc_rc infer_split(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_split_args *a = n->args;
	copies *c;
	const brc_operand *x;
	brc_list given;
	size_t axis;

	BRC_TRY(new_copies(g, n, n->n_out, &c, err));
	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_axis_of(a->axis, x, &axis, err));
	if (a->num_outputs != -1 && a->num_outputs != (int64_t)n->n_out)
		return brc_fail(err, BRC_DATA, "num_outputs is %lld for %zu outputs",
				(long long)a->num_outputs, n->n_out);
	BRC_TRY(brc_list_or_input(g, n, &a->split, 1, &given, err));
	if (given.at && given.n != n->n_out)
		return brc_fail(err, BRC_DATA, "%zu sizes for %zu outputs", given.n, n->n_out);
	if (!given.at && a->equal && x->dim[axis] % n->n_out)
		return brc_fail(err, BRC_DATA, "%zu does not split into %zu equal parts",
				x->dim[axis], n->n_out);
	return split_parts(g, n, given.at, axis, c, err);
}

/* ---- Expand ---- */

static brc_rc infer_expand(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand shape = {.name = "", .batch = BRC_NOWHERE, .inner = 1}, out;
	const brc_operand *x, *in[2];
	brc_loops t;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(brc_need_shape(g, n, 1, "target shape", &shape, err));
	in[0] = x;
	in[1] = &shape;
	BRC_TRY(brc_broadcast(in, 2, &out, err));
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	BRC_TRY(brc_loops_broadcast(&t, &g->value[n->out[0]], in, 1, err));
	return brc_copies_set(g, n, &t, err);
}

#define RECORD(TYPE, MIN_IN, MAX_IN, MAX_OUT, INFER, ...)                                  \
	BRC_OP(TYPE, BRC_TAKES(MIN_IN, MAX_IN, MAX_OUT), INFER, brc_copies_run, ANY, MOVE, \
	       .copy = block_copy, __VA_ARGS__)

const brc_op brc_layout_op = RECORD("Layout", 1, 1, 1, infer_layout, .attributes = NULL);

const brc_op brc_moves_ops[] = {
	RECORD("Transpose", 1, 1, 1, infer_transpose,
	       BRC_ARGS(brc_transpose_args, BRC_ATTR_LIST("perm", brc_transpose_args, perm, 0, 0)),
	       .unchanged = true),
	RECORD("Concat", 1, SIZE_MAX, 1, infer_concat,
	       BRC_ARGS(brc_axis_args, BRC_ATTR_INT("axis", brc_axis_args, axis, BRC_NO_AXIS))),
	RECORD("Slice", 1, 5, 1, infer_slice,
	       BRC_ARGS(brc_slice_args, BRC_ATTR_LIST("starts", brc_slice_args, starts, 10, 1),
			BRC_ATTR_LIST("ends", brc_slice_args, ends, 10, 2),
			BRC_ATTR_LIST("axes", brc_slice_args, axes, 10, 3))),
	RECORD("Split", 1, 2, SIZE_MAX, infer_split,
	       BRC_ARGS(brc_split_args, BRC_ATTR_INT("axis", brc_split_args, axis, 0),
			BRC_ATTR_LIST("split", brc_split_args, split, 13, 1),
			BRC_ATTR_INT("num_outputs", brc_split_args, num_outputs, -1)),
	       .adapt = adapt_split),
	RECORD("Expand", 2, 2, 1, infer_expand, .attributes = NULL),
	{.type = NULL},
};
