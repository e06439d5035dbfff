/* Tracing finds the units from which every input of a layer comes. */
#include <stdlib.h>

#include "base/memory.h"
#include "net/activation_function.h"
#include "net/trace/scaling.h"

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

brc_rc brc_trace_uniform(brc_tracer *t, const brc_node *n, size_t k, int32_t set, size_t untraced,
			 bool statistic, brc_err *err)
{
	for (; k < n->n_out; k++) {
		brc_sources s;

		if (!is_computed(t, n, k) || t->of[n->out[k]].set)
			continue;
		BRC_TRY(brc_sources_uniform(&s, brc_exec_value(t->g, n->out[k]), set, err));
		s.untraced = untraced;
		s.statistic = statistic;
		BRC_TRY(brc_trace_set(t, n, k, &s, BRC_OK, err));
	}
	return BRC_OK;
}

/* ---- one node ---- */

/* How each kind of operator is traced. NULL: from all inputs, mixed. */
static brc_rc (*const rules[])(brc_tracer *, const brc_node *, brc_err *) = {
	[BRC_TRACE_MISSING] = NULL,
	[BRC_TRACE_MIX] = NULL,
	[BRC_TRACE_SAME] = brc_trace_same,
	[BRC_TRACE_NORMALISED] = brc_trace_same,
	[BRC_TRACE_AFFINE] = brc_trace_affine,
	[BRC_TRACE_QUANTISED] = brc_trace_quantised,
	[BRC_TRACE_LAYER_NORM] = brc_trace_layer_norm,
	[BRC_TRACE_COMBINE] = brc_trace_combine,
	[BRC_TRACE_SUM] = brc_trace_combine,
	[BRC_TRACE_PRODUCT] = brc_trace_combine,
	[BRC_TRACE_QUOTIENT] = brc_trace_combine,
	[BRC_TRACE_MOVE] = brc_trace_move,
	[BRC_TRACE_LOOKUP] = brc_trace_move,
	[BRC_TRACE_POOLING] = brc_trace_pooling,
	[BRC_TRACE_ALONG] = brc_trace_along,
	[BRC_TRACE_REDUCE] = brc_trace_reduce,
	[BRC_TRACE_WEIGHTS] = brc_trace_product,
	[BRC_TRACE_MATMUL] = brc_trace_product,
	[BRC_TRACE_ATTENTION] = brc_trace_attention,
	[BRC_TRACE_RECURRENT] = brc_trace_recurrent,
};
_Static_assert(sizeof(rules) / sizeof(*rules) == BRC_TRACE_RECURRENT + 1, "each kind has its rule");

/* Outputs without sources come from the sources of all inputs. Units are told apart no longer. */
static brc_rc trace_mix(brc_tracer *t, const brc_node *n, size_t i, brc_err *err)
{
	size_t untraced = i;
	int32_t all = 0, one;

	for (size_t k = 0; k < n->n_in; k++) {
		const brc_sources *x = brc_traced(t, n, k);

		if (!x)
			continue;
		if (x->untraced != BRC_NOWHERE)
			untraced = x->untraced;
		BRC_TRY(brc_sources_all(x, t->sets, &one, err));
		BRC_TRY(brc_unit_sets_join(t->sets, all, one, false, &all, err));
	}
	return brc_trace_uniform(t, n, 0, all, untraced, false, err);
}

static brc_rc trace_one(brc_tracer *t, const brc_node *n, size_t i, brc_err *err)
{
	if (rules[brc_node_trace(n)])
		BRC_TRY(rules[brc_node_trace(n)](t, n, err));
	for (size_t k = 0; k < n->n_out; k++)
		if (is_computed(t, n, k) && !t->of[n->out[k]].set)
			return trace_mix(t, n, i, err);
	return BRC_OK;
}

static brc_rc trace_node(brc_tracer *t, const brc_node *n, size_t i, brc_err *err)
{
	BRC_TRY(trace_one(t, n, i, err));
	return t->scaling ? brc_scaling_node(t->scaling, t, n, err) : BRC_OK;
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

/*
 * The main input: a unit for every channel or element; token numbers come from none. Neither does
 * what goes into other inputs.
 */
static brc_rc trace_input(brc_tracer *t, size_t v, brc_err *err)
{
	const brc_operand *x = brc_exec_value(t->g, v);

	if (v == t->net->input && x->elem == BRC_ELEM_FLOAT)
		BRC_TRY(brc_sources_units(&t->of[v], x, t->net->site[0].axis, 0, t->sets, err));
	else
		BRC_TRY(brc_sources_uniform(&t->of[v], x, 0, err));
	return note_activation(t, v, 0, err);
}

static brc_rc trace_inputs(brc_tracer *t, brc_err *err)
{
	for (size_t v = 0; v < brc_exec_values(t->g); v++)
		if (brc_exec_value(t->g, v)->input &&
		    brc_exec_value(t->g, v)->state == BRC_COMPUTED)
			BRC_TRY(trace_input(t, v, err));
	return BRC_OK;
}

/* Layers that reach the value without passing another. */
static void mark_output(const brc_tracer *t, size_t value)
{
	const brc_sources *s = &t->of[value];

	for (size_t i = 0, n; i < s->n; i++) {
		const brc_scaled_unit *u = brc_unit_sets_get(t->sets, s->set[i], &n);

		for (size_t k = 0; k < n; k++)
			if (t->net->layer[u[k].layer].role != BRC_ROLE_INPUT)
				t->net->layer[u[k].layer].role = BRC_ROLE_OUTPUT;
	}
}

/* Where none of several outputs is chosen, each of them counts. */
static void mark_outputs(const brc_tracer *t)
{
	if (t->net->output != BRC_NOWHERE)
		mark_output(t, t->net->output);
	for (size_t k = 0; t->net->output == BRC_NOWHERE && k < brc_exec_outputs(t->g); k++)
		if (brc_net_output_counts(t->net, k))
			mark_output(t, brc_exec_output_value(t->g, k));
}

static brc_rc trace_all(brc_tracer *t, brc_err *err)
{
	BRC_TRY(trace_inputs(t, err));
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
	brc_scaling scaling = {0};
	brc_rc rc = begin(&t, net, err);

	if (net->options.scaling) {
		t.scaling = &scaling;
		BRC_THEN(rc, brc_scaling_init(&scaling, net, err));
	}
	BRC_THEN(rc, trace_all(&t, err));
	if (net->options.scaling) {
		BRC_THEN(rc, brc_scaling_end(&scaling, &t, err));
		BRC_THEN(rc, brc_scaling_number(&scaling, net, err));
		brc_scaling_clear(&scaling);
	}
	for (size_t v = 0; t.of && v < brc_exec_values(net->g); v++)
		brc_sources_clear(&t.of[v]);
	free(t.of);
	free(t.at);
	free(t.layer_of);
	free(t.activation_of);
	return rc;
}
