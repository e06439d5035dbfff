#include "exec/operators/window.h"

#include <string.h>

/* Of any number of a window, so that no sum below overflows. */
#define MAX_EXTENT ((int64_t)1 << 24)

static brc_rc numbers(const brc_list *v, const char *name, size_t n, int64_t least,
		      size_t otherwise, size_t *out, brc_err *err)
{
	if (v->at && v->n != n)
		return brc_fail(err, BRC_DATA, "its %s has %zu entries, not %zu", name, v->n, n);
	for (size_t i = 0; i < n; i++) {
		if (v->at && (v->at[i] < least || v->at[i] > MAX_EXTENT))
			return brc_fail(err, BRC_DATA, "entry %zu of its %s is %lld", i, name,
					(long long)v->at[i]);
		out[i] = v->at ? (size_t)v->at[i] : otherwise;
	}
	return BRC_OK;
}

static brc_rc shape_of_images(const brc_operand *x, brc_window *w, brc_err *err)
{
	if (x->ndim < 3 || x->ndim > 2 + BRC_SPATIAL)
		return brc_fail(err, BRC_DATA,
				"an input of %s is not supported: one to three dimensions after "
				"the channels are",
				brc_shape_text(x).s);
	for (size_t k = 1; k < x->ndim; k++)
		BRC_TRY(brc_keeps_images(x, k, err));
	for (size_t k = 0; k < x->ndim; k++)
		if (x->dim[k] == 0 || x->dim[k] > (size_t)MAX_EXTENT)
			return brc_fail(err, BRC_DATA, "an input of %s is not supported",
					brc_shape_text(x).s);
	*w = (brc_window){.images = x->dim[0], .channels = x->dim[1]};
	for (size_t k = 0; k < BRC_SPATIAL; k++)
		w->in[k] = w->out[k] = w->kernel[k] = w->stride[k] = w->dilation[k] = 1;
	return BRC_OK;
}

static size_t ceiling(size_t a, size_t b)
{
	return (a + b - 1) / b;
}

/* Padding and output of one dimension. */
static brc_rc slide(brc_window *w, size_t k, const brc_window_args *a, brc_err *err)
{
	size_t span = (w->kernel[k] - 1) * w->dilation[k] + 1, room;
	bool upper = a->auto_pad == BRC_PAD_SAME_UPPER;

	if (a->auto_pad != BRC_PAD_GIVEN)
		w->begin[k] = w->end[k] = 0;
	if (upper || a->auto_pad == BRC_PAD_SAME_LOWER) {
		size_t need = (ceiling(w->in[k], w->stride[k]) - 1) * w->stride[k] + span;
		size_t pad = need > w->in[k] ? need - w->in[k] : 0;

		w->begin[k] = upper ? pad / 2 : pad - pad / 2;
		w->end[k] = pad - w->begin[k];
	}
	if (w->in[k] + w->begin[k] + w->end[k] < span)
		return brc_fail(err, BRC_DATA, "its window of %zu is larger than its input of %zu",
				span, w->in[k] + w->begin[k] + w->end[k]);
	room = w->in[k] + w->begin[k] + w->end[k] - span;
	w->out[k] = (a->ceil_mode ? ceiling(room, w->stride[k]) : room / w->stride[k]) + 1;
	/* no window may begin in the padding at the end */
	if (a->ceil_mode && (w->out[k] - 1) * w->stride[k] >= w->in[k] + w->begin[k])
		w->out[k]--;
	return BRC_OK;
}

/* The window of images with n dimensions, the last ones of three, by the arguments of its node. */
static brc_rc move_window(brc_window *w, size_t n, const brc_window_args *a, const size_t *kernel,
			  brc_err *err)
{
	size_t at = BRC_SPATIAL - n, pads[2 * BRC_SPATIAL];

	BRC_TRY(numbers(&a->kernel_shape, "kernel_shape", n, 1, 0, w->kernel + at, err));
	BRC_TRY(numbers(&a->strides, "strides", n, 1, 1, w->stride + at, err));
	BRC_TRY(numbers(&a->dilations, "dilations", n, 1, 1, w->dilation + at, err));
	BRC_TRY(numbers(&a->pads, "pads", 2 * n, 0, 0, pads, err));
	for (size_t k = 0; k < n; k++) {
		w->begin[at + k] = pads[k];
		w->end[at + k] = pads[n + k];
		if (w->kernel[at + k] == 0 && kernel)
			w->kernel[at + k] = kernel[k];
		if (w->kernel[at + k] == 0 || (kernel && w->kernel[at + k] != kernel[k]))
			return brc_fail(err, BRC_DATA, "its kernel_shape does not fit its weights");
		BRC_TRY(slide(w, at + k, a, err));
	}
	return BRC_OK;
}

brc_rc brc_window_set(brc_window *w, const brc_window_args *a, const brc_operand *x,
		      const size_t *kernel, brc_operand *out, brc_err *err)
{
	size_t n = x->ndim - 2, at = BRC_SPATIAL - n;

	BRC_TRY(shape_of_images(x, w, err));
	for (size_t k = 0; k < n; k++)
		w->in[at + k] = w->kernel[at + k] = x->dim[2 + k];
	if (a)
		BRC_TRY(move_window(w, n, a, kernel, err));
	*out = *x;
	out->last = true;
	for (size_t k = 0; k < n; k++)
		out->dim[2 + k] = w->out[at + k];
	return BRC_OK;
}

/* ---- windows that spread ---- */

/*
 * Padding and output of one dimension. `wanted`: its extent, if it is given; 0: it follows from the
 * padding. From ONNX's specification of ConvTranspose.
 */
static brc_rc spread(brc_window *w, size_t k, size_t auto_pad, size_t more, size_t wanted,
		     brc_err *err)
{
	size_t all = (w->in[k] - 1) * w->stride[k] + (w->kernel[k] - 1) * w->dilation[k] + 1;
	bool same = auto_pad == BRC_PAD_SAME_UPPER || auto_pad == BRC_PAD_SAME_LOWER, fixed;

	if (same && !wanted)
		wanted = w->in[k] * w->stride[k];
	fixed = wanted || auto_pad == BRC_PAD_VALID;
	if (fixed) {
		size_t total = wanted && all + more > wanted ? all + more - wanted : 0;

		w->begin[k] = auto_pad == BRC_PAD_SAME_UPPER ? total / 2 : total - total / 2;
		w->out[k] = wanted ? wanted : all + more;
	} else if (w->begin[k] + w->end[k] < all + more) {
		w->out[k] = all + more - w->begin[k] - w->end[k];
	} else {
		return brc_fail(err, BRC_DATA, "its padding leaves nothing of %zu places",
				all + more);
	}
	/* all = begin + out + end - beyond */
	w->end[k] = all > w->begin[k] + w->out[k] ? all - w->begin[k] - w->out[k] : 0;
	w->beyond[k] = w->begin[k] + w->out[k] + w->end[k] - all;
	return BRC_OK;
}

brc_rc brc_window_spread(brc_window *w, const brc_conv_transpose_args *a, const brc_operand *x,
			 const size_t *kernel, brc_operand *out, brc_err *err)
{
	size_t n = x->ndim - 2, at = BRC_SPATIAL - n, pads[2 * BRC_SPATIAL];
	size_t more[BRC_SPATIAL] = {0}, wanted[BRC_SPATIAL] = {0};
	const brc_window_args *v = &a->window;

	BRC_TRY(shape_of_images(x, w, err));
	BRC_TRY(numbers(&v->kernel_shape, "kernel_shape", n, 1, 0, w->kernel + at, err));
	BRC_TRY(numbers(&v->strides, "strides", n, 1, 1, w->stride + at, err));
	BRC_TRY(numbers(&v->dilations, "dilations", n, 1, 1, w->dilation + at, err));
	BRC_TRY(numbers(&v->pads, "pads", 2 * n, 0, 0, pads, err));
	BRC_TRY(numbers(&a->output_padding, "output_padding", n, 0, 0, more, err));
	BRC_TRY(numbers(&a->output_shape, "output_shape", n, 1, 0, wanted, err));
	*out = *x;
	out->last = true;
	for (size_t k = 0; k < n; k++) {
		w->in[at + k] = x->dim[2 + k];
		w->begin[at + k] = pads[k];
		w->end[at + k] = pads[n + k];
		if (w->kernel[at + k] && w->kernel[at + k] != kernel[k])
			return brc_fail(err, BRC_DATA, "its kernel_shape does not fit its weights");
		w->kernel[at + k] = kernel[k];
		BRC_TRY(spread(w, at + k, v->auto_pad, more[k], wanted[k], err));
		out->dim[2 + k] = w->out[at + k];
	}
	return BRC_OK;
}

/* ---- what slides with a window ---- */

brc_rc brc_window_groups(int64_t group, size_t *groups, brc_err *err)
{
	if (group < 1 || group > INT32_MAX)
		return brc_fail(err, BRC_DATA, "its group is %lld", (long long)group);
	*groups = (size_t)group;
	return BRC_OK;
}

brc_rc brc_window_bias(const brc_exec *g, const brc_node *n, size_t k, size_t outputs,
		       const float **bias, brc_err *err)
{
	const brc_operand *v;

	*bias = NULL;
	if (!brc_in(g, n, k))
		return BRC_OK;
	BRC_TRY(brc_need_constant(g, n, k, BRC_ELEM_FLOAT, &v, err));
	*bias = v->data;
	if (v->count == outputs)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its bias %s does not fit %zu outputs", brc_shape_text(v).s,
			outputs);
}

brc_linear_map brc_window_map(const brc_window *of, const brc_node *n, const float *w,
			      const float *bias, size_t groups, size_t outputs)
{
	size_t each = brc_window_places(of);

	return (brc_linear_map){.w = w,
				.bias = bias,
				.outputs = outputs,
				.inputs = of->channels,
				.groups = groups,
				.h = of->kernel[0] * of->kernel[1],
				.wide = of->kernel[2],
				.out_step = of->channels / groups * each,
				.in_step = each,
				.alpha = 1,
				.value = n->in[1],
				.in_axis = 1,
				.axis = 1,
				.slides = true};
}
