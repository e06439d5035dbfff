/*
 * Operators that others can say: Mean, CastLike, Compress, MeanVarianceNormalization,
 * GroupNormalization. Their nodes are put before the node, which becomes the Identity.
 */
#include "exec/operators/lowered.h"

#include <string.h>

brc_rc brc_put(brc_exec *g, const brc_node *n, const char *type, const void *args, const size_t *in,
	       size_t n_in, size_t *out, brc_err *err)
{
	return brc_exec_add_node(g, brc_op_find(type), args, n->name, in, n_in, out, 1, err);
}

static brc_rc put_two(brc_exec *g, const brc_node *n, const char *type, size_t a, size_t b,
		      size_t *out, brc_err *err)
{
	const size_t in[2] = {a, b};

	return brc_put(g, n, type, NULL, in, 2, out, err);
}

brc_rc brc_become(brc_exec *g, brc_node *n, size_t value, brc_err *err)
{
	n->op = brc_op_find("Identity");
	n->in[0] = value;
	n->n_in = 1;
	return n->op->infer(g, n, err);
}

/* ---- Mean ---- */

static brc_rc infer_mean(brc_exec *g, brc_node *n, brc_err *err)
{
	size_t sum, count, y;
	float *number;

	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x;

		BRC_TRY(brc_need(g, n, k, BRC_ELEM_FLOAT, &x, err));
	}
	BRC_TRY(brc_put(g, n, "Sum", NULL, n->in, n->n_in, &sum, err));
	BRC_TRY(brc_exec_constant(g, n->name, BRC_ELEM_FLOAT, 0, 1, &count, &number, err));
	*number = (float)n->n_in;
	BRC_TRY(put_two(g, n, "Div", sum, count, &y, err));
	return brc_become(g, n, y, err);
}

/* ---- CastLike ---- */

static brc_rc infer_cast_like(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *like;
	brc_cast_args args;
	size_t y;

	BRC_TRY(brc_need_any(g, n, 1, &like, err));
	args.to = like->elem == BRC_ELEM_FLOAT  ? BRC_ONNX_FLOAT
		  : like->elem == BRC_ELEM_BOOL ? BRC_ONNX_BOOL
		  : like->narrow                ? like->narrow
						: BRC_ONNX_INT64;
	BRC_TRY(brc_put(g, n, "Cast", &args, n->in, 1, &y, err));
	return brc_become(g, n, y, err);
}

/* ---- Compress ---- */

/* The places of the true elements of a list. */
static brc_rc chosen(brc_exec *g, const brc_node *n, size_t *value, brc_err *err)
{
	const brc_operand *which;
	size_t count = 0, at = 0;
	int64_t *place;
	const int64_t *truth;

	BRC_TRY(brc_need_known(g, n, 1, &which, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_BOOL, &which, err));
	if (which->ndim != 1)
		return brc_fail(err, BRC_DATA, "input 1 ('%.200s') is no list", which->name);
	truth = which->data;
	for (size_t i = 0; i < which->dim[0]; i++)
		count += truth[i] != 0;
	BRC_TRY(brc_exec_constant(g, n->name, BRC_ELEM_INT, 1, count, value, &place, err));
	for (size_t i = 0; at < count; i++)
		if (truth[i])
			place[at++] = (int64_t)i;
	return BRC_OK;
}

static brc_rc infer_compress(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_axis_args args = {((const brc_compress_args *)n->args)->axis};
	size_t x = n->in[0], shape, places, y;
	const brc_operand *given;
	int64_t *row;

	BRC_TRY(brc_need_any(g, n, 0, &given, err));
	if (args.axis == BRC_NO_AXIS) {
		args.axis = 0;
		BRC_TRY(brc_exec_constant(g, n->name, BRC_ELEM_INT, 1, 1, &shape, &row, err));
		*row = -1;
		BRC_TRY(put_two(g, n, "Reshape", x, shape, &x, err));
	}
	BRC_TRY(chosen(g, n, &places, err));
	BRC_TRY(brc_put(g, n, "Gather", &args, (const size_t[]){x, places}, 2, &y, err));
	return brc_become(g, n, y, err);
}

/* ---- MeanVarianceNormalization ---- */

static brc_rc infer_mvn(brc_exec *g, brc_node *n, brc_err *err)
{
	static const int64_t usual[] = {0, 2, 3};
	brc_reduce_args args = {.axes = ((const brc_axes_args *)n->args)->axes, .keepdims = true};
	size_t mean, rest, square, variance, deviation, least, y;
	float *epsilon;

	if (!args.axes.at)
		args.axes = (brc_list){usual, 3};
	BRC_TRY(brc_put(g, n, "ReduceMean", &args, n->in, 1, &mean, err));
	BRC_TRY(put_two(g, n, "Sub", n->in[0], mean, &rest, err));
	BRC_TRY(put_two(g, n, "Mul", rest, rest, &square, err));
	BRC_TRY(brc_put(g, n, "ReduceMean", &args, &square, 1, &variance, err));
	BRC_TRY(brc_put(g, n, "Sqrt", NULL, &variance, 1, &deviation, err));
	BRC_TRY(brc_exec_constant(g, n->name, BRC_ELEM_FLOAT, 0, 1, &least, &epsilon, err));
	*epsilon = 1e-9f;
	BRC_TRY(put_two(g, n, "Add", deviation, least, &deviation, err));
	BRC_TRY(put_two(g, n, "Div", rest, deviation, &y, err));
	return brc_become(g, n, y, err);
}

/* ---- GroupNormalization ---- */

static void adapt_group_norm(int64_t opset, void *args)
{
	((brc_group_norm_args *)args)->by_group = opset < 21;
}

/* x with the groups in place of its channels, or the other way round: [0, groups, rest...]. */
static brc_rc regroup(brc_exec *g, const brc_node *n, size_t x, const int64_t *shape, size_t ndim,
		      size_t *y, brc_err *err)
{
	int64_t *list;
	size_t value;

	BRC_TRY(brc_exec_constant(g, n->name, BRC_ELEM_INT, 1, ndim, &value, &list, err));
	memcpy(list, shape, ndim * sizeof(*list));
	return put_two(g, n, "Reshape", x, value, y, err);
}

/* A factor or term of every channel: its dimensions after the channels are ones. */
static brc_rc by_channel(brc_exec *g, const brc_node *n, const char *type, size_t k, size_t ndim,
			 size_t *y, brc_err *err)
{
	brc_axes_args args = {{NULL, ndim - 2}};
	size_t w = n->in[k];
	int64_t *ones;

	BRC_TRY(brc_exec_alloc(g, &ones, ndim - 2, sizeof(*ones), err));
	args.axes.at = ones;
	for (size_t i = 0; i < ndim - 2; i++)
		ones[i] = (int64_t)i + 1;
	BRC_TRY(brc_put(g, n, "Unsqueeze", &args, &w, 1, &w, err));
	return put_two(g, n, type, *y, w, y, err);
}

/* Scale and bias of InstanceNormalization: those of the groups, or 1 and 0. */
static brc_rc group_weights(brc_exec *g, const brc_node *n, size_t groups, size_t *in, brc_err *err)
{
	float *ones, *zeros;

	if (((const brc_group_norm_args *)n->args)->by_group) {
		memcpy(in + 1, n->in + 1, 2 * sizeof(*in));
		return BRC_OK;
	}
	BRC_TRY(brc_exec_constant(g, n->name, BRC_ELEM_FLOAT, 1, groups, &in[1], &ones, err));
	for (size_t k = 0; k < groups; k++)
		ones[k] = 1;
	return brc_exec_constant(g, n->name, BRC_ELEM_FLOAT, 1, groups, &in[2], &zeros, err);
}

static brc_rc check_groups(const brc_exec *g, const brc_node *n, const brc_operand *x, brc_err *err)
{
	const brc_group_norm_args *a = n->args;
	const brc_operand *w;

	if (x->ndim < 2 || a->num_groups < 1 || x->dim[1] % (size_t)a->num_groups)
		return brc_fail(err, BRC_DATA, "%lld groups of the channels of %s",
				(long long)a->num_groups, brc_shape_text(x).s);
	for (size_t k = 1; k < 3; k++) {
		size_t want = a->by_group ? (size_t)a->num_groups : x->dim[1];

		BRC_TRY(brc_need(g, n, k, BRC_ELEM_FLOAT, &w, err));
		if (w->ndim != 1 || w->dim[0] != want || w->batch != BRC_NOWHERE)
			return brc_fail(err, BRC_DATA, "input %zu ('%.200s') is %s, not [%zu]", k,
					w->name, brc_shape_text(w).s, want);
	}
	return BRC_OK;
}

static brc_rc infer_group_norm(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_group_norm_args *a = n->args;
	const brc_norm_args args = {.epsilon = a->epsilon};
	int64_t grouped[3] = {0, a->num_groups, -1}, shape[BRC_MAX_DIMS] = {0};
	const brc_operand *x;
	size_t ndim, in[3], y;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(check_groups(g, n, x, err));
	ndim = x->ndim;
	for (size_t k = 1; k < ndim; k++) {
		BRC_TRY(brc_keeps_images(x, k, err));
		shape[k] = (int64_t)x->dim[k];
	}
	BRC_TRY(regroup(g, n, n->in[0], grouped, 3, &in[0], err));
	BRC_TRY(group_weights(g, n, (size_t)a->num_groups, in, err));
	BRC_TRY(brc_put(g, n, "InstanceNormalization", &args, in, 3, &y, err));
	BRC_TRY(regroup(g, n, y, shape, ndim, &y, err));
	if (!a->by_group) {
		BRC_TRY(by_channel(g, n, "Mul", 1, ndim, &y, err));
		BRC_TRY(by_channel(g, n, "Add", 2, ndim, &y, err));
	}
	return brc_become(g, n, y, err);
}

/* They are traced as the nodes are that say them. */
#define RECORD(TYPE, MIN_IN, MAX_IN, INFER, LAYOUT, ...) \
	BRC_OP(TYPE, BRC_TAKES(MIN_IN, MAX_IN, 1), INFER, NULL, LAYOUT, SAME, __VA_ARGS__)

const brc_op brc_lowered_ops[] = {
	RECORD("Mean", 1, SIZE_MAX, infer_mean, ANY, .attributes = NULL),
	RECORD("CastLike", 2, 2, infer_cast_like, ANY, .attributes = NULL),
	RECORD("Compress", 2, 2, infer_compress, PLAIN,
	       BRC_ARGS(brc_compress_args,
			BRC_ATTR_INT("axis", brc_compress_args, axis, BRC_NO_AXIS))),
	RECORD("MeanVarianceNormalization", 1, 1, infer_mvn, ANY,
	       BRC_ARGS(brc_axes_args, BRC_ATTR_LIST("axes", brc_axes_args, axes, 0, 0))),
	RECORD("GroupNormalization", 3, 3, infer_group_norm, PLAIN,
	       BRC_ARGS(brc_group_norm_args,
			BRC_ATTR_FLOAT("epsilon", brc_group_norm_args, epsilon, 1e-5f, 0),
			BRC_ATTR_INT("num_groups", brc_group_norm_args, num_groups, 0),
			BRC_ATTR_UNREAD("stash_type")),
	       .adapt = adapt_group_norm),
	{.type = NULL},
};
