/* Workspaces: memory for every value, forward passes. */
#include "net/run.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/graph.h"
#include "net/operators.h"

struct brc_run {
	const brc_net *net;
	float *memory;
	float **base;  /* [values]: as the forward pass computes them */
	float **again; /* [values]: as computed from a changed value */
	float **now;   /* [values]: one or the other */
};

static bool owns_memory(const brc_net *net, size_t v)
{
	return net->value[v].kind == BRC_NET_RUNTIME && net->value[v].buffer == v;
}

static size_t floats(const brc_net *net)
{
	size_t n = 0;

	for (size_t v = 0; v < net->n_values; v++)
		if (owns_memory(net, v)) /* values are few, rows bounded: no overflow */
			n += BRC_RUN_ROWS * net->value[v].count;
	return n;
}

size_t brc_run_bytes(const brc_net *net)
{
	return 2 * floats(net) * sizeof(float) + 3 * net->n_values * sizeof(float *);
}

static void share_out(brc_run *r)
{
	const brc_net *net = r->net;
	float *next = r->memory;

	for (size_t v = 0; v < net->n_values; v++) {
		if (!owns_memory(net, v))
			continue;
		r->base[v] = next;
		next += BRC_RUN_ROWS * net->value[v].count;
		r->again[v] = next;
		next += BRC_RUN_ROWS * net->value[v].count;
	}
	for (size_t v = 0; v < net->n_values; v++) {
		if (net->value[v].kind != BRC_NET_RUNTIME)
			continue;
		r->base[v] = r->base[net->value[v].buffer];
		r->again[v] = r->again[net->value[v].buffer];
	}
}

brc_rc brc_run_new(brc_run **out, const brc_net *net, brc_err *err)
{
	brc_run *r;

	*out = NULL;
	BRC_TRY(brc_mem_need(brc_run_bytes(net), 0, "running the network", err));
	/* Shared among threads, a product would be cut up by their number. */
	openblas_set_num_threads(1);
	r = brc_calloc(1, sizeof(*r), err);
	if (!r)
		return BRC_RESOURCE;
	r->net = net;
	r->base = brc_calloc(net->n_values, sizeof(*r->base), err);
	r->again = brc_calloc(net->n_values, sizeof(*r->again), err);
	r->now = brc_calloc(net->n_values, sizeof(*r->now), err);
	r->memory = brc_alloc(2 * floats(net), sizeof(float), err);
	if (!r->base || !r->again || !r->now || !r->memory) {
		brc_run_free(r);
		return BRC_RESOURCE;
	}
	share_out(r);
	brc_run_back(r);
	*out = r;
	return BRC_OK;
}

void brc_run_free(brc_run *r)
{
	if (!r)
		return;
	free(r->base);
	free(r->again);
	free(r->now);
	free(r->memory);
	free(r);
}

float *brc_run_input(brc_run *r)
{
	return r->base[r->net->input];
}

void brc_run_load(brc_run *r, const brc_dataset *data, size_t first, size_t n)
{
	float *x = brc_run_input(r);

	brc_dataset_rows(data, first, n, x);
	memset(x + n * data->pixels, 0, (BRC_RUN_ROWS - n) * data->pixels * sizeof(*x));
}

void brc_run_back(brc_run *r)
{
	memcpy(r->now, r->base, r->net->n_values * sizeof(*r->now));
}

void brc_run_forward(brc_run *r)
{
	brc_run_back(r);
	for (size_t i = 0; i < r->net->n_nodes; i++)
		if (r->net->node[i].op->run)
			r->net->node[i].op->run(r->net, &r->net->node[i], r->now);
}

/*
 * May the node write over its input? That halves the memory an activation
 * touches. Only what was computed again is ever overwritten.
 */
static bool in_place(const brc_run *r, const brc_net_node *node)
{
	size_t in = node->op->activation ? node->in[0] : BRC_NONE;

	return in != BRC_NONE && r->now[in] == r->again[in] && r->net->value[in].buffer == in &&
	       r->net->value[in].users == 1;
}

void brc_run_again(brc_run *r, const brc_plan *plan)
{
	brc_run_back(r);
	for (size_t i = 0; i < plan->n; i++) {
		const brc_net_node *node = &r->net->node[plan->node[i]];

		if (!node->op->run || in_place(r, node)) {
			r->now[node->out[0]] = r->now[node->in[0]];
			if (node->op->run)
				node->op->run(r->net, node, r->now);
			continue;
		}
		for (size_t k = 0; k < node->n_out; k++)
			if (node->out[k] != BRC_NONE)
				r->now[node->out[k]] = r->again[node->out[k]];
		node->op->run(r->net, node, r->now);
	}
}

const float *brc_run_value(const brc_run *r, size_t value)
{
	return r->now[value];
}

float *brc_run_edit(brc_run *r, size_t value)
{
	return r->base[value];
}
