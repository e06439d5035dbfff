/*
 * What a layer is part of, from how its units are used: the hidden layer of an
 * MLP, the values of attention. Names play no part.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/network.h"

/* A walk along what follows from a value, node by node. */
typedef struct walk {
	const brc_exec *g;
	bool *inside;   /* [values]: what follows from it */
	size_t open;    /* uses of values inside that were not seen yet */
	bool nonlinear; /* an activation function was seen */
	size_t ends;    /* dense layers that were seen */
} walk;

static bool reads(const walk *w, const brc_node *n)
{
	bool any = false;

	for (size_t k = 0; k < n->n_in; k++)
		any = any || (n->in[k] != BRC_NOWHERE && w->inside[n->in[k]]);
	return any;
}

/* Something else comes in: a sum with it is no longer the features alone. */
static bool joins_others(const walk *w, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE &&
		    brc_exec_value(w->g, n->in[k])->state == BRC_COMPUTED && !w->inside[n->in[k]])
			return true;
	return false;
}

static bool is_dense(const brc_exec *g, const brc_node *n)
{
	brc_weights w;

	return brc_node_weights(g, n, &w) && !w.slides;
}

/* Do features stay features behind the node? */
static bool keeps_features(const walk *w, const brc_node *n)
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
		return !joins_others(w, n);
	default:
		return false;
	}
}

/* A node that reads a value inside: false when it is none that an MLP has there. */
static bool step(walk *w, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++)
		w->open -= n->in[k] != BRC_NOWHERE && w->inside[n->in[k]];
	if (is_dense(w->g, n)) {
		w->ends++;
		return true;
	}
	if (!keeps_features(w, n))
		return false;
	w->nonlinear = w->nonlinear || (brc_node_is_activation(n) && brc_node_bends(w->g, n));
	for (size_t k = 0; k < n->n_out; k++) {
		if (n->out[k] == BRC_NOWHERE)
			continue;
		w->inside[n->out[k]] = true;
		w->open += brc_exec_value(w->g, n->out[k])->users;
	}
	return true;
}

/*
 * The hidden layer of an MLP: a dense layer whose features go, one by one and
 * through an activation function, into dense layers and nowhere else. So those
 * that attention reads are none, nor those added to what others bring.
 */
static bool is_mlp_hidden(const brc_net *net, size_t layer, bool *inside)
{
	const brc_exec *g = net->g;
	const brc_node *n = brc_exec_node(g, net->unit[layer].node);
	walk w = {.g = g, .inside = inside, .open = brc_exec_value(g, n->out[0])->users};

	if (net->layer[layer].role != BRC_ROLE_HIDDEN || !is_dense(g, n))
		return false;
	memset(inside, 0, brc_exec_values(g) * sizeof(*inside));
	inside[n->out[0]] = true;
	for (size_t i = net->unit[layer].node + 1; w.open > 0 && i < brc_exec_nodes(g); i++)
		if (reads(&w, brc_exec_node(g, i)) && !step(&w, brc_exec_node(g, i)))
			return false;
	return w.open == 0 && w.ends > 0 && w.nonlinear; /* else it reaches the output */
}

/* Is there nothing but scales and shifts between the values before and after activation? */
static bool is_linear(const brc_net *net, size_t layer, bool *inside)
{
	const brc_exec *g = net->g;
	const brc_unit_layer *u = &net->unit[layer];
	walk w = {.g = g, .inside = inside};

	memset(inside, 0, brc_exec_values(g) * sizeof(*inside));
	inside[u->pre] = true;
	for (size_t i = u->node + 1; !inside[u->post] && i < brc_exec_nodes(g); i++) {
		if (!reads(&w, brc_exec_node(g, i)))
			continue;
		if (brc_node_bends(g, brc_exec_node(g, i)))
			return false;
		inside[brc_exec_node(g, i)->out[0]] = true;
	}
	return true;
}

/* ---- attention heads ---- */

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* sorted[n]: the distinct heads of all units; 0 when a unit is the feature of no single one. */
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
	const int64_t *key = net->unit[layer].head_key;
	int64_t *sorted = brc_alloc(l->units, sizeof(*sorted), err);

	l->head = brc_alloc(l->units, sizeof(*l->head), err);
	if (!sorted || !l->head) {
		free(sorted);
		return BRC_RESOURCE;
	}
	l->heads = list_heads(key, l->units, sorted);
	for (size_t u = 0; u < l->units && l->heads; u++) {
		const int64_t *at = bsearch(&key[u], sorted, l->heads, sizeof(*sorted), ascending);

		l->head[u] = at ? (int32_t)(at - sorted) : -1;
	}
	free(sorted);
	if (l->heads == 0) {
		free(l->head);
		l->head = NULL;
	}
	return BRC_OK;
}

brc_rc brc_net_find_parts(brc_net *net, brc_err *err)
{
	bool *inside = brc_alloc(brc_exec_values(net->g), sizeof(*inside), err);
	brc_rc rc = inside ? BRC_OK : BRC_RESOURCE;

	for (size_t l = 1; rc == BRC_OK && l < net->n_layers; l++) {
		size_t mixed = net->unit[l].mixed;

		net->layer[l].untraced =
			mixed == BRC_NOWHERE ? NULL : brc_exec_node(net->g, mixed)->name;
		net->layer[l].linear = is_linear(net, l, inside);
		net->layer[l].mlp = is_mlp_hidden(net, l, inside);
		if (net->unit[l].head_key && net->layer[l].role == BRC_ROLE_HIDDEN)
			rc = number_heads(net, l, err);
	}
	free(inside);
	return rc;
}
