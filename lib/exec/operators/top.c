#define _GNU_SOURCE /* qsort_r */
/* TopK: the largest or smallest elements along an axis, in order, and their places. */
#include <math.h>
#include <stdlib.h>

#include "exec/operators/along.h"

typedef struct top {
	brc_along groups;
	size_t k, axes; /* axes: the axis, as a bit */
	bool largest;
} top;

static brc_rc read_k(const brc_exec *g, const brc_node *n, size_t extent, size_t *k, brc_err *err)
{
	int64_t given = ((const brc_top_args *)n->args)->k;
	brc_list list = {&given, 1};

	if (given == -1)
		BRC_TRY(brc_need_list(g, n, 1, &list, err));
	if (list.n != 1 || *list.at < 0 || (uint64_t)*list.at > extent)
		return brc_fail(err, BRC_DATA, "its k is %lld, of %zu elements",
				list.n == 1 ? (long long)*list.at : -1LL, extent);
	*k = (size_t)*list.at;
	return BRC_OK;
}

static brc_rc infer_top(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_top_args *a = n->args;
	top *t = n->state;
	const brc_operand *x;
	brc_operand out;
	size_t axis;

	BRC_TRY(brc_need_numbers(g, n, 0, &x, err));
	BRC_TRY(brc_axis_of(a->axis, x, &axis, err));
	BRC_TRY(read_k(g, n, x->dim[axis], &t->k, err));
	t->groups = brc_along_axis(x, axis, false);
	t->axes = (size_t)1 << axis;
	t->largest = a->largest;
	n->scratch = x->dim[axis] * sizeof(size_t);
	out = *x;
	out.dim[axis] = t->k;
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	out.elem = BRC_ELEM_INT;
	out.narrow = 0;
	return brc_set_output(g, n, 1, &out, err);
}

/* ---- order ---- */

typedef struct order {
	const float *floats; /* or NULL */
	const int64_t *ints;
	size_t step;
	bool largest;
} order;

/* A NaN is larger than any number. */
static int compare_floats(float a, float b)
{
	if (isnan(a) || isnan(b))
		return !!isnan(a) - !!isnan(b);
	return (a > b) - (a < b);
}

/* Of equal elements the one that comes first is first. */
static int by_element(const void *p, const void *q, void *ctx)
{
	const order *o = ctx;
	size_t i = *(const size_t *)p, j = *(const size_t *)q;
	int c = o->floats ? compare_floats(o->floats[i * o->step], o->floats[j * o->step])
			  : (o->ints[i * o->step] > o->ints[j * o->step]) -
				    (o->ints[i * o->step] < o->ints[j * o->step]);

	if (c)
		return o->largest ? -c : c;
	return (i > j) - (i < j);
}

static void run_top(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const top *t = n->state;
	const brc_along *a = &t->groups;
	bool floats = g->value[n->in[0]].elem == BRC_ELEM_FLOAT;
	float *yf = m->at[n->out[0]];
	int64_t *yi = m->at[n->out[0]];
	int64_t *places = n->n_out > 1 && n->out[1] != BRC_NOWHERE ? m->at[n->out[1]] : NULL;
	size_t *index = m->scratch;

	for (size_t i = 0; i < a->outer * a->inner; i++) {
		size_t from = i / a->inner * a->n * a->inner + i % a->inner;
		size_t to = i / a->inner * t->k * a->inner + i % a->inner;
		order o = {floats ? (const float *)m->at[n->in[0]] + from : NULL,
			   floats ? NULL : (const int64_t *)m->at[n->in[0]] + from, a->inner,
			   t->largest};

		for (size_t k = 0; k < a->n; k++)
			index[k] = k;
		qsort_r(index, a->n, sizeof(*index), by_element, &o);
		for (size_t k = 0; k < t->k; k++) {
			if (floats)
				yf[to + k * a->inner] = o.floats[index[k] * a->inner];
			else
				yi[to + k * a->inner] = o.ints[index[k] * a->inner];
			if (places)
				places[to + k * a->inner] = (int64_t)index[k];
		}
	}
}

static bool chosen_along(const brc_node *n, size_t *axes, bool *keep)
{
	*axes = ((const top *)n->state)->axes;
	*keep = true;
	return true;
}

const brc_op brc_top_ops[] = {
	BRC_OP("TopK", BRC_TAKES(1, 2, 2), infer_top, run_top, PLAIN, ALONG,
	       BRC_ARGS(brc_top_args,
			BRC_ATTRIBUTE("k", INT, brc_top_args, k, .whole = -1, .until = 10),
			BRC_ATTR_INT("axis", brc_top_args, axis, -1),
			BRC_ATTR_FLAG("largest", brc_top_args, largest, 1),
			BRC_ATTR_UNREAD("sorted")),
	       .state = sizeof(top), .reduced = chosen_along),
	{.type = NULL},
};
