#define _GNU_SOURCE /* qsort_r */
/*
 * Elements found in constants: NonZero, Unique. How many there are is an extent of the output, so
 * the input must be known when the graph is built.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/along.h"

/* ---- NonZero ---- */

static bool is_zero(const brc_operand *x, size_t i)
{
	return x->elem == BRC_ELEM_FLOAT ? ((const float *)x->data)[i] == 0
					 : ((const int64_t *)x->data)[i] == 0;
}

/* Its output has a row for each dimension: the places, in the order of the input. */
static brc_rc infer_nonzero(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_INT, .ndim = 2};
	const brc_operand *x;
	size_t found = 0;
	int64_t *place;

	BRC_TRY(brc_need_known(g, n, 0, &x, err));
	v.dim[0] = x->ndim ? x->ndim : 1;
	for (size_t i = 0; i < x->count; i++)
		v.dim[1] += !is_zero(x, i);
	BRC_TRY(brc_exec_alloc(g, &place, v.dim[0] * v.dim[1], sizeof(*place), err));
	v.data = place;
	for (size_t i = 0; i < x->count; i++) {
		if (is_zero(x, i))
			continue;
		for (size_t k = x->ndim, rest = i; k-- > 0; rest /= x->dim[k])
			place[k * v.dim[1] + found] = (int64_t)(rest % x->dim[k]);
		found++;
	}
	return brc_set_constant(g, n, 0, &v, err);
}

/* ---- Unique ---- */

/* Slices of x along an axis, or, with groups.n elements in a row, its elements. */
typedef struct slices {
	const brc_operand *x;
	brc_along groups;
} slices;

static int compare_elements(const brc_operand *x, size_t a, size_t b)
{
	const float *f = x->data;
	const int64_t *i = x->data;

	if (x->elem != BRC_ELEM_FLOAT)
		return (i[a] > i[b]) - (i[a] < i[b]);
	if (isnan(f[a]) || isnan(f[b]))
		return !!isnan(f[a]) - !!isnan(f[b]);
	return (f[a] > f[b]) - (f[a] < f[b]);
}

static int compare_slices(const slices *s, size_t a, size_t b)
{
	const brc_along *t = &s->groups;

	for (size_t i = 0; i < t->outer * t->inner; i++) {
		size_t at = i / t->inner * t->n * t->inner + i % t->inner;
		int c = compare_elements(s->x, at + a * t->inner, at + b * t->inner);

		if (c)
			return c;
	}
	return 0;
}

static int by_slice(const void *p, const void *q, void *ctx)
{
	size_t a = *(const size_t *)p, b = *(const size_t *)q;
	int c = compare_slices(ctx, a, b);

	return c ? c : (a > b) - (a < b);
}

/* What Unique finds: of each different slice where it is first, and how often it is there. */
typedef struct kinds {
	size_t n;
	int64_t *first, *kind, *count; /* [slices] each; kind: of every slice */
} kinds;

static int by_first(const void *p, const void *q, void *ctx)
{
	const int64_t *first = ctx;
	size_t a = *(const size_t *)p, b = *(const size_t *)q;

	return (first[a] > first[b]) - (first[a] < first[b]);
}

/* Number the kinds anew by where they are first. */
static brc_rc by_appearance(const slices *s, kinds *t, brc_err *err)
{
	size_t *order = brc_alloc(t->n, sizeof(*order), err);
	int64_t *moved = brc_alloc(3 * t->n, sizeof(*moved), err);

	if (order && moved) {
		for (size_t k = 0; k < t->n; k++)
			order[k] = k;
		qsort_r(order, t->n, sizeof(*order), by_first, t->first);
		for (size_t k = 0; k < t->n; k++) {
			moved[k] = t->first[order[k]];
			moved[t->n + k] = t->count[order[k]];
			moved[2 * t->n + order[k]] = (int64_t)k;
		}
		memcpy(t->first, moved, t->n * sizeof(*moved));
		memcpy(t->count, moved + t->n, t->n * sizeof(*moved));
		for (size_t i = 0; i < s->groups.n; i++)
			t->kind[i] = moved[2 * t->n + (size_t)t->kind[i]];
	}
	free(order);
	free(moved);
	return order && moved ? BRC_OK : BRC_RESOURCE;
}

static brc_rc find_kinds(brc_exec *g, const slices *s, bool sorted, kinds *t, brc_err *err)
{
	size_t count = s->groups.n, *order;

	*t = (kinds){.n = 0};
	BRC_TRY(brc_exec_alloc(g, &t->first, count, sizeof(*t->first), err));
	BRC_TRY(brc_exec_alloc(g, &t->kind, count, sizeof(*t->kind), err));
	BRC_TRY(brc_exec_alloc(g, &t->count, count, sizeof(*t->count), err));
	BRC_TRY(brc_exec_alloc(g, &order, count, sizeof(*order), err));
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, count, sizeof(*order), by_slice, (void *)s);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare_slices(s, order[i - 1], order[i]) != 0)
			t->first[t->n++] = (int64_t)order[i];
		t->kind[order[i]] = (int64_t)t->n - 1;
		t->count[t->n - 1]++;
	}
	return sorted ? BRC_OK : by_appearance(s, t, err);
}

static brc_rc set_kinds(brc_exec *g, const brc_node *n, const slices *s, const kinds *t,
			size_t axis, brc_err *err)
{
	const brc_along *a = &s->groups;
	size_t item = brc_item(s->x->elem), found = t->n;
	brc_operand y = *s->x, list = {.batch = BRC_NOWHERE,
				       .inner = 1,
				       .elem = BRC_ELEM_INT,
				       .ndim = 1,
				       .dim = {found}};
	int64_t *const lists[3] = {t->first, t->kind, t->count};
	char *to;

	BRC_TRY(brc_exec_alloc(g, &to, a->outer * found * a->inner, item, err));
	y.data = to;
	for (size_t o = 0; o < a->outer; o++)
		for (size_t k = 0; k < found; k++, to += a->inner * item)
			memcpy(to,
			       (const char *)s->x->data +
				       (o * a->n + (size_t)t->first[k]) * a->inner * item,
			       a->inner * item);
	if (axis == BRC_NOWHERE)
		y.ndim = 1;
	y.dim[axis == BRC_NOWHERE ? 0 : axis] = found;
	for (size_t k = 0; k < 3; k++) {
		list.dim[0] = k == 1 ? a->n : found;
		list.data = lists[k];
		BRC_TRY(brc_set_constant(g, n, k + 1, &list, err));
	}
	return brc_set_constant(g, n, 0, &y, err);
}

static brc_rc infer_unique(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_unique_args *a = n->args;
	size_t axis = BRC_NOWHERE;
	const brc_operand *x;
	brc_operand copy;
	slices s;
	kinds t;

	BRC_TRY(brc_need_known(g, n, 0, &x, err));
	copy = *x;
	s = (slices){&copy, {1, x->count, 1}};
	if (a->axis != BRC_NO_AXIS) {
		BRC_TRY(brc_axis(a->axis, x->ndim, &axis, err));
		s.groups = brc_along_axis(x, axis, false);
	}
	BRC_TRY(find_kinds(g, &s, a->sorted, &t, err));
	return set_kinds(g, n, &s, &t, axis, err);
}

const brc_op brc_found_ops[] = {
	BRC_OP("NonZero", BRC_TAKES(1, 1, 1), infer_nonzero, NULL, PLAIN, MIX, .attributes = NULL),
	BRC_OP("Unique", BRC_TAKES(1, 1, 4), infer_unique, NULL, PLAIN, MIX,
	       BRC_ARGS(brc_unique_args, BRC_ATTR_INT("axis", brc_unique_args, axis, BRC_NO_AXIS),
			BRC_ATTR_FLAG("sorted", brc_unique_args, sorted, 1))),
	{.type = NULL},
};
