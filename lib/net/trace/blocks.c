/*
 * Operators that copy blocks of elements: Concat, Split, Slice, Transpose. A dimension along which
 * the sets of units do not vary is not gone through, so that large feature maps take no more than
 * their channels.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "net/trace/tracer.h"

/* One output: the extents along which it varies, others 1, and a set for each element of those. */
typedef struct reduced {
	brc_operand shape;
	int32_t *set;
} reduced;

static void row_major(const size_t *dim, size_t ndim, size_t *stride)
{
	size_t s = 1;

	for (size_t k = ndim; k-- > 0;) {
		stride[k] = s;
		s *= dim[k];
	}
}

/*
 * Do the sources vary over n elements of x, `step` apart, the first of them element `from`? They
 * may be said to when they do not.
 */
static bool varies(const brc_sources *s, const brc_operand *x, size_t from, ptrdiff_t step,
		   size_t n)
{
	size_t stride[BRC_MAX_DIMS], far = (size_t)(step < 0 ? -step : step), k = 0, at, most;

	if (!s || n < 2 || step == 0)
		return false;
	row_major(x->dim, x->ndim, stride);
	while (k < x->ndim && (x->dim[k] == 1 || stride[k] > far))
		k++;
	if (k == x->ndim || far % stride[k])
		return true;
	at = from / stride[k] % x->dim[k];
	most = far / stride[k] * (n - 1);
	if (step < 0 ? most > at : most >= x->dim[k] - at)
		return true; /* it goes on in another dimension */
	return s->ext[k] > 1;
}

/* The set of element `at` of x. */
static int32_t set_at(const brc_sources *s, const brc_operand *x, size_t at)
{
	size_t stride[BRC_MAX_DIMS], own[BRC_MAX_DIMS], place = 0;

	row_major(x->dim, x->ndim, stride);
	row_major(s->ext, s->ndim, own);
	for (size_t k = 0; k < x->ndim; k++)
		if (s->ext[k] > 1)
			place += at / stride[k] % x->dim[k] * own[k];
	return s->set[place];
}

/* The sources that copy c takes from; NULL: a constant, which comes from no unit. */
static const brc_sources *sources_of(const brc_tracer *t, const brc_block_copy *c)
{
	return t->of[c->in].set ? &t->of[c->in] : NULL;
}

/* The extents along which output v varies: of any of the copies into it. */
static void find_extents(const brc_tracer *t, const brc_node *n, size_t v, reduced *r)
{
	const brc_operand *y = brc_exec_value(t->g, v);
	brc_block_copy c;

	r->shape = *y;
	r->shape.count = 1;
	for (size_t d = 0; d < y->ndim; d++) {
		bool any = false;

		for (size_t k = 0; brc_node_copy(t->g, n, k, &c); k++)
			any = any ||
			      (c.out == v && (c.dim[d] < y->dim[d] ||
					      varies(sources_of(t, &c), brc_exec_value(t->g, c.in),
						     c.from, c.step[d], c.dim[d])));
		r->shape.dim[d] = any ? y->dim[d] : 1;
		r->shape.count *= r->shape.dim[d]; /* at most the elements of y */
	}
}

static void fill(const brc_tracer *t, const brc_block_copy *c, const reduced *r)
{
	const brc_operand *y = &r->shape, *x = brc_exec_value(t->g, c->in);
	const brc_sources *s = sources_of(t, c);
	size_t stride[BRC_MAX_DIMS], dim[BRC_MAX_DIMS] = {0}, index[BRC_MAX_DIMS] = {0}, n = 1;

	row_major(y->dim, y->ndim, stride);
	for (size_t d = 0; d < y->ndim; d++) {
		dim[d] = y->dim[d] > 1 ? c->dim[d] : c->dim[d] > 0;
		n *= dim[d];
	}
	for (size_t i = 0; i < n; i++) {
		ptrdiff_t from = (ptrdiff_t)c->from;
		size_t to = 0;

		for (size_t d = 0; d < y->ndim; d++) {
			from += (ptrdiff_t)index[d] * c->step[d];
			to += y->dim[d] > 1 ? (c->to[d] + index[d]) * stride[d] : 0;
		}
		r->set[to] = s ? set_at(s, x, (size_t)from) : 0;
		for (size_t d = y->ndim; d-- > 0 && ++index[d] == dim[d];)
			index[d] = 0;
	}
}

static brc_rc trace_output(brc_tracer *t, const brc_node *n, size_t k, brc_err *err)
{
	reduced r = {.set = NULL};
	brc_block_copy c;
	brc_sources s;
	brc_rc rc;

	find_extents(t, n, n->out[k], &r);
	if (r.shape.count > t->budget)
		return brc_fail(err, BRC_DATA, "too many elements to trace");
	t->budget -= r.shape.count;
	r.set = brc_calloc(r.shape.count, sizeof(*r.set), err);
	BRC_TRY(brc_made(r.set));
	for (size_t i = 0; brc_node_copy(t->g, n, i, &c); i++)
		if (c.out == n->out[k])
			fill(t, &c, &r);
	rc = brc_sources_gather(&s, &r.shape, r.set, err);
	free(r.set);
	BRC_TRY(rc);
	brc_trace_inherit(t, n, &s);
	return brc_trace_set(t, n, k, &s, BRC_OK, err);
}

brc_rc brc_trace_blocks(brc_tracer *t, const brc_node *n, bool *done, brc_err *err)
{
	brc_block_copy c;

	*done = brc_node_copy(t->g, n, 0, &c);
	for (size_t k = 0; *done && k < n->n_out; k++)
		if (n->out[k] != BRC_NOWHERE && brc_exec_value(t->g, n->out[k])->count > 0)
			BRC_TRY(trace_output(t, n, k, err));
	return BRC_OK;
}
