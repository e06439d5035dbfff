/*
 * Edges between layers: layer `from` feeds layer `to` when a feature of `to`'s
 * input comes from a unit of `from`. The weight between two units is the sum
 * of |W| over the features of the consumer that come from the producer.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/graph.h"
#include "net/operators.h"

#define MAX_EDGES ((size_t)1 << 20)

static const brc_net_sources *sources_of_input(const brc_net *net, size_t layer)
{
	return &net->sources[net->value[net->node[net->layer_node[layer]].in[0]].sources];
}

/* Append the layers that feed layer `to`, each once; last[l]: the layer seen last to use l. */
static brc_rc collect(brc_net *net, size_t to, size_t *last, brc_net_edge **edge, size_t *cap,
		      brc_err *err)
{
	const brc_net_sources *s = sources_of_input(net, to);

	BRC_TRY(brc_net_trace_spend(net, s->n, err));
	for (size_t i = 0; i < s->n; i++) {
		size_t from = s->span[i].layer;

		if (last[from] == to)
			continue;
		last[from] = to;
		if (net->n_edges == MAX_EDGES)
			return brc_fail(err, BRC_DATA, "too many branches to trace");
		BRC_TRY(brc_grow(edge, cap, net->n_edges + 1, sizeof(**edge), err));
		(*edge)[net->n_edges++] = (brc_net_edge){from, to};
	}
	return BRC_OK;
}

static int compare(const void *a, const void *b)
{
	const brc_net_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

brc_rc brc_net_find_edges(brc_net *net, brc_err *err)
{
	size_t *last = brc_calloc(net->n_layers, sizeof(*last), err);
	brc_net_edge *edge = NULL;
	size_t cap = 0;
	brc_rc rc = last ? BRC_OK : BRC_RESOURCE;

	for (size_t l = 1; rc == BRC_OK && l < net->n_layers; l++)
		rc = collect(net, l, last, &edge, &cap, err);
	free(last);
	if (rc != BRC_OK) {
		free(edge);
		return rc;
	}
	if (edge)
		qsort(edge, net->n_edges, sizeof(*edge), compare);
	net->edge = edge;
	return edge ? brc_net_own(net, edge, err) : BRC_OK;
}

/* ---- weights ---- */

static bool all_finite(const float *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

static brc_rc check_finite(const brc_net *net, size_t layer, brc_err *err)
{
	const brc_net_dense *d = brc_net_dense_of(&net->node[net->layer_node[layer]]);
	const char *name = net->layer[layer].name;
	size_t add = net->layer_bias[layer];

	if (!all_finite(d->w, d->inputs * d->outputs) || !isfinite(d->alpha))
		return brc_fail(err, BRC_DATA, "layer '%s': a weight is not finite", name);
	if (d->bias && !all_finite(d->bias, d->outputs))
		return brc_fail(err, BRC_DATA, "layer '%s': a bias is not finite", name);
	if (add != BRC_NONE && !brc_net_added_is_finite(net, &net->node[add]))
		return brc_fail(err, BRC_DATA, "layer '%s': a bias is not finite", name);
	return BRC_OK;
}

brc_rc brc_net_check_weights(const brc_net *net, brc_err *err)
{
	for (size_t l = 1; l < net->n_layers; l++)
		BRC_TRY(check_finite(net, l, err));
	return BRC_OK;
}

/* Row of |alpha W| of one input feature, added to row[outputs]. */
static void add_row(const brc_net_dense *d, size_t feature, float *row)
{
	const float *w = d->transposed ? d->w + feature : d->w + feature * d->outputs;
	size_t step = d->transposed ? d->inputs : 1;

	for (size_t j = 0; j < d->outputs; j++)
		row[j] += fabsf(d->alpha * w[j * step]);
}

brc_rc brc_net_edge_weights(const brc_net *net, size_t edge, float *w, brc_err *err)
{
	const brc_net_edge *e = &net->edge[edge];
	const brc_net_sources *s = sources_of_input(net, e->to);
	const brc_net_dense *d = brc_net_dense_of(&net->node[net->layer_node[e->to]]);
	size_t n = net->layer[e->from].units * d->outputs;

	BRC_TRY(check_finite(net, e->to, err));
	memset(w, 0, n * sizeof(*w));
	for (size_t i = 0; i < s->n; i++) {
		const brc_net_span *p = &s->span[i];

		if (p->layer != e->from)
			continue;
		for (size_t k = 0; k < p->len; k++)
			add_row(d, p->dst + k,
				w + (size_t)((ptrdiff_t)p->unit + (ptrdiff_t)k * p->stride) *
						d->outputs);
	}
	if (!all_finite(w, n))
		return brc_fail(err, BRC_DATA, "layer '%s': its weights add up to infinity",
				net->layer[e->to].name);
	return BRC_OK;
}
