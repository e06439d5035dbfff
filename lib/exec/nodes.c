#include "exec/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

/* ---- the graph ---- */

size_t brc_exec_nodes(const brc_exec *g)
{
	return g->n_nodes;
}

const brc_node *brc_exec_node(const brc_exec *g, size_t i)
{
	return &g->node[i];
}

size_t brc_exec_values(const brc_exec *g)
{
	return g->n_values;
}

const brc_operand *brc_exec_value(const brc_exec *g, size_t v)
{
	return &g->value[v];
}

size_t brc_exec_outputs(const brc_exec *g)
{
	return g->n_outputs;
}

size_t brc_exec_output_value(const brc_exec *g, size_t k)
{
	return g->output[k];
}

size_t brc_exec_tap_value(const brc_exec *g, size_t k)
{
	return g->tap[k];
}

/* ---- what an operator says of itself ---- */

const char *brc_node_type(const brc_node *n)
{
	return n->op->type;
}

brc_trace brc_node_trace(const brc_node *n)
{
	return n->op->trace;
}

bool brc_node_is_activation(const brc_node *n)
{
	return n->op->activation;
}

bool brc_node_dequantises(const brc_node *n)
{
	return n->op->dequantises;
}

bool brc_node_bends(const brc_exec *g, const brc_node *n)
{
	size_t computed = 0;

	for (size_t k = 0; k < n->n_in; k++)
		computed += n->in[k] != BRC_NOWHERE && g->value[n->in[k]].state == BRC_COMPUTED;
	return n->op->line == BRC_LINE_NO || (n->op->line == BRC_LINE_ONE && computed > 1);
}

bool brc_node_is_parameter(const brc_node *n, size_t k)
{
	return n->op->parameters >> k & 1;
}

bool brc_node_adds(const brc_node *n)
{
	return n->op->adds;
}

bool brc_node_is_view(const brc_node *n)
{
	return !n->op->run;
}

bool brc_node_moves(const brc_node *n)
{
	bool may = n->op->trace == BRC_TRACE_MOVE || n->op->trace == BRC_TRACE_LOOKUP;

	return may && (!n->op->moves || n->op->moves(n));
}

bool brc_node_copy(const brc_exec *g, const brc_node *n, size_t k, brc_block_copy *c)
{
	return n->op->copy && n->op->copy(g, n, k, c);
}

double brc_node_flops(const brc_exec *g, const brc_node *n)
{
	return n->op->flops ? n->op->flops(g, n) : 0;
}

bool brc_node_weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	return n->op->weights && n->op->weights(g, n, w);
}

const brc_affine *brc_node_affine(const brc_node *n)
{
	return n->op->affine ? n->op->affine(n) : NULL;
}

bool brc_node_reduced(const brc_node *n, size_t *axes, bool *keep)
{
	return n->op->reduced && n->op->reduced(n, axes, keep);
}

void brc_node_heads(const brc_node *n, size_t *heads, size_t *shared)
{
	n->op->heads(n, heads, shared);
}

size_t brc_node_softmax_size(const brc_node *n, size_t *step)
{
	*step = 0;
	return n->op->softmax_size ? n->op->softmax_size(n, step) : 0;
}

/* ---- one node alone ---- */

static brc_rc run_alone(const brc_exec *g, const brc_node *n, void *const *at, bool moves,
			brc_err *err)
{
	const brc_operand *y = &g->value[n->out[0]];
	bool failed = false;
	brc_memory m = {.at = at, .scratch = NULL, .failed = &failed, .moves = moves};
	void *scratch;

	if (!n->op->run) {
		memcpy(at[n->out[0]], at[n->in[0]], y->count * brc_item(y->elem));
		return BRC_OK;
	}
	scratch = brc_alloc(n->scratch, 1, err);
	BRC_TRY(brc_made(scratch));
	m.scratch = scratch;
	n->op->run(g, n, &m);
	free(scratch);
	return failed ? brc_fail(err, BRC_RESOURCE, "out of memory") : BRC_OK;
}

brc_rc brc_node_run(const brc_exec *g, const brc_node *n, void *const *at, brc_err *err)
{
	return run_alone(g, n, at, false, err);
}

brc_rc brc_node_move(const brc_exec *g, const brc_node *n, void *const *at, brc_err *err)
{
	return run_alone(g, n, at, true, err);
}
