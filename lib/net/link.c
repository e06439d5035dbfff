/*
 * From the text of a model to a graph: every name is resolved to the value it
 * defines, and nodes are put in topological order: that of the file where it is
 * one, as the format asks, else Kahn's (1962). Names are looked up by binary
 * search, so that no choice of names can make this slow.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/graph.h"

/* Where a name is defined. The order decides which of two equal names comes first. */
typedef enum origin { FROM_INITIALIZER, FROM_INPUT, FROM_NODE } origin;

typedef struct definition {
	const char *name;
	origin from;
	size_t index;  /* initializer, input, or node */
	size_t output; /* of the node */
	size_t value;
} definition;

typedef struct names {
	definition *d;
	size_t n;
} names;

static const char *text(const char *s)
{
	return s ? s : "";
}

static int compare(const void *a, const void *b)
{
	const definition *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x->from > y->from) - (x->from < y->from);
}

static size_t count_definitions(const Brc__OnnxGraph *g)
{
	size_t n = g->n_initializer + g->n_input;

	for (size_t i = 0; i < g->n_node; i++)
		n += g->node[i]->n_output;
	return n;
}

static void collect(const Brc__OnnxGraph *g, names *t)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		t->d[t->n++] =
			(definition){text(g->initializer[i]->name), FROM_INITIALIZER, i, 0, 0};
	for (size_t i = 0; i < g->n_input; i++)
		t->d[t->n++] = (definition){text(g->input[i]->name), FROM_INPUT, i, 0, 0};
	for (size_t i = 0; i < g->n_node; i++)
		for (size_t k = 0; k < g->node[i]->n_output; k++)
			if (*text(g->node[i]->output[k]))
				t->d[t->n++] =
					(definition){g->node[i]->output[k], FROM_NODE, i, k, 0};
	qsort(t->d, t->n, sizeof(*t->d), compare);
}

/*
 * Give every name its value. Up to IR version 3 an initializer is listed among
 * the inputs as well: that is one value.
 */
static brc_rc number(names *t, size_t *n_values, brc_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		definition *d = &t->d[i];
		bool again = i > 0 && strcmp(d->name, d[-1].name) == 0;

		if (again && !(d[-1].from == FROM_INITIALIZER && d->from == FROM_INPUT))
			return brc_fail(err, BRC_DATA, "value '%s' is defined twice", d->name);
		d->value = again ? d[-1].value : n++;
	}
	*n_values = n;
	return BRC_OK;
}

/* The definition of a name, initializers first; NULL if there is none. */
static const definition *find(const names *t, const char *name)
{
	definition key = {.name = name, .from = FROM_INITIALIZER};
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare(&t->d[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->n && strcmp(t->d[lo].name, name) == 0 ? &t->d[lo] : NULL;
}

static brc_rc make_values(brc_net *net, const names *t, brc_err *err)
{
	net->value = brc_net_calloc(net, net->n_values, sizeof(*net->value), err);
	if (!net->value)
		return BRC_RESOURCE;
	for (size_t i = 0; i < t->n; i++) {
		brc_net_value *v = &net->value[t->d[i].value];

		if (v->name)
			continue;
		v->name = brc_strdup(t->d[i].name, err);
		if (!v->name)
			return BRC_RESOURCE;
		BRC_TRY(brc_net_own(net, v->name, err));
		v->buffer = t->d[i].value;
		v->producer = v->user = BRC_NONE;
		v->initializer = t->d[i].from == FROM_INITIALIZER ? t->d[i].index : BRC_NONE;
	}
	return BRC_OK;
}

/* The one input that is no initializer, and the one output. */
static brc_rc find_ends(brc_net *net, const Brc__OnnxGraph *g, const names *t, brc_err *err)
{
	const definition *d;

	net->input = BRC_NONE;
	for (size_t i = 0; i < g->n_input; i++) {
		d = find(t, text(g->input[i]->name));
		if (d->from == FROM_INITIALIZER)
			continue;
		if (net->input != BRC_NONE)
			return brc_fail(err, BRC_DATA,
					"the network has several inputs ('%s', '%s'); one is "
					"supported",
					net->value[net->input].name, d->name);
		net->input = d->value;
	}
	if (net->input == BRC_NONE)
		return brc_fail(err, BRC_DATA, "the network has no input");
	if (g->n_output != 1)
		return brc_fail(err, BRC_DATA, "the network has %zu outputs; one is supported",
				g->n_output);
	d = find(t, text(g->output[0]->name));
	if (!d)
		return brc_fail(err, BRC_DATA, "no node computes the output '%s'",
				text(g->output[0]->name));
	net->output = d->value;
	return BRC_OK;
}

static brc_rc resolve(brc_net *net, const names *t, char **name, size_t n, size_t node,
		      size_t **out, brc_err *err)
{
	char title[256];

	*out = brc_net_calloc(net, n, sizeof(**out), err);
	if (!*out)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		const definition *d = find(t, name[i]);

		if (!d && *name[i])
			return brc_fail(err, BRC_DATA, "%s: its input '%s' does not exist",
					brc_net_node_text(net, node, title, sizeof(title)),
					name[i]);
		(*out)[i] = d && *name[i] ? d->value : BRC_NONE;
	}
	return BRC_OK;
}

static brc_rc make_nodes(brc_net *net, const Brc__OnnxGraph *g, const names *t, brc_err *err)
{
	net->n_nodes = g->n_node;
	net->node = brc_net_calloc(net, g->n_node, sizeof(*net->node), err);
	if (!net->node)
		return BRC_RESOURCE;
	for (size_t i = 0; i < g->n_node; i++) {
		const Brc__OnnxNode *p = g->node[i];
		brc_net_node *node = &net->node[i];

		node->name = brc_strdup(text(p->name), err);
		if (!node->name)
			return BRC_RESOURCE;
		BRC_TRY(brc_net_own(net, node->name, err));
		node->op = brc_net_op_find(text(p->op_type));
		node->n_in = p->n_input;
		node->n_out = p->n_output;
		BRC_TRY(resolve(net, t, p->input, p->n_input, i, &node->in, err));
		BRC_TRY(resolve(net, t, p->output, p->n_output, i, &node->out, err));
	}
	return BRC_OK;
}

static void mark_producers(brc_net *net)
{
	for (size_t i = 0; i < net->n_nodes; i++)
		for (size_t k = 0; k < net->node[i].n_out; k++)
			if (net->node[i].out[k] != BRC_NONE)
				net->value[net->node[i].out[k]].producer = i;
}

/* The nodes waiting for each value, as lists through arrays: head[value], next[use]. */
typedef struct waiting {
	size_t *head, *next, *node; /* [values], [uses], [uses] */
	size_t *missing;            /* [nodes]: inputs not yet computed */
} waiting;

static brc_rc wait_lists(const brc_net *net, waiting *w, brc_err *err)
{
	size_t uses = 0, u = 0;

	for (size_t i = 0; i < net->n_nodes; i++)
		uses += net->node[i].n_in;
	w->head = brc_alloc(net->n_values, sizeof(size_t), err);
	w->next = brc_alloc(uses, sizeof(size_t), err);
	w->node = brc_alloc(uses, sizeof(size_t), err);
	w->missing = brc_calloc(net->n_nodes, sizeof(size_t), err);
	if (!w->head || !w->next || !w->node || !w->missing)
		return BRC_RESOURCE;
	for (size_t v = 0; v < net->n_values; v++)
		w->head[v] = BRC_NONE;
	for (size_t i = net->n_nodes; i-- > 0;) {
		const brc_net_node *node = &net->node[i];

		for (size_t k = 0; k < node->n_in; k++) {
			size_t v = node->in[k];

			if (v == BRC_NONE || net->value[v].producer == BRC_NONE)
				continue;
			w->node[u] = i;
			w->next[u] = w->head[v];
			w->head[v] = u++;
			w->missing[i]++;
		}
	}
	return BRC_OK;
}

/* A predecessor that was left over too: there is one, as something is missing. */
static size_t left_before(const brc_net *net, const waiting *w, size_t node)
{
	for (size_t k = 0; k < net->node[node].n_in; k++) {
		size_t v = net->node[node].in[k];
		size_t p = v == BRC_NONE ? BRC_NONE : net->value[v].producer;

		if (p != BRC_NONE && w->missing[p] > 0)
			return p;
	}
	return node;
}

/* Going back from any node left over leads into a cycle, and round it. */
static brc_rc fail_cycle(const brc_net *net, waiting *w, brc_err *err)
{
	size_t at = 0;
	char title[256];

	while (w->missing[at] == 0)
		at++;
	while (w->missing[at] != BRC_NONE) {
		w->missing[at] = BRC_NONE; /* been here */
		at = left_before(net, w, at);
	}
	return brc_fail(err, BRC_DATA, "%s: its output feeds back into its input",
			brc_net_node_text(net, at, title, sizeof(title)));
}

/* order[i]: the node that comes i-th. */
static brc_rc kahn(const brc_net *net, waiting *w, size_t *order, brc_err *err)
{
	size_t done = 0, ready = 0;

	for (size_t i = 0; i < net->n_nodes; i++)
		if (w->missing[i] == 0)
			order[ready++] = i;
	while (done < ready) {
		const brc_net_node *node = &net->node[order[done++]];

		for (size_t k = 0; k < node->n_out; k++) {
			if (node->out[k] == BRC_NONE)
				continue;
			for (size_t u = w->head[node->out[k]]; u != BRC_NONE; u = w->next[u])
				if (--w->missing[w->node[u]] == 0)
					order[ready++] = w->node[u];
		}
	}
	return done == net->n_nodes ? BRC_OK : fail_cycle(net, w, err);
}

static bool is_sorted(const brc_net *net)
{
	for (size_t i = 0; i < net->n_nodes; i++) {
		for (size_t k = 0; k < net->node[i].n_in; k++) {
			size_t v = net->node[i].in[k];
			size_t p = v == BRC_NONE ? BRC_NONE : net->value[v].producer;

			if (p != BRC_NONE && p >= i)
				return false;
		}
	}
	return true;
}

static brc_rc sort_nodes(brc_net *net, const Brc__OnnxGraph *g, const Brc__OnnxNode **protos,
			 brc_err *err)
{
	waiting w = {0};
	size_t *order = brc_alloc(net->n_nodes, sizeof(*order), err);
	brc_net_node *sorted = brc_net_calloc(net, net->n_nodes, sizeof(*sorted), err);
	brc_rc rc = order && sorted ? wait_lists(net, &w, err) : BRC_RESOURCE;

	if (rc == BRC_OK)
		rc = kahn(net, &w, order, err);
	if (rc == BRC_OK) {
		for (size_t i = 0; i < net->n_nodes; i++) {
			sorted[i] = net->node[order[i]];
			protos[i] = g->node[order[i]];
		}
		net->node = sorted;
		mark_producers(net);
	}
	free(w.head);
	free(w.next);
	free(w.node);
	free(w.missing);
	free(order);
	return rc;
}

static void count_users(brc_net *net)
{
	for (size_t i = 0; i < net->n_nodes; i++) {
		for (size_t k = 0; k < net->node[i].n_in; k++) {
			size_t v = net->node[i].in[k];

			if (v == BRC_NONE)
				continue;
			net->value[v].users++;
			net->value[v].user = i;
		}
	}
	net->value[net->output].users++;
}

brc_rc brc_net_link(brc_net *net, const Brc__OnnxGraph *g, const Brc__OnnxNode **protos,
		    brc_err *err)
{
	names t = {0};
	brc_rc rc;

	t.d = brc_alloc(count_definitions(g), sizeof(*t.d), err);
	if (!t.d)
		return BRC_RESOURCE;
	collect(g, &t);
	rc = number(&t, &net->n_values, err);
	if (rc == BRC_OK)
		rc = make_values(net, &t, err);
	if (rc == BRC_OK)
		rc = find_ends(net, g, &t, err);
	if (rc == BRC_OK)
		rc = make_nodes(net, g, &t, err);
	free(t.d);
	BRC_TRY(rc);
	mark_producers(net);
	for (size_t i = 0; i < net->n_nodes; i++)
		protos[i] = g->node[i];
	if (!is_sorted(net))
		BRC_TRY(sort_nodes(net, g, protos, err));
	count_users(net);
	return BRC_OK;
}
