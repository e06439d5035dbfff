/* Operators that act element by element: alone, with constants, or on several operands. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/trace/tracer.h"

static void widen(size_t *ext, size_t ndim, const size_t *other, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (other[k] > ext[k + ndim - n])
			ext[k + ndim - n] = other[k];
}

/* Multiply all factors by |c|, or |1 / c|. c has the extents of `like` and is broadcast to s. */
static brc_rc scale(brc_tracer *t, brc_sources *s, const float *c, const brc_operand *like,
		    bool inverse, brc_err *err)
{
	size_t ext[BRC_MAX_DIMS], stride[2][BRC_MAX_DIMS], at[2] = {0, 0};
	size_t index[2][BRC_MAX_DIMS] = {{0}};
	brc_sources out;

	memcpy(ext, s->ext, sizeof(ext));
	widen(ext, s->ndim, like->dim, like->ndim);
	brc_sources_strides(s->ext, s->ndim, s->ndim, stride[0]);
	brc_sources_strides(like->dim, like->ndim, s->ndim, stride[1]);
	BRC_TRY(brc_sources_blank(&out, s->ndim, ext, err));
	for (size_t i = 0; i < out.n; i++) {
		float factor = inverse ? 1 / c[at[1]] : c[at[1]];
		brc_rc rc = brc_unit_sets_scale(t->sets, s->set[at[0]], factor, &out.set[i], err);

		if (rc != BRC_OK) {
			brc_sources_clear(&out);
			return rc;
		}
		for (size_t k = 0; k < 2; k++)
			brc_sources_advance(index[k], ext, s->ndim, stride[k], &at[k]);
	}
	free(s->set);
	s->set = out.set;
	s->n = out.n;
	memcpy(s->ext, ext, sizeof(ext));
	return BRC_OK;
}

/* ---- one operand ---- */

/* Output 0 comes from input 0, times c if that is not NULL; c has the extents of `like`. */
static brc_rc follow_first(brc_tracer *t, const brc_node *n, const float *c,
			   const brc_operand *like, brc_err *err)
{
	brc_sources s;
	brc_rc rc = BRC_OK;

	if (!brc_traced(t, n, 0))
		return BRC_OK;
	BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, 0), err));
	if (c)
		rc = scale(t, &s, c, like, false, err);
	return brc_trace_set(t, n, 0, &s, rc, err);
}

brc_rc brc_trace_same(brc_tracer *t, const brc_node *n, brc_err *err)
{
	return follow_first(t, n, NULL, NULL, err);
}

brc_rc brc_trace_affine(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_affine *a = brc_node_affine(n);
	brc_operand like = {.ndim = brc_exec_value(t->g, n->in[0])->ndim - 1, .dim = {a->channels}};

	for (size_t k = 1; k < like.ndim; k++)
		like.dim[k] = 1;
	return follow_first(t, n, t->net->options.unfolded ? NULL : a->scale, &like, err);
}

/* Outputs from the second on are statistics over all of input 0. */
static brc_rc note_statistics(brc_tracer *t, const brc_node *n, brc_err *err)
{
	int32_t all;

	BRC_TRY(brc_sources_all(brc_traced(t, n, 0), t->sets, &all, err));
	return brc_trace_uniform(t, n, 1, all, brc_traced(t, n, 0)->untraced, true, err);
}

brc_rc brc_trace_quantised(brc_tracer *t, const brc_node *n, brc_err *err)
{
	if (!brc_traced(t, n, 0))
		return BRC_OK;
	BRC_TRY(follow_first(t, n, NULL, NULL, err));
	return note_statistics(t, n, err);
}

brc_rc brc_trace_layer_norm(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_operand *x = brc_in(t->g, n, 0), *gamma = brc_in(t->g, n, 1);
	brc_operand like = {.ndim = 0};

	if (!brc_traced(t, n, 0))
		return BRC_OK;
	/* gamma has a number for each element of the last dimensions, whatever its own are */
	for (size_t count = 1; count < gamma->count; count *= like.dim[0]) {
		memmove(like.dim + 1, like.dim, like.ndim++ * sizeof(*like.dim));
		like.dim[0] = x->dim[x->ndim - like.ndim];
	}
	BRC_TRY(follow_first(t, n, gamma->state == BRC_CONSTANT ? gamma->data : NULL, &like, err));
	return note_statistics(t, n, err);
}

/* ---- several operands ---- */

/*
 * If a mean is taken over the units from which it is subtracted, it is part of a normalisation. So
 * is a deviation over the units that it divides. A normalisation acts on each channel by itself.
 */
static brc_rc drop_statistics(brc_tracer *t, const brc_sources **x, size_t *n, brc_err *err)
{
	int32_t all = 0, mine;
	size_t kept = 0;
	bool any = false;

	for (size_t k = 0; k < *n; k++) {
		if (x[k]->statistic)
			continue;
		any = true;
		BRC_TRY(brc_sources_all(x[k], t->sets, &mine, err));
		BRC_TRY(brc_unit_sets_join(t->sets, all, mine, false, &all, err));
	}
	if (!any || *n == 1)
		return BRC_OK;
	for (size_t k = 0; k < *n; k++) {
		if (x[k]->statistic) {
			BRC_TRY(brc_sources_all(x[k], t->sets, &mine, err));
			if (brc_unit_sets_is_subset(t->sets, mine, all))
				continue;
		}
		x[kept++] = x[k];
	}
	*n = kept;
	return BRC_OK;
}

/* Join the sets of an operand, broadcast to s, into those of s. */
static brc_rc add_operand(brc_tracer *t, brc_sources *s, const brc_sources *x, bool sum,
			  brc_err *err)
{
	size_t stride[BRC_MAX_DIMS], index[BRC_MAX_DIMS] = {0}, at = 0;

	brc_sources_strides(x->ext, x->ndim, s->ndim, stride);
	for (size_t i = 0; i < s->n; i++) {
		BRC_TRY(brc_unit_sets_join(t->sets, s->set[i], x->set[at], sum, &s->set[i], err));
		brc_sources_advance(index, s->ext, s->ndim, stride, &at);
	}
	return BRC_OK;
}

static brc_rc combine(brc_tracer *t, const brc_node *n, const brc_sources **x, size_t operands,
		      brc_sources *s, brc_err *err)
{
	size_t ndim = brc_exec_value(t->g, n->out[0])->ndim, ext[BRC_MAX_DIMS];
	size_t untraced = BRC_NOWHERE;

	for (size_t k = 0; k < operands; k++)
		if (x[k]->untraced != BRC_NOWHERE)
			untraced = x[k]->untraced;
	BRC_TRY(drop_statistics(t, x, &operands, err));
	for (size_t k = 0; k < ndim; k++)
		ext[k] = 1;
	for (size_t k = 0; k < operands; k++)
		widen(ext, ndim, x[k]->ext, x[k]->ndim);
	BRC_TRY(brc_sources_blank(s, ndim, ext, err));
	s->untraced = untraced;
	s->statistic = true;
	s->map[0] = x[0]->map[0];
	s->map[1] = x[0]->map[1];
	for (size_t k = 0; k < operands; k++) {
		s->statistic = s->statistic && x[k]->statistic;
		BRC_TRY(add_operand(t, s, x[k], brc_node_trace(n) == BRC_TRACE_SUM, err));
	}
	return BRC_OK;
}

/* The constant operands of a product or quotient are factors. */
static brc_rc scale_by_constants(brc_tracer *t, const brc_node *n, brc_sources *s, brc_err *err)
{
	bool product = brc_node_trace(n) == BRC_TRACE_PRODUCT;
	bool quotient = brc_node_trace(n) == BRC_TRACE_QUOTIENT;

	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *c = brc_exec_value(t->g, n->in[k]);

		if (c->state != BRC_CONSTANT || c->elem != BRC_ELEM_FLOAT || c->count == 0)
			continue;
		if (product || (quotient && k > 0))
			BRC_TRY(scale(t, s, c->data, c, quotient, err));
	}
	return BRC_OK;
}

brc_rc brc_trace_combine(brc_tracer *t, const brc_node *n, brc_err *err)
{
	const brc_sources **x = brc_calloc(n->n_in, sizeof(*x), err);
	brc_sources s = {0};
	size_t operands = 0;
	brc_rc rc;

	BRC_TRY(brc_made(x));
	for (size_t k = 0; k < n->n_in; k++)
		if (brc_traced(t, n, k))
			x[operands++] = brc_traced(t, n, k);
	rc = combine(t, n, x, operands, &s, err);
	free(x);
	BRC_THEN(rc, scale_by_constants(t, n, &s, err));
	return brc_trace_set(t, n, 0, &s, rc, err);
}
