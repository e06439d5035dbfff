/* The invariants of a graph: they hold for every graph between two functions of lib/exec. */
#include <stdlib.h>

#include "base/memory.h"
#include "exec/dataflow.h"
#include "exec/operator.h"

static bool value_is_valid(const brc_exec *g, const brc_operand *v)
{
	size_t count = 1, buffer = v->buffer;

	if (buffer >= g->n_values || v->ndim > BRC_MAX_DIMS)
		return false;
	for (size_t steps = 0; g->value[buffer].buffer != buffer; steps++) {
		buffer = g->value[buffer].buffer;
		if (buffer >= g->n_values || steps > g->n_values)
			return false;
	}
	if (v->state == BRC_ABSENT)
		return true;
	for (size_t k = 0; k < v->ndim; k++)
		count *= v->dim[k];
	if (v->count != count || (v->last && (v->ndim < 3 || g->bare)))
		return false;
	return v->batch == BRC_NOWHERE ||
	       (v->batch < v->ndim && v->inner > 0 && v->dim[v->batch] % (g->rows * v->inner) == 0);
}

/* Its inputs are there when it runs, and its outputs are made by it alone. */
static bool node_is_valid(const brc_exec *g, const brc_node *n, bool *made)
{
	if (!n->op || (n->op->args && !n->args))
		return false;
	for (size_t k = 0; k < n->n_in; k++) {
		size_t v = n->in[k];

		if (v != BRC_NOWHERE &&
		    (v >= g->n_values || (g->value[v].state == BRC_COMPUTED && !made[v])))
			return false;
	}
	for (size_t k = 0; k < n->n_out; k++) {
		size_t v = n->out[k];

		if (v == BRC_NOWHERE)
			continue;
		if (v >= g->n_values || made[v])
			return false;
		made[v] = true;
	}
	return true;
}

bool brc_exec_valid(const brc_exec *g)
{
	bool *made = brc_calloc(g->n_values, sizeof(*made), NULL);
	bool valid = true;

	if (!made)
		return true; /* no memory to find out */
	for (size_t v = 0; valid && v < g->n_values; v++) {
		valid = value_is_valid(g, &g->value[v]);
		made[v] = g->value[v].input;
	}
	for (size_t i = 0; valid && i < g->n_nodes; i++)
		valid = node_is_valid(g, &g->node[i], made);
	for (size_t k = 0; valid && k < g->n_outputs; k++)
		valid = g->output[k] < g->n_values &&
			(made[g->output[k]] || g->value[g->output[k]].state == BRC_CONSTANT);
	for (size_t k = 0; valid && k < g->n_taps; k++)
		valid = g->tap[k] < g->n_values && made[g->tap[k]];
	free(made);
	return valid;
}
