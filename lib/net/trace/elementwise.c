/* Operators that act element by element: alone, with constants, or on several operands. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/trace/tracer.h"

static brc_rc copy_to(brc_tracer *t, const brc_node *n, const brc_sources *from, brc_err *err)
{
	brc_sources s;

	BRC_TRY(brc_sources_dup(&s, from, err));
	return brc_trace_set(t, n, 0, &s, err);
}

brc_rc brc_trace_same(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);

	return copy_to(t, n, brc_traced(t, n, 0), err);
}

/* ---- broadcasting: operand k's index for an index of the output ---- */

typedef struct operand {
	const brc_sources *s;
	size_t stride[BRC_MAX_DIMS]; /* for each dimension of the output; 0 where it has extent 1 */
} operand;

/* Strides of extents ext[ndim], aligned to the right with `out` dimensions; widens ext_out. */
static void align(const size_t *ext, size_t ndim, size_t out, size_t *stride, size_t *ext_out)
{
	size_t step = 1;

	memset(stride, 0, out * sizeof(*stride));
	for (size_t k = ndim; k-- > 0;) {
		size_t at = k + out - ndim;

		stride[at] = ext[k] > 1 ? step : 0;
		step *= ext[k];
		if (ext[k] > ext_out[at])
			ext_out[at] = ext[k];
	}
}

/* Offset of the next index in `at`; dimensions count up from the last. */
static void advance(size_t *index, const size_t *ext, size_t ndim, const size_t *stride, size_t *at)
{
	for (size_t k = ndim; k-- > 0;) {
		*at += stride[k];
		if (++index[k] < ext[k])
			return;
		*at -= stride[k] * ext[k];
		index[k] = 0;
	}
}

static brc_rc blank(brc_sources *s, size_t ndim, const size_t *ext, brc_err *err)
{
	brc_operand like = {.ndim = ndim};

	for (size_t k = 0; k < ndim; k++)
		like.dim[k] = 1;
	BRC_TRY(brc_sources_uniform(s, &like, 0, err));
	free(s->set);
	s->n = 1;
	for (size_t k = 0; k < ndim; k++) {
		s->ext[k] = ext[k];
		s->n *= ext[k]; /* at most the elements of a value */
	}
	s->set = brc_calloc(s->n, sizeof(*s->set), err);
	return s->set ? BRC_OK : BRC_RESOURCE;
}

/* ---- constants that scale ---- */

brc_rc brc_trace_scale(brc_tracer *t, brc_sources *s, const float *c, const brc_operand *like,
		       bool inverse, brc_err *err)
{
	size_t ext[BRC_MAX_DIMS], mine[BRC_MAX_DIMS], theirs[BRC_MAX_DIMS];
	size_t at[2] = {0, 0}, index[2][BRC_MAX_DIMS] = {{0}};
	brc_sources out;
	brc_rc rc = BRC_OK;

	memcpy(ext, s->ext, sizeof(ext));
	align(s->ext, s->ndim, s->ndim, mine, ext);
	align(like->dim, like->ndim, s->ndim, theirs, ext);
	BRC_TRY(blank(&out, s->ndim, ext, err));
	for (size_t i = 0; rc == BRC_OK && i < out.n; i++) {
		float factor = inverse ? 1 / c[at[1]] : c[at[1]];

		rc = brc_unit_sets_scale(t->t, s->set[at[0]], factor, &out.set[i], err);
		advance(index[0], ext, s->ndim, mine, &at[0]);
		advance(index[1], ext, s->ndim, theirs, &at[1]);
	}
	if (rc != BRC_OK) {
		brc_sources_clear(&out);
		return rc;
	}
	free(s->set);
	s->set = out.set;
	s->n = out.n;
	memcpy(s->ext, ext, sizeof(ext));
	return BRC_OK;
}

static brc_rc scaled_copy(brc_tracer *t, const brc_node *n, const float *c, const brc_operand *like,
			  brc_err *err)
{
	brc_sources s;
	brc_rc rc;

	BRC_TRY(brc_sources_dup(&s, brc_traced(t, n, 0), err));
	rc = brc_trace_scale(t, &s, c, like, false, err);
	if (rc == BRC_OK)
		return brc_trace_set(t, n, 0, &s, err);
	brc_sources_clear(&s);
	return rc;
}

brc_rc brc_trace_affine(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	const brc_affine *a = brc_node_affine(n);
	brc_operand like = {.ndim = brc_exec_value(t->g, n->in[0])->ndim - 1, .dim = {a->channels}};

	if (t->net->unfolded)
		return copy_to(t, n, brc_traced(t, n, 0), err);
	for (size_t k = 1; k < like.ndim; k++)
		like.dim[k] = 1;
	return scaled_copy(t, n, a->scale, &like, err);
}

brc_rc brc_trace_layer_norm(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	const brc_operand *gamma = brc_exec_value(t->g, n->in[1]);

	for (size_t k = 1; k < n->n_out; k++) {
		brc_sources s;
		int32_t all;

		if (n->out[k] == BRC_NOWHERE)
			continue;
		BRC_TRY(brc_sources_all(brc_traced(t, n, 0), t->t, &all, err));
		BRC_TRY(brc_sources_uniform(&s, brc_exec_value(t->g, n->out[k]), all, err));
		s.statistic = true;
		BRC_TRY(brc_trace_set(t, n, k, &s, err));
	}
	if (gamma->state != BRC_CONSTANT)
		return copy_to(t, n, brc_traced(t, n, 0), err);
	return scaled_copy(t, n, gamma->data, gamma, err);
}

/* ---- several operands ---- */

/*
 * A mean taken over the very units that it is subtracted from, or a deviation
 * that divides them, is part of a normalisation, which acts channel by channel.
 */
static brc_rc drop_statistics(brc_tracer *t, operand *x, size_t *n, brc_err *err)
{
	int32_t all = 0, mine;
	size_t kept = 0;
	bool any = false;

	for (size_t k = 0; k < *n; k++) {
		if (x[k].s->statistic)
			continue;
		any = true;
		BRC_TRY(brc_sources_all(x[k].s, t->t, &mine, err));
		BRC_TRY(brc_unit_sets_max(t->t, all, mine, &all, err));
	}
	if (!any || *n == 1)
		return BRC_OK;
	for (size_t k = 0; k < *n; k++) {
		if (x[k].s->statistic) {
			BRC_TRY(brc_sources_all(x[k].s, t->t, &mine, err));
			if (brc_unit_sets_is_subset(t->t, mine, all))
				continue;
		}
		x[kept++] = x[k];
	}
	*n = kept;
	return BRC_OK;
}

/* Set by set, over the extents of s. */
static brc_rc combine_sets(brc_tracer *t, brc_sources *s, const operand *x, size_t n, bool sum,
			   brc_err *err)
{
	for (size_t k = 0; k < n; k++) {
		size_t at = 0, index[BRC_MAX_DIMS] = {0};

		for (size_t i = 0; i < s->n; i++) {
			int32_t other = x[k].s->set[at];

			BRC_TRY(sum ? brc_unit_sets_sum(t->t, s->set[i], other, &s->set[i], err)
				    : brc_unit_sets_max(t->t, s->set[i], other, &s->set[i], err));
			advance(index, s->ext, s->ndim, x[k].stride, &at);
		}
	}
	return BRC_OK;
}

static brc_rc combine(brc_tracer *t, const brc_node *n, operand *x, size_t operands, brc_sources *s,
		      brc_err *err)
{
	const brc_operand *out = brc_exec_value(t->g, n->out[0]);
	size_t ext[BRC_MAX_DIMS], mixed = BRC_NOWHERE;
	bool statistic = true;

	for (size_t k = 0; k < operands; k++)
		if (x[k].s->mixed != BRC_NOWHERE)
			mixed = x[k].s->mixed;
	BRC_TRY(drop_statistics(t, x, &operands, err));
	for (size_t k = 0; k < out->ndim; k++)
		ext[k] = 1;
	for (size_t k = 0; k < operands; k++) {
		align(x[k].s->ext, x[k].s->ndim, out->ndim, x[k].stride, ext);
		statistic = statistic && x[k].s->statistic;
	}
	BRC_TRY(blank(s, out->ndim, ext, err));
	s->mixed = mixed;
	s->statistic = statistic;
	s->map[0] = x[0].s->map[0];
	s->map[1] = x[0].s->map[1];
	return combine_sets(t, s, x, operands, brc_node_trace(n) == BRC_TRACE_SUM, err);
}

/* Numbers that a product or quotient brings. */
static brc_rc scale_by_constants(brc_tracer *t, const brc_node *n, brc_sources *s, brc_err *err)
{
	bool product = brc_node_trace(n) == BRC_TRACE_PRODUCT;
	bool quotient = brc_node_trace(n) == BRC_TRACE_QUOTIENT;

	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *c = brc_exec_value(t->g, n->in[k]);

		if (c->state != BRC_CONSTANT || c->elem != BRC_ELEM_FLOAT || c->count == 0)
			continue;
		if (product || (quotient && k > 0))
			BRC_TRY(brc_trace_scale(t, s, c->data, c, quotient, err));
	}
	return BRC_OK;
}

brc_rc brc_trace_combine(brc_tracer *t, size_t i, brc_err *err)
{
	const brc_node *n = brc_exec_node(t->g, i);
	operand *x = brc_calloc(n->n_in, sizeof(*x), err);
	brc_sources s = {0};
	size_t operands = 0;
	brc_rc rc = x ? BRC_OK : BRC_RESOURCE;

	for (size_t k = 0; rc == BRC_OK && k < n->n_in; k++)
		if (brc_traced(t, n, k))
			x[operands++].s = brc_traced(t, n, k);
	if (rc == BRC_OK)
		rc = combine(t, n, x, operands, &s, err);
	if (rc == BRC_OK)
		rc = scale_by_constants(t, n, &s, err);
	free(x);
	if (rc == BRC_OK)
		return brc_trace_set(t, n, 0, &s, err);
	brc_sources_clear(&s);
	return rc;
}
