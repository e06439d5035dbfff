/*
 * Convolutions of whole numbers: ConvInteger, QLinearConv. The numbers under the windows of some
 * places become the columns of a matrix, by which the weights are multiplied.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/quantised.h"
#include "exec/operators/whole.h"
#include "exec/operators/window.h"

#define COLUMNS ((size_t)1 << 20) /* floats of the matrix at a time */

typedef struct places {
	size_t x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias;
} places;

static const places kinds[] = {
	{0, BRC_NOWHERE, 2, 1, BRC_NOWHERE, 3, BRC_NOWHERE, BRC_NOWHERE, BRC_NOWHERE},
	{0, 1, 2, 3, 4, 5, 6, 7, 8},
};
enum { INTEGER, QLINEAR }; /* op->variant */

typedef struct conv {
	brc_window win;
	size_t groups, outputs, inputs; /* inputs of a group */
	size_t rows, places, tile; /* of the matrix: numbers under a window; columns at a time */
	brc_shifted x, w;
	size_t map;    /* in a bare graph: the real weights; 0: none */
	float *factor; /* [outputs]: from sums to numbers of the output */
	float y_scale;
	int64_t zero, least, most;
} conv;

/* ---- inference ---- */

static brc_rc one_number(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
			 const brc_operand **v, brc_err *err)
{
	BRC_TRY(brc_need_constant(g, n, k, elem, v, err));
	if ((*v)->count == 1)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "input %zu ('%.200s') is no single number", k, (*v)->name);
}

/* Sums of products, times the scales of x and of weights, divided by that of y. */
static brc_rc set_factors(brc_exec *g, const brc_node *n, conv *c, brc_operand *y, brc_err *err)
{
	const places *at = &kinds[n->op->variant];
	const brc_operand *xs, *ws, *ys, *yz;

	BRC_TRY(brc_need_scale(g, n, at->x_scale, &xs, err));
	BRC_TRY(one_number(g, n, at->x_scale, BRC_ELEM_FLOAT, &xs, err));
	BRC_TRY(brc_need_scale(g, n, at->w_scale, &ws, err));
	BRC_TRY(brc_need_constant(g, n, at->w_scale, BRC_ELEM_FLOAT, &ws, err));
	BRC_TRY(brc_need_scale(g, n, at->y_scale, &ys, err));
	BRC_TRY(one_number(g, n, at->y_scale, BRC_ELEM_FLOAT, &ys, err));
	BRC_TRY(one_number(g, n, at->y_zero, BRC_ELEM_INT, &yz, err));
	if (ws->count != 1 && ws->count != c->outputs)
		return brc_fail(err, BRC_DATA, "it has %zu scales for %zu outputs", ws->count,
				c->outputs);
	c->y_scale = *(const float *)ys->data;
	c->zero = *(const int64_t *)yz->data;
	y->narrow = yz->narrow;
	if (!brc_narrow_range(y->narrow, &c->least, &c->most))
		return brc_fail(err, BRC_DATA, "its output is of no type of 8 bits");
	BRC_TRY(brc_exec_alloc(g, &c->factor, c->outputs, sizeof(float), err));
	for (size_t o = 0; o < c->outputs; o++)
		c->factor[o] = *(const float *)xs->data *
			       ((const float *)ws->data)[ws->count == 1 ? 0 : o] / c->y_scale;
	return BRC_OK;
}

static brc_rc check_bias(const brc_exec *g, const brc_node *n, const conv *c, brc_err *err)
{
	const brc_operand *b;
	size_t k = kinds[n->op->variant].bias;

	if (!brc_in(g, n, k))
		return BRC_OK;
	BRC_TRY(brc_need_constant(g, n, k, BRC_ELEM_INT, &b, err));
	if (b->count == c->outputs)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its bias %s does not fit %zu outputs", brc_shape_text(b).s,
			c->outputs);
}

static brc_rc set_window(const brc_exec *g, const brc_node *n, conv *c, brc_operand *y,
			 brc_err *err)
{
	const places *at = &kinds[n->op->variant];
	const brc_conv_args *a = n->args;
	const brc_operand *x, *w;

	BRC_TRY(brc_need_bytes(g, n, at->x, &x, err));
	BRC_TRY(brc_need_bytes(g, n, at->w, &w, err));
	BRC_TRY(brc_need_constant(g, n, at->w, BRC_ELEM_INT, &w, err));
	BRC_TRY(brc_window_groups(a->group, &c->groups, err));
	if (w->ndim != x->ndim || x->ndim < 3 || w->count == 0 ||
	    x->dim[1] != w->dim[1] * c->groups || w->dim[0] % c->groups)
		return brc_fail(err, BRC_DATA,
				"its input %s does not fit its weights %s in %zu groups",
				brc_shape_text(x).s, brc_shape_text(w).s, c->groups);
	c->outputs = w->dim[0];
	c->inputs = w->dim[1];
	BRC_TRY(brc_window_set(&c->win, &a->window, x, w->dim + 2, y, err));
	y->dim[1] = c->outputs;
	y->last = false;
	c->rows = w->count / c->outputs;
	c->places = c->win.out[0] * c->win.out[1] * c->win.out[2];
	c->tile = brc_least(c->places, COLUMNS / c->rows ? COLUMNS / c->rows : 1);
	return BRC_OK;
}

static brc_rc take_scratch(const brc_exec *g, brc_node *n, brc_err *err)
{
	const conv *c = n->state;
	size_t columns, part;

	if (c->rows > INT32_MAX || !brc_mul(c->rows, c->tile * sizeof(float), &columns) ||
	    !brc_mul(c->outputs / c->groups, c->tile * sizeof(float), &part) ||
	    !brc_add(columns, part, &n->scratch) ||
	    !brc_add(n->scratch, brc_shifted_bytes(g, n, &c->x), &n->scratch) ||
	    !brc_add(n->scratch, brc_shifted_bytes(g, n, &c->w), &n->scratch))
		return brc_fail(err, BRC_DATA, "its matrices are too large");
	return BRC_OK;
}

static brc_rc infer(brc_exec *g, brc_node *n, brc_err *err)
{
	const places *at = &kinds[n->op->variant];
	conv *c = n->state;
	brc_operand y;

	BRC_TRY(set_window(g, n, c, &y, err));
	BRC_TRY(brc_shifted_set(g, n, at->x, at->x_zero, 1, &c->x, err));
	BRC_TRY(brc_shifted_set(g, n, at->w, at->w_zero, 0, &c->w, err));
	y.narrow = BRC_ONNX_INT32;
	if (n->op->variant == QLINEAR)
		BRC_TRY(set_factors(g, n, c, &y, err));
	BRC_TRY(check_bias(g, n, c, err));
	BRC_TRY(brc_set_output(g, n, 0, &y, err));
	BRC_TRY(take_scratch(g, n, err));
	if (g->bare && brc_in(g, n, at->x)->state == BRC_COMPUTED)
		return brc_whole_weights(g, n, &c->w, at->w_scale, 0, &c->map, err);
	return BRC_OK;
}

static brc_rc prepare(brc_exec *g, brc_node *n, brc_err *err)
{
	conv *c = n->state;

	BRC_TRY(brc_shifted_keep(g, n, &c->w, err));
	return take_scratch(g, n, err);
}

/* ---- running ---- */

/* Index of the number under entry `entry` of the window at place `place`; SIZE_MAX: padding. */
static size_t under(const brc_window *w, size_t entry, size_t place)
{
	size_t index = 0, e = entry, p = place, at[BRC_SPATIAL];

	for (size_t k = BRC_SPATIAL; k-- > 0;) {
		size_t from = p % w->out[k] * w->stride[k] + e % w->kernel[k] * w->dilation[k];

		if (from < w->begin[k] || from - w->begin[k] >= w->in[k])
			return SIZE_MAX;
		at[k] = from - w->begin[k];
		e /= w->kernel[k];
		p /= w->out[k];
	}
	for (size_t k = 0; k < BRC_SPATIAL; k++)
		index = index * w->in[k] + at[k];
	return index;
}

/* The matrix [rows, n] of places first .. first + n - 1; x: the channels of an image's group. */
static void fill_columns(const conv *c, const float *x, size_t first, size_t n, float *columns)
{
	const brc_window *w = &c->win;
	size_t entries = w->kernel[0] * w->kernel[1] * w->kernel[2];
	size_t channel = w->in[0] * w->in[1] * w->in[2];

	for (size_t e = 0; e < entries; e++)
		for (size_t p = 0; p < n; p++) {
			size_t at = under(w, e, first + p);

			for (size_t i = 0; i < c->inputs; i++)
				columns[(i * entries + e) * n + p] =
					at == SIZE_MAX ? 0 : x[i * channel + at];
		}
}

static void finish(const brc_exec *g, const brc_node *n, const brc_memory *m, int64_t *y)
{
	const conv *c = n->state;
	size_t bias = kinds[n->op->variant].bias;
	const int64_t *b = brc_in(g, n, bias) ? m->at[n->in[bias]] : NULL;

	for (size_t r = 0; r < c->win.images * c->outputs; r++) {
		size_t o = r % c->outputs;
		int64_t *v = y + r * c->places, add = b ? b[o] : 0;

		for (size_t i = 0; c->factor && i < c->places; i++)
			v[i] = brc_quantised((float)(v[i] + add) * c->factor[o], c->zero, c->least,
					     c->most);
	}
	brc_narrow(&g->value[n->out[0]], y);
}

static void run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const conv *c = n->state;
	const brc_window *win = &c->win;
	float *room = m->scratch, *of_w = room + (c->x.kept ? 0 : c->x.count);
	float *columns = of_w + (c->w.kept ? 0 : c->w.count), *part = columns + c->rows * c->tile;
	const float *x = brc_shifted_make(g, n, &c->x, m->at, room);
	const float *w = brc_shifted_make(g, n, &c->w, m->at, of_w);
	size_t each = c->outputs / c->groups, image = win->in[0] * win->in[1] * win->in[2];
	int64_t *y = m->at[n->out[0]];

	for (size_t r = 0; r < win->images * c->groups; r++)
		for (size_t first = 0; first < c->places; first += c->tile) {
			size_t cols = brc_least(c->tile, c->places - first);
			const brc_whole_product p = {.m = each,
						     .k = c->rows,
						     .n = cols,
						     .step = brc_least(c->x.step, c->w.step),
						     .a = w + r % c->groups * each * c->rows,
						     .a_row = c->rows,
						     .b = columns,
						     .b_row = cols,
						     .part = part,
						     .y = y + r * each * c->places + first,
						     .y_row = c->places};

			fill_columns(c, x + r * c->inputs * image, first, cols, columns);
			if (!brc_whole_multiply(&p))
				*m->failed = true;
		}
	finish(g, n, m, y);
}

/* ---- the records ---- */

static bool weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const conv *c = n->state;
	const brc_operand *v = &g->value[n->in[kinds[n->op->variant].w]];

	if (!g->bare || !c->map)
		return false;
	*w = (brc_linear_map){.w = g->value[c->map].data,
			      .outputs = c->outputs,
			      .inputs = c->inputs * c->groups,
			      .groups = c->groups,
			      .h = v->ndim > 3 ? v->dim[2] : 1,
			      .wide = v->dim[v->ndim - 1],
			      .out_step = c->rows,
			      .in_step = c->rows / c->inputs,
			      .alpha = 1,
			      .value = c->map,
			      .in_axis = 1,
			      .axis = 1,
			      .slides = true,
			      .quantum = n->op->variant == QLINEAR ? c->y_scale : 1,
			      .zero = c->zero};
	return true;
}

static double flops(const brc_exec *g, const brc_node *n)
{
	const conv *c = n->state;

	return 2.0 * (double)g->value[n->out[0]].count * (double)c->rows;
}

#define RECORD(TYPE, MIN_IN, MAX_IN, VARIANT)                                                     \
	BRC_OP(TYPE, BRC_TAKES(MIN_IN, MAX_IN, 1), infer, run, PLAIN, WEIGHTS,                    \
	       BRC_ARGS(brc_conv_args, BRC_WINDOW_ATTRIBUTES(brc_conv_args),                      \
			BRC_ATTR_INT("group", brc_conv_args, group, 1)),                          \
	       .variant = VARIANT, .state = sizeof(conv), .prepare = prepare, .weights = weights, \
	       .flops = flops)

const brc_op brc_whole_convolution_ops[] = {
	RECORD("ConvInteger", 2, 4, INTEGER),
	RECORD("QLinearConv", 8, 9, QLINEAR),
	{.type = NULL},
};
