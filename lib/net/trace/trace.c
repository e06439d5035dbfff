/* Who feeds whom: the units that every input of a layer comes from. */
#include "net/trace/tracer.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define FEEDS_EXTRA ((size_t)1 << 20) /* entries, besides one for every 4 bytes of the model */
#define MOVES_EXTRA ((size_t)1 << 24) /* elements, besides 4 for every byte of the model */

const brc_sources *brc_traced(const brc_tracer *t, const brc_node *n, size_t k)
{
	if (k >= n->n_in || n->in[k] == BRC_NOWHERE || !t->of[n->in[k]].set)
		return NULL;
	return &t->of[n->in[k]];
}

/* Where a value of several uses begins a function such as SiLU, its end comes from the same units.
 */
static brc_rc note_activation(brc_tracer *t, size_t v, size_t behind, brc_err *err)
{
	size_t end;

	if (brc_exec_value(t->g, v)->users < 2)
		return BRC_OK;
	BRC_TRY(brc_net_activation_end(t->g, v, behind, &end, err));
	if (end != v && t->activation_start[end] == BRC_NOWHERE)
		t->activation_start[end] = v;
	return BRC_OK;
}

brc_rc brc_trace_set(brc_tracer *t, const brc_node *n, size_t k, brc_sources *s, brc_err *err)
{
	size_t v = k < n->n_out ? n->out[k] : BRC_NOWHERE, layer;

	if (v == BRC_NOWHERE || brc_exec_value(t->g, v)->state != BRC_COMPUTED) {
		brc_sources_clear(s);
		return BRC_OK;
	}
	if (t->activation_start[v] != BRC_NOWHERE) {
		brc_sources_clear(s);
		BRC_TRY(brc_sources_dup(s, &t->of[t->activation_start[v]], err));
	}
	t->of[v] = *s;
	layer = t->layer_of[v];
	if (layer == BRC_NOWHERE)
		return BRC_OK;
	*s = (brc_sources){0};
	BRC_TRY(brc_sources_units(s, brc_exec_value(t->g, v), t->net->unit[layer].axis,
				  (int32_t)layer, t->t, err));
	brc_sources_clear(&t->of[v]);
	t->of[v] = *s;
	return BRC_OK;
}

static brc_rc trace_node(brc_tracer *t, size_t i, brc_err *err)
{
	switch (brc_node_trace(brc_exec_node(t->g, i))) {
	case BRC_TRACE_SAME:
	case BRC_TRACE_NORMALISED:
		return brc_trace_same(t, i, err);
	case BRC_TRACE_AFFINE:
		return brc_trace_affine(t, i, err);
	case BRC_TRACE_LAYER_NORM:
		return brc_trace_layer_norm(t, i, err);
	case BRC_TRACE_COMBINE:
	case BRC_TRACE_SUM:
	case BRC_TRACE_PRODUCT:
	case BRC_TRACE_QUOTIENT:
		return brc_trace_combine(t, i, err);
	case BRC_TRACE_MOVE:
	case BRC_TRACE_LOOKUP:
		return brc_trace_move(t, i, err);
	case BRC_TRACE_PLACES:
		return brc_trace_places(t, i, err);
	case BRC_TRACE_REDUCE:
		return brc_trace_reduce(t, i, err);
	case BRC_TRACE_WEIGHTS:
	case BRC_TRACE_MATMUL:
		return brc_trace_product(t, i, err);
	case BRC_TRACE_MISSING:
	case BRC_TRACE_MIX:
		break;
	}
	return brc_trace_mix(t, i, err);
}

/* The input itself: a unit for every channel or element; token numbers come from none. */
static brc_rc trace_input(brc_tracer *t, brc_err *err)
{
	size_t v = t->net->input;
	const brc_operand *x = brc_exec_value(t->g, v);

	if (x->elem != BRC_ELEM_FLOAT)
		return brc_sources_uniform(&t->of[v], x, 0, err);
	return brc_sources_units(&t->of[v], x, t->net->unit[0].axis, 0, t->t, err);
}

/* Layers that reach the output without passing another. */
static void mark_outputs(const brc_tracer *t)
{
	const brc_sources *s = &t->of[t->net->output];

	for (size_t i = 0; i < s->n; i++) {
		size_t n;
		const brc_scaled_unit *f = brc_unit_sets_get(t->t, s->set[i], &n);

		for (size_t k = 0; k < n; k++)
			if (t->net->layer[f[k].layer].role != BRC_ROLE_INPUT)
				t->net->layer[f[k].layer].role = BRC_ROLE_OUTPUT;
	}
}

static brc_rc trace_all(brc_tracer *t, brc_err *err)
{
	BRC_TRY(trace_input(t, err));
	BRC_TRY(note_activation(t, t->net->input, 0, err));
	for (size_t i = 0; i < brc_exec_nodes(t->g); i++) {
		char title[256];

		if (trace_node(t, i, err) != BRC_OK)
			return brc_err_prefix(err, "%s",
					      brc_net_node_text(t->net, i, title, sizeof(title)));
		for (size_t k = 0; k < brc_exec_node(t->g, i)->n_out; k++)
			if (brc_exec_node(t->g, i)->out[k] != BRC_NOWHERE)
				BRC_TRY(note_activation(t, brc_exec_node(t->g, i)->out[k], i + 1,
							err));
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
			  .activation_start = brc_alloc(values, sizeof(*t->activation_start), err)};
	if (!t->of || !t->at || !t->layer_of || !t->activation_start)
		return BRC_RESOURCE;
	for (size_t v = 0; v < values; v++)
		t->layer_of[v] = t->activation_start[v] = BRC_NOWHERE;
	for (size_t l = 1; l < net->n_layers; l++)
		t->layer_of[net->unit[l].post] = l;
	BRC_TRY(brc_unit_sets_new(&net->feeds, FEEDS_EXTRA + net->model.bytes / 4, err));
	t->t = net->feeds;
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
	free(t.activation_start);
	return rc;
}
