/* Which nodes a changed value reaches on its way to the logits. */
#include <stdlib.h>

#include "base/memory.h"
#include "net/graph.h"
#include "net/operators.h"
#include "net/run.h"

size_t brc_net_logits(const brc_net *net)
{
	size_t producer = net->value[net->value[net->output].buffer].producer;

	if (producer == BRC_NONE || !brc_net_is_softmax_of_row(net, &net->node[producer]))
		return net->output;
	return net->node[producer].in[0];
}

static bool any_marked(const size_t *values, size_t n, const bool *mark)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NONE && mark[values[k]])
			return true;
	return false;
}

static void mark_all(const size_t *values, size_t n, bool *mark)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NONE)
			mark[values[k]] = true;
}

/* Values on which the logits depend. */
static void mark_needed(const brc_net *net, bool *needed)
{
	needed[brc_net_logits(net)] = true;
	for (size_t i = net->n_nodes; i-- > 0;)
		if (any_marked(net->node[i].out, net->node[i].n_out, needed))
			mark_all(net->node[i].in, net->node[i].n_in, needed);
}

static double flops_of(const brc_net_node *node)
{
	const brc_net_dense *d = brc_net_dense_of(node);

	return d ? 2.0 * BRC_RUN_ROWS * (double)d->inputs * (double)d->outputs : 0;
}

brc_rc brc_plan_new(brc_plan *plan, const brc_net *net, size_t value, brc_err *err)
{
	bool *changed = brc_calloc(net->n_values, sizeof(*changed), err);
	bool *needed = brc_calloc(net->n_values, sizeof(*needed), err);

	*plan = (brc_plan){.node = brc_alloc(net->n_nodes, sizeof(*plan->node), err)};
	if (!changed || !needed || !plan->node) {
		free(changed);
		free(needed);
		brc_plan_clear(plan);
		return BRC_RESOURCE;
	}
	for (size_t v = 0; v < net->n_values; v++)
		changed[v] = net->value[v].kind == BRC_NET_RUNTIME &&
			     net->value[v].buffer == net->value[value].buffer;
	mark_needed(net, needed);
	for (size_t i = 0; i < net->n_nodes; i++) {
		const brc_net_node *node = &net->node[i];

		if (!any_marked(node->in, node->n_in, changed) ||
		    !any_marked(node->out, node->n_out, needed))
			continue;
		mark_all(node->out, node->n_out, changed);
		plan->node[plan->n++] = i;
		plan->flops += flops_of(node);
	}
	free(changed);
	free(needed);
	return BRC_OK;
}

void brc_plan_clear(brc_plan *plan)
{
	free(plan->node);
	*plan = (brc_plan){0};
}

double brc_net_flops(const brc_net *net)
{
	double sum = 0;

	for (size_t i = 0; i < net->n_nodes; i++)
		sum += flops_of(&net->node[i]);
	return sum;
}
