/* Pad: an edge of a constant, of the outermost elements, or of a mirror image. */
#include <string.h>

#include "exec/operator.h"
#include "exec/operators/sampling.h"

typedef enum padding { CONSTANT, REFLECT, EDGE } padding;

/* Where element i of an axis of n comes from; -1: from nowhere. */
static ptrdiff_t source(ptrdiff_t i, ptrdiff_t n, size_t mode)
{
	if (i >= 0 && i < n)
		return i;
	if (mode == CONSTANT)
		return -1;
	if (mode == EDGE)
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
	if (extent < 0 || (mode == REFLECT && (begin >= (int64_t)n || end >= (int64_t)n)) ||
	    (mode == EDGE && n == 0))
		return brc_fail(err, BRC_DATA, "its pads do not fit dimension %zu", k);
	BRC_TRY(brc_sampling_axis(s, g, k, (size_t)extent, 1, false, &t, err));
	for (ptrdiff_t i = 0; i < (ptrdiff_t)extent; i++)
		t->from[i] = source(i - (ptrdiff_t)begin, (ptrdiff_t)n, mode);
	return BRC_OK;
}

static brc_rc set_fill(const brc_exec *g, const brc_node *n, const Brc__OnnxNode *p,
		       const brc_operand *x, brc_sampling *s, brc_err *err)
{
	const brc_operand *v;
	float real;

	if (g->opset < 11) {
		BRC_TRY(brc_onnx_attribute_float(p, "value", 0, &real, err));
		if (real != 0 && x->elem != BRC_ELEM_FLOAT)
			return brc_fail(err, BRC_DATA,
					"a fill value for integers is not supported");
		brc_sampling_fill(s, &real, sizeof(real));
		return BRC_OK;
	}
	if (!brc_in(g, n, 2))
		return BRC_OK; /* zero */
	BRC_TRY(brc_need_constant(g, n, 2, x->elem, &v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "its fill value has %zu elements", v->count);
	brc_sampling_fill(s, v->data, brc_item(v->elem));
	return BRC_OK;
}

/* Padding before and after every axis. */
static brc_rc read_pads(const brc_exec *g, const brc_node *n, const Brc__OnnxNode *p, size_t ndim,
			int64_t *begin, int64_t *end, brc_err *err)
{
	const int64_t *pads, *axes = NULL;
	size_t count, n_axes = ndim;

	BRC_TRY(brc_list_of(g, n, p, "pads", 1, 11, &pads, &count, err));
	if (brc_in(g, n, 3))
		BRC_TRY(brc_need_list(g, n, 3, &axes, &n_axes, err));
	if (count != 2 * n_axes)
		return brc_fail(err, BRC_DATA, "its pads have %zu entries for %zu axes", count,
				n_axes);
	for (size_t k = 0; k < n_axes; k++) {
		size_t axis = k;

		if (axes)
			BRC_TRY(brc_axis(axes[k], ndim, &axis, err));
		begin[axis] = pads[k];
		end[axis] = pads[n_axes + k];
	}
	return BRC_OK;
}

static brc_rc infer_pad(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	static const char *const modes[] = {"constant", "reflect", "edge"};
	int64_t begin[BRC_MAX_DIMS] = {0}, end[BRC_MAX_DIMS] = {0};
	const brc_operand *x = brc_in(g, n, 0);
	brc_sampling *s;
	size_t mode;

	BRC_TRY(brc_sampling_new(&s, g, n, err));
	BRC_TRY(brc_need(g, n, 0, x ? x->elem : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_mode(p, "mode", modes, 3, CONSTANT, &mode, err));
	BRC_TRY(set_fill(g, n, p, x, s, err));
	BRC_TRY(read_pads(g, n, p, x->ndim, begin, end, err));
	for (size_t k = 0; k < x->ndim; k++) {
		if (begin[k] || end[k])
			BRC_TRY(brc_keeps_images(x, k, err));
		BRC_TRY(pad_axis(g, s, k, x->dim[k], begin[k], end[k], mode, err));
	}
	return brc_sampling_done(s, g, n, x, err);
}

const brc_op brc_kernel_pad = {
	.type = "Pad",
	.trace = BRC_TRACE_MOVE,
	.attributes = "mode|pads|value",
	.min_in = 1,
	.max_in = 4,
	.max_out = 1,
	.layout = BRC_DEMAND_PLAIN,
	.infer = infer_pad,
	.run = brc_sampling_run,
};
