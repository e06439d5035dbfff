/*
 * Operators that only move elements. The sets of units are moved like the elements themselves, by
 * the operator's own kernel, which copies an element's bytes whatever they mean: four of a float,
 * and eight of a quantised number or a truth value, where a set is widened.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "net/head_blocks.h"
#include "net/trace/tracer.h"

_Static_assert(sizeof(int32_t) == sizeof(float), "a set goes where an element goes");

/* A quantised number, or a truth value, such as a condition that Where asks. */
static bool is_wide(const brc_operand *v)
{
	return v->elem == BRC_ELEM_BOOL ||
	       (v->elem == BRC_ELEM_INT &&
		(v->narrow == BRC_ONNX_INT8 || v->narrow == BRC_ONNX_UINT8));
}

/*
 * Other operands, such as axes and indices, say where elements go. A constant of floats, of
 * quantised numbers or of truth values moves as set 0, which has no unit.
 */
static bool is_data(const brc_operand *v)
{
	return v->elem == BRC_ELEM_FLOAT || is_wide(v);
}

/* Sets take as many bytes as the elements: from four to eight, and back. */
static void widen(const brc_operand *v, void *sets)
{
	for (size_t i = v->count; is_wide(v) && i-- > 0;)
		((int64_t *)sets)[i] = ((int32_t *)sets)[i];
}

static void narrow(const brc_operand *v, void *sets)
{
	for (size_t i = 0; is_wide(v) && i < v->count; i++)
		((int32_t *)sets)[i] = (int32_t)((int64_t *)sets)[i];
}

/* Memory for the sets of a value's elements. */
static brc_rc make_room(brc_tracer *t, size_t v, brc_err *err)
{
	const brc_operand *x = brc_exec_value(t->g, v);
	size_t n = x->count;

	if (n > t->budget)
		return brc_fail(err, BRC_DATA, "too many elements to trace");
	t->budget -= n;
	t->at[v] = brc_calloc(n, is_wide(x) ? sizeof(int64_t) : sizeof(int32_t), err);
	return t->at[v] ? BRC_OK : BRC_RESOURCE;
}

static brc_rc lay_out(brc_tracer *t, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *x = brc_in(t->g, n, k);
		const brc_sources *s = brc_traced(t, n, k);

		if (!x || t->at[n->in[k]])
			continue;
		if (!is_data(x)) {
			t->at[n->in[k]] = x->data;
			continue;
		}
		BRC_TRY(make_room(t, n->in[k], err));
		if (s)
			brc_sources_spread(s, x, t->at[n->in[k]]);
		widen(x, t->at[n->in[k]]);
	}
	for (size_t k = 0; k < n->n_out; k++)
		if (n->out[k] != BRC_NOWHERE)
			BRC_TRY(make_room(t, n->out[k], err));
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

/* What the operands have in common besides their sets. */
void brc_trace_inherit(const brc_tracer *t, const brc_node *n, brc_sources *s)
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
		if (x->untraced != BRC_NOWHERE)
			s->untraced = x->untraced;
	}
}

static brc_rc collect(brc_tracer *t, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_sources s;

		if (n->out[k] == BRC_NOWHERE)
			continue;
		narrow(brc_exec_value(t->g, n->out[k]), t->at[n->out[k]]);
		BRC_TRY(brc_sources_gather(&s, brc_exec_value(t->g, n->out[k]), t->at[n->out[k]],
					   err));
		brc_trace_inherit(t, n, &s);
		BRC_TRY(brc_trace_set(t, n, k, &s, BRC_OK, err));
	}
	return BRC_OK;
}

/* Does an input come from units, told apart or not? */
static bool comes_from_units(const brc_tracer *t, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_sources *s = brc_traced(t, n, k);

		for (size_t i = 0; s && i < s->n; i++)
			if (s->untraced != BRC_NOWHERE || s->set[i] != 0)
				return true;
	}
	return false;
}

/* By the kernel of the node. */
static brc_rc move_elements(brc_tracer *t, const brc_node *n, brc_err *err)
{
	brc_rc rc = lay_out(t, n, err);

	BRC_THEN(rc, brc_node_move(t->g, n, t->at, err));
	BRC_THEN(rc, collect(t, n, err));
	clear(t, n);
	return rc;
}

/*
 * Kernels move elements of other kinds otherwise, and what a unit looks up is a function of it:
 * mixed, unless no unit has a part in it, as in tokens and what they look up.
 */
brc_rc brc_trace_move(brc_tracer *t, const brc_node *n, brc_err *err)
{
	bool lookup = brc_node_trace(n) == BRC_TRACE_LOOKUP && brc_traced(t, n, 1), done;

	if (!brc_node_moves(n))
		return BRC_OK;
	if (lookup || !is_data(brc_exec_value(t->g, n->in[0])))
		return comes_from_units(t, n)
			       ? BRC_OK
			       : brc_trace_uniform(t, n, 0, 0, BRC_NOWHERE, false, err);
	BRC_TRY(brc_trace_blocks(t, n, &done, err));
	if (!done)
		BRC_TRY(move_elements(t, n, err));
	if (brc_exec_value(t->g, n->out[0])->elem == BRC_ELEM_BOOL) /* no value of attention */
		return BRC_OK;
	return brc_head_block_note(t, n, err);
}
