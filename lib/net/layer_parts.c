#include "net/network.h"

#include <stdlib.h>

#include "base/memory.h"
#include "net/activation_function.h"
#include "net/head_blocks.h"

static bool is_dense(const brc_exec *g, const brc_node *n)
{
	brc_linear_map w;

	return brc_node_weights(g, n, &w) && !w.slides && !w.recurrent;
}

/* Does the node read a computed value that does not follow from the features? */
static bool joins_others(const brc_followed *f, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE && !f->inside[n->in[k]] &&
		    brc_exec_value(f->g, n->in[k])->state == BRC_COMPUTED)
			return true;
	return false;
}

/* Is each output of the node still a feature, and not a sum of several? */
static bool keeps_features(const brc_followed *f, const brc_node *n)
{
	switch (brc_node_trace(n)) {
	case BRC_TRACE_SAME:
	case BRC_TRACE_AFFINE:
	case BRC_TRACE_COMBINE:
	case BRC_TRACE_PRODUCT:
	case BRC_TRACE_QUOTIENT:
		return true;
	case BRC_TRACE_SUM:
	case BRC_TRACE_MOVE:
	case BRC_TRACE_LOOKUP:
		return !joins_others(f, n);
	default:
		return false;
	}
}

/* Do features go only into dense layers, and through at least one nonlinear function? */
static bool goes_into_dense_layers(brc_followed *f, size_t behind)
{
	bool nonlinear = false, any = false;

	for (size_t i = behind; f->open > 0 && i < brc_exec_nodes(f->g); i++) {
		const brc_node *n = brc_exec_node(f->g, i);
		bool dense = is_dense(f->g, n);

		if (brc_follow_uses(f, n) == 0)
			continue;
		if (!dense && !keeps_features(f, n))
			return false;
		any = any || dense;
		nonlinear = nonlinear ||
			    (!dense && brc_node_is_activation(n) && brc_node_bends(f->g, n));
		brc_follow_node(f, n, !dense);
	}
	return f->open == 0 && any && nonlinear; /* open uses: one is the output */
}

/*
 * The hidden layer of an MLP is a dense layer whose features go, one by one and
 * through an activation function, into dense layers and nowhere else. A layer that
 * attention reads is none, and neither is one whose features are added to others.
 */
static brc_rc find_mlp(brc_net *net, size_t layer, brc_err *err)
{
	size_t at = net->site[layer].node;
	const brc_node *n = brc_exec_node(net->g, at);
	brc_followed f;

	if (net->layer[layer].role != BRC_ROLE_HIDDEN || !is_dense(net->g, n))
		return BRC_OK;
	BRC_TRY(brc_follow(&f, net->g, n->out[0], err));
	net->layer[layer].mlp = goes_into_dense_layers(&f, at + 1);
	free(f.inside);
	return BRC_OK;
}

/* Is there nothing but scales and shifts between the values before and after activation? */
static brc_rc find_linear(brc_net *net, size_t layer, brc_err *err)
{
	const brc_layer_site *at = &net->site[layer];
	brc_followed f;
	bool linear = at->weights.recurrent == 0;

	BRC_TRY(brc_follow(&f, net->g, at->pre, err));
	for (size_t i = at->node + 1; linear && !f.inside[at->post]; i++) {
		const brc_node *n = brc_exec_node(net->g, i);

		if (brc_follow_uses(&f, n) == 0)
			continue;
		linear = !brc_node_bends(net->g, n);
		brc_follow_node(&f, n, true);
	}
	net->layer[layer].linear = linear;
	free(f.inside);
	return BRC_OK;
}

/* ---- attention heads ---- */

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Fills sorted[] with the distinct heads of all units. Returns 0 when a unit is of several. */
static size_t list_heads(const int64_t *key, size_t units, int64_t *sorted)
{
	size_t n = 0, distinct = 0;

	for (size_t u = 0; u < units; u++) {
		if (key[u] == BRC_NOT_ONE_HEAD)
			return 0;
		if (key[u] != BRC_NO_HEAD)
			sorted[n++] = key[u];
	}
	qsort(sorted, n, sizeof(*sorted), ascending);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || sorted[i] != sorted[distinct - 1])
			sorted[distinct++] = sorted[i];
	return distinct;
}

static brc_rc number_heads(brc_net *net, size_t layer, brc_err *err)
{
	brc_net_layer *l = &net->layer[layer];
	const int64_t *key = net->inputs[layer].head_key;
	int64_t *sorted = brc_alloc(l->units, sizeof(*sorted), err);
	size_t heads = sorted ? list_heads(key, l->units, sorted) : 0;
	brc_rc rc = sorted ? BRC_OK : BRC_RESOURCE;

	if (heads > 0) {
		l->head = brc_alloc(l->units, sizeof(*l->head), err);
		rc = l->head ? BRC_OK : BRC_RESOURCE;
	}
	for (size_t u = 0; l->head && u < l->units; u++) {
		const int64_t *at = bsearch(&key[u], sorted, heads, sizeof(*sorted), ascending);

		l->head[u] = at ? (int32_t)(at - sorted) : -1;
	}
	free(sorted);
	return rc;
}

brc_rc brc_net_find_parts(brc_net *net, brc_err *err)
{
	for (size_t l = 1; l < net->n_layers; l++) {
		const brc_layer_inputs *in = &net->inputs[l];
		brc_net_layer *layer = &net->layer[l];

		if (in->untraced != BRC_NOWHERE)
			layer->untraced = brc_exec_node(net->g, in->untraced)->name;
		BRC_TRY(find_linear(net, l, err));
		BRC_TRY(find_mlp(net, l, err));
		if (in->head_key && layer->role == BRC_ROLE_HIDDEN)
			BRC_TRY(number_heads(net, l, err));
	}
	return brc_head_blocks_finish(net, err);
}
