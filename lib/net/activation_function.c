/*
 * Activation functions as exporters write them: Relu is a node, SiLU and GELU
 * are diamonds of several, whose only operand that is not a number is the unit.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/network.h"

size_t brc_net_sole_user(const brc_exec *g, size_t value, size_t behind)
{
	if (brc_exec_value(g, value)->users != 1)
		return BRC_NOWHERE;
	for (size_t i = behind; i < brc_exec_nodes(g); i++)
		for (size_t k = 0; k < brc_exec_node(g, i)->n_in; k++)
			if (brc_exec_node(g, i)->in[k] == value)
				return i;
	return BRC_NOWHERE;
}

static bool same_shape(const brc_operand *a, const brc_operand *b)
{
	return a->ndim == b->ndim && memcmp(a->dim, b->dim, a->ndim * sizeof(*a->dim)) == 0;
}

/* A number, or the slopes of PRelu, which belong to the function. */
static bool is_parameter(const brc_exec *g, const brc_node *n, size_t k)
{
	const brc_operand *v = brc_exec_value(g, n->in[k]);

	return v->state == BRC_CONSTANT && (v->count == 1 || brc_node_is_parameter(n, k));
}

static bool reads_inside(const brc_node *n, const bool *inside)
{
	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE && inside[n->in[k]])
			return true;
	return false;
}

/* A node of the function that starts at `value`: all it reads is in it, or a number. */
static bool belongs(const brc_exec *g, const brc_node *n, size_t value, const bool *inside)
{
	if (!brc_node_is_activation(n) || n->out[0] == BRC_NOWHERE ||
	    !same_shape(brc_exec_value(g, n->out[0]), brc_exec_value(g, value)))
		return false;
	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE && !inside[n->in[k]] && !is_parameter(g, n, k))
			return false;
	return true;
}

/*
 * In topological order `open` counts the uses of values inside that have not
 * been seen. Where it is the uses of the last output alone, that output is all
 * that is left of the function.
 */
brc_rc brc_net_activation_end(const brc_exec *g, size_t value, size_t behind, size_t *end,
			      brc_err *err)
{
	bool *inside = brc_calloc(brc_exec_values(g), sizeof(*inside), err);
	size_t open;

	if (!inside)
		return BRC_RESOURCE;
	*end = value;
	inside[value] = true;
	open = brc_exec_value(g, value)->users;
	for (size_t i = behind; open > 0 && i < brc_exec_nodes(g); i++) {
		const brc_node *n = brc_exec_node(g, i);

		if (!reads_inside(n, inside))
			continue;
		if (!belongs(g, n, value, inside))
			break; /* a use that stays open: nothing further can be all that is left */
		for (size_t k = 0; k < n->n_in; k++)
			open -= n->in[k] != BRC_NOWHERE && inside[n->in[k]];
		inside[n->out[0]] = true;
		if (open == 0)
			*end = n->out[0];
		open += brc_exec_value(g, n->out[0])->users;
	}
	free(inside);
	return BRC_OK;
}
