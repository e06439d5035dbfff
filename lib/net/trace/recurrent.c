/* RNN, GRU and LSTM: units that are fed by the input and, one step later, by themselves. */
#include "net/trace/tracer.h"

#include "base/memory.h"

enum { X = 0, STATE = 5 }; /* inputs of the node */

/*
 * What the weights of recurrence read: the units of the layer themselves and, before the first
 * step, what the node is given as their state. The state of LSTM's cells comes through no weight.
 */
static brc_rc sources_of_state(brc_tracer *t, const brc_node *n, brc_layer_inputs *in,
			       int32_t *source, size_t units, brc_err *err)
{
	const brc_sources *given = brc_traced(t, n, STATE);
	int32_t own;

	if (given && given->untraced != BRC_NOWHERE)
		in->untraced = given->untraced;
	else if (given)
		BRC_TRY(brc_sources_along(given, brc_in(t->g, n, STATE), 2, t->sets, source, err));
	for (size_t u = 0; u < units; u++) {
		BRC_TRY(brc_unit_sets_one(t->sets, (int32_t)t->layer, (int32_t)u, &own, err));
		BRC_TRY(brc_unit_sets_join(t->sets, own, source[u], false, &source[u], err));
	}
	return BRC_OK;
}

brc_rc brc_trace_recurrent(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_sources *x = brc_traced(t, n, X);
	brc_layer_inputs *in;
	brc_linear_map w;

	if (!brc_net_makes_units(t->g, n, &w))
		return BRC_OK;
	in = &t->net->inputs[++t->layer];
	in->source = brc_calloc(w.inputs, sizeof(*in->source), err);
	BRC_TRY(brc_made(in->source));
	in->untraced = x ? x->untraced : BRC_NOWHERE;
	if (x && x->untraced == BRC_NOWHERE)
		BRC_TRY(brc_sources_along(x, brc_in(t->g, n, X), w.in_axis, t->sets, in->source,
					  err));
	BRC_TRY(sources_of_state(t, n, in, in->source + w.inputs - w.recurrent, w.recurrent, err));
	for (size_t k = 0; k < n->n_out; k++) {
		brc_sources s;
		brc_rc rc;

		if (n->out[k] == BRC_NOWHERE)
			continue;
		rc = brc_sources_units(&s, brc_exec_value(t->g, n->out[k]),
				       brc_exec_value(t->g, n->out[k])->ndim - 1, (int32_t)t->layer,
				       t->sets, err);
		BRC_TRY(brc_trace_set(t, n, k, &s, rc, err));
	}
	return BRC_OK;
}
