/* Pooling, channels last: MaxPool, AveragePool, LpPool, and all of them over whole images. */
#include <math.h>

#include "base/processor.h"
#include "exec/operator.h"
#include "exec/operators/lowered.h"
#include "exec/operators/window.h"

typedef enum variant { LARGEST, AVERAGE, NORM } variant;

typedef struct pool {
	brc_window w;
	variant f;
	bool count_padding, by_column;
	float p; /* of NORM */
	void (*gather)(const float *const *x, size_t n, size_t c, float p, float *restrict y);
} pool;

enum { BLOCK = 64, MANY = 64 };

/* y becomes the largest of itself and x[0..n-1], c channels of each. A NaN wins. */
BRC_FOR_EACH_PROCESSOR
static void take_largest(const float *const *x, size_t n, size_t c, float p, float *restrict y)
{
	(void)p;
	for (size_t from = 0; from < c; from += BLOCK) {
		size_t to = from + BLOCK < c ? from + BLOCK : c;

		for (size_t k = 0; k < n; k++)
			for (size_t i = from; i < to; i++)
				y[i] = x[k][i] > y[i] || x[k][i] != x[k][i] ? x[k][i] : y[i];
	}
}

BRC_FOR_EACH_PROCESSOR
static void add_up(const float *const *x, size_t n, size_t c, float p, float *restrict y)
{
	(void)p;
	for (size_t from = 0; from < c; from += BLOCK) {
		size_t to = from + BLOCK < c ? from + BLOCK : c;

		for (size_t k = 0; k < n; k++)
			for (size_t i = from; i < to; i++)
				y[i] += x[k][i];
	}
}

/* y += |x|^p */
static void add_powers(const float *const *x, size_t n, size_t c, float p, float *restrict y)
{
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < c; i++)
			y[i] += p == 1   ? fabsf(x[k][i])
				: p == 2 ? x[k][i] * x[k][i]
					 : powf(fabsf(x[k][i]), p);
}

/* Entries of a window at `out` that lie inside the image: first..last-1. */
static void inside(const brc_window *w, size_t k, size_t out, size_t *first, size_t *last)
{
	size_t at = out * w->stride[k], d = w->dilation[k];

	*first = at < w->begin[k] ? (w->begin[k] - at + d - 1) / d : 0;
	*last = w->begin[k] + w->in[k] > at ? (w->begin[k] + w->in[k] - at + d - 1) / d : 0;
	*last = *last < w->kernel[k] ? *last : w->kernel[k];
}

/*
 * Entries of a window that lie in the image or its padding. With ceil_mode a window may reach
 * beyond them.
 */
static size_t covered(const brc_window *w, size_t k, size_t out)
{
	size_t edge = w->in[k] + w->begin[k] + w->end[k] - out * w->stride[k];
	size_t n = (edge + w->dilation[k] - 1) / w->dilation[k];

	return n < w->kernel[k] ? n : w->kernel[k];
}

/* Where in the image entry e of a window at `out` lies. */
static size_t place(const brc_window *w, size_t k, size_t out, size_t e)
{
	return out * w->stride[k] + e * w->dilation[k] - w->begin[k];
}

static void one_place(const pool *p, const float *image, const size_t *out, float *y)
{
	const brc_window *w = &p->w;
	size_t c = w->channels, lo[BRC_SPATIAL], hi[BRC_SPATIAL], n = 1, held = 0;
	const float *x[MANY];

	for (size_t k = 0; k < BRC_SPATIAL; k++) {
		inside(w, k, out[k], &lo[k], &hi[k]);
		n *= p->count_padding ? covered(w, k, out[k]) : hi[k] > lo[k] ? hi[k] - lo[k] : 0;
	}
	for (size_t i = 0; i < c; i++)
		y[i] = p->f == LARGEST ? -INFINITY : 0;
	for (size_t d = lo[0]; d < hi[0]; d++) {
		for (size_t h = lo[1]; h < hi[1]; h++) {
			const float *row = image + (place(w, 0, out[0], d) * w->in[1] +
						    place(w, 1, out[1], h)) *
							   w->in[2] * c;

			for (size_t v = lo[2]; v < hi[2]; v++) {
				x[held++] = row + place(w, 2, out[2], v) * c;
				if (held == MANY) {
					p->gather(x, held, c, p->p, y);
					held = 0;
				}
			}
		}
	}
	if (held > 0)
		p->gather(x, held, c, p->p, y);
	for (size_t i = 0; p->f == AVERAGE && i < c; i++)
		y[i] /= (float)n;
	for (size_t i = 0; p->f == NORM && p->p != 1 && i < c; i++)
		y[i] = p->p == 2 ? sqrtf(y[i]) : powf(y[i], 1 / p->p);
}

/*
 * Where in the tensor, row-major, the first of the largest elements of a window
 * lies; the extents of an image are taken in reverse order when by_column.
 */
static int64_t position(const pool *p, size_t image, size_t channel, const size_t *at)
{
	const brc_window *w = &p->w;
	size_t i = 0;

	for (size_t k = 0; k < BRC_SPATIAL; k++) {
		size_t d = p->by_column ? BRC_SPATIAL - 1 - k : k;

		i = i * w->in[d] + at[d];
	}
	return (int64_t)((image * w->channels + channel) * w->in[0] * w->in[1] * w->in[2] + i);
}

/* The window at `out`, channels one after another: it holds the element of value y[c]. */
static void find_one(const pool *p, const float *image, size_t i, const size_t *out, const float *y,
		     int64_t *index)
{
	const brc_window *w = &p->w;
	size_t lo[BRC_SPATIAL], hi[BRC_SPATIAL], e[BRC_SPATIAL], at[BRC_SPATIAL];

	for (size_t k = 0; k < BRC_SPATIAL; k++)
		inside(w, k, out[k], &lo[k], &hi[k]);
	for (size_t c = 0; c < w->channels; c++)
		index[c] = -1;
	for (e[0] = lo[0]; e[0] < hi[0]; e[0]++)
		for (e[1] = lo[1]; e[1] < hi[1]; e[1]++)
			for (e[2] = lo[2]; e[2] < hi[2]; e[2]++) {
				const float *x;

				for (size_t k = 0; k < BRC_SPATIAL; k++)
					at[k] = place(w, k, out[k], e[k]);
				x = image +
				    ((at[0] * w->in[1] + at[1]) * w->in[2] + at[2]) * w->channels;
				for (size_t c = 0; c < w->channels; c++)
					if (index[c] < 0 && (x[c] == y[c] || x[c] != x[c]))
						index[c] = position(p, i, c, at);
			}
}

static void run_pool(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const pool *p = n->state;
	const brc_window *w = &p->w;
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];
	int64_t *index = n->n_out > 1 && n->out[1] != BRC_NOWHERE ? m->at[n->out[1]] : NULL;
	size_t o[BRC_SPATIAL];

	for (size_t i = 0; i < w->images; i++, x += w->in[0] * w->in[1] * w->in[2] * w->channels) {
		size_t own = brc_within_image(g, &g->value[n->in[0]], i);

		for (o[0] = 0; o[0] < w->out[0]; o[0]++)
			for (o[1] = 0; o[1] < w->out[1]; o[1]++)
				for (o[2] = 0; o[2] < w->out[2]; o[2]++, y += w->channels) {
					one_place(p, x, o, y);
					if (!index)
						continue;
					find_one(p, x, own, o, y, index);
					index += w->channels;
				}
	}
}

static brc_rc set_norm(const brc_node *n, pool *p, brc_err *err)
{
	int64_t norm = ((const brc_pool_args *)n->args)->p;

	if (norm < 1 || norm > INT16_MAX)
		return brc_fail(err, BRC_DATA, "its p is %lld", (long long)norm);
	p->p = (float)norm;
	return BRC_OK;
}

/* A window that moves, or, of an operator without strides, one that covers the whole image. */
static brc_rc infer_pool(brc_exec *g, brc_node *n, brc_err *err)
{
	static void (*const gather[])(const float *const *, size_t, size_t, float, float *) = {
		[LARGEST] = take_largest, [AVERAGE] = add_up, [NORM] = add_powers};
	const brc_pool_args *a = brc_op_attribute(n->op, "strides") ? n->args : NULL;
	pool *p = n->state;
	const brc_operand *x;
	brc_operand out, indices;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	p->by_column = a && a->storage_order;
	p->f = (variant)n->op->variant;
	p->count_padding = a && a->count_include_pad;
	p->gather = gather[p->f];
	if (p->f == NORM)
		BRC_TRY(set_norm(n, p, err));
	BRC_TRY(brc_window_set(&p->w, a ? &a->window : NULL, x, NULL, &out, err));
	indices = out;
	indices.elem = BRC_ELEM_INT;
	BRC_TRY(brc_set_output(g, n, 1, &indices, err));
	return brc_set_output(g, n, 0, &out, err);
}

/* Integers of 8 bits, as in quantised networks, which floats hold as well. */
static brc_rc infer_max_pool(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, 0);
	brc_cast_args to = {BRC_ONNX_FLOAT}, back;
	size_t y;

	if (!x || (x->narrow != BRC_ONNX_UINT8 && x->narrow != BRC_ONNX_INT8) ||
	    x->elem != BRC_ELEM_INT)
		return infer_pool(g, n, err);
	if (n->n_out > 1 && n->out[1] != BRC_NOWHERE)
		return brc_fail(err, BRC_DATA, "places of integers are not supported");
	back.to = x->narrow;
	BRC_TRY(brc_put(g, n, "Cast", &to, n->in, 1, &y, err));
	BRC_TRY(brc_put(g, n, "MaxPool", n->args, &y, 1, &y, err));
	BRC_TRY(brc_put(g, n, "Cast", &back, &y, 1, &y, err));
	return brc_become(g, n, y, err);
}

/* Every window is read as a whole, and a second time for the places of what is largest. */
static double pool_work(const brc_node *n, const brc_operand *out)
{
	const brc_window *w = &((const pool *)n->state)->w;

	return 2.0 * (double)n->n_out * (double)out->count * (double)(w->kernel[0] * w->kernel[1]) *
	       (double)w->kernel[2];
}

#define RECORD(TYPE, MAX_OUT, INFER, VARIANT, ...)                                                \
	BRC_OP(TYPE, BRC_TAKES(1, 1, MAX_OUT), INFER, run_pool, LAST, POOLING,                    \
	       .state = sizeof(pool), .variant = VARIANT, .work = pool_work, .homogeneous = true, \
	       __VA_ARGS__)
#define WINDOW(OWN)                                                   \
	BRC_ARGS(brc_pool_args, BRC_WINDOW_ATTRIBUTES(brc_pool_args), \
		 BRC_ATTR_FLAG("ceil_mode", brc_pool_args, window.ceil_mode, 0), OWN)
#define OWN_FLAG(NAME) BRC_ATTR_FLAG(#NAME, brc_pool_args, NAME, 0)
#define P BRC_ATTR_INT("p", brc_pool_args, p, 2)

const brc_op brc_pooling_ops[] = {
	RECORD("MaxPool", 2, infer_max_pool, LARGEST, WINDOW(OWN_FLAG(storage_order))),
	RECORD("AveragePool", 1, infer_pool, AVERAGE, WINDOW(OWN_FLAG(count_include_pad))),
	RECORD("LpPool", 1, infer_pool, NORM, WINDOW(P)),
	RECORD("GlobalMaxPool", 1, infer_pool, LARGEST, .unchanged = true),
	RECORD("GlobalAveragePool", 1, infer_pool, AVERAGE, .unchanged = true),
	RECORD("GlobalLpPool", 1, infer_pool, NORM, BRC_ARGS(brc_pool_args, P)),
	{.type = NULL},
};
