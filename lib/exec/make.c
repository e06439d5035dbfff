#include "exec/make.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/accept.h"

#define BUDGET_FACTOR 4u
#define ROOM_FACTOR 8u /* Winograd takes 4 times the weights, and may fill up some */
#define WORK_FACTOR 1e3
#define WORK_EXTRA 2e9 /* a second, at most */
#define BUDGET_EXTRA ((size_t)32 << 20)

brc_rc brc_exec_begin(brc_exec **g, size_t bytes, brc_err *err)
{
	*g = brc_calloc(1, sizeof(**g), err);
	BRC_TRY(brc_made(*g));
	(*g)->opset = BRC_OPSET_MAX;
	(*g)->work = WORK_EXTRA + WORK_FACTOR * (double)bytes;
	(*g)->budget = BUDGET_EXTRA + BUDGET_FACTOR * bytes;
	(*g)->room = BUDGET_EXTRA + ROOM_FACTOR * bytes;
	omp_set_num_threads(1); /* for oneDNN: our own tasks run in parallel */
	return BRC_OK;
}

/* ---- values ---- */

/* A copy of the text, owned by the graph. */
static brc_rc keep_text(brc_exec *g, const char *text, const char **copy, brc_err *err)
{
	char *s = brc_strdup(text, err);

	*copy = s;
	return s ? brc_exec_own(g, s, free, err) : BRC_RESOURCE;
}

/* An output of a future node. Only its name is known so far. */
static brc_rc add_result(brc_exec *g, const char *name, size_t *value, brc_err *err)
{
	brc_operand v = {.state = BRC_ABSENT, .batch = BRC_NOWHERE, .inner = 1};

	BRC_TRY(keep_text(g, name, &v.name, err));
	return brc_exec_add_value(g, &v, value, err);
}

brc_rc brc_exec_add_input(brc_exec *g, const brc_tensor_view *in, int32_t narrow, size_t *value,
			  brc_err *err)
{
	brc_operand v = {.state = in->data ? BRC_CONSTANT : BRC_COMPUTED,
			 .elem = in->elem,
			 .narrow = narrow,
			 .input = true,
			 .ndim = in->ndim,
			 .batch = in->batch ? 0 : BRC_NOWHERE,
			 .inner = 1,
			 .open = in->open};
	size_t item = brc_item(in->elem);

	memcpy(v.dim, in->dim, sizeof(v.dim));
	if (brc_count(&v, err) != BRC_OK)
		return brc_err_prefix(err, "the input '%.200s'", in->name);
	if (in->batch)
		g->rows = in->dim[0];
	g->open = g->open || in->open;
	if (in->data) {
		g->budget += v.count * item;
		BRC_TRY(brc_exec_alloc(g, &v.data, v.count, item, err));
		memcpy(v.data, in->data, v.count * item);
	}
	BRC_TRY(keep_text(g, in->name, &v.name, err));
	return brc_exec_add_value(g, &v, value, err);
}

/* If the value is the mask of a Dropout and does not exist yet, make it. It keeps everything. */
static brc_rc make_mask(brc_exec *g, size_t value, brc_err *err)
{
	brc_operand *v = &g->value[value];
	int64_t *ones;

	if (v->state != BRC_ABSENT)
		return BRC_OK;
	if (v->elem != BRC_ELEM_BOOL)
		return brc_fail(err, BRC_DATA, "'%.200s' is a mask, which is not computed",
				v->name);
	BRC_TRY(brc_exec_alloc(g, &ones, v->count, sizeof(*ones), err));
	v->data = ones;
	for (size_t i = 0; i < v->count; i++)
		ones[i] = 1;
	v->state = BRC_CONSTANT;
	return BRC_OK;
}

/* ---- what depends on constants alone ---- */

/* Memory for the outputs of a node whose inputs are constants. */
static brc_rc make_constants(brc_exec *g, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_operand *v = n->out[k] == BRC_NOWHERE ? NULL : &g->value[n->out[k]];

		if (!v || v->state != BRC_COMPUTED)
			continue;
		v->batch = BRC_NOWHERE;
		if (n->op->run)
			BRC_TRY(brc_exec_alloc(g, &v->data, v->count, brc_item(v->elem), err));
		else
			v->data = g->value[n->in[0]].data;
		v->state = BRC_CONSTANT;
	}
	return BRC_OK;
}

/*
 * Products of constants, and windows over them, may take far longer than the size of a model lets
 * one expect.
 */
static brc_rc spend_work(brc_exec *g, const brc_node *n, brc_err *err)
{
	double need = n->op->work ? n->op->work(n, &g->value[n->out[0]]) : brc_node_flops(g, n);

	if (need > g->work)
		return brc_fail(err, BRC_DATA,
				"computing it from constants takes more operations than the size "
				"of the model accounts for");
	g->work -= need;
	return BRC_OK;
}

/* All inputs are constants: compute the outputs now. */
static brc_rc fold(brc_exec *g, brc_node *n, brc_err *err)
{
	BRC_TRY(spend_work(g, n, err));
	BRC_TRY(make_constants(g, n, err));
	if (!n->op->run)
		return BRC_OK;
	if (n->op->prepare)
		BRC_TRY(n->op->prepare(g, n, err));
	BRC_TRY(brc_grow(&g->fold, &g->cap_fold, g->n_values, sizeof(*g->fold), err));
	for (size_t k = 0; k < n->n_in + n->n_out; k++) { /* those of other values are not read */
		size_t v = k < n->n_in ? n->in[k] : n->out[k - n->n_in];

		if (v != BRC_NOWHERE)
			g->fold[v] = g->value[v].data;
	}
	return brc_node_run(g, n, g->fold, err);
}

static bool all_constant(const brc_exec *g, const size_t *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (v[k] != BRC_NOWHERE && g->value[v[k]].state == BRC_COMPUTED)
			return false;
	return true;
}

/* ---- nodes ---- */

/* Constants may be empty, but nothing can be computed of nothing. */
static brc_rc check_filled(const brc_exec *g, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		const brc_operand *v = n->out[k] == BRC_NOWHERE ? NULL : &g->value[n->out[k]];

		for (size_t i = 0; v && v->state == BRC_COMPUTED && i < v->ndim; i++)
			if (v->dim[i] == 0)
				return brc_fail(err, BRC_DATA,
						"dimension %zu of its output is empty", i);
	}
	return BRC_OK;
}

static brc_rc infer(brc_exec *g, brc_node *n, brc_err *err)
{
	BRC_TRY(brc_exec_alloc(g, &n->state, 1, n->op->state, err));
	BRC_TRY(n->op->infer(g, n, err));
	if (all_constant(g, n->in, n->n_in)) {
		BRC_TRY(fold(g, n, err));
		return brc_exec_follow_images(g, n, err);
	}
	if (all_constant(g, n->out, n->n_out))
		return BRC_OK; /* Shape */
	BRC_TRY(check_filled(g, n, err));
	BRC_TRY(brc_exec_check_images(g, n, err));
	BRC_TRY(brc_grow(&g->node, &g->cap_nodes, g->n_nodes + 1, sizeof(*g->node), err));
	g->node[g->n_nodes++] = *n;
	return BRC_OK;
}

/* Make *value the same value in the other layout. */
static brc_rc change_layout(brc_exec *g, size_t *value, brc_err *err)
{
	const char *name = g->value[*value].name;

	return brc_exec_add_node(g, &brc_layout_op, NULL, name, value, 1, value, 1, err);
}

/* Give n's inputs the layout its operator asks for, by nodes put in before it. */
static brc_rc demand_layouts(brc_exec *g, brc_node *n, brc_err *err)
{
	bool last = n->op->layout == BRC_DEMAND_LAST;

	if (g->bare || n->op->layout == BRC_DEMAND_ANY)
		return BRC_OK;
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *v = brc_in(g, n, k);

		if (v && !(last && k > 0) && v->last != last && !brc_layout_is_moot(v))
			BRC_TRY(change_layout(g, &n->in[k], err));
	}
	return BRC_OK;
}

brc_rc brc_exec_join(brc_exec *g, brc_node *n, brc_err *err)
{
	bool done = false;

	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE)
			BRC_TRY(make_mask(g, n->in[k], err));
	if (n->op->split)
		BRC_TRY(n->op->split(g, n, &done, err));
	if (done)
		return BRC_OK;
	BRC_TRY(demand_layouts(g, n, err));
	return infer(g, n, err);
}

brc_rc brc_exec_add_node(brc_exec *g, const brc_op *op, const void *args, const char *name,
			 const size_t *in, size_t n_in, size_t *out, size_t n_out, brc_err *err)
{
	brc_node n = {.op = op, .n_in = n_in, .n_out = n_out};
	void *own;

	BRC_TRY(brc_arguments_read(g, op, NULL, &own, err));
	if (args)
		memcpy(own, args, op->args);
	n.args = own;
	BRC_TRY(keep_text(g, name, &n.name, err));
	BRC_TRY(brc_exec_alloc(g, &n.in, n_in + n_out, sizeof(*n.in), err));
	n.out = n.in + n_in;
	for (size_t k = 0; k < n_in; k++)
		n.in[k] = in[k];
	for (size_t k = 0; k < n_out; k++) {
		BRC_TRY(add_result(g, name, &n.out[k], err));
		out[k] = n.out[k];
	}
	if (brc_exec_join(g, &n, err) != BRC_OK)
		return brc_err_prefix(err, "node '%.200s' (%s)", name, op->type);
	return BRC_OK;
}

/* ---- the end ---- */

brc_rc brc_exec_add_output(brc_exec *g, size_t value, brc_err *err)
{
	BRC_TRY(make_mask(g, value, err));
	if (g->value[value].last && !brc_layout_is_moot(&g->value[value]))
		BRC_TRY(change_layout(g, &value, err));
	BRC_TRY(brc_grow(&g->output, &g->cap_outputs, g->n_outputs + 1, sizeof(*g->output), err));
	g->output[g->n_outputs++] = value;
	return BRC_OK;
}

brc_rc brc_exec_add_tap(brc_exec *g, size_t value, brc_err *err)
{
	BRC_TRY(brc_grow(&g->tap, &g->cap_taps, g->n_taps + 1, sizeof(*g->tap), err));
	g->tap[g->n_taps++] = value;
	return BRC_OK;
}

static void count_users(brc_exec *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		for (size_t k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] != BRC_NOWHERE)
				g->value[g->node[i].in[k]].users++;
	for (size_t i = 0; i < g->n_outputs; i++)
		g->value[g->output[i]].users++;
	for (size_t i = 0; i < g->n_taps; i++)
		g->value[g->tap[i]].users++;
}

static brc_rc prepare(brc_exec *g, brc_err *err)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		brc_node *n = &g->node[i];

		if (n->op->prepare && n->op->prepare(g, n, err) != BRC_OK)
			return brc_err_prefix(err, "node '%.200s' (%s)", n->name, n->op->type);
	}
	return BRC_OK;
}

brc_rc brc_exec_finish(brc_exec *g, brc_err *err)
{
	count_users(g);
	if (g->bare)
		return BRC_OK;
	BRC_TRY(brc_exec_fuse(g, err));
	BRC_TRY(prepare(g, err));
	brc_exec_drop(g);
	return BRC_OK;
}
