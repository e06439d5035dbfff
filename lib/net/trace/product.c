/*
 * Operators that put elements together: convolutions and matrix products, which
 * make new units or pass channels on; pooling; sums over dimensions; and those
 * that mix what cannot be told apart afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "linalg/kernel_norm.h"
#include "net/trace/tracer.h"

#define SPATIAL (~(size_t)3) /* dimensions 2 and up, as bits */

static void note_map(brc_sources *s, const brc_operand *v)
{
	s->map[0] = v->ndim > 3 ? v->dim[2] : 1;
	s->map[1] = v->ndim > 2 ? v->dim[v->ndim - 1] : 1;
}

/* Sources of an output of another shape than the input's: all the same. */
static brc_rc set_uniform(brc_tracer *t, const brc_node *n, int32_t set, size_t mixed, brc_err *err)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_sources s;

		if (n->out[k] == BRC_NOWHERE ||
		    brc_exec_value(t->g, n->out[k])->state != BRC_COMPUTED)
			continue;
		BRC_TRY(brc_sources_uniform(&s, brc_exec_value(t->g, n->out[k]), set, err));
		s.mixed = mixed;
		BRC_TRY(brc_trace_set(t, n, k, &s, err));
	}
	return BRC_OK;
}

brc_rc brc_trace_mix(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	size_t mixed = i;
	int32_t all = 0, one;

	for (size_t k = 0; k < n->n_in; k++) {
		const brc_sources *x = brc_traced(t, n, k);

		if (!x)
			continue;
		if (x->mixed != BRC_NOWHERE)
			mixed = x->mixed;
		BRC_TRY(brc_sources_all(x, t->t, &one, err));
		BRC_TRY(brc_unit_sets_max(t->t, all, one, &all, err));
	}
	return set_uniform(t, n, all, mixed, err);
}

brc_rc brc_trace_places(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	const brc_operand *x = brc_exec_value(t->g, n->in[0]), *y = brc_exec_value(t->g, n->out[0]);
	brc_sources s;
	brc_rc rc;

	if (!brc_traced(t, n, 0) || x->ndim != y->ndim || x->ndim < 2 || x->dim[0] != y->dim[0] ||
	    x->dim[1] != y->dim[1])
		return brc_trace_mix(t, i, err);
	BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, 0), err));
	rc = brc_sources_flatten(&s, SPATIAL, t->t, err);
	if (rc != BRC_OK) {
		brc_sources_clear(&s);
		return rc;
	}
	note_map(&s, y);
	return brc_trace_set(t, n, 0, &s, err);
}

static void drop_dimensions(brc_sources *s, size_t axes)
{
	size_t n = 0;

	for (size_t k = 0; k < s->ndim; k++)
		if (!(axes >> k & 1))
			s->ext[n++] = s->ext[k];
	s->ndim = n;
}

/* A mean over places leaves channels as they are; over units it is a statistic of theirs. */
brc_rc brc_trace_reduce(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	const brc_sources *x = brc_traced(t, n, 0);
	size_t axes;
	bool keep;
	brc_sources s;
	brc_rc rc;

	if (!x || !brc_node_reduced(n, &axes, &keep))
		return brc_trace_mix(t, i, err);
	BRC_TRY(brc_sources_dup(&s, x, err));
	for (size_t k = 0; k < s.ndim; k++)
		if (axes >> k & 1 && s.ext[k] > 1)
			s.statistic = true;
	rc = brc_sources_flatten(&s, axes, t->t, err);
	if (rc != BRC_OK) {
		brc_sources_clear(&s);
		return rc;
	}
	if (!keep)
		drop_dimensions(&s, axes);
	return brc_trace_set(t, n, 0, &s, err);
}

/* ---- convolutions and matrix products ---- */

static brc_rc new_units(brc_tracer *t, const brc_node *n, const brc_weights *w, brc_err *err)
{
	brc_unit_layer *u = &t->net->unit[++t->layer];
	const brc_operand *x = brc_exec_value(t->g, n->in[w->in]),
			  *y = brc_exec_value(t->g, n->out[0]);
	const brc_sources *from = brc_traced(t, n, w->in);
	brc_sources s;

	u->source = brc_calloc(w->inputs, sizeof(*u->source), err);
	if (!u->source)
		return BRC_RESOURCE;
	u->mixed = from->mixed;
	u->map[0] = from->map[0];
	u->map[1] = from->map[1];
	if (from->mixed == BRC_NOWHERE)
		BRC_TRY(brc_sources_along(from, x, w->in_axis, t->t, u->source, err));
	BRC_TRY(brc_sources_units(&s, y, w->axis, (int32_t)t->layer, t->t, err));
	return brc_trace_set(t, n, 0, &s, err);
}

/* Every channel times the magnitude of its kernel. */
static brc_rc pass_on(brc_tracer *t, const brc_node *n, const brc_weights *w, brc_err *err)
{
	const brc_operand *x = brc_exec_value(t->g, n->in[0]), *y = brc_exec_value(t->g, n->out[0]);
	const brc_sources *from = brc_traced(t, n, 0);
	size_t each = w->outputs / w->groups;
	int32_t *in = brc_calloc(w->inputs, sizeof(*in), err);
	brc_sources s = {0};
	brc_rc rc = in ? brc_sources_along(from, x, 1, t->t, in, err) : BRC_RESOURCE;

	if (rc == BRC_OK)
		rc = brc_sources_axis(&s, y, 1, err);
	for (size_t o = 0; rc == BRC_OK && o < w->outputs; o++) {
		double norm;

		rc = brc_kernel_norm(t->net->norm, w->w + o * w->out_step, w->h, w->wide, &norm,
				     err);
		if (rc == BRC_OK)
			rc = brc_unit_sets_scale(t->t, in[o / each], (float)norm, &s.set[o], err);
	}
	free(in);
	if (rc != BRC_OK) {
		brc_sources_clear(&s);
		return rc;
	}
	s.mixed = from->mixed;
	s.statistic = from->statistic;
	note_map(&s, y);
	return brc_trace_set(t, n, 0, &s, err);
}

/*
 * Attention: a product of scores, mixed as they are, and values passes the
 * features of the values on. a: which operand they are.
 */
static brc_rc attend(brc_tracer *t, const brc_node *n, size_t a, brc_err *err)
{
	brc_sources s;
	size_t summed;
	brc_rc rc;

	BRC_TRY(brc_trace_heads(t, n, a, err));
	BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, a), err));
	summed = a == 1 ? s.ndim - 2 : s.ndim - 1;
	rc = brc_sources_flatten(&s, (size_t)1 << summed, t->t, err);
	if (rc == BRC_OK)
		return brc_trace_set(t, n, 0, &s, err);
	brc_sources_clear(&s);
	return rc;
}

/* Both operands hold images in their first dimension, and so have as many dimensions as the
 * product. */
static bool same_dimensions(const brc_tracer *t, const brc_node *n)
{
	size_t ndim = brc_exec_value(t->g, n->out[0])->ndim;

	return brc_exec_value(t->g, n->in[0])->ndim == ndim &&
	       brc_exec_value(t->g, n->in[1])->ndim == ndim;
}

static bool is_told_apart(const brc_tracer *t, const brc_node *n, size_t k)
{
	const brc_sources *s = brc_traced(t, n, k);

	return s && s->mixed == BRC_NOWHERE && brc_exec_value(t->g, n->in[k])->ndim > 1;
}

brc_rc brc_trace_product(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	brc_weights w;

	if (brc_net_makes_units(t->g, n, &w))
		return new_units(t, n, &w, err);
	if (brc_net_is_depthwise(t->g, n, &w))
		return pass_on(t, n, &w, err);
	if (brc_node_trace(n) == BRC_TRACE_MATMUL && brc_traced(t, n, 0) && brc_traced(t, n, 1) &&
	    same_dimensions(t, n) && is_told_apart(t, n, 0) != is_told_apart(t, n, 1))
		return attend(t, n, is_told_apart(t, n, 1), err);
	return brc_trace_mix(t, i, err);
}
