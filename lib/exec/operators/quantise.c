/*
 * From real numbers to whole ones and back: QuantizeLinear, DequantizeLinear,
 * DynamicQuantizeLinear. The last takes the range of each image by itself, as in a batch of one, so
 * that what comes of an image does not depend on those beside it.
 */
#include <string.h>

#include "exec/loops.h"
#include "exec/operators/quantised.h"

/* ---- what they have in common ---- */

bool brc_narrow_range(int32_t narrow, int64_t *least, int64_t *most)
{
	bool is_signed = narrow == BRC_ONNX_INT8 || narrow == BRC_ONNX_INT16;
	int64_t all = narrow == BRC_ONNX_INT8 || narrow == BRC_ONNX_UINT8 ? 256 : 65536;

	*least = is_signed ? -all / 2 : 0;
	*most = *least + all - 1;
	return is_signed || narrow == BRC_ONNX_UINT8 || narrow == BRC_ONNX_UINT16;
}

brc_rc brc_need_scale(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		      brc_err *err)
{
	const float *s;

	BRC_TRY(brc_need(g, n, k, BRC_ELEM_FLOAT, v, err));
	s = (*v)->state == BRC_CONSTANT ? (*v)->data : NULL;
	for (size_t i = 0; s && i < (*v)->count; i++)
		if (!(s[i] > 0) || isinf(s[i]))
			return brc_fail(err, BRC_DATA, "input %zu ('%.200s'): a scale of %g", k,
					(*v)->name, (double)s[i]);
	return BRC_OK;
}

brc_rc brc_need_zero(const brc_exec *g, const brc_node *n, size_t k, int32_t narrow,
		     const brc_operand **v, brc_err *err)
{
	*v = brc_in(g, n, k);
	if (!*v)
		return BRC_OK;
	BRC_TRY(brc_need(g, n, k, BRC_ELEM_INT, v, err));
	if ((*v)->narrow == narrow)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"input %zu ('%.200s') is a zero point of another type than its numbers", k,
			(*v)->name);
}

brc_rc brc_need_bytes(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		      brc_err *err)
{
	BRC_TRY(brc_need(g, n, k, BRC_ELEM_INT, v, err));
	if ((*v)->narrow == BRC_ONNX_INT8 || (*v)->narrow == BRC_ONNX_UINT8)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "input %zu ('%.200s') holds no numbers of 8 bits", k,
			(*v)->name);
}

brc_rc brc_quantised_along(const brc_operand *v, const brc_operand *x, size_t axis,
			   brc_operand *out, brc_err *err)
{
	*out = *v;
	if (v->batch != BRC_NOWHERE) {
		bool fits = v->ndim == x->ndim && v->batch == x->batch && v->inner == x->inner;

		for (size_t k = 0; fits && k < v->ndim; k++)
			fits = v->dim[k] == (k == v->batch ? x->dim[k] : 1);
		if (fits)
			return BRC_OK;
	} else if (v->count == 1) {
		out->ndim = 0;
		return BRC_OK;
	} else if (v->ndim == 1 && axis < x->ndim && v->dim[0] == x->dim[axis]) {
		out->ndim = x->ndim - axis;
		for (size_t k = 1; k < out->ndim; k++)
			out->dim[k] = 1;
		return BRC_OK;
	}
	return brc_fail(err, BRC_DATA, "'%.200s' %s does not fit %s along dimension %zu", v->name,
			brc_shape_text(v).s, brc_shape_text(x).s, axis);
}

/* ---- QuantizeLinear, DequantizeLinear ---- */

typedef struct quantise {
	brc_loops loops; /* output, input, scale, zero point (or the scale again) */
	bool from_float, zero;
	int64_t least, most;
} quantise;

static brc_rc set_loops(const brc_exec *g, const brc_node *n, quantise *q, int32_t narrow,
			const brc_operand *out, brc_err *err)
{
	int64_t given = ((const brc_quantise_args *)n->args)->axis;
	const brc_operand *x = brc_in(g, n, 0), *scale, *zero;
	const brc_operand *in[3] = {x};
	brc_operand along[2];
	size_t axis = 0;

	BRC_TRY(brc_need_scale(g, n, 1, &scale, err));
	BRC_TRY(brc_need_zero(g, n, 2, narrow, &zero, err));
	if (scale->count != 1 && scale->batch == BRC_NOWHERE)
		BRC_TRY(brc_axis(given, x->ndim, &axis, err));
	BRC_TRY(brc_quantised_along(scale, x, axis, &along[0], err));
	BRC_TRY(brc_quantised_along(zero ? zero : scale, x, axis, &along[1], err));
	q->zero = zero;
	q->from_float = x->elem == BRC_ELEM_FLOAT;
	for (size_t k = 0; k < 2; k++) {
		along[k].last = false;
		in[k + 1] = &along[k];
	}
	return brc_loops_broadcast(&q->loops, out, in, 3, err);
}

static brc_rc infer_quantise(brc_exec *g, brc_node *n, brc_err *err)
{
	quantise *q = n->state;
	const brc_operand *x, *zero = brc_in(g, n, 2);
	brc_operand out;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	out = *x;
	out.elem = BRC_ELEM_INT;
	out.narrow = zero ? zero->narrow : BRC_ONNX_UINT8;
	if (!brc_narrow_range(out.narrow, &q->least, &q->most))
		return brc_fail(err, BRC_DATA, "only 8 and 16 bits are supported");
	BRC_TRY(set_loops(g, n, q, out.narrow, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

static brc_rc infer_dequantise(brc_exec *g, brc_node *n, brc_err *err)
{
	quantise *q = n->state;
	const brc_operand *x;
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_INT, &x, err));
	out = *x;
	out.elem = BRC_ELEM_FLOAT;
	out.narrow = 0;
	BRC_TRY(set_loops(g, n, q, x->narrow, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

static void quantise_some(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	const quantise *q = ctx;
	int64_t *y = (int64_t *)(void *)p[0];
	const float *scale = (const float *)(const void *)p[2];

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t k = (ptrdiff_t)i, x = k * s[1];
		float v = q->from_float ? ((const float *)(const void *)p[1])[x]
					: (float)((const int64_t *)(const void *)p[1])[x];
		int64_t zero = q->zero ? ((const int64_t *)(const void *)p[3])[k * s[3]] : 0;

		y[k * s[0]] = brc_quantised(v / scale[k * s[2]], zero, q->least, q->most);
	}
}

static void dequantise_some(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	const quantise *q = ctx;
	float *y = (float *)(void *)p[0];
	const int64_t *x = (const int64_t *)(const void *)p[1];
	const float *scale = (const float *)(const void *)p[2];

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t k = (ptrdiff_t)i;
		int64_t zero = q->zero ? ((const int64_t *)(const void *)p[3])[k * s[3]] : 0;

		y[k * s[0]] = (float)(x[k * s[1]] - zero) * scale[k * s[2]];
	}
}

static void run_quantise(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const quantise *q = n->state;
	size_t third = n->in[q->zero ? 2 : 1];
	char *base[4] = {m->at[n->out[0]], m->at[n->in[0]], m->at[n->in[1]], m->at[third]};
	size_t item[4] = {brc_item(g->value[n->out[0]].elem), brc_item(g->value[n->in[0]].elem),
			  sizeof(float), brc_item(g->value[third].elem)};

	brc_loops_run(&q->loops, base, item,
		      g->value[n->out[0]].elem == BRC_ELEM_FLOAT ? dequantise_some : quantise_some,
		      q);
}

/* ---- DynamicQuantizeLinear ---- */

/* What is known of an image: its range, 0 included, and that as 0 to 255. */
typedef struct range {
	float low, high, scale;
	int64_t zero;
} range;

static brc_rc infer_dynamic(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_operand y, part = {.batch = BRC_NOWHERE, .inner = 1};

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	n->scratch = (x->batch == BRC_NOWHERE ? 1 : g->rows) * sizeof(range);
	if (x->batch != BRC_NOWHERE) { /* the numbers of each image, broadcast like it */
		part = *x;
		for (size_t k = 0; k < x->ndim; k++)
			part.dim[k] = k == x->batch ? x->dim[k] : 1;
	}
	y = *x;
	y.elem = BRC_ELEM_INT;
	y.narrow = BRC_ONNX_UINT8;
	BRC_TRY(brc_set_output(g, n, 0, &y, err));
	BRC_TRY(brc_set_output(g, n, 1, &part, err));
	part.elem = BRC_ELEM_INT;
	part.narrow = BRC_ONNX_UINT8;
	return brc_set_output(g, n, 2, &part, err);
}

/* Where the images of x lie: entry e of the outer and batch dimensions is that of an image. */
typedef struct images {
	size_t outer, entries, size; /* entries of the batch, and elements of each */
	size_t rows, inner;
} images;

static images images_of(const brc_exec *g, const brc_operand *x)
{
	images m = {.outer = 1, .entries = 1, .size = 1, .rows = 1, .inner = 1};

	for (size_t k = 0; k < x->ndim; k++)
		*(x->batch == BRC_NOWHERE || k > x->batch ? &m.size
		  : k == x->batch                         ? &m.entries
							  : &m.outer) *= x->dim[k];
	if (x->batch != BRC_NOWHERE) {
		m.rows = g->rows;
		m.inner = x->inner;
	}
	return m;
}

static size_t row_of(const images *m, size_t block)
{
	return block % m->entries / m->inner % m->rows;
}

static void measure(const images *m, const float *x, range *of)
{
	memset(of, 0, m->rows * sizeof(*of));
	for (size_t b = 0; b < m->outer * m->entries; b++) {
		range *r = &of[row_of(m, b)];

		for (size_t i = b * m->size; i < (b + 1) * m->size; i++) {
			r->low = x[i] < r->low ? x[i] : r->low;
			r->high = x[i] > r->high ? x[i] : r->high;
		}
	}
	for (size_t k = 0; k < m->rows; k++) {
		range *r = &of[k];

		r->scale = r->high > r->low ? (r->high - r->low) / 255 : 1;
		r->zero = brc_quantised(-r->low / r->scale, 0, 0, 255);
	}
}

static void run_dynamic(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const images t = images_of(g, &g->value[n->in[0]]);
	const float *x = m->at[n->in[0]];
	float *scales = n->n_out > 1 && n->out[1] != BRC_NOWHERE ? m->at[n->out[1]] : NULL;
	int64_t *y = m->at[n->out[0]];
	int64_t *zeros = n->n_out > 2 && n->out[2] != BRC_NOWHERE ? m->at[n->out[2]] : NULL;
	range *of = m->scratch;

	measure(&t, x, of);
	for (size_t b = 0; b < t.outer * t.entries; b++) {
		const range *r = &of[row_of(&t, b)];

		for (size_t i = b * t.size; i < (b + 1) * t.size; i++)
			y[i] = brc_quantised(x[i] / r->scale, r->zero, 0, 255);
		if (scales)
			scales[b % t.entries] = r->scale;
		if (zeros)
			zeros[b % t.entries] = r->zero;
	}
}

/* ---- the records ---- */

#define RECORD(TYPE, INFER, BACK)                                                            \
	BRC_OP(TYPE, BRC_TAKES(2, 3, 1), INFER, run_quantise, PLAIN, SAME,                   \
	       BRC_ARGS(brc_quantise_args, BRC_ATTR_INT("axis", brc_quantise_args, axis, 1), \
			BRC_ATTR_FLAG("saturate", brc_quantise_args, saturate, 1)),          \
	       .state = sizeof(quantise), .activation = true, .line = BRC_LINE_YES,          \
	       .parameters = 6, .dequantises = BACK)

const brc_op brc_quantise_ops[] = {
	RECORD("QuantizeLinear", infer_quantise, false),
	RECORD("DequantizeLinear", infer_dequantise, true),
	BRC_OP("DynamicQuantizeLinear", BRC_TAKES(1, 1, 3), infer_dynamic, run_dynamic, PLAIN,
	       QUANTISED, .attributes = NULL),
	{.type = NULL},
};
