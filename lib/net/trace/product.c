/*
 * Operators that combine elements: convolutions and matrix products, which make new units or pass
 * channels on; pooling; sums over dimensions.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "linalg/kernel_norm.h"
#include "net/trace/tracer.h"

#define SPATIAL (~(size_t)3) /* dimensions 2 and up, as bits */

/* Is what says where to read computed by the network itself? */
static bool has_computed_places(const brc_tracer *t, const brc_node *n)
{
	return brc_traced(t, n, 1) && brc_in(t->g, n, 1)->elem == BRC_ELEM_FLOAT;
}

/*
 * An element comes from the channel of its window. So does its index, a second output of MaxPool.
 * Places that are computed have units of their own, which are then mixed.
 */
brc_rc brc_trace_pooling(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_operand *x = brc_in(t->g, n, 0), *y = brc_exec_value(t->g, n->out[0]);

	if (!brc_traced(t, n, 0) || has_computed_places(t, n) || x->ndim != y->ndim ||
	    x->ndim < 2 || x->dim[0] != y->dim[0] || x->dim[1] != y->dim[1])
		return BRC_OK;
	for (size_t k = 0; k < n->n_out; k++) {
		brc_sources s;
		brc_rc rc;

		BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, 0), err));
		rc = brc_sources_flatten(&s, SPATIAL, t->sets, err);
		brc_sources_note_map(&s, y);
		BRC_TRY(brc_trace_set(t, n, k, &s, rc, err));
	}
	return BRC_OK;
}

/* Any element along the dimension may have a part in any of an output. */
brc_rc brc_trace_along(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_sources *x = brc_traced(t, n, 0);
	size_t axes;
	bool keep;

	for (size_t k = 0; x && brc_node_reduced(n, &axes, &keep) && k < n->n_out; k++) {
		brc_sources s;
		brc_rc rc;

		BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, 0), err));
		rc = brc_sources_flatten(&s, axes, t->sets, err);
		BRC_TRY(brc_trace_set(t, n, k, &s, rc, err));
	}
	return BRC_OK;
}

static void drop_dimensions(brc_sources *s, size_t axes)
{
	size_t n = 0;

	for (size_t k = 0; k < s->ndim; k++)
		if (!(axes >> k & 1))
			s->ext[n++] = s->ext[k];
	s->ndim = n;
}

/* A mean over positions leaves channels as they are. A mean over units is a statistic of them. */
brc_rc brc_trace_reduce(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_sources *x = brc_traced(t, n, 0);
	size_t axes;
	bool keep;
	brc_sources s;
	brc_rc rc;

	if (!x || !brc_node_reduced(n, &axes, &keep))
		return BRC_OK;
	BRC_TRY(brc_sources_dup(&s, x, err));
	for (size_t k = 0; k < s.ndim; k++)
		if (axes >> k & 1 && s.ext[k] > 1)
			s.statistic = true;
	rc = brc_sources_flatten(&s, axes, t->sets, err);
	if (!keep)
		drop_dimensions(&s, axes);
	return brc_trace_set(t, n, 0, &s, rc, err);
}

/* ---- convolutions and matrix products ---- */

static brc_rc new_units(brc_tracer *t, const brc_node *n, const brc_linear_map *w, brc_err *err)
{
	brc_layer_inputs *in = &t->net->inputs[++t->layer];
	const brc_sources *from = brc_traced(t, n, w->in);
	brc_sources s;
	brc_rc rc;

	in->source = brc_calloc(w->inputs, sizeof(*in->source), err);
	BRC_TRY(brc_made(in->source));
	in->untraced = from->untraced;
	in->map[0] = from->map[0];
	in->map[1] = from->map[1];
	if (from->untraced == BRC_NOWHERE)
		BRC_TRY(brc_sources_along(from, brc_in(t->g, n, w->in), w->in_axis, t->sets,
					  in->source, err));
	rc = brc_sources_units(&s, brc_exec_value(t->g, n->out[0]), w->axis, (int32_t)t->layer,
			       t->sets, err);
	return brc_trace_set(t, n, 0, &s, rc, err);
}

/* out[o]: channel in[o / each] times the magnitude of its kernel. */
static brc_rc scale_channels(brc_tracer *t, const brc_linear_map *w, const int32_t *in,
			     int32_t *out, brc_err *err)
{
	size_t each = w->outputs / w->groups;

	for (size_t o = 0; o < w->outputs; o++) {
		double norm;

		BRC_TRY(brc_kernel_norm(t->net->options.norm, w->w + o * w->out_step, w->h, w->wide,
					&norm, err));
		BRC_TRY(brc_unit_sets_scale(t->sets, in[o / each], (float)norm, &out[o], err));
	}
	return BRC_OK;
}

static brc_rc pass_on(brc_tracer *t, const brc_node *n, const brc_linear_map *w, brc_err *err)
{
	const brc_operand *y = brc_exec_value(t->g, n->out[0]);
	const brc_sources *from = brc_traced(t, n, 0);
	int32_t *in = brc_calloc(w->inputs, sizeof(*in), err);
	brc_sources s = {0};
	brc_rc rc;

	BRC_TRY(brc_made(in));
	rc = brc_sources_along(from, brc_in(t->g, n, 0), 1, t->sets, in, err);
	BRC_THEN(rc, brc_sources_axis(&s, y, 1, err));
	BRC_THEN(rc, scale_channels(t, w, in, s.set, err));
	free(in);
	s.untraced = from->untraced;
	s.statistic = from->statistic;
	brc_sources_note_map(&s, y);
	return brc_trace_set(t, n, 0, &s, rc, err);
}

/*
 * Attention: a product of scores, which are mixed, and values. It passes on the features of the
 * values. `a` says which operand the values are.
 */
static brc_rc attend(brc_tracer *t, const brc_node *n, size_t a, brc_err *err)
{
	brc_sources s;
	size_t summed;
	brc_rc rc;

	BRC_TRY(brc_trace_heads(t, n, a, err));
	BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, a), err));
	summed = a == 1 ? s.ndim - 2 : s.ndim - 1;
	rc = brc_sources_flatten(&s, (size_t)1 << summed, t->sets, err);
	return brc_trace_set(t, n, 0, &s, rc, err);
}

/* Both operands hold images in their first dimension, and so have as many dimensions as the
 * product. */
static bool same_dimensions(const brc_tracer *t, const brc_node *n)
{
	size_t ndim = brc_exec_value(t->g, n->out[0])->ndim;

	return brc_in(t->g, n, 0)->ndim == ndim && brc_in(t->g, n, 1)->ndim == ndim;
}

static bool is_told_apart(const brc_tracer *t, const brc_node *n, size_t k)
{
	const brc_sources *s = brc_traced(t, n, k);

	return s && s->untraced == BRC_NOWHERE && brc_in(t->g, n, k)->ndim > 1;
}

brc_rc brc_trace_product(brc_tracer *t, const brc_node *n, brc_err *err)
{
	brc_linear_map w;

	if (brc_net_makes_units(t->g, n, &w))
		return new_units(t, n, &w, err);
	if (brc_net_is_depthwise(t->g, n, &w))
		return pass_on(t, n, &w, err);
	if (brc_node_trace(n) == BRC_TRACE_MATMUL && brc_traced(t, n, 0) && brc_traced(t, n, 1) &&
	    same_dimensions(t, n) && is_told_apart(t, n, 0) != is_told_apart(t, n, 1))
		return attend(t, n, is_told_apart(t, n, 1), err);
	return BRC_OK;
}
