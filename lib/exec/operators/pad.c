/* Pad: an edge of a constant, of the outermost elements, or of a mirror image. */
#include <string.h>

#include "exec/operator.h"
#include "exec/operators/sampling.h"

/* Where element i of an axis of n comes from; -1: from nowhere. */
static ptrdiff_t source(ptrdiff_t i, ptrdiff_t n, size_t mode)
{
	if (i >= 0 && i < n)
		return i;
	if (mode == BRC_PAD_CONSTANT)
		return -1;
	if (mode == BRC_PAD_EDGE)
		return i < 0 ? 0 : n - 1;
	return i < 0 ? -i : 2 * (n - 1) - i;
}

static brc_rc pad_axis(brc_exec *g, brc_sampling *s, size_t k, size_t n, int64_t begin, int64_t end,
		       size_t mode, brc_err *err)
{
	const int64_t most = (int64_t)1 << 31;
	int64_t extent;
	brc_taps *t;

	if (begin < -most || begin > most || end < -most || end > most)
		return brc_fail(err, BRC_DATA, "its pads are too large");
	extent = (int64_t)n + begin + end;
	if (extent < 0 || (mode == BRC_PAD_REFLECT && (begin >= (int64_t)n || end >= (int64_t)n)) ||
	    (mode == BRC_PAD_EDGE && n == 0))
		return brc_fail(err, BRC_DATA, "its pads do not fit dimension %zu", k);
	BRC_TRY(brc_sampling_axis(s, g, k, (size_t)extent, 1, &t, err));
	for (ptrdiff_t i = 0; i < (ptrdiff_t)extent; i++)
		t->from[i] = source(i - (ptrdiff_t)begin, (ptrdiff_t)n, mode);
	return BRC_OK;
}

static brc_rc set_fill(const brc_exec *g, const brc_node *n, const brc_operand *x, brc_err *err)
{
	const float real = ((const brc_pad_args *)n->args)->value;
	brc_sampling *s = n->state;
	const brc_operand *v;

	if (real != 0 && x->elem != BRC_ELEM_FLOAT)
		return brc_fail(err, BRC_DATA, "a fill value for integers is not supported");
	if (x->elem == BRC_ELEM_FLOAT)
		memcpy(s->fill, &real, sizeof(real));
	if (!brc_in(g, n, 2))
		return BRC_OK;
	BRC_TRY(brc_need_constant(g, n, 2, x->elem, &v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "its fill value has %zu elements", v->count);
	memcpy(s->fill, v->data, brc_item(v->elem));
	return BRC_OK;
}

/* Padding before and after every axis. */
static brc_rc read_pads(const brc_exec *g, const brc_node *n, size_t ndim, int64_t *begin,
			int64_t *end, brc_err *err)
{
	brc_list pads, axes = {.n = ndim};

	BRC_TRY(brc_list_or_input(g, n, &((const brc_pad_args *)n->args)->pads, 1, &pads, err));
	if (brc_in(g, n, 3))
		BRC_TRY(brc_need_list(g, n, 3, &axes, err));
	if (pads.n != 2 * axes.n)
		return brc_fail(err, BRC_DATA, "its pads have %zu entries for %zu axes", pads.n,
				axes.n);
	for (size_t k = 0; k < axes.n; k++) {
		size_t axis = k;

		if (axes.at)
			BRC_TRY(brc_axis(axes.at[k], ndim, &axis, err));
		begin[axis] = pads.at[k];
		end[axis] = pads.at[axes.n + k];
	}
	return BRC_OK;
}

static brc_rc infer_pad(brc_exec *g, brc_node *n, brc_err *err)
{
	int64_t begin[BRC_MAX_DIMS] = {0}, end[BRC_MAX_DIMS] = {0};
	size_t mode = ((const brc_pad_args *)n->args)->mode;
	const brc_operand *x;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(set_fill(g, n, x, err));
	BRC_TRY(read_pads(g, n, x->ndim, begin, end, err));
	for (size_t k = 0; k < x->ndim; k++) {
		if (begin[k] || end[k])
			BRC_TRY(brc_keeps_images(x, k, err));
		BRC_TRY(pad_axis(g, n->state, k, x->dim[k], begin[k], end[k], mode, err));
	}
	return brc_sampling_done(n->state, g, n, x, err);
}

const brc_op brc_pad_ops[] = {
	BRC_OP("Pad", BRC_TAKES(1, 4, 1), infer_pad, brc_sampling_run, PLAIN, MOVE,
	       BRC_ARGS(brc_pad_args,
			BRC_ATTR_CHOICE("mode", brc_pad_args, mode, BRC_PAD_CONSTANT, "constant",
					"reflect", "edge"),
			BRC_ATTR_LIST("pads", brc_pad_args, pads, 11, 1),
			BRC_ATTR_FLOAT("value", brc_pad_args, value, 0, 11)),
	       .state = sizeof(brc_sampling), .fills = brc_sampling_fill),
	{.type = NULL},
};
