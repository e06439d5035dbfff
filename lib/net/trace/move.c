/*
 * Operators that only move elements. The sets of units go the way of the
 * elements themselves: through the operator's own kernel, which copies four
 * bytes whatever they mean.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/trace/tracer.h"

_Static_assert(sizeof(int32_t) == sizeof(float), "a set goes where an element goes");

/* A constant of floats moves as elements that come from no unit: set 0. */
static bool is_data(const brc_operand *v)
{
	return v->elem == BRC_ELEM_FLOAT;
}

static brc_rc spend(brc_tracer *t, size_t n, brc_err *err)
{
	if (n > t->budget)
		return brc_fail(err, BRC_DATA, "too many elements to trace");
	t->budget -= n;
	return BRC_OK;
}

/* Elements of every operand, in memory of their own. */
static brc_rc lay_out(brc_tracer *t, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *v =
			n->in[k] == BRC_NOWHERE ? NULL : brc_exec_value(t->g, n->in[k]);

		if (!v || t->at[n->in[k]] || !is_data(v))
			continue;
		BRC_TRY(spend(t, v->count, err));
		t->at[n->in[k]] = brc_calloc(v->count, sizeof(int32_t), err);
		if (!t->at[n->in[k]])
			return BRC_RESOURCE;
		if (brc_traced(t, n, k))
			brc_sources_spread(brc_traced(t, n, k), v, t->at[n->in[k]]);
	}
	for (size_t k = 0; k < n->n_out; k++) {
		if (n->out[k] == BRC_NOWHERE)
			continue;
		BRC_TRY(spend(t, brc_exec_value(t->g, n->out[k])->count, err));
		t->at[n->out[k]] =
			brc_calloc(brc_exec_value(t->g, n->out[k])->count, sizeof(int32_t), err);
		if (!t->at[n->out[k]])
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

static void clear(brc_tracer *t, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in + n->n_out; k++) {
		size_t v = k < n->n_in ? n->in[k] : n->out[k - n->n_in];

		if (v == BRC_NOWHERE)
			continue;
		if (is_data(brc_exec_value(t->g, v)))
			free(t->at[v]);
		t->at[v] = NULL;
	}
}

static brc_rc run(brc_tracer *t, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++) /* axes, indices */
		if (n->in[k] != BRC_NOWHERE && !is_data(brc_exec_value(t->g, n->in[k])))
			t->at[n->in[k]] = brc_exec_value(t->g, n->in[k])->data;
	return brc_node_run(t->g, n, t->at, err);
}

/* What the operands have in common besides their sets. */
static void inherit(const brc_tracer *t, const brc_node *n, brc_sources *s)
{
	bool any = false;

	s->statistic = true;
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_sources *x = brc_traced(t, n, k);

		if (!x)
			continue;
		if (!any) {
			s->map[0] = x->map[0];
			s->map[1] = x->map[1];
		}
		any = true;
		s->statistic = s->statistic && x->statistic;
		if (x->mixed != BRC_NOWHERE)
			s->mixed = x->mixed;
	}
}

static brc_rc collect(brc_tracer *t, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_sources s;

		if (n->out[k] == BRC_NOWHERE)
			continue;
		BRC_TRY(brc_sources_gather(&s, brc_exec_value(t->g, n->out[k]), t->at[n->out[k]],
					   err));
		inherit(t, n, &s);
		BRC_TRY(brc_trace_set(t, n, k, &s, err));
	}
	return BRC_OK;
}

/* Tokens, or what is looked up by them: they come from no unit. */
static brc_rc from_no_unit(brc_tracer *t, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_sources s;

		if (n->out[k] == BRC_NOWHERE)
			continue;
		BRC_TRY(brc_sources_uniform(&s, brc_exec_value(t->g, n->out[k]), 0, err));
		BRC_TRY(brc_trace_set(t, n, k, &s, err));
	}
	return BRC_OK;
}

brc_rc brc_trace_move(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	bool lookup = brc_node_trace(n) == BRC_TRACE_LOOKUP && brc_traced(t, n, 1);
	brc_rc rc;

	if (brc_exec_value(t->g, n->in[0])->elem != BRC_ELEM_FLOAT ||
	    (lookup && !brc_traced(t, n, 0)))
		return from_no_unit(t, n, err);
	if (lookup)
		return brc_trace_mix(t, i, err);
	rc = lay_out(t, n, err);
	if (rc == BRC_OK)
		rc = run(t, n, err);
	if (rc == BRC_OK)
		rc = collect(t, n, err);
	clear(t, n);
	return rc;
}
