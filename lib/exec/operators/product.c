/*
 * Matrix products: Gemm and MatMul, by oneDNN's sgemm. On processors with AVX-512 it is the fastest
 * one available. With few rows, most of the time goes into reading the constant matrix, so it is
 * packed beforehand. One thread, as for convolutions.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/loops.h"
#include "exec/operators/matmul.h"
#include "exec/operators/primitive.h"

/* y[m, n] = alpha x w + beta c for each of the pairs that `outer` goes through. */
typedef struct product {
	brc_matmul of;
	bool trans_x, trans_w;
	float alpha, beta;
	brc_loops bias;        /* y, c */
	brc_primitive *packed; /* instead of sgemm; NULL: none */
} product;

enum { FEW_ROWS = 64 };

static void add_bias(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	const float *c = (const float *)p[1], beta = *(const float *)ctx;
	float *y = (float *)p[0];

	for (size_t i = 0; i < n; i++)
		y[(ptrdiff_t)i * s[0]] = beta * c[(ptrdiff_t)i * s[1]];
}

typedef struct task {
	const product *p;
	bool *failed;
} task;

static void one_product(const void *ctx, char *const *at, size_t n, const ptrdiff_t *s)
{
	const task *t = ctx;
	const product *p = t->p;

	for (size_t i = 0; i < n; i++) {
		size_t shift[3] = {p->of.m * p->of.n, p->of.m * p->of.k, p->of.k * p->of.n};
		float *q[3];

		for (size_t k = 0; k < 3; k++)
			q[k] = (float *)at[k] + (ptrdiff_t)i * s[k] * (ptrdiff_t)shift[k];
		if (dnnl_sgemm(p->trans_x ? 'T' : 'N', p->trans_w ? 'T' : 'N', (dnnl_dim_t)p->of.m,
			       (dnnl_dim_t)p->of.n, (dnnl_dim_t)p->of.k, p->alpha, q[1],
			       (dnnl_dim_t)(p->trans_x ? p->of.m : p->of.k), q[2],
			       (dnnl_dim_t)(p->trans_w ? p->of.k : p->of.n), p->bias.arrays ? 1 : 0,
			       q[0], (dnnl_dim_t)p->of.n) != dnnl_success)
			*t->failed = true;
	}
}

static void run_product(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const product *p = n->state;
	const task t = {p, m->failed};
	size_t item[3] = {p->of.m * p->of.n * sizeof(float), p->of.m * p->of.k * sizeof(float),
			  p->of.k * p->of.n * sizeof(float)};
	size_t floats[2] = {sizeof(float), sizeof(float)};
	char *base[3] = {m->at[n->out[0]], m->at[n->in[0]], m->at[n->in[1]]};
	char *bias[2] = {base[0], p->bias.arrays ? m->at[n->in[2]] : NULL};

	if (g->value[n->out[0]].count == 0)
		return;
	if (p->bias.arrays)
		brc_loops_run(&p->bias, bias, floats, add_bias, &p->beta);
	if (p->packed) {
		if (!brc_primitive_run(p->packed, base[1], base[0], m->scratch))
			*m->failed = true;
		return;
	}
	if (p->of.k > 0)
		brc_loops_run(&p->of.outer, base, item, one_product, &t);
	else if (!p->bias.arrays)
		memset(base[0], 0, g->value[n->out[0]].count * sizeof(float));
}

/* One product with a packed matrix: for few rows, or in a precision that only this function has. */
static bool is_packable(const brc_exec *g, const brc_node *n)
{
	const product *p = n->state;

	return g->value[n->in[1]].state == BRC_CONSTANT &&
	       g->value[n->in[0]].state == BRC_COMPUTED && p->of.outer.ndim == 0 &&
	       !p->of.outer.empty && !p->trans_x && p->alpha == 1 && p->of.m > 0 && p->of.k > 0 &&
	       p->of.n > 0 && (p->of.m <= FEW_ROWS || g->precision == BRC_PRECISION_BF16);
}

static void free_packed(void *packed)
{
	brc_primitive_clear(packed);
	free(packed);
}

static dnnl_memory_desc_t matrix(size_t rows, size_t columns, dnnl_data_type_t type,
				 dnnl_format_tag_t tag)
{
	dnnl_dims_t dims = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
	dnnl_memory_desc_t md;

	dnnl_memory_desc_init_by_tag(&md, 2, dims, type, tag);
	return md;
}

/* oneDNN's inner product of x and w, in whose own order w is packed. */
static brc_rc pack(const product *p, const void *w, dnnl_data_type_t type, brc_err *err)
{
	brc_primitive *q = p->packed;
	dnnl_memory_desc_t plain =
		matrix(p->of.n, p->of.k, dnnl_f32, p->trans_w ? dnnl_ab : dnnl_ba);
	dnnl_memory_desc_t any = matrix(p->of.n, p->of.k, type, dnnl_format_tag_any);
	dnnl_memory_desc_t src = matrix(p->of.m, p->of.k, type, dnnl_ab);
	const brc_after after = {.accumulate = p->bias.arrays > 0};
	dnnl_inner_product_desc_t d;
	dnnl_primitive_desc_t pd;
	dnnl_status_t s;

	q->what = "a matrix product";
	q->in = matrix(p->of.m, p->of.k, dnnl_f32, dnnl_ab);
	q->out = matrix(p->of.m, p->of.n, dnnl_f32, dnnl_ab);
	BRC_TRY(brc_primitive_begin(q, err));
	s = dnnl_inner_product_forward_desc_init(&d, dnnl_forward_inference, &src, &any, NULL,
						 &q->out);
	if (s == dnnl_success)
		s = brc_primitive_describe(q, &d, &after, &pd);
	BRC_TRY(brc_dnnl_check(s, q->what, err));
	BRC_TRY(brc_primitive_finish(q, pd, after.accumulate, err));
	return brc_primitive_pack(q, &plain, w, err);
}

static brc_rc prepare_product(brc_exec *g, brc_node *n, brc_err *err)
{
	product *p = n->state;

	if (!is_packable(g, n))
		return BRC_OK;
	BRC_TRY(brc_exec_spend(&g->room, p->of.k * p->of.n, sizeof(float), "its weights", err));
	p->packed = brc_calloc(1, sizeof(*p->packed), err);
	BRC_TRY(brc_made(p->packed));
	BRC_TRY(brc_exec_own(g, p->packed, free_packed, err));
	n->packed = 1u << 1;
	BRC_TRY(pack(p, g->value[n->in[1]].data,
		     g->precision == BRC_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32, err));
	n->scratch = p->packed->scratch_bytes;
	return BRC_OK;
}

static brc_rc infer_gemm(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_gemm_args *args = n->args;
	bool ta = args->trans_a, tb = args->trans_b;
	product *p = n->state;
	const brc_operand *x, *w, *c;
	brc_operand out = {.ndim = 2, .batch = BRC_NOWHERE, .inner = 1};

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_FLOAT, &w, err));
	p->alpha = args->alpha;
	p->beta = args->beta;
	p->trans_x = ta;
	p->trans_w = tb;
	p->of.outer = (brc_loops){.arrays = 3};
	if (x->ndim != 2 || w->ndim != 2 || x->dim[!ta] != w->dim[tb])
		return brc_fail(err, BRC_DATA, "its input %s%s does not fit its weights %s%s",
				brc_shape_text(x).s, ta ? ", transposed," : "", brc_shape_text(w).s,
				tb ? ", transposed" : "");
	BRC_TRY(brc_keeps_images(x, !ta, err));
	if (w->batch != BRC_NOWHERE)
		return brc_keeps_images(w, w->batch, err);
	p->of.m = out.dim[0] = x->dim[ta];
	p->of.k = x->dim[!ta];
	p->of.n = out.dim[1] = w->dim[!tb];
	if (x->batch != BRC_NOWHERE) {
		out.batch = 0;
		out.inner = x->inner;
	}
	BRC_TRY(brc_matmul_fits(&p->of, err));
	BRC_TRY(brc_set_output(g, n, 0, &out, err));
	if (!brc_in(g, n, 2))
		return BRC_OK;
	BRC_TRY(brc_need(g, n, 2, BRC_ELEM_FLOAT, &c, err));
	if (c->ndim > 2 ||
	    (c->count != 1 && c->dim[c->ndim - 1] != 1 && c->dim[c->ndim - 1] != out.dim[1]) ||
	    (c->ndim == 2 && c->dim[0] != 1 && c->dim[0] != out.dim[0]))
		return brc_fail(err, BRC_DATA, "its bias %s does not fit %zu outputs",
				brc_shape_text(c).s, out.dim[1]);
	return brc_loops_broadcast(&p->bias, &out, &c, 1, err);
}

static brc_rc infer_matmul(brc_exec *g, brc_node *n, brc_err *err)
{
	product *p = n->state;
	const brc_operand *x, *w;
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_FLOAT, &w, err));
	p->alpha = 1;
	BRC_TRY(brc_matmul_set(&p->of, x, w, &out, err));
	return brc_set_output(g, n, 0, &out, err);
}

/* The bias when it is one number for each output, or one for all. */
static const float *bias_of(const brc_exec *g, const brc_node *n, size_t outputs)
{
	const brc_operand *c = brc_in(g, n, 2);

	return c && c->state == BRC_CONSTANT && c->count == outputs ? c->data : NULL;
}

static bool product_weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const product *p = n->state;
	const brc_operand *x = &g->value[n->in[0]], *v = &g->value[n->in[1]];

	if (v->state != BRC_CONSTANT || x->state != BRC_COMPUTED || v->ndim != 2 || p->trans_x)
		return false;
	*w = (brc_linear_map){.w = v->data,
			      .bias = bias_of(g, n, p->of.n),
			      .outputs = p->of.n,
			      .inputs = p->of.k,
			      .groups = 1,
			      .h = 1,
			      .wide = 1,
			      .out_step = p->trans_w ? p->of.k : 1,
			      .in_step = p->trans_w ? 1 : p->of.n,
			      .alpha = p->alpha,
			      .value = n->in[1],
			      .in_axis = x->ndim - 1,
			      .axis = x->ndim - 1};
	return true;
}

static double product_flops(const brc_exec *g, const brc_node *n)
{
	const product *p = n->state;

	return 2.0 * (double)g->value[n->out[0]].count * (double)p->of.k;
}

#define RECORD(TYPE, MAX_IN, INFER, TRACE, ...)                                                  \
	BRC_OP(TYPE, BRC_TAKES(2, MAX_IN, 1), INFER, run_product, PLAIN, TRACE,                  \
	       .state = sizeof(product), .prepare = prepare_product, .weights = product_weights, \
	       .flops = product_flops, __VA_ARGS__)

const brc_op brc_products_ops[] = {
	RECORD("Gemm", 3, infer_gemm, WEIGHTS,
	       BRC_ARGS(brc_gemm_args, BRC_ATTR_FLOAT("alpha", brc_gemm_args, alpha, 1, 0),
			BRC_ATTR_FLOAT("beta", brc_gemm_args, beta, 1, 0),
			BRC_ATTR_FLAG("transA", brc_gemm_args, trans_a, 0),
			BRC_ATTR_FLAG("transB", brc_gemm_args, trans_b, 0),
			BRC_ATTR_UNREAD("broadcast"))),
	RECORD("MatMul", 2, infer_matmul, MATMUL, .attributes = NULL),
	{.type = NULL},
};
