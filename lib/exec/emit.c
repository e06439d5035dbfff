#include "exec/emit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/operator.h"

static void *const *constants(const brc_exec *g, const brc_node *n, brc_err *err)
{
	void **at = brc_calloc(g->n_values, sizeof(*at), err);

	for (size_t k = 0; at && k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE)
			at[n->in[k]] = g->value[n->in[k]].data;
	for (size_t k = 0; at && k < n->n_out; k++)
		if (n->out[k] != BRC_NOWHERE)
			at[n->out[k]] = g->value[n->out[k]].data;
	return at;
}

/* Memory for the outputs of a node whose inputs are constants. */
static brc_rc make_constants(brc_exec *g, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_operand *v = n->out[k] == BRC_NOWHERE ? NULL : &g->value[n->out[k]];

		if (!v || v->state != BRC_COMPUTED)
			continue;
		v->batch = BRC_NOWHERE;
		v->data = n->op->run ? brc_exec_alloc(g, v->count, brc_item(v->elem), err)
				     : g->value[n->in[0]].data;
		if (!v->data)
			return BRC_RESOURCE;
		v->state = BRC_CONSTANT;
	}
	return BRC_OK;
}

/* All inputs are constants: compute the outputs now. */
static brc_rc fold(brc_exec *g, brc_node *n, brc_err *err)
{
	bool failed = false;
	brc_memory m = {.failed = &failed};

	BRC_TRY(make_constants(g, n, err));
	if (!n->op->run)
		return BRC_OK;
	if (n->op->prepare)
		BRC_TRY(n->op->prepare(g, n, err));
	m.scratch = brc_alloc(n->scratch, 1, err);
	m.at = constants(g, n, err);
	if (m.at && m.scratch)
		n->op->run(g, n, &m);
	failed = failed || !m.at || !m.scratch;
	free((void *)m.at);
	free(m.scratch);
	return failed ? brc_fail(err, BRC_RESOURCE, "out of memory") : BRC_OK;
}

static bool all_constant(const brc_exec *g, const size_t *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (v[k] != BRC_NOWHERE && g->value[v[k]].state == BRC_COMPUTED)
			return false;
	return true;
}

brc_rc brc_exec_emit(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	BRC_TRY(n->op->infer(g, n, p, err));
	if (all_constant(g, n->in, n->n_in))
		return fold(g, n, err);
	if (all_constant(g, n->out, n->n_out))
		return BRC_OK; /* Shape */
	BRC_TRY(brc_grow(&g->node, &g->cap_nodes, g->n_nodes + 1, sizeof(*g->node), err));
	g->node[g->n_nodes++] = *n;
	return BRC_OK;
}

brc_rc brc_exec_change_layout(brc_exec *g, size_t *value, brc_err *err)
{
	static const Brc__OnnxNode none;
	brc_node n = {
		.op = &brc_kernel_layout, .name = g->value[*value].name, .n_in = 1, .n_out = 1};
	brc_operand v = g->value[*value];

	v.input = false;
	n.in = brc_exec_alloc(g, 2, sizeof(*n.in), err);
	if (!n.in)
		return BRC_RESOURCE;
	n.out = n.in + 1;
	n.in[0] = *value;
	BRC_TRY(brc_exec_add_value(g, &v, &n.out[0], err));
	*value = n.out[0];
	return brc_exec_emit(g, &n, &none, err);
}

brc_rc brc_exec_demand_layouts(brc_exec *g, brc_node *n, brc_err *err)
{
	if (g->bare)
		return BRC_OK;
	for (size_t k = 0; k < n->n_in; k++) {
		brc_operand *v = n->in[k] == BRC_NOWHERE ? NULL : &g->value[n->in[k]];
		bool last = n->op->layout == BRC_DEMAND_LAST;

		if (!v || n->op->layout == BRC_DEMAND_ANY || (last && k > 0) || v->last == last ||
		    brc_layout_is_moot(v))
			continue;
		BRC_TRY(brc_exec_change_layout(g, &n->in[k], err));
	}
	return BRC_OK;
}
