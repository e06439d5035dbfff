/*
 * Operators along one axis that leave each element at its place: CumSum, LpNormalization. See also
 * softmax.c.
 */
#include "exec/operators/along.h"

#include <math.h>

brc_along brc_along_axis(const brc_operand *x, size_t axis, bool rest)
{
	brc_along t = {1, 1, 1};

	for (size_t k = 0; k < x->ndim; k++) {
		if (k < axis)
			t.outer *= x->dim[k];
		else if (k == axis || rest)
			t.n *= x->dim[k];
		else
			t.inner *= x->dim[k];
	}
	return t;
}

/* ---- CumSum ---- */

typedef struct sums {
	brc_along groups;
	size_t axes; /* the axis, as a bit */
} sums;

static brc_rc infer_cumsum(brc_exec *g, brc_node *n, brc_err *err)
{
	sums *s = n->state;
	const brc_operand *x;
	brc_list given;
	size_t axis;

	BRC_TRY(brc_need_numbers(g, n, 0, &x, err));
	BRC_TRY(brc_need_list(g, n, 1, &given, err));
	if (given.n != 1)
		return brc_fail(err, BRC_DATA, "%zu axes for one sum", given.n);
	BRC_TRY(brc_axis_of(given.at[0], x, &axis, err));
	s->groups = brc_along_axis(x, axis, false);
	s->axes = (size_t)1 << axis;
	return brc_set_output(g, n, 0, x, err);
}

/* Sums of the n elements at x, `step` apart; TYPE adds them up. */
#define SUMS(NAME, ELEMENT, TYPE)                                             \
	static void NAME(const ELEMENT *x, ELEMENT *y, size_t n, size_t step, \
			 const brc_cumsum_args *a)                            \
	{                                                                     \
		TYPE sum = 0;                                                 \
                                                                              \
		for (size_t i = 0; i < n; i++) {                              \
			size_t at = (a->reverse ? n - 1 - i : i) * step;      \
			TYPE before = sum;                                    \
                                                                              \
			sum += (TYPE)x[at];                                   \
			y[at] = (ELEMENT)(a->exclusive ? before : sum);       \
		}                                                             \
	}

SUMS(sum_floats, float, double)
SUMS(sum_ints, int64_t, uint64_t)

static void run_cumsum(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_along *t = &((const sums *)n->state)->groups;
	const brc_operand *out = &g->value[n->out[0]];
	const float *xf = m->at[n->in[0]];
	const int64_t *xi = m->at[n->in[0]];
	float *yf = m->at[n->out[0]];
	int64_t *yi = m->at[n->out[0]];

	for (size_t i = 0; i < t->outer * t->inner; i++) {
		size_t at = i / t->inner * t->n * t->inner + i % t->inner;

		if (out->elem == BRC_ELEM_FLOAT)
			sum_floats(xf + at, yf + at, t->n, t->inner, n->args);
		else
			sum_ints(xi + at, yi + at, t->n, t->inner, n->args);
	}
	brc_narrow(out, yi);
}

static bool summed(const brc_node *n, size_t *axes, bool *keep)
{
	*axes = ((const sums *)n->state)->axes;
	*keep = true;
	return true;
}

/* ---- LpNormalization ---- */

static brc_rc infer_lp(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_lp_args *a = n->args;
	const brc_operand *x;
	size_t axis;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	if (a->p != 1 && a->p != 2)
		return brc_fail(err, BRC_DATA, "its p is %lld, not 1 or 2", (long long)a->p);
	BRC_TRY(brc_axis_of(a->axis, x, &axis, err));
	*(brc_along *)n->state = brc_along_axis(x, axis, false);
	return brc_set_output(g, n, 0, x, err);
}

/* A group whose norm is 0 stays as it is. */
static void divide_by_norm(const float *x, float *y, size_t n, size_t step, bool squares)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += squares ? (double)x[i * step] * x[i * step] : fabs(x[i * step]);
	if (squares)
		sum = sqrt(sum);
	for (size_t i = 0; i < n; i++)
		y[i * step] = sum == 0 ? x[i * step] : (float)(x[i * step] / sum);
}

static void run_lp(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_along *t = n->state;
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];

	(void)g;
	for (size_t i = 0; i < t->outer * t->inner; i++) {
		size_t at = i / t->inner * t->n * t->inner + i % t->inner;

		divide_by_norm(x + at, y + at, t->n, t->inner,
			       ((const brc_lp_args *)n->args)->p == 2);
	}
}

const brc_op brc_along_ops[] = {
	BRC_OP("CumSum", BRC_TAKES(2, 2, 1), infer_cumsum, run_cumsum, PLAIN, ALONG,
	       BRC_ARGS(brc_cumsum_args, BRC_ATTR_FLAG("exclusive", brc_cumsum_args, exclusive, 0),
			BRC_ATTR_FLAG("reverse", brc_cumsum_args, reverse, 0)),
	       .state = sizeof(sums), .reduced = summed),
	BRC_OP("LpNormalization", BRC_TAKES(1, 1, 1), infer_lp, run_lp, PLAIN, NORMALISED,
	       BRC_ARGS(brc_lp_args, BRC_ATTR_INT("axis", brc_lp_args, axis, -1),
			BRC_ATTR_INT("p", brc_lp_args, p, 2)),
	       .state = sizeof(brc_along), .unchanged = true),
	{.type = NULL},
};
