#include "net/trace/trace.h"

#include <stdlib.h>

#include "base/memory.h"
#include "net/activation_function.h"
#include "net/trace/tracer.h"

#define SETS_EXTRA ((size_t)1 << 20)  /* entries, besides one for every 4 bytes of the model */
#define MOVES_EXTRA ((size_t)1 << 24) /* elements, besides 4 for every byte of the model */

const brc_sources *brc_traced(const brc_tracer *t, const brc_node *n, size_t k)
{
	if (k >= n->n_in || n->in[k] == BRC_NOWHERE || !t->of[n->in[k]].set)
		return NULL;
	return &t->of[n->in[k]];
}

static bool is_computed(const brc_tracer *t, const brc_node *n, size_t k)
{
	return k < n->n_out && n->out[k] != BRC_NOWHERE &&
	       brc_exec_value(t->g, n->out[k])->state == BRC_COMPUTED;
}

/* The value of a layer comes from the layer itself. */
static brc_rc start_layer(brc_tracer *t, size_t v, brc_err *err)
{
	size_t layer = t->layer_of[v];

	brc_sources_clear(&t->of[v]);
	return brc_sources_units(&t->of[v], brc_exec_value(t->g, v), t->net->site[layer].axis,
				 (int32_t)layer, t->sets, err);
}

brc_rc brc_trace_set(brc_tracer *t, const brc_node *n, size_t k, brc_sources *s, brc_rc made,
		     brc_err *err)
{
	size_t v;

	if (made != BRC_OK || !is_computed(t, n, k)) {
		brc_sources_clear(s);
		return made;
	}
	v = n->out[k];
	if (t->activation_of[v] != BRC_NOWHERE) {
		brc_sources_clear(s);
		BRC_TRY(brc_sources_dup(s, &t->of[t->activation_of[v]], err));
	}
	t->of[v] = *s;
	return t->layer_of[v] == BRC_NOWHERE ? BRC_OK : start_layer(t, v, err);
}

brc_rc brc_trace_uniform(brc_tracer *t, const brc_node *n, size_t k, int32_t set, size_t mixed,
			 bool statistic, brc_err *err)
{
	for (; k < n->n_out; k++) {
		brc_sources s;

		if (!is_computed(t, n, k) || t->of[n->out[k]].set)
			continue;
		BRC_TRY(brc_sources_uniform(&s, brc_exec_value(t->g, n->out[k]), set, err));
		s.mixed = mixed;
		s.statistic = statistic;
		BRC_TRY(brc_trace_set(t, n, k, &s, BRC_OK, err));
	}
	return BRC_OK;
}

/* ---- one node ---- */

static brc_rc apply_rule(brc_tracer *t, const brc_node *n, brc_err *err)
{
	switch (brc_node_trace(n)) {
	case BRC_TRACE_SAME:
	case BRC_TRACE_NORMALISED:
		return brc_trace_same(t, n, err);
	case BRC_TRACE_AFFINE:
		return brc_trace_affine(t, n, err);
	case BRC_TRACE_LAYER_NORM:
		return brc_trace_layer_norm(t, n, err);
	case BRC_TRACE_COMBINE:
	case BRC_TRACE_SUM:
	case BRC_TRACE_PRODUCT:
	case BRC_TRACE_QUOTIENT:
		return brc_trace_combine(t, n, err);
	case BRC_TRACE_MOVE:
	case BRC_TRACE_LOOKUP:
		return brc_trace_move(t, n, err);
	case BRC_TRACE_PLACES:
		return brc_trace_places(t, n, err);
	case BRC_TRACE_REDUCE:
		return brc_trace_reduce(t, n, err);
	case BRC_TRACE_WEIGHTS:
	case BRC_TRACE_MATMUL:
		return brc_trace_product(t, n, err);
	case BRC_TRACE_MISSING:
	case BRC_TRACE_MIX:
		break;
	}
	return BRC_OK;
}

/* Outputs without sources come from the sources of all inputs, mixed at node i. */
static brc_rc mix(brc_tracer *t, const brc_node *n, size_t i, brc_err *err)
{
	size_t mixed = i;
	int32_t all = 0, one;

	for (size_t k = 0; k < n->n_in; k++) {
		const brc_sources *x = brc_traced(t, n, k);

		if (!x)
			continue;
		if (x->mixed != BRC_NOWHERE)
			mixed = x->mixed;
		BRC_TRY(brc_sources_all(x, t->sets, &one, err));
		BRC_TRY(brc_unit_sets_max(t->sets, all, one, &all, err));
	}
	return brc_trace_uniform(t, n, 0, all, mixed, false, err);
}

static brc_rc trace_node(brc_tracer *t, const brc_node *n, size_t i, brc_err *err)
{
	BRC_TRY(apply_rule(t, n, err));
	for (size_t k = 0; k < n->n_out; k++)
		if (is_computed(t, n, k) && !t->of[n->out[k]].set)
			return mix(t, n, i, err);
	return BRC_OK;
}

/* ---- all of them ---- */

/*
 * If a value with several uses begins a function such as SiLU, the end of the function comes from
 * the same units.
 */
static brc_rc note_activation(brc_tracer *t, size_t v, size_t behind, brc_err *err)
{
	size_t end;

	if (brc_exec_value(t->g, v)->users < 2)
		return BRC_OK;
	BRC_TRY(brc_activation_end(t->g, v, behind, &end, err));
	if (end != v && t->activation_of[end] == BRC_NOWHERE)
		t->activation_of[end] = v;
	return BRC_OK;
}

/* The input itself: a unit for every channel or element; token numbers come from none. */
static brc_rc trace_input(brc_tracer *t, brc_err *err)
{
	size_t v = t->net->input;
	const brc_operand *x = brc_exec_value(t->g, v);

	if (x->elem == BRC_ELEM_FLOAT)
		BRC_TRY(brc_sources_units(&t->of[v], x, t->net->site[0].axis, 0, t->sets, err));
	else
		BRC_TRY(brc_sources_uniform(&t->of[v], x, 0, err));
	return note_activation(t, v, 0, err);
}

/* Layers that reach the output without passing another. */
static void mark_outputs(const brc_tracer *t)
{
	const brc_sources *s = &t->of[t->net->output];

	for (size_t i = 0; i < s->n; i++) {
		size_t n;
		const brc_scaled_unit *u = brc_unit_sets_get(t->sets, s->set[i], &n);

		for (size_t k = 0; k < n; k++)
			if (t->net->layer[u[k].layer].role != BRC_ROLE_INPUT)
				t->net->layer[u[k].layer].role = BRC_ROLE_OUTPUT;
	}
}

static brc_rc trace_all(brc_tracer *t, brc_err *err)
{
	BRC_TRY(trace_input(t, err));
	for (size_t i = 0; i < brc_exec_nodes(t->g); i++) {
		const brc_node *n = brc_exec_node(t->g, i);
		char title[256];

		if (trace_node(t, n, i, err) != BRC_OK)
			return brc_err_prefix(err, "%s",
					      brc_net_node_text(t->net, i, title, sizeof(title)));
		for (size_t k = 0; k < n->n_out; k++)
			if (n->out[k] != BRC_NOWHERE)
				BRC_TRY(note_activation(t, n->out[k], i + 1, err));
	}
	mark_outputs(t);
	return BRC_OK;
}

static brc_rc begin(brc_tracer *t, brc_net *net, brc_err *err)
{
	size_t values = brc_exec_values(net->g);

	*t = (brc_tracer){.net = net,
			  .g = net->g,
			  .budget = MOVES_EXTRA + 4 * net->model.bytes,
			  .of = brc_calloc(values, sizeof(*t->of), err),
			  .at = brc_calloc(values, sizeof(*t->at), err),
			  .layer_of = brc_alloc(values, sizeof(*t->layer_of), err),
			  .activation_of = brc_alloc(values, sizeof(*t->activation_of), err)};
	if (!t->of || !t->at || !t->layer_of || !t->activation_of)
		return BRC_RESOURCE;
	for (size_t v = 0; v < values; v++)
		t->layer_of[v] = t->activation_of[v] = BRC_NOWHERE;
	for (size_t l = 1; l < net->n_layers; l++)
		t->layer_of[net->site[l].post] = l;
	BRC_TRY(brc_unit_sets_new(&net->sets, SETS_EXTRA + net->model.bytes / 4, err));
	t->sets = net->sets;
	return BRC_OK;
}

brc_rc brc_net_trace_units(brc_net *net, brc_err *err)
{
	brc_tracer t;
	brc_rc rc = begin(&t, net, err);

	if (rc == BRC_OK)
		rc = trace_all(&t, err);
	for (size_t v = 0; t.of && v < brc_exec_values(net->g); v++)
		brc_sources_clear(&t.of[v]);
	free(t.of);
	free(t.at);
	free(t.layer_of);
	free(t.activation_of);
	return rc;
}
