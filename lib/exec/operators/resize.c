/*
 * Resize, and Upsample, which is its older name. Every axis is sampled at places between its
 * elements. Cubic convolution: Keys (1981), "Cubic convolution interpolation for digital image
 * processing", eq. 4, with a = cubic_coeff_a.
 */
#include <math.h>
#include <string.h>

#include "exec/operator.h"
#include "exec/operators/sampling.h"

typedef struct axis {
	size_t in, out;
	double scale;
	double begin, end; /* of the region of interest, as shares of the axis */
} axis;

/* The place that element i of the output is taken from. */
static double source(const brc_resize_args *r, const axis *a, size_t i)
{
	double in = (double)a->in, edge = in - 1, x = (double)i, half = (x + 0.5) / a->scale;

	switch (r->place) {
	case BRC_ASYMMETRIC:
		return x / a->scale;
	case BRC_ALIGN_CORNERS:
		/* of the length before it was rounded */
		return a->out > 1 ? x * edge / (in * a->scale - 1) : 0;
	case BRC_PYTORCH_HALF_PIXEL:
		return a->out > 1 ? half - 0.5 : 0;
	case BRC_TF_HALF_PIXEL_FOR_NN:
		return half;
	case BRC_TF_CROP_AND_RESIZE:
		return a->out > 1
			       ? edge * (a->begin + x * (a->end - a->begin) / ((double)a->out - 1))
			       : 0.5 * edge * (a->begin + a->end);
	case BRC_HALF_PIXEL_SYMMETRIC:
		return in / 2 * (1 - (double)a->out / (in * a->scale)) + half - 0.5;
	default:
		return half - 0.5;
	}
}

static double nearest(const brc_resize_args *r, double x)
{
	switch (r->rounding) {
	case BRC_ROUND_UP_AT_HALF:
		return floor(x + 0.5);
	case BRC_ROUND_FLOOR:
		return floor(x);
	case BRC_ROUND_CEIL:
		return ceil(x);
	default:
		return ceil(x - 0.5);
	}
}

static ptrdiff_t clamp(double x, double hi)
{
	return (ptrdiff_t)(x < 0 ? 0 : x > hi ? hi : x);
}

static double cubic(double a, double distance)
{
	double d = fabs(distance);

	if (d <= 1)
		return ((a + 2) * d - (a + 3)) * d * d + 1;
	return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

static double tap_weight(const brc_resize_args *r, double distance)
{
	return r->mode == BRC_RESIZE_CUBIC ? cubic(r->cubic_coeff_a, distance) : 1 - fabs(distance);
}

/* Elements first, first + 1, ... of the axis, by their distance from x. */
static void weigh(const brc_resize_args *r, const axis *a, double x, size_t taps, ptrdiff_t *from,
		  float *weight)
{
	double edge = (double)a->in - 1, first = floor(x) - (r->mode == BRC_RESIZE_CUBIC), sum = 0;

	for (size_t k = 0; k < taps; k++) {
		double at = first + (double)k;
		bool out = at < 0 || at > edge;
		double w = r->exclude_outside && out ? 0 : tap_weight(r, x - at);

		from[k] = clamp(at, edge);
		weight[k] = (float)w;
		sum += w;
	}
	for (size_t k = 0; r->exclude_outside && k < taps; k++)
		weight[k] = (float)(weight[k] / sum);
}

static brc_rc resize_axis(brc_exec *g, brc_sampling *s, size_t k, const brc_resize_args *r,
			  const axis *a, brc_err *err)
{
	size_t taps = r->mode == BRC_RESIZE_CUBIC ? 4 : r->mode == BRC_RESIZE_LINEAR ? 2 : 1;
	double edge = (double)a->in - 1;
	brc_taps *t;

	BRC_TRY(brc_sampling_axis(s, g, k, a->out, taps, &t, err));
	for (size_t i = 0; i < a->out; i++) {
		double x = source(r, a, i);
		bool crop = r->place == BRC_TF_CROP_AND_RESIZE;

		if (crop && !(x >= 0 && x <= edge))
			t->from[i * taps] = -1;
		else if (r->mode == BRC_RESIZE_NEAREST)
			t->from[i] = clamp(nearest(r, x), edge);
		else
			weigh(r, a, x, taps, t->from + i * taps, t->weight + i * taps);
	}
	return BRC_OK;
}

/* The axes that are resized: all, in order, unless they are named. */
static brc_rc list_axes(const brc_list *axes, const brc_operand *x, size_t *list, size_t *n,
			brc_err *err)
{
	*n = axes->at ? axes->n : x->ndim;
	if (*n > x->ndim)
		return brc_fail(err, BRC_DATA, "%zu axes of %zu dimensions", *n, x->ndim);
	for (size_t k = 0; k < *n; k++) {
		list[k] = k;
		if (axes->at)
			BRC_TRY(brc_axis(axes->at[k], x->ndim, &list[k], err));
	}
	return BRC_OK;
}

/* The region of interest: begins, then ends, of the axes that are resized. */
static brc_rc read_region(const brc_exec *g, const brc_node *n, const size_t *list, size_t count,
			  axis *a, brc_err *err)
{
	const brc_operand *v;

	BRC_TRY(brc_need_constant(g, n, 1, BRC_ELEM_FLOAT, &v, err));
	if (v->count != 2 * count)
		return brc_fail(err, BRC_DATA, "its roi has %zu entries for %zu axes", v->count,
				count);
	for (size_t k = 0; k < count; k++) {
		a[list[k]].begin = ((const float *)v->data)[k];
		a[list[k]].end = ((const float *)v->data)[count + k];
	}
	return BRC_OK;
}

/* Extent and scale of axis k from entry i of the scales, or else of the sizes. */
static brc_rc set_target(const brc_operand *x, size_t k, size_t i, const float *scale,
			 const int64_t *size, axis *a, brc_err *err)
{
	double extent = scale ? floor((double)a->in * scale[i]) : (double)size[i];

	if (!(extent >= 1 && extent <= 0x1p31) || a->in == 0)
		return brc_fail(err, BRC_DATA, "dimension %zu cannot be resized to %.17g", k,
				extent);
	if (k == x->batch && !scale)
		extent = (double)a->in;
	a->out = (size_t)extent;
	a->scale = scale ? scale[i] : extent / (double)a->in;
	return a->out == a->in ? BRC_OK : brc_keeps_images(x, k, err);
}

static brc_rc targets(const brc_exec *g, const brc_node *n, const brc_operand *x,
		      const size_t *list, size_t n_axes, axis *a, brc_err *err)
{
	size_t at = ((const brc_resize_args *)n->args)->early ? 1 : 2, count;
	const brc_operand *v = brc_in(g, n, at);
	const float *scale = NULL;
	brc_list size = {.at = NULL};

	if (v && v->count > 0) {
		BRC_TRY(brc_need_constant(g, n, at, BRC_ELEM_FLOAT, &v, err));
		scale = v->data;
		count = v->count;
	} else {
		BRC_TRY(brc_need_list(g, n, 3, &size, err));
		count = size.n;
	}
	if (count != n_axes)
		return brc_fail(err, BRC_DATA, "%zu sizes or scales for %zu dimensions", count,
				n_axes);
	for (size_t i = 0; i < count; i++)
		BRC_TRY(set_target(x, list[i], i, scale, size.at, &a[list[i]], err));
	return BRC_OK;
}

static brc_rc infer_resize(brc_exec *g, brc_node *n, brc_err *err)
{
	static const brc_resize_args none = {
		.mode = BRC_RESIZE_NEAREST, .place = BRC_ASYMMETRIC, .rounding = BRC_ROUND_FLOOR};
	const brc_resize_args *r = n->args;
	size_t list[BRC_MAX_DIMS], count;
	axis a[BRC_MAX_DIMS];
	const brc_operand *x;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	if (r->antialias)
		return brc_fail(err, BRC_DATA, "its antialias is not supported");
	BRC_TRY(list_axes(&r->axes, x, list, &count, err));
	for (size_t k = 0; k < x->ndim; k++)
		a[k] = (axis){x->dim[k], x->dim[k], 1, 0, 1};
	BRC_TRY(targets(g, n, x, list, count, a, err));
	if (r->place == BRC_TF_CROP_AND_RESIZE)
		BRC_TRY(read_region(g, n, list, count, a, err));
	for (size_t k = 0; k < x->ndim; k++) {
		bool same =
			a[k].in == a[k].out && a[k].scale == 1 && a[k].begin == 0 && a[k].end == 1;

		BRC_TRY(resize_axis(g, n->state, k, same ? &none : r, &a[k], err));
	}
	memcpy(((brc_sampling *)n->state)->fill, &r->extrapolation_value,
	       sizeof(r->extrapolation_value));
	return brc_sampling_done(n->state, g, n, x, err);
}

static void adapt_resize(int64_t opset, void *args)
{
	brc_resize_args *a = args;

	a->early = opset < 11;
	a->cubic_coeff_a = -0.75f; /* Upsample has no attribute for it */
	a->place = a->early ? BRC_ASYMMETRIC : BRC_HALF_PIXEL;
	a->rounding = a->early ? BRC_ROUND_FLOOR : BRC_ROUND_DOWN_AT_HALF;
}

#define RECORD(TYPE, MAX_IN, ...)                                                             \
	BRC_OP(TYPE, BRC_TAKES(2, MAX_IN, 1), infer_resize, brc_sampling_run, PLAIN, POOLING, \
	       BRC_ARGS(brc_resize_args, __VA_ARGS__), .state = sizeof(brc_sampling),         \
	       .adapt = adapt_resize, .homogeneous = true, .fills = brc_sampling_fill)
#define MODE                                                                                    \
	BRC_ATTR_CHOICE("mode", brc_resize_args, mode, BRC_RESIZE_NEAREST, "nearest", "linear", \
			"cubic")

const brc_op brc_resize_ops[] = {
	RECORD("Resize", 4, MODE,
	       BRC_ATTR_CHOICE("coordinate_transformation_mode", brc_resize_args, place,
			       BRC_HALF_PIXEL, "half_pixel", "asymmetric", "align_corners",
			       "pytorch_half_pixel", "tf_half_pixel_for_nn", "tf_crop_and_resize",
			       "half_pixel_symmetric"),
	       BRC_ATTR_CHOICE("nearest_mode", brc_resize_args, rounding, BRC_ROUND_DOWN_AT_HALF,
			       "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
	       BRC_ATTR_CHOICE("keep_aspect_ratio_policy", brc_resize_args, policy, 0, "stretch"),
	       BRC_ATTR_FLOAT("cubic_coeff_a", brc_resize_args, cubic_coeff_a, -0.75f, 0),
	       BRC_ATTR_FLOAT("extrapolation_value", brc_resize_args, extrapolation_value, 0, 0),
	       BRC_ATTR_FLAG("exclude_outside", brc_resize_args, exclude_outside, 0),
	       BRC_ATTR_FLAG("antialias", brc_resize_args, antialias, 0),
	       BRC_ATTR_LIST("axes", brc_resize_args, axes, 0, 0)),
	RECORD("Upsample", 2, MODE),
	{.type = NULL},
};
