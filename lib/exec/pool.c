/* Pooling, channels last: MaxPool, AveragePool, and both over whole images. */
#include <math.h>

#include "exec/operators.h"
#include "exec/window.h"

typedef struct pool {
	brc_window w;
	bool average, count_padding;
} pool;

static void take_larger(float *restrict y, const float *restrict x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];
}

static void add_up(float *restrict y, const float *restrict x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] += x[i];
}

/* Entries of a window at `out` that lie inside the image: first..last-1. */
static void inside(const brc_window *w, size_t k, size_t out, size_t *first, size_t *last)
{
	size_t at = out * w->stride[k], d = w->dilation[k];

	*first = at < w->begin[k] ? (w->begin[k] - at + d - 1) / d : 0;
	*last = w->begin[k] + w->in[k] > at ? (w->begin[k] + w->in[k] - at + d - 1) / d : 0;
	*last = *last < w->kernel[k] ? *last : w->kernel[k];
}

/* Entries of a window that lie in the image or its padding, beyond which ceil_mode may lead. */
static size_t covered(const brc_window *w, size_t k, size_t out)
{
	size_t edge = w->in[k] + w->begin[k] + w->end[k] - out * w->stride[k];
	size_t n = (edge + w->dilation[k] - 1) / w->dilation[k];

	return n < w->kernel[k] ? n : w->kernel[k];
}

static void one_place(const pool *p, const float *image, size_t oh, size_t ow, float *y)
{
	const brc_window *w = &p->w;
	size_t c = w->channels, h0, h1, w0, w1, n;

	inside(w, 0, oh, &h0, &h1);
	inside(w, 1, ow, &w0, &w1);
	for (size_t i = 0; i < c; i++)
		y[i] = p->average ? 0 : -INFINITY;
	for (size_t h = h0; h < h1; h++) {
		for (size_t v = w0; v < w1; v++) {
			size_t row = oh * w->stride[0] + h * w->dilation[0] - w->begin[0];
			size_t col = ow * w->stride[1] + v * w->dilation[1] - w->begin[1];
			const float *x = image + (row * w->in[1] + col) * c;

			if (p->average)
				add_up(y, x, c);
			else
				take_larger(y, x, c);
		}
	}
	if (!p->average)
		return;
	n = p->count_padding ? covered(w, 0, oh) * covered(w, 1, ow)
			     : (h1 > h0 ? h1 - h0 : 0) * (w1 > w0 ? w1 - w0 : 0);
	for (size_t i = 0; i < c; i++)
		y[i] /= (float)n;
}

static void run_pool(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const pool *p = n->state;
	const brc_window *w = &p->w;
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];

	(void)g;
	for (size_t i = 0; i < w->images; i++, x += w->in[0] * w->in[1] * w->channels)
		for (size_t oh = 0; oh < w->out[0]; oh++)
			for (size_t ow = 0; ow < w->out[1]; ow++, y += w->channels)
				one_place(p, x, oh, ow, y);
}

static brc_rc infer_pool(brc_exec *g, brc_node *n, const Brc__OnnxNode *proto, brc_err *err)
{
	pool *p = brc_exec_alloc(g, 1, sizeof(*p), err);
	const brc_operand *x;
	brc_operand out;
	int64_t padding, order;

	if (!p)
		return BRC_RESOURCE;
	n->state = p;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "count_include_pad", 0, &padding, err));
	BRC_TRY(brc_onnx_attribute_int(proto, "storage_order", 0, &order, err));
	if (n->n_out > 1 && n->out[1] != BRC_NOWHERE)
		return brc_fail(err, BRC_DATA, "its second output, Indices, is not supported");
	p->average = n->op == &brc_kernel_average_pool;
	p->count_padding = padding != 0;
	BRC_TRY(brc_window_read(&p->w, proto, x, NULL, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

static brc_rc infer_whole(brc_exec *g, brc_node *n, const Brc__OnnxNode *proto, brc_err *err)
{
	pool *p = brc_exec_alloc(g, 1, sizeof(*p), err);
	const brc_operand *x;
	brc_operand out;

	(void)proto;
	if (!p)
		return BRC_RESOURCE;
	n->state = p;
	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	p->average = n->op == &brc_kernel_global_average_pool;
	BRC_TRY(brc_window_whole(&p->w, x, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, MAX_OUT, INFER) \
	const brc_op SYMBOL = {                            \
		.type = TYPE,                              \
		.attributes = ATTRIBUTES,                  \
		.min_in = 1,                               \
		.max_in = 1,                               \
		.max_out = MAX_OUT,                        \
		.layout = BRC_LAYOUT_LAST,                 \
		.infer = INFER,                            \
		.run = run_pool,                           \
	}

OPERATOR(brc_kernel_max_pool, "MaxPool",
	 "kernel_shape|strides|pads|dilations|auto_pad|ceil_mode|storage_order", 2, infer_pool);
OPERATOR(brc_kernel_average_pool, "AveragePool",
	 "kernel_shape|strides|pads|dilations|auto_pad|ceil_mode|count_include_pad", 1, infer_pool);
OPERATOR(brc_kernel_global_max_pool, "GlobalMaxPool", "", 1, infer_whole);
OPERATOR(brc_kernel_global_average_pool, "GlobalAveragePool", "", 1, infer_whole);
