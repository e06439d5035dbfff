/*
 * GridSample: images read at given places, as spatial transformers do. The rules are those of
 * torch.nn.functional.grid_sample, from which ONNX has the operator.
 */
#include <math.h>

#include "exec/operator.h"

enum { NEAREST, LINEAR, CUBIC }; /* the last two have two names */
enum { ZEROS, BORDER, REFLECTION };
enum { SIDE = 4, TAPS = SIDE * SIDE };

typedef struct grid {
	size_t images, channels, height, width, places;
	size_t mode, padding;
	bool corners, for_all;
} grid;

/* An element of an image and its weight in the one that is read. */
typedef struct tap {
	size_t at;
	float weight;
} tap;

/* The elements along one axis: n of them, from `first` on. */
typedef struct span {
	size_t n;
	ptrdiff_t first;
	float weight[SIDE];
} span;

/* Places that were declared for the model's own batch of one apply to every image. */
static bool is_for_all(const brc_exec *g, const brc_operand *x, const brc_operand *at)
{
	return at->state == BRC_CONSTANT && at->dim[0] == 1 && g->declared == 1 && x->batch == 0;
}

static brc_rc infer_grid(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_grid_args *a = n->args;
	const brc_operand *x, *at;
	grid *t = n->state;
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_FLOAT, &at, err));
	if (x->ndim != 4 || at->ndim != 4 || at->dim[3] != 2 || x->dim[2] == 0 || x->dim[3] == 0 ||
	    (x->dim[0] != at->dim[0] && !is_for_all(g, x, at)))
		return brc_fail(err, BRC_DATA, "%s does not read images of %s",
				brc_shape_text(at).s, brc_shape_text(x).s);
	for (size_t k = 1; k < 4; k++) {
		BRC_TRY(brc_keeps_images(x, k, err));
		BRC_TRY(brc_keeps_images(at, k, err));
	}
	*t = (grid){.images = x->dim[0],
		    .channels = x->dim[1],
		    .height = x->dim[2],
		    .width = x->dim[3],
		    .places = at->dim[1] * at->dim[2],
		    .mode = a->mode > CUBIC ? a->mode - CUBIC : a->mode,
		    .padding = a->padding_mode,
		    .corners = a->align_corners,
		    .for_all = x->dim[0] != at->dim[0]};
	out = *x;
	if (out.batch == BRC_NOWHERE)
		out.batch = at->batch;
	out.dim[2] = at->dim[1];
	out.dim[3] = at->dim[2];
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- places ---- */

/* Mirrored at both ends until it lies between them, low and low + length. */
static float reflected(float v, float low, float length)
{
	float way = fabsf(v - low), rest;

	if (length == 0)
		return 0;
	rest = fmodf(way, length);
	return low + (fmodf(floorf(way / length), 2) == 0 ? rest : length - rest);
}

static float within(float v, size_t extent)
{
	float last = (float)(extent - 1);

	return v < 0 ? 0 : v > last ? last : v;
}

static float padded(const grid *t, float v, size_t extent)
{
	if (t->padding == REFLECTION)
		v = t->corners ? reflected(v, 0, (float)extent - 1)
			       : reflected(v, -0.5f, (float)extent);
	return t->padding == ZEROS ? v : within(v, extent);
}

/* From -1..1 to elements of an axis. What is no place is outside. */
static float place(const grid *t, float v, size_t extent)
{
	float x =
		t->corners ? (v + 1) / 2 * ((float)extent - 1) : ((v + 1) * (float)extent - 1) / 2;

	if (t->mode != CUBIC)
		x = padded(t, x, extent);
	return fabsf(x) < 0x1p24f ? x : -100;
}

/* Keys 1981, with a = -0.75: the weight of an element at distance d. */
static float cubic(float d)
{
	const float a = -0.75f;

	d = fabsf(d);
	return d <= 1   ? ((a + 2) * d - (a + 3)) * d * d + 1
	       : d <= 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
			: 0;
}

static span along(const grid *t, float v, size_t extent)
{
	float x = place(t, v, extent), low = floorf(x);

	if (t->mode == NEAREST)
		return (span){1, (ptrdiff_t)rintf(x), {1}};
	if (t->mode == LINEAR)
		return (span){2, (ptrdiff_t)low, {1 - (x - low), x - low}};
	return (span){SIDE,
		      (ptrdiff_t)low - 1,
		      {cubic(x - low + 1), cubic(x - low), cubic(x - low - 1), cubic(x - low - 2)}};
}

/* Where element i of an axis lies; false: outside, where all is 0. */
static bool inside(const grid *t, ptrdiff_t i, size_t extent, size_t *at)
{
	float v = padded(t, (float)i, extent);

	*at = v >= 0 && v < (float)extent ? (size_t)v : 0;
	return v >= 0 && v < (float)extent;
}

/* The elements that are read at one place; how many there are. */
static size_t find(const grid *t, const float *where, tap *taps)
{
	span x = along(t, where[0], t->width), y = along(t, where[1], t->height);
	size_t n = 0, row, column;

	for (size_t i = 0; i < y.n; i++)
		for (size_t j = 0; j < x.n; j++)
			if (inside(t, y.first + (ptrdiff_t)i, t->height, &row) &&
			    inside(t, x.first + (ptrdiff_t)j, t->width, &column))
				taps[n++] =
					(tap){row * t->width + column, y.weight[i] * x.weight[j]};
	return n;
}

static void run_grid(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const grid *t = n->state;
	const float *x = m->at[n->in[0]], *where;
	size_t plane = t->height * t->width;
	float *y = m->at[n->out[0]];
	tap taps[TAPS];

	(void)g;
	for (size_t i = 0; i < t->images; i++, x += t->channels * plane) {
		where = (const float *)m->at[n->in[1]] + (t->for_all ? 0 : 2 * i * t->places);
		for (size_t p = 0; p < t->places; p++, where += 2) {
			size_t read = find(t, where, taps);

			for (size_t c = 0; c < t->channels; c++) {
				float sum = 0;

				for (size_t k = 0; k < read; k++)
					sum += taps[k].weight * x[c * plane + taps[k].at];
				y[(i * t->channels + c) * t->places + p] = sum;
			}
		}
	}
}

const brc_op brc_grid_ops[] = {
	BRC_OP("GridSample", BRC_TAKES(2, 2, 1), infer_grid, run_grid, PLAIN, POOLING,
	       BRC_ARGS(brc_grid_args,
			BRC_ATTR_CHOICE("mode", brc_grid_args, mode, LINEAR, "nearest", "bilinear",
					"bicubic", "linear", "cubic"),
			BRC_ATTR_CHOICE("padding_mode", brc_grid_args, padding_mode, ZEROS, "zeros",
					"border", "reflection"),
			BRC_ATTR_FLAG("align_corners", brc_grid_args, align_corners, 0)),
	       .state = sizeof(grid)),
	{.type = NULL},
};
