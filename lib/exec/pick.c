/* Operators whose outputs are picked from, or between, elements along each axis: Gather, Pad,
 * Resize. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators.h"

/* ---- Gather ---- */

typedef struct gather {
	size_t outer, extent, inner; /* of the data */
} gather;

static brc_rc check_indices(const brc_operand *i, size_t extent, brc_err *err)
{
	const int64_t *v = i->data, n = (int64_t)extent;

	if (i->state != BRC_CONSTANT)
		return brc_fail(err, BRC_DATA,
				"indices that depend on the network's input are not supported");
	for (size_t k = 0; k < i->count; k++)
		if (v[k] < -n || v[k] >= n)
			return brc_fail(err, BRC_DATA, "index %lld of %zu elements",
					(long long)v[k], extent);
	return BRC_OK;
}

static brc_rc infer_gather(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	gather *t = brc_exec_alloc(g, 1, sizeof(*t), err);
	const brc_operand *x = brc_in(g, n, 0), *i;
	brc_operand out;
	int64_t attribute;
	size_t axis;

	if (!t)
		return BRC_RESOURCE;
	n->state = t;
	BRC_TRY(brc_need(g, n, 0, x ? x->elem : BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &i, err));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", 0, &attribute, err));
	BRC_TRY(brc_axis(attribute, x->ndim, &axis, err));
	BRC_TRY(brc_keeps_images(x, axis, err));
	BRC_TRY(check_indices(i, x->dim[axis], err));
	if (x->ndim - 1 + i->ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	out = *x;
	out.ndim = 0;
	*t = (gather){1, x->dim[axis], 1};
	for (size_t k = 0; k < x->ndim; k++) {
		if (k == x->batch)
			out.batch = out.ndim;
		if (k != axis) {
			out.dim[out.ndim++] = x->dim[k];
			*(k < axis ? &t->outer : &t->inner) *= x->dim[k];
			continue;
		}
		for (size_t j = 0; j < i->ndim; j++)
			out.dim[out.ndim++] = i->dim[j];
	}
	return brc_set_output(g, n, 0, &out, err);
}

static void run_gather(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const gather *t = n->state;
	size_t count = g->value[n->in[1]].count;
	size_t bytes = t->inner * brc_item(g->value[n->out[0]].elem);
	const int64_t *index = m->at[n->in[1]];
	const char *x = m->at[n->in[0]];
	char *y = m->at[n->out[0]];

	for (size_t o = 0; o < t->outer; o++) {
		for (size_t k = 0; k < count; k++, y += bytes) {
			int64_t i = index[k] < 0 ? index[k] + (int64_t)t->extent : index[k];

			memcpy(y, x + (o * t->extent + (size_t)i) * bytes, bytes);
		}
	}
}

/* ---- sampling: every axis has its own table of where outputs come from ---- */

typedef struct table {
	ptrdiff_t *first, *second; /* [extent of the output]; -1: the fill value */
	float *share;              /* of `second`; NULL: all is `first` */
} table;

typedef struct sampling {
	size_t ndim;
	table axis[BRC_MAX_DIMS];
	size_t stride[BRC_MAX_DIMS], dim[BRC_MAX_DIMS];
	float fill;
} sampling;

static brc_rc new_table(brc_exec *g, size_t n, bool between, table *t, brc_err *err)
{
	t->first = brc_exec_alloc(g, n, sizeof(*t->first), err);
	t->second = between && t->first ? brc_exec_alloc(g, n, sizeof(*t->second), err) : t->first;
	t->share = between && t->second ? brc_exec_alloc(g, n, sizeof(*t->share), err) : NULL;
	return t->first && t->second && (t->share || !between) ? BRC_OK : BRC_RESOURCE;
}

/* The element of the output at index[axis...], from x on. */
static float sample(const sampling *s, const size_t *index, size_t axis, const float *x)
{
	const table *t = &s->axis[axis];
	size_t i = index[axis];
	float a, b;

	if (axis == s->ndim)
		return *x;
	if (t->first[i] < 0)
		return s->fill;
	a = sample(s, index, axis + 1, x + (size_t)t->first[i] * s->stride[axis]);
	if (!t->share || t->share[i] == 0)
		return a;
	b = sample(s, index, axis + 1, x + (size_t)t->second[i] * s->stride[axis]);
	return a + t->share[i] * (b - a);
}

static void run_sampling(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const sampling *s = n->state;
	size_t index[BRC_MAX_DIMS + 1] = {0}, count = g->value[n->out[0]].count;
	float *y = m->at[n->out[0]];

	for (size_t i = 0; i < count; i++) {
		y[i] = sample(s, index, 0, m->at[n->in[0]]);
		for (size_t k = s->ndim; k-- > 0;) {
			if (++index[k] < s->dim[k])
				break;
			index[k] = 0;
		}
	}
}

static brc_rc set_sampling(brc_exec *g, brc_node *n, sampling *s, const brc_operand *x,
			   brc_operand *out, brc_err *err)
{
	size_t stride = 1;

	out->last = false;
	s->ndim = x->ndim;
	for (size_t k = x->ndim; k-- > 0;) {
		s->dim[k] = out->dim[k];
		s->stride[k] = stride;
		stride *= x->dim[k];
	}
	return brc_set_output(g, n, 0, out, err);
}

/* ---- Pad ---- */

typedef enum padding { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE } padding;

static brc_rc read_mode(const Brc__OnnxNode *p, const char *name, const char *const *known,
			size_t n, size_t otherwise, size_t *mode, brc_err *err)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, name);

	*mode = otherwise;
	if (!a)
		return BRC_OK;
	for (size_t i = 0; i < n && a->has_s; i++) {
		if (a->s.len != strlen(known[i]) || memcmp(a->s.data, known[i], a->s.len) != 0)
			continue;
		*mode = i;
		return BRC_OK;
	}
	return brc_fail(err, BRC_DATA, "its %s '%.*s' is not supported", name,
			a->has_s && a->s.len < 100 ? (int)a->s.len : 0,
			a->has_s ? (const char *)a->s.data : "");
}

static ptrdiff_t padded_from(ptrdiff_t i, ptrdiff_t n, size_t mode)
{
	if (i >= 0 && i < n)
		return i;
	if (mode == PAD_CONSTANT)
		return -1;
	if (mode == PAD_EDGE)
		return i < 0 ? 0 : n - 1;
	i = i < 0 ? -i : 2 * (n - 1) - i;
	return i >= 0 && i < n ? i : -1;
}

static brc_rc pad_axis(brc_exec *g, sampling *s, size_t k, size_t n, int64_t begin, int64_t end,
		       size_t mode, size_t *out, brc_err *err)
{
	const int64_t most = (int64_t)1 << 31;
	int64_t extent;

	if (begin < -most || begin > most || end < -most || end > most)
		return brc_fail(err, BRC_DATA, "its pads are too large");
	extent = (int64_t)n + begin + end;
	if (extent < 0 || (mode == PAD_REFLECT && (begin >= (int64_t)n || end >= (int64_t)n)) ||
	    (mode == PAD_EDGE && n == 0))
		return brc_fail(err, BRC_DATA, "its pads do not fit dimension %zu", k);
	*out = (size_t)extent;
	BRC_TRY(new_table(g, *out, false, &s->axis[k], err));
	for (size_t i = 0; i < *out; i++)
		s->axis[k].first[i] =
			padded_from((ptrdiff_t)i - (ptrdiff_t)begin, (ptrdiff_t)n, mode);
	return BRC_OK;
}

static brc_rc pad_fill(const brc_exec *g, const brc_node *n, const Brc__OnnxNode *p, float *fill,
		       brc_err *err)
{
	const brc_operand *v;

	if (g->opset < 11)
		return brc_onnx_attribute_float(p, "value", 0, fill, err);
	if (!brc_in(g, n, 2))
		return BRC_OK;
	BRC_TRY(brc_need_weights(g, n, 2, &v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "its fill value has %zu elements", v->count);
	*fill = *(const float *)v->data;
	return BRC_OK;
}

static brc_rc infer_pad(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	static const char *const modes[] = {"constant", "reflect", "edge"};
	sampling *s = brc_exec_alloc(g, 1, sizeof(*s), err);
	int64_t begin[BRC_MAX_DIMS] = {0}, end[BRC_MAX_DIMS] = {0};
	const int64_t *pads, *axes = NULL;
	const brc_operand *x;
	brc_operand out;
	size_t count, mode, n_axes;

	if (!s)
		return BRC_RESOURCE;
	n->state = s;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(read_mode(p, "mode", modes, 3, PAD_CONSTANT, &mode, err));
	BRC_TRY(pad_fill(g, n, p, &s->fill, err));
	BRC_TRY(brc_list_of(g, n, p, "pads", 1, 11, &pads, &count, err));
	n_axes = x->ndim;
	if (brc_in(g, n, 3))
		BRC_TRY(brc_need_list(g, n, 3, &axes, &n_axes, err));
	if (count != 2 * n_axes)
		return brc_fail(err, BRC_DATA, "its pads have %zu entries for %zu axes", count,
				n_axes);
	for (size_t k = 0; k < n_axes; k++) {
		size_t axis = k;

		if (axes)
			BRC_TRY(brc_axis(axes[k], x->ndim, &axis, err));
		begin[axis] = pads[k];
		end[axis] = pads[n_axes + k];
	}
	out = *x;
	for (size_t k = 0; k < x->ndim; k++) {
		if (begin[k] || end[k])
			BRC_TRY(brc_keeps_images(x, k, err));
		BRC_TRY(pad_axis(g, s, k, x->dim[k], begin[k], end[k], mode, &out.dim[k], err));
	}
	return set_sampling(g, n, s, x, &out, err);
}

/* ---- Resize ---- */

typedef enum coordinate { HALF_PIXEL, ASYMMETRIC, ALIGN_CORNERS, PYTORCH_HALF_PIXEL } coordinate;
typedef enum rounding { ROUND_DOWN_AT_HALF, ROUND_UP_AT_HALF, ROUND_FLOOR, ROUND_CEIL } rounding;

typedef struct resizing {
	size_t linear, coordinate, rounding;
} resizing;

static double source(const resizing *r, size_t i, size_t in, size_t out, double scale)
{
	switch (r->coordinate) {
	case ASYMMETRIC:
		return (double)i / scale;
	case ALIGN_CORNERS:
		/* of the length before it was rounded */
		return out > 1 ? (double)i * ((double)in - 1) / ((double)in * scale - 1) : 0;
	case PYTORCH_HALF_PIXEL:
		return out > 1 ? ((double)i + 0.5) / scale - 0.5 : 0;
	default:
		return ((double)i + 0.5) / scale - 0.5;
	}
}

static double nearest(const resizing *r, double x)
{
	switch (r->rounding) {
	case ROUND_UP_AT_HALF:
		return floor(x + 0.5);
	case ROUND_FLOOR:
		return floor(x);
	case ROUND_CEIL:
		return ceil(x);
	default:
		return ceil(x - 0.5);
	}
}

static double clamp(double x, double hi)
{
	return x < 0 ? 0 : x > hi ? hi : x;
}

static brc_rc resize_axis(brc_exec *g, const resizing *r, size_t in, size_t out, double scale,
			  table *t, brc_err *err)
{
	BRC_TRY(new_table(g, out, r->linear, t, err));
	for (size_t i = 0; i < out; i++) {
		double x = source(r, i, in, out, scale), edge = (double)in - 1;

		if (!r->linear) {
			t->first[i] = (ptrdiff_t)clamp(nearest(r, x), edge);
			continue;
		}
		x = clamp(x, edge);
		t->first[i] = (ptrdiff_t)floor(x);
		t->second[i] = (ptrdiff_t)clamp(floor(x) + 1, edge);
		t->share[i] = (float)(x - floor(x));
	}
	return BRC_OK;
}

static brc_rc read_resizing(const brc_exec *g, const Brc__OnnxNode *p, resizing *r, brc_err *err)
{
	static const char *const modes[] = {"nearest", "linear"};
	static const char *const coordinates[] = {"half_pixel", "asymmetric", "align_corners",
						  "pytorch_half_pixel"};
	static const char *const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor",
						"ceil"};
	bool old = g->opset < 11;

	BRC_TRY(read_mode(p, "mode", modes, 2, 0, &r->linear, err));
	BRC_TRY(read_mode(p, "coordinate_transformation_mode", coordinates, 4,
			  old ? ASYMMETRIC : HALF_PIXEL, &r->coordinate, err));
	return read_mode(p, "nearest_mode", roundings, 4, old ? ROUND_FLOOR : ROUND_DOWN_AT_HALF,
			 &r->rounding, err);
}

/* Extent and scale of every axis, from the scales or the sizes. */
static brc_rc targets(const brc_exec *g, const brc_node *n, const brc_operand *x, size_t *dim,
		      double *scale, brc_err *err)
{
	const brc_operand *v = brc_in(g, n, g->opset < 11 ? 1 : 2);
	const int64_t *size;
	size_t count;
	bool by_scale = v && v->count > 0;

	if (by_scale) {
		BRC_TRY(brc_need_weights(g, n, g->opset < 11 ? 1 : 2, &v, err));
		count = v->count;
	} else {
		BRC_TRY(brc_need_list(g, n, 3, &size, &count, err));
	}
	if (count != x->ndim)
		return brc_fail(err, BRC_DATA, "%zu sizes or scales for %zu dimensions", count,
				x->ndim);
	for (size_t k = 0; k < count; k++) {
		double extent = by_scale ? floor((double)x->dim[k] * ((const float *)v->data)[k])
					 : (double)size[k];

		if (!(extent >= 1 && extent <= 0x1p31) || x->dim[k] == 0)
			return brc_fail(err, BRC_DATA, "dimension %zu cannot be resized to %.17g",
					k, extent);
		dim[k] = k == x->batch && !by_scale ? x->dim[k] : (size_t)extent;
		scale[k] = by_scale ? ((const float *)v->data)[k] : extent / (double)x->dim[k];
		if (dim[k] != x->dim[k])
			BRC_TRY(brc_keeps_images(x, k, err));
	}
	return BRC_OK;
}

static brc_rc infer_resize(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	sampling *s = brc_exec_alloc(g, 1, sizeof(*s), err);
	double scale[BRC_MAX_DIMS];
	const brc_operand *x;
	brc_operand out;
	resizing r;

	if (!s)
		return BRC_RESOURCE;
	n->state = s;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(read_resizing(g, p, &r, err));
	out = *x;
	BRC_TRY(targets(g, n, x, out.dim, scale, err));
	for (size_t k = 0; k < x->ndim; k++) {
		resizing same = {0, ASYMMETRIC, ROUND_FLOOR};

		BRC_TRY(resize_axis(g, out.dim[k] == x->dim[k] ? &same : &r, x->dim[k], out.dim[k],
				    out.dim[k] == x->dim[k] ? 1 : scale[k], &s->axis[k], err));
	}
	return set_sampling(g, n, s, x, &out, err);
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, MIN_IN, MAX_IN, INFER, RUN) \
	const brc_op SYMBOL = {                                        \
		.type = TYPE,                                          \
		.attributes = ATTRIBUTES,                              \
		.min_in = MIN_IN,                                      \
		.max_in = MAX_IN,                                      \
		.max_out = 1,                                          \
		.layout = BRC_LAYOUT_PLAIN,                            \
		.infer = INFER,                                        \
		.run = RUN,                                            \
	}

OPERATOR(brc_kernel_gather, "Gather", "axis", 2, 2, infer_gather, run_gather);
OPERATOR(brc_kernel_pad, "Pad", "mode|pads|value", 1, 4, infer_pad, run_sampling);
OPERATOR(brc_kernel_resize, "Resize",
	 "mode|coordinate_transformation_mode|nearest_mode|cubic_coeff_a|exclude_outside|"
	 "extrapolation_value",
	 2, 4, infer_resize, run_sampling);
