/*
 * RNN, GRU and LSTM. A node of both directions becomes two nodes of one direction, and a Concat of
 * what they give. So each such node is one layer of units, and kernels know one direction.
 */
#include "exec/operators/recurrent.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "exec/make.h"
#include "exec/operators/gates.h"

static const struct cell {
	size_t gates, functions;
	brc_gate_function f[BRC_GATE_FUNCTIONS];
} cells[] = {
	[BRC_CELL_RNN] = {1, 1, {{BRC_GATE_TANH, 0, 0}}},
	[BRC_CELL_GRU] = {3, 2, {{BRC_GATE_SIGMOID, 0, 0}, {BRC_GATE_TANH, 0, 0}}},
	[BRC_CELL_LSTM] =
		{4, 3, {{BRC_GATE_SIGMOID, 0, 0}, {BRC_GATE_TANH, 0, 0}, {BRC_GATE_TANH, 0, 0}}},
};

static brc_rc read_recurrent(brc_exec *g, const Brc__OnnxNode *p, void *args, brc_err *err)
{
	brc_recurrent_args *a = args;
	size_t each = cells[brc_op_find(p->op_type)->variant].functions;
	size_t directions = a->direction == BRC_BIDIRECTIONAL ? 2 : 1;
	brc_gate_function f[2 * BRC_GATE_FUNCTIONS];

	(void)g;
	BRC_TRY(brc_gates_read(p, directions * each, f, &a->named, err));
	for (size_t d = 0; a->named && d < directions; d++)
		memcpy(a->function[d], f + d * each, each * sizeof(*f));
	return BRC_OK;
}

/* ---- inference ---- */

static brc_rc check_args(const brc_recurrent_args *a, const brc_recurrence *r, brc_err *err)
{
	if (!(a->clip > 0))
		return brc_fail(err, BRC_DATA, "its clip is %g", (double)a->clip);
	if (a->hidden_size != 0 && a->hidden_size != (int64_t)r->hidden)
		return brc_fail(err, BRC_DATA, "its hidden_size is %lld, and its weights have %zu",
				(long long)a->hidden_size, r->hidden);
	if (r->hidden > INT_MAX / r->gates || r->inputs > INT_MAX || r->rows > INT_MAX ||
	    r->steps > INT_MAX)
		return brc_fail(err, BRC_DATA, "its matrices are too large");
	return BRC_OK;
}

/* A constant parameter of so many elements for the one direction. */
static brc_rc parameter(const brc_exec *g, const brc_node *n, size_t k, size_t rows, size_t columns,
			brc_err *err)
{
	const brc_operand *v;
	bool fits;

	if (k >= BRC_RECURRENT_B && !brc_in(g, n, k))
		return BRC_OK;
	BRC_TRY(brc_need_constant(g, n, k, BRC_ELEM_FLOAT, &v, err));
	fits = v->ndim == (columns ? 3u : 2u) && v->dim[0] == 1 && v->dim[1] == rows &&
	       (!columns || v->dim[2] == columns);
	if (fits)
		return BRC_OK;
	if (columns)
		return brc_fail(err, BRC_DATA,
				"input %zu ('%.200s') is %s; [1, %zu, %zu] is needed", k, v->name,
				brc_shape_text(v).s, rows, columns);
	return brc_fail(err, BRC_DATA, "input %zu ('%.200s') is %s; [1, %zu] is needed", k, v->name,
			brc_shape_text(v).s, rows);
}

/* X gives the extents, and R the number of units. */
static brc_rc sizes(const brc_exec *g, const brc_node *n, brc_recurrence *r, brc_err *err)
{
	const brc_recurrent_args *a = n->args;
	const brc_operand *x, *w;

	BRC_TRY(brc_need(g, n, BRC_RECURRENT_X, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need_constant(g, n, BRC_RECURRENT_R, BRC_ELEM_FLOAT, &w, err));
	r->gates = cells[n->op->variant].gates;
	r->rows_first = a->layout;
	if (x->ndim != 3 || x->count == 0 || w->ndim != 3 || w->count == 0)
		return brc_fail(err, BRC_DATA, "its input is %s, and its recurrent weights are %s",
				brc_shape_text(x).s, brc_shape_text(w).s);
	r->steps = x->dim[r->rows_first];
	r->rows = x->dim[!r->rows_first];
	r->inputs = x->dim[2];
	r->hidden = w->dim[2];
	if (brc_keeps_images(x, r->rows_first, err) != BRC_OK)
		return brc_hint(err, "its steps lie where the images do: --shape x=16,?,8 says "
				     "that there are 16 steps, and images in the second dimension");
	BRC_TRY(brc_keeps_images(x, 2, err));
	return check_args(a, r, err);
}

/* A state before the first step; *step: from one row to the next. */
static brc_rc state_before(const brc_exec *g, const brc_node *n, size_t k, const brc_recurrence *r,
			   brc_operand *out, size_t *step, brc_err *err)
{
	const brc_operand *v;
	size_t axis = !r->rows_first;

	if (!brc_in(g, n, k))
		return BRC_OK;
	BRC_TRY(brc_need(g, n, k, BRC_ELEM_FLOAT, &v, err));
	if (v->ndim != 3 || v->dim[!axis] != 1 || v->dim[2] != r->hidden ||
	    (v->dim[axis] != r->rows && !(v->state == BRC_CONSTANT && v->dim[axis] == 1)))
		return brc_fail(err, BRC_DATA,
				"input %zu ('%.200s') is %s, which does not fit %zu rows of %zu "
				"units",
				k, v->name, brc_shape_text(v).s, r->rows, r->hidden);
	*step = v->dim[axis] == 1 ? 0 : r->hidden;
	if (v->batch == BRC_NOWHERE)
		return BRC_OK;
	if (v->batch != axis || (out->batch != BRC_NOWHERE && out->inner != v->inner))
		return brc_keeps_images(v, v->batch, err);
	out->batch = axis; /* of X, so far */
	out->inner = v->inner;
	return BRC_OK;
}

static brc_rc lengths(const brc_exec *g, const brc_node *n, brc_recurrence *r, brc_err *err)
{
	const brc_operand *v;
	const int64_t *at;

	if (!brc_in(g, n, BRC_RECURRENT_LENGTHS))
		return BRC_OK;
	BRC_TRY(brc_need(g, n, BRC_RECURRENT_LENGTHS, BRC_ELEM_INT, &v, err));
	at = v->state == BRC_CONSTANT ? v->data : NULL;
	if (v->ndim != 1 || (v->count != r->rows && !(at && v->count == 1)))
		return brc_fail(err, BRC_DATA, "its lengths of sequences are %s for %zu rows",
				brc_shape_text(v).s, r->rows);
	r->length_step = v->count == r->rows;
	for (size_t i = 0; at && i < v->count; i++)
		if (at[i] < 0 || (size_t)at[i] > r->steps)
			return brc_fail(err, BRC_DATA, "a length of %lld steps, of %zu",
					(long long)at[i], r->steps);
	return BRC_OK;
}

/* y has the batch of X, and its layout. */
static brc_rc set_outputs(brc_exec *g, const brc_node *n, const brc_recurrence *r,
			  const brc_operand *like, brc_err *err)
{
	brc_operand y = *like, last = *like;
	bool images = like->batch != BRC_NOWHERE;

	y.ndim = 4;
	y.dim[0] = r->rows_first ? r->rows : r->steps;
	y.dim[1] = r->rows_first ? r->steps : 1;
	y.dim[2] = r->rows_first ? 1 : r->rows;
	y.dim[3] = r->hidden;
	last.dim[r->rows_first] = 1;
	last.dim[!r->rows_first] = r->rows;
	last.dim[2] = r->hidden;
	if (images) {
		y.batch = r->rows_first ? 0 : 2;
		last.batch = !r->rows_first;
	}
	BRC_TRY(brc_set_output(g, n, 0, &y, err));
	BRC_TRY(brc_set_output(g, n, 1, &last, err));
	return brc_set_output(g, n, 2, &last, err);
}

/* In a bare graph: the weights of each unit, as brc_recurrence has them. */
static brc_rc make_map(brc_exec *g, brc_node *n, brc_recurrence *r, brc_err *err)
{
	const brc_operand *w = brc_in(g, n, BRC_RECURRENT_W), *b = brc_in(g, n, BRC_RECURRENT_B);
	const float *of_x = w->data, *of_h = brc_in(g, n, BRC_RECURRENT_R)->data;
	brc_operand map = {.name = w->name,
			   .state = BRC_CONSTANT,
			   .ndim = 3,
			   .dim = {r->hidden, r->inputs + r->hidden, r->gates},
			   .batch = BRC_NOWHERE,
			   .inner = 1};
	float *at, *sum;

	BRC_TRY(brc_count(&map, err));
	BRC_TRY(brc_exec_alloc(g, &at, map.count, sizeof(*at), err));
	BRC_TRY(brc_exec_alloc(g, &sum, r->hidden, sizeof(*sum), err));
	for (size_t u = 0; u < r->hidden; u++)
		for (size_t k = 0; k < r->gates; k++) {
			size_t row = k * r->hidden + u;
			float *to = at + u * map.dim[1] * r->gates + k;

			for (size_t i = 0; i < r->inputs; i++)
				to[i * r->gates] = of_x[row * r->inputs + i];
			for (size_t i = 0; i < r->hidden; i++)
				to[(r->inputs + i) * r->gates] = of_h[row * r->hidden + i];
			for (size_t i = 0; b && i < 2; i++)
				sum[u] += ((float *)b->data)[i * r->gates * r->hidden + row];
		}
	r->map_at = at;
	map.data = at;
	r->bias = b ? sum : NULL;
	return brc_exec_add_value(g, &map, &r->map, err);
}

static brc_rc infer_recurrent(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_recurrent_args *a = n->args;
	const struct cell *cell = &cells[n->op->variant];
	brc_recurrence *r = n->state;
	brc_operand like;
	size_t rows;
	bool computed = false;

	BRC_TRY(sizes(g, n, r, err));
	rows = r->gates * r->hidden;
	BRC_TRY(parameter(g, n, BRC_RECURRENT_W, rows, r->inputs, err));
	BRC_TRY(parameter(g, n, BRC_RECURRENT_R, rows, r->hidden, err));
	BRC_TRY(parameter(g, n, BRC_RECURRENT_B, 2 * rows, 0, err));
	BRC_TRY(parameter(g, n, BRC_RECURRENT_P, 3 * r->hidden, 0, err));
	memcpy(r->f, a->named ? a->function[0] : cell->f, sizeof(r->f));
	like = *brc_in(g, n, BRC_RECURRENT_X);
	BRC_TRY(state_before(g, n, BRC_RECURRENT_H, r, &like, &r->h_step, err));
	BRC_TRY(state_before(g, n, BRC_RECURRENT_C, r, &like, &r->c_step, err));
	BRC_TRY(lengths(g, n, r, err));
	if (!brc_recurrence_scratch(r, &n->scratch))
		return brc_fail(err, BRC_DATA, "its matrices are too large");
	BRC_TRY(set_outputs(g, n, r, &like, err));
	for (size_t k = 0; k < n->n_in; k++)
		computed = computed || (brc_in(g, n, k) && brc_in(g, n, k)->state == BRC_COMPUTED);
	return g->bare && computed ? make_map(g, n, r, err) : BRC_OK;
}

/* ---- both directions ---- */

/* Input k as those of both directions, which lie along `axis`. */
static brc_rc split_input(brc_exec *g, const brc_node *n, size_t k, int64_t axis, size_t each[2],
			  brc_err *err)
{
	const brc_split_args args = {.axis = axis, .num_outputs = -1, .equal = true};
	const brc_operand *v = brc_in(g, n, k);

	each[0] = each[1] = BRC_NOWHERE;
	if (!v)
		return BRC_OK;
	if (v->ndim <= (size_t)axis || v->dim[axis] != 2)
		return brc_fail(err, BRC_DATA, "input %zu ('%.200s') is %s, for two directions", k,
				v->name, brc_shape_text(v).s);
	return brc_exec_add_node(g, brc_op_find("Split"), &args, v->name, &n->in[k], 1, each, 2,
				 err);
}

/* Output k: what both directions give for it, one behind the other. */
static brc_rc join_output(brc_exec *g, const brc_node *n, size_t k, int64_t axis,
			  const size_t each[2], brc_err *err)
{
	brc_node join = {.op = brc_op_find("Concat"), .n_in = 2, .n_out = 1};
	brc_axis_args *args;
	void *own;

	BRC_TRY(brc_arguments_read(g, join.op, NULL, &own, err));
	args = own;
	args->axis = axis;
	join.args = args;
	join.name = g->value[n->out[k]].name;
	BRC_TRY(brc_exec_alloc(g, &join.in, 3, sizeof(*join.in), err));
	join.out = join.in + 2;
	join.in[0] = each[0];
	join.in[1] = each[1];
	join.out[0] = n->out[k];
	return brc_exec_join(g, &join, err);
}

/* "/lstm/LSTM" gives "/lstm.forward/LSTM", from which layers get their names. */
static void name_direction(const brc_node *n, size_t d, char *name, size_t cap)
{
	static const char *const names[] = {"forward", "reverse"};
	size_t all = strlen(n->name), type = strlen(n->op->type), stem = all;

	if (all > type + 1 && n->name[all - type - 1] == '/' &&
	    strcmp(n->name + all - type, n->op->type) == 0)
		stem = all - type - 1;
	snprintf(name, cap, "%.*s.%s%s", (int)brc_least(stem, cap / 2), n->name, names[d],
		 n->name + stem);
}

static brc_rc one_direction(brc_exec *g, const brc_node *n, size_t d, const size_t *in,
			    size_t out[3], brc_err *err)
{
	brc_recurrent_args args = *(const brc_recurrent_args *)n->args;
	char name[512];
	brc_node *last;

	args.direction = d;
	memcpy(args.function[0], args.function[d], sizeof(args.function[0]));
	name_direction(n, d, name, sizeof(name));
	BRC_TRY(brc_exec_add_node(g, n->op, &args, name, in, n->n_in, out, n->op->max_out, err));
	last = g->n_nodes ? &g->node[g->n_nodes - 1] : NULL;
	if (last && last->out[0] == out[0])
		last->named = n->named;
	return BRC_OK;
}

static brc_rc split_directions(brc_exec *g, const brc_node *n, bool *done, brc_err *err)
{
	const brc_recurrent_args *a = n->args;
	size_t in[2][BRC_RECURRENT_P + 1], out[2][3];

	*done = a->direction == BRC_BIDIRECTIONAL;
	if (!*done)
		return BRC_OK;
	for (size_t k = 0; k < n->n_in; k++) {
		bool shared = k == BRC_RECURRENT_X || k == BRC_RECURRENT_LENGTHS;
		bool state = k == BRC_RECURRENT_H || k == BRC_RECURRENT_C;
		size_t each[2] = {n->in[k], n->in[k]};

		if (!shared)
			BRC_TRY(split_input(g, n, k, state && a->layout, each, err));
		in[0][k] = each[0];
		in[1][k] = each[1];
	}
	for (size_t d = 0; d < 2; d++)
		BRC_TRY(one_direction(g, n, d, in[d], out[d], err));
	for (size_t k = 0; k < n->n_out; k++) {
		const size_t each[2] = {out[0][k], out[1][k]};
		int64_t axis = k == 0 ? (a->layout ? 2 : 1) : a->layout;

		if (n->out[k] != BRC_NOWHERE)
			BRC_TRY(join_output(g, n, k, axis, each, err));
	}
	return BRC_OK;
}

/* ---- the records ---- */

static bool recurrent_weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const brc_recurrence *r = n->state;

	if (!g->bare || !r->map_at)
		return false;
	*w = (brc_linear_map){.w = r->map_at,
			      .bias = r->bias,
			      .outputs = r->hidden,
			      .inputs = r->inputs + r->hidden,
			      .groups = 1,
			      .h = r->gates,
			      .wide = 1,
			      .out_step = (r->inputs + r->hidden) * r->gates,
			      .in_step = r->gates,
			      .alpha = 1,
			      .value = r->map,
			      .in_axis = 2,
			      .axis = 3,
			      .recurrent = r->hidden};
	return true;
}

#define STEP_FLOPS 5e3

static double recurrent_flops(const brc_exec *g, const brc_node *n)
{
	const brc_recurrence *r = n->state;

	(void)g;
	/* a step costs something even if it has next to nothing to compute */
	return STEP_FLOPS * (double)r->steps + 2.0 * (double)r->steps * (double)r->rows *
						       (double)(r->gates * r->hidden) *
						       (double)(r->inputs + r->hidden);
}

#define ARGS brc_recurrent_args
#define RECORD(TYPE, CELL, MAX_IN, MAX_OUT, ...)                                                \
	BRC_OP(TYPE, BRC_TAKES(3, MAX_IN, MAX_OUT), infer_recurrent, brc_recurrence_run, PLAIN, \
	       RECURRENT,                                                                       \
	       BRC_ARGS(ARGS, BRC_ATTR_INT("hidden_size", ARGS, hidden_size, 0),                \
			BRC_ATTR_CHOICE("direction", ARGS, direction, BRC_FORWARD, "forward",   \
					"reverse", "bidirectional"),                            \
			BRC_ATTR_FLAG("layout", ARGS, layout, 0),                               \
			BRC_ATTR_FLOAT("clip", ARGS, clip, INFINITY, 0),                        \
			BRC_ATTR_UNREAD("activations"), BRC_ATTR_UNREAD("activation_alpha"),    \
			BRC_ATTR_UNREAD("activation_beta"), __VA_ARGS__),                       \
	       .state = sizeof(brc_recurrence), .variant = CELL, .read = read_recurrent,        \
	       .split = split_directions, .weights = recurrent_weights, .flops = recurrent_flops)

const brc_op brc_recurrent_ops[] = {
	RECORD("RNN", BRC_CELL_RNN, 6, 2, {.name = NULL}),
	RECORD("GRU", BRC_CELL_GRU, 6, 2,
	       BRC_ATTR_FLAG("linear_before_reset", ARGS, linear_before_reset, 0)),
	RECORD("LSTM", BRC_CELL_LSTM, 8, 3, BRC_ATTR_FLAG("input_forget", ARGS, input_forget, 0)),
	{.type = NULL},
};
