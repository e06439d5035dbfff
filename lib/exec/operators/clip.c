/* Clip. A NaN stays a NaN. */
#include <math.h>

#include "exec/operator.h"

/* The bounds of floats or of integers; when the lower is above the upper, the upper holds. */
typedef struct bounds {
	float lo, hi;
	int64_t least, most;
	bool ints;
} bounds;

static brc_rc bound(const brc_exec *g, const brc_node *n, size_t k, const char *name, bounds *c,
		    brc_err *err)
{
	const brc_operand *v = brc_in(g, n, k);

	if (!v)
		return BRC_OK;
	BRC_TRY(brc_need_constant(g, n, k, c->ints ? BRC_ELEM_INT : BRC_ELEM_FLOAT, &v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "its %s has %zu elements", name, v->count);
	if (c->ints)
		*(k == 1 ? &c->least : &c->most) = *(const int64_t *)v->data;
	else
		*(k == 1 ? &c->lo : &c->hi) = *(const float *)v->data;
	return BRC_OK;
}

static brc_rc infer_clip(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_clip_args *a = n->args;
	bounds *c = n->state;
	const brc_operand *x = brc_in(g, n, 0);

	*c = (bounds){a->min, a->max, INT64_MIN, INT64_MAX, x && x->elem == BRC_ELEM_INT};
	BRC_TRY(brc_need(g, n, 0, c->ints ? BRC_ELEM_INT : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(bound(g, n, 1, "min", c, err));
	BRC_TRY(bound(g, n, 2, "max", c, err));
	return brc_set_output(g, n, 0, x, err);
}

static void clip_ints(const bounds *c, const int64_t *x, int64_t *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t v = x[i] < c->least ? c->least : x[i];

		y[i] = v > c->most ? c->most : v;
	}
}

static void run_clip(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const bounds *c = n->state;
	const float *x = m->at[n->in[0]], lo = c->lo, hi = c->hi;
	float *y = m->at[n->out[0]];
	size_t count = g->value[n->out[0]].count;

	if (c->ints) {
		clip_ints(c, m->at[n->in[0]], m->at[n->out[0]], count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		float v = x[i] < lo ? lo : x[i];

		y[i] = v > hi ? hi : v;
	}
}

static bool clip_bounds(const brc_node *n, float *lo, float *hi)
{
	const bounds *c = n->state;

	*lo = c->lo;
	*hi = c->hi;
	return !c->ints;
}

const brc_op brc_clip_ops[] = {
	BRC_OP("Clip", BRC_TAKES(1, 3, 1), infer_clip, run_clip, ANY, SAME,
	       BRC_ARGS(brc_clip_args, BRC_ATTR_FLOAT("min", brc_clip_args, min, -INFINITY, 11),
			BRC_ATTR_FLOAT("max", brc_clip_args, max, INFINITY, 11)),
	       .state = sizeof(bounds), .in_place = true, .bounds = clip_bounds,
	       .activation = true),
	{.type = NULL},
};
