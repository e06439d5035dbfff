/* Concat, Slice, Split: rows put together and taken apart, as moves. */
#include "net/operators.h"

#include "base/memory.h"

/* The copy of a whole row of `part` into a place within a row of `whole`, or back. */
static void whole_row(const brc_net_value *part, brc_net_copy *c)
{
	*c = (brc_net_copy){.ndim = part->ndim};
	c->dim[0] = 1;
	for (size_t k = 1; k < part->ndim; k++)
		c->dim[k] = part->dim[k];
}

static void natural(const brc_net_value *v, ptrdiff_t stride[BRC_MAX_DIMS])
{
	size_t s[BRC_MAX_DIMS];

	brc_net_strides(v, s);
	for (size_t k = 0; k < v->ndim; k++)
		stride[k] = (ptrdiff_t)s[k];
}

/* ---- Concat ---- */

static brc_rc concat_shape(const brc_net *net, const brc_net_node *node, size_t axis,
			   size_t dim[BRC_MAX_DIMS], brc_err *err)
{
	const brc_net_value *first, *x;
	char a[128], b[128];

	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &first, err));
	for (size_t k = 0; k < first->ndim; k++)
		dim[k] = first->dim[k];
	for (size_t i = 1; i < node->n_in; i++) {
		bool fits;

		BRC_TRY(brc_net_need(net, node, i, BRC_NET_RUNTIME, &x, err));
		fits = x->ndim == first->ndim;
		for (size_t k = 1; fits && k < x->ndim; k++)
			fits = k == axis || x->dim[k] == first->dim[k];
		if (!fits)
			return brc_fail(err, BRC_DATA, "%s and %s cannot be joined along axis %zu",
					brc_net_shape_text(first, a, sizeof(a)),
					brc_net_shape_text(x, b, sizeof(b)), axis);
		dim[axis] += x->dim[axis];
	}
	return BRC_OK;
}

static brc_rc infer_concat(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			   brc_err *err)
{
	const brc_net_value *x, *out;
	size_t axis, dim[BRC_MAX_DIMS], stride[BRC_MAX_DIMS], done = 0;
	int64_t attribute;

	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	if (!brc_onnx_attribute(proto, "axis"))
		return brc_fail(err, BRC_DATA, "its axis is missing");
	BRC_TRY(brc_onnx_attribute_int(proto, "axis", 0, &attribute, err));
	BRC_TRY(brc_net_axis(attribute, x->ndim, &axis, err));
	if (axis == 0)
		return brc_net_mixes_batch(err);
	BRC_TRY(concat_shape(net, node, axis, dim, err));
	BRC_TRY(brc_net_set_output(net, node, 0, x->ndim, dim, err));
	BRC_TRY(brc_net_moves_new(net, node, node->n_in, err));
	out = &net->value[node->out[0]];
	brc_net_strides(out, stride);
	for (size_t i = 0; i < node->n_in; i++) {
		brc_net_copy c;

		x = brc_net_in(net, node, i);
		whole_row(x, &c);
		natural(x, c.src_stride);
		for (size_t k = 0; k < x->ndim; k++)
			c.dst_stride[k] = stride[k];
		c.dst = done * stride[axis];
		done += x->dim[axis];
		BRC_TRY(brc_net_moves_set(net, node, i, node->in[i], node->out[0], &c, err));
	}
	return BRC_OK;
}

/* ---- Slice ---- */

typedef struct slice {
	const int64_t *start, *end, *axis, *step; /* axis, step: NULL when left out */
	size_t n;
} slice;

static brc_rc slice_attributes(const Brc__OnnxNode *proto, slice *s, brc_err *err)
{
	size_t ends, axes;

	BRC_TRY(brc_onnx_attribute_ints(proto, "starts", &s->start, &s->n, err));
	BRC_TRY(brc_onnx_attribute_ints(proto, "ends", &s->end, &ends, err));
	BRC_TRY(brc_onnx_attribute_ints(proto, "axes", &s->axis, &axes, err));
	if (ends != s->n || (s->axis && axes != s->n) || s->n == 0)
		return brc_fail(err, BRC_DATA, "its starts, ends and axes differ in number");
	return BRC_OK;
}

static brc_rc slice_inputs(const brc_net *net, const brc_net_node *node, slice *s, brc_err *err)
{
	size_t ends, axes = 0, steps = 0;

	BRC_TRY(brc_net_need_ints(net, node, 1, &s->start, &s->n, err));
	BRC_TRY(brc_net_need_ints(net, node, 2, &s->end, &ends, err));
	if (brc_net_in(net, node, 3))
		BRC_TRY(brc_net_need_ints(net, node, 3, &s->axis, &axes, err));
	if (brc_net_in(net, node, 4))
		BRC_TRY(brc_net_need_ints(net, node, 4, &s->step, &steps, err));
	if (ends != s->n || (s->axis && axes != s->n) || (s->step && steps != s->n))
		return brc_fail(err, BRC_DATA, "its starts, ends, axes and steps differ in number");
	return BRC_OK;
}

static int64_t clamp(int64_t v, int64_t lo, int64_t hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Elements taken along one extent d >= 1, from *start on, *step apart. */
static size_t taken(size_t d, int64_t *start, int64_t end, int64_t *step)
{
	int64_t n = (int64_t)d;

	*start = clamp(*start, -n, n);
	*start += *start < 0 ? n : 0;
	end = end < 0 ? clamp(end, -n - 1, -1) + n : clamp(end, 0, n);
	*step = clamp(*step, -n, n); /* a longer step takes one element all the same */
	if (*step > 0)
		return *start < end ? (size_t)((end - *start - 1) / *step + 1) : 0;
	*start = clamp(*start, 0, n - 1);
	return *start > end ? (size_t)((*start - end - 1) / -*step + 1) : 0;
}

/* The batch may only be taken whole. */
static bool takes_all(const brc_net *net, int64_t start, int64_t end, int64_t step)
{
	int64_t all = net->batch ? (int64_t)net->batch : INT32_MAX;

	return start == 0 && step == 1 && end >= all;
}

/* Entry i of the slice: what it takes along its axis. `seen` has a bit an axis. */
static brc_rc slice_axis(const brc_net *net, const brc_net_value *x, const slice *s, size_t i,
			 brc_net_copy *c, unsigned *seen, brc_err *err)
{
	int64_t start = s->start[i], step = s->step ? s->step[i] : 1;
	size_t axis;

	BRC_TRY(brc_net_axis(s->axis ? s->axis[i] : (int64_t)i, x->ndim, &axis, err));
	if (*seen & 1u << axis)
		return brc_fail(err, BRC_DATA, "it slices axis %zu twice", axis);
	*seen |= 1u << axis;
	if (step == 0)
		return brc_fail(err, BRC_DATA, "its step is 0");
	if (axis == 0)
		return takes_all(net, start, s->end[i], step) ? BRC_OK : brc_net_mixes_batch(err);
	c->dim[axis] = taken(x->dim[axis], &start, s->end[i], &step);
	c->src += (size_t)start * (size_t)c->src_stride[axis];
	c->src_stride[axis] *= step;
	return BRC_OK;
}

static brc_rc infer_slice(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			  brc_err *err)
{
	bool by_inputs = net->opset >= 10;
	const brc_net_value *x;
	brc_net_copy c;
	slice s = {0};
	unsigned seen = 0;

	if (by_inputs ? proto->n_attribute > 0 : node->n_in > 1)
		return brc_fail(err, BRC_DATA, "its form does not belong to operator set %lld",
				(long long)net->opset);
	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	BRC_TRY(by_inputs ? slice_inputs(net, node, &s, err) : slice_attributes(proto, &s, err));
	whole_row(x, &c);
	natural(x, c.src_stride);
	for (size_t i = 0; i < s.n; i++)
		BRC_TRY(slice_axis(net, x, &s, i, &c, &seen, err));
	BRC_TRY(brc_net_set_output(net, node, 0, x->ndim, c.dim, err));
	brc_net_strides(&net->value[node->out[0]], c.dst_stride);
	BRC_TRY(brc_net_moves_new(net, node, 1, err));
	return brc_net_moves_set(net, node, 0, node->in[0], node->out[0], &c, err);
}

/* ---- Split ---- */

/* Extents of the parts along the axis: part[n_out], from `given` (NULL: equal parts). */
static brc_rc split_sizes(const brc_net *net, const brc_net_node *node, size_t extent,
			  const int64_t *given, size_t n, size_t *part, brc_err *err)
{
	size_t parts = node->n_out, sum = 0;
	size_t each = parts ? (extent + parts - 1) / parts : 0;

	if (given && n != parts)
		return brc_fail(err, BRC_DATA, "%zu sizes for %zu outputs", n, parts);
	if (!given && net->opset < 18 && parts && extent % parts)
		return brc_fail(err, BRC_DATA, "%zu does not split into %zu equal parts", extent,
				parts);
	for (size_t i = 0; i < parts; i++) {
		size_t left = extent - sum;

		part[i] = given ? (size_t)given[i] : each < left ? each : left;
		if ((given && given[i] <= 0) || part[i] == 0 || part[i] > left)
			return brc_fail(err, BRC_DATA, "part %zu of %zu does not fit %zu", i, parts,
					extent);
		sum += part[i];
	}
	if (sum != extent)
		return brc_fail(err, BRC_DATA, "its parts sum to %zu, not %zu", sum, extent);
	return BRC_OK;
}

static brc_rc split_given(const brc_net *net, const brc_net_node *node, const Brc__OnnxNode *proto,
			  const int64_t **given, size_t *n, brc_err *err)
{
	int64_t outputs;

	*given = NULL;
	*n = 0;
	BRC_TRY(brc_onnx_attribute_int(proto, "num_outputs", (int64_t)node->n_out, &outputs, err));
	if (outputs != (int64_t)node->n_out)
		return brc_fail(err, BRC_DATA, "num_outputs is %lld for %zu outputs",
				(long long)outputs, node->n_out);
	if (net->opset < 13 ? node->n_in > 1 : brc_onnx_attribute(proto, "split") != NULL)
		return brc_fail(err, BRC_DATA, "its form does not belong to operator set %lld",
				(long long)net->opset);
	if (net->opset < 13)
		return brc_onnx_attribute_ints(proto, "split", given, n, err);
	return brc_net_in(net, node, 1) ? brc_net_need_ints(net, node, 1, given, n, err) : BRC_OK;
}

static brc_rc split_part(brc_net *net, brc_net_node *node, size_t i, size_t axis, size_t begin,
			 size_t size, brc_err *err)
{
	const brc_net_value *x = brc_net_in(net, node, 0);
	brc_net_copy c;

	if (node->out[i] == BRC_NONE)
		return BRC_OK;
	whole_row(x, &c);
	natural(x, c.src_stride);
	c.dim[axis] = size;
	c.src = begin * (size_t)c.src_stride[axis];
	BRC_TRY(brc_net_set_output(net, node, i, x->ndim, c.dim, err));
	brc_net_strides(&net->value[node->out[i]], c.dst_stride);
	return brc_net_moves_set(net, node, i, node->in[0], node->out[i], &c, err);
}

static brc_rc infer_split(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto,
			  brc_err *err)
{
	const brc_net_value *x;
	const int64_t *given;
	size_t axis, n, begin = 0, *part;
	int64_t attribute;

	BRC_TRY(brc_net_need(net, node, 0, BRC_NET_RUNTIME, &x, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "axis", 0, &attribute, err));
	BRC_TRY(brc_net_axis(attribute, x->ndim, &axis, err));
	if (axis == 0)
		return brc_net_mixes_batch(err);
	BRC_TRY(split_given(net, node, proto, &given, &n, err));
	part = brc_net_calloc(net, node->n_out, sizeof(*part), err);
	if (!part)
		return BRC_RESOURCE;
	BRC_TRY(split_sizes(net, node, x->dim[axis], given, n, part, err));
	BRC_TRY(brc_net_moves_new(net, node, node->n_out, err));
	for (size_t i = 0; i < node->n_out; i++) {
		BRC_TRY(split_part(net, node, i, axis, begin, part[i], err));
		begin += part[i];
	}
	return BRC_OK;
}

const brc_net_op brc_op_concat = {
	.type = "Concat",
	.attributes = "axis",
	.min_in = 1,
	.max_in = SIZE_MAX,
	.max_out = 1,
	.trace = BRC_TRACE_MOVES,
	.infer = infer_concat,
	.run = brc_net_run_moves,
};

const brc_net_op brc_op_slice = {
	.type = "Slice",
	.attributes = "starts|ends|axes",
	.min_in = 1,
	.max_in = 5,
	.max_out = 1,
	.trace = BRC_TRACE_MOVES,
	.infer = infer_slice,
	.run = brc_net_run_moves,
};

const brc_net_op brc_op_split = {
	.type = "Split",
	.attributes = "axis|split|num_outputs",
	.min_in = 1,
	.max_in = 2,
	.max_out = SIZE_MAX,
	.trace = BRC_TRACE_MOVES,
	.infer = infer_split,
	.run = brc_net_run_moves,
};
