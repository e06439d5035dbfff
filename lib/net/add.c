/* Add, with NumPy's broadcasting: of two branches, or of a bias on either side. */
#include <math.h>

#include "net/operators.h"
#include "net/run.h"

typedef struct sum {
	const float *row; /* the constant operand, one row of the output; NULL: none */
} sum;

/* Extent k of an operand aligned to the right with `ndim` extents: 1 where it has none. */
static size_t extent(const brc_net_value *v, size_t ndim, size_t k)
{
	return k + v->ndim < ndim ? 1 : v->dim[k + v->ndim - ndim];
}

static brc_rc shapes_differ(const brc_net_value *a, const brc_net_value *b, brc_err *err)
{
	char x[128], y[128];

	return brc_fail(err, BRC_DATA, "%s and %s cannot be added",
			brc_net_shape_text(a, x, sizeof(x)), brc_net_shape_text(b, y, sizeof(y)));
}

/* a depends on the input, b may. */
static brc_rc sum_shape(const brc_net_value *a, const brc_net_value *b, size_t dim[BRC_MAX_DIMS],
			brc_err *err)
{
	if (b->ndim > a->ndim || (b->kind == BRC_NET_RUNTIME && b->ndim != a->ndim))
		return shapes_differ(a, b, err);
	if (b->kind != BRC_NET_RUNTIME && b->ndim == a->ndim && b->dim[0] != 1)
		return brc_net_mixes_batch(err);
	dim[0] = 0;
	for (size_t k = 1; k < a->ndim; k++) {
		size_t x = a->dim[k], y = extent(b, a->ndim, k);

		if (x != y && x != 1 && y != 1)
			return shapes_differ(a, b, err);
		dim[k] = x == 1 ? y : x;
	}
	return BRC_OK;
}

/* How a row of `v` is spread over a row of `out`: stride 0 along extents of 1. */
static void spread(const brc_net_value *v, const brc_net_value *out, brc_net_copy *c)
{
	size_t s = 1;

	*c = (brc_net_copy){.ndim = out->ndim};
	brc_net_strides(out, c->dst_stride);
	c->dim[0] = 1;
	for (size_t k = out->ndim; k-- > 1;) {
		size_t n = extent(v, out->ndim, k);

		c->dim[k] = out->dim[k];
		c->src_stride[k] = n == 1 ? 0 : (ptrdiff_t)s;
		s *= n;
	}
}

static brc_rc constant_row(brc_net *net, brc_net_node *node, const brc_net_value *c, brc_err *err)
{
	const brc_net_value *out = &net->value[node->out[0]];
	brc_net_copy copy;
	sum *s = node->state;
	float *row;

	if (c->count == out->count) {
		s->row = c->f;
		return BRC_OK;
	}
	row = brc_net_calloc(net, out->count, sizeof(*row), err);
	if (!row)
		return BRC_RESOURCE;
	spread(c, out, &copy);
	for (size_t i = 0; i < out->count; i++) {
		size_t rest = i;
		ptrdiff_t from = 0;

		for (size_t k = copy.ndim; k-- > 1;) {
			from += (ptrdiff_t)(rest % copy.dim[k]) * copy.src_stride[k];
			rest /= copy.dim[k];
		}
		row[i] = c->f[from];
	}
	s->row = row;
	return BRC_OK;
}

static brc_rc infer_add(brc_net *net, brc_net_node *node, const Brc__OnnxNode *proto, brc_err *err)
{
	const brc_net_value *a = brc_net_in(net, node, 0), *b = brc_net_in(net, node, 1);
	bool swap = a && a->kind != BRC_NET_RUNTIME;
	size_t dim[BRC_MAX_DIMS];
	brc_net_copy copy;

	(void)proto;
	BRC_TRY(brc_net_need(net, node, swap, BRC_NET_RUNTIME, &a, err));
	b = brc_net_in(net, node, !swap);
	if (!b || b->kind != BRC_NET_RUNTIME)
		BRC_TRY(brc_net_need(net, node, !swap, BRC_NET_FLOATS, &b, err));
	BRC_TRY(sum_shape(a, b, dim, err));
	BRC_TRY(brc_net_set_output(net, node, 0, a->ndim, dim, err));
	node->state = brc_net_calloc(net, 1, sizeof(sum), err);
	if (!node->state)
		return BRC_RESOURCE;
	BRC_TRY(brc_net_moves_new(net, node, b->kind == BRC_NET_RUNTIME ? 2 : 1, err));
	spread(a, &net->value[node->out[0]], &copy);
	BRC_TRY(brc_net_moves_set(net, node, 0, node->in[swap], node->out[0], &copy, err));
	if (b->kind != BRC_NET_RUNTIME)
		return constant_row(net, node, b, err);
	spread(b, &net->value[node->out[0]], &copy);
	return brc_net_moves_set(net, node, 1, node->in[!swap], node->out[0], &copy, err);
}

static void run_add(const brc_net *net, const brc_net_node *node, float *const *at)
{
	const sum *s = node->state;
	size_t width = net->value[node->out[0]].count;
	float *y = at[node->out[0]];

	brc_net_move_rows(net, &node->moves[0], at, false);
	if (node->n_moves > 1)
		brc_net_move_rows(net, &node->moves[1], at, true);
	if (!s->row)
		return;
	for (size_t r = 0; r < BRC_RUN_ROWS; r++)
		for (size_t i = 0; i < width; i++)
			y[r * width + i] += s->row[i];
}

bool brc_net_adds_constant(const brc_net *net, const brc_net_node *node)
{
	return node->op == &brc_op_add && node->n_moves == 1 &&
	       net->value[node->moves[0].in].count == net->value[node->out[0]].count;
}

bool brc_net_added_is_finite(const brc_net *net, const brc_net_node *node)
{
	const sum *s = node->state;
	size_t n = net->value[node->out[0]].count;

	for (size_t i = 0; s->row && i < n; i++)
		if (!isfinite(s->row[i]))
			return false;
	return true;
}

const brc_net_op brc_op_add = {
	.type = "Add",
	.attributes = "",
	.min_in = 2,
	.max_in = 2,
	.max_out = 1,
	.trace = BRC_TRACE_MOVES,
	.infer = infer_add,
	.run = run_add,
};
