/*
 * Resize, and Upsample as it was called before: every axis is sampled at places
 * between its elements. Cubic convolution: Keys (1981), "Cubic convolution
 * interpolation for digital image processing", eq. 4, with a = cubic_coeff_a.
 */
#include <math.h>
#include <string.h>

#include "exec/operator.h"
#include "exec/operators/sampling.h"

typedef enum mode { NEAREST, LINEAR, CUBIC } mode;

typedef enum coordinate {
	HALF_PIXEL,
	ASYMMETRIC,
	ALIGN_CORNERS,
	PYTORCH_HALF_PIXEL,
	TF_HALF_PIXEL_FOR_NN,
	TF_CROP_AND_RESIZE,
	HALF_PIXEL_SYMMETRIC
} coordinate;

typedef enum rounding { ROUND_DOWN_AT_HALF, ROUND_UP_AT_HALF, ROUND_FLOOR, ROUND_CEIL } rounding;

typedef struct resizing {
	size_t mode, coordinate, rounding;
	float cubic, outside; /* cubic_coeff_a, extrapolation_value */
	bool exclude;         /* what lies outside has no weight */
} resizing;

typedef struct axis {
	size_t in, out;
	double scale;
	double begin, end; /* of the region of interest, as shares of the axis */
} axis;

/* The place that element i of the output is taken from. */
static double source(const resizing *r, const axis *a, size_t i)
{
	double in = (double)a->in, edge = in - 1, x = (double)i, half = (x + 0.5) / a->scale;

	switch (r->coordinate) {
	case ASYMMETRIC:
		return x / a->scale;
	case ALIGN_CORNERS:
		/* of the length before it was rounded */
		return a->out > 1 ? x * edge / (in * a->scale - 1) : 0;
	case PYTORCH_HALF_PIXEL:
		return a->out > 1 ? half - 0.5 : 0;
	case TF_HALF_PIXEL_FOR_NN:
		return half;
	case TF_CROP_AND_RESIZE:
		return a->out > 1
			       ? edge * (a->begin + x * (a->end - a->begin) / ((double)a->out - 1))
			       : 0.5 * edge * (a->begin + a->end);
	case HALF_PIXEL_SYMMETRIC:
		return in / 2 * (1 - (double)a->out / (in * a->scale)) + half - 0.5;
	default:
		return half - 0.5;
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

static double tap_weight(const resizing *r, double distance)
{
	return r->mode == CUBIC ? cubic(r->cubic, distance) : 1 - fabs(distance);
}

/* Elements first, first + 1, ... of the axis, by their distance from x. */
static void weigh(const resizing *r, const axis *a, double x, size_t taps, ptrdiff_t *from,
		  float *weight)
{
	double edge = (double)a->in - 1, first = floor(x) - (r->mode == CUBIC), sum = 0;

	for (size_t k = 0; k < taps; k++) {
		double at = first + (double)k;
		bool out = at < 0 || at > edge;
		double w = r->exclude && out ? 0 : tap_weight(r, x - at);

		from[k] = clamp(at, edge);
		weight[k] = (float)w;
		sum += w;
	}
	for (size_t k = 0; r->exclude && k < taps; k++)
		weight[k] = (float)(weight[k] / sum);
}

static brc_rc resize_axis(brc_exec *g, brc_sampling *s, size_t k, const resizing *r, const axis *a,
			  brc_err *err)
{
	size_t taps = r->mode == CUBIC ? 4 : r->mode == LINEAR ? 2 : 1;
	double edge = (double)a->in - 1;
	brc_taps *t;

	BRC_TRY(brc_sampling_axis(s, g, k, a->out, taps, taps > 1, &t, err));
	for (size_t i = 0; i < a->out; i++) {
		double x = source(r, a, i);
		bool crop = r->coordinate == TF_CROP_AND_RESIZE;

		if (crop && !(x >= 0 && x <= edge))
			t->from[i * taps] = -1;
		else if (r->mode == NEAREST)
			t->from[i] = clamp(nearest(r, x), edge);
		else
			weigh(r, a, x, taps, t->from + i * taps, t->weight + i * taps);
	}
	return BRC_OK;
}

static brc_rc read_resizing(const brc_exec *g, const Brc__OnnxNode *p, resizing *r, brc_err *err)
{
	static const char *const modes[] = {"nearest", "linear", "cubic"};
	static const char *const coordinates[] = {"half_pixel",           "asymmetric",
						  "align_corners",        "pytorch_half_pixel",
						  "tf_half_pixel_for_nn", "tf_crop_and_resize",
						  "half_pixel_symmetric"};
	static const char *const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor",
						"ceil"};
	static const char *const policies[] = {"stretch"};
	bool old = g->opset < 11;
	int64_t exclude, smooth;
	size_t policy;

	BRC_TRY(brc_mode(p, "mode", modes, 3, NEAREST, &r->mode, err));
	BRC_TRY(brc_mode(p, "coordinate_transformation_mode", coordinates, 7,
			 old ? ASYMMETRIC : HALF_PIXEL, &r->coordinate, err));
	BRC_TRY(brc_mode(p, "keep_aspect_ratio_policy", policies, 1, 0, &policy, err));
	BRC_TRY(brc_onnx_attribute_float(p, "cubic_coeff_a", -0.75f, &r->cubic, err));
	BRC_TRY(brc_onnx_attribute_float(p, "extrapolation_value", 0, &r->outside, err));
	BRC_TRY(brc_onnx_attribute_int(p, "exclude_outside", 0, &exclude, err));
	BRC_TRY(brc_onnx_attribute_int(p, "antialias", 0, &smooth, err));
	if (smooth)
		return brc_fail(err, BRC_DATA, "its antialias is not supported");
	r->exclude = exclude != 0;
	return brc_mode(p, "nearest_mode", roundings, 4, old ? ROUND_FLOOR : ROUND_DOWN_AT_HALF,
			&r->rounding, err);
}

/* The axes that are resized: all, in order, unless they are named. */
static brc_rc read_axes(const Brc__OnnxNode *p, const brc_operand *x, size_t *list, size_t *n,
			brc_err *err)
{
	const int64_t *axes;

	BRC_TRY(brc_onnx_attribute_ints(p, "axes", &axes, n, err));
	*n = axes ? *n : x->ndim;
	if (*n > x->ndim)
		return brc_fail(err, BRC_DATA, "%zu axes of %zu dimensions", *n, x->ndim);
	for (size_t k = 0; k < *n; k++) {
		list[k] = k;
		if (axes)
			BRC_TRY(brc_axis(axes[k], x->ndim, &list[k], err));
	}
	return BRC_OK;
}

/* The region of interest: begins, then ends, of the axes that are resized. */
static brc_rc read_region(const brc_exec *g, const brc_node *n, const size_t *list, size_t count,
			  axis *a, brc_err *err)
{
	const brc_operand *v;

	BRC_TRY(brc_need_weights(g, n, 1, &v, err));
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
	size_t at = g->opset < 11 ? 1 : 2, count;
	const brc_operand *v = brc_in(g, n, at);
	const float *scale = NULL;
	const int64_t *size = NULL;

	if (v && v->count > 0) {
		BRC_TRY(brc_need_weights(g, n, at, &v, err));
		scale = v->data;
		count = v->count;
	} else {
		BRC_TRY(brc_need_list(g, n, 3, &size, &count, err));
	}
	if (count != n_axes)
		return brc_fail(err, BRC_DATA, "%zu sizes or scales for %zu dimensions", count,
				n_axes);
	for (size_t i = 0; i < count; i++)
		BRC_TRY(set_target(x, list[i], i, scale, size, &a[list[i]], err));
	return BRC_OK;
}

static brc_rc infer_resize(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	static const resizing none = {NEAREST, ASYMMETRIC, ROUND_FLOOR, 0, 0, false};
	size_t list[BRC_MAX_DIMS], count;
	axis a[BRC_MAX_DIMS];
	const brc_operand *x;
	brc_sampling *s;
	resizing r;

	BRC_TRY(brc_sampling_new(&s, g, n, err));
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(read_resizing(g, p, &r, err));
	BRC_TRY(read_axes(p, x, list, &count, err));
	for (size_t k = 0; k < x->ndim; k++)
		a[k] = (axis){x->dim[k], x->dim[k], 1, 0, 1};
	BRC_TRY(targets(g, n, x, list, count, a, err));
	if (r.coordinate == TF_CROP_AND_RESIZE)
		BRC_TRY(read_region(g, n, list, count, a, err));
	for (size_t k = 0; k < x->ndim; k++) {
		bool same =
			a[k].in == a[k].out && a[k].scale == 1 && a[k].begin == 0 && a[k].end == 1;

		BRC_TRY(resize_axis(g, s, k, same ? &none : &r, &a[k], err));
	}
	brc_sampling_fill(s, &r.outside, sizeof(r.outside));
	return brc_sampling_done(s, g, n, x, err);
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, MIN_IN, MAX_IN, TRACE) \
	const brc_op SYMBOL = {                                   \
		.type = TYPE,                                     \
		.trace = TRACE,                                   \
		.attributes = ATTRIBUTES,                         \
		.min_in = MIN_IN,                                 \
		.max_in = MAX_IN,                                 \
		.max_out = 1,                                     \
		.layout = BRC_DEMAND_PLAIN,                       \
		.infer = infer_resize,                            \
		.run = brc_sampling_run,                          \
	}

OPERATOR(brc_kernel_resize, "Resize",
	 "mode|coordinate_transformation_mode|nearest_mode|cubic_coeff_a|exclude_outside|"
	 "extrapolation_value|axes|antialias|keep_aspect_ratio_policy",
	 2, 4, BRC_TRACE_PLACES);
OPERATOR(brc_kernel_upsample, "Upsample", "mode", 2, 2, BRC_TRACE_PLACES);
