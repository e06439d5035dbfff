/* Products of matrices of whole numbers: MatMulInteger, QLinearMatMul. */
#include <stdlib.h>

#include "base/memory.h"
#include "exec/operators/matmul.h"
#include "exec/operators/quantised.h"
#include "exec/operators/whole.h"

/* Inputs of the node. MatMulInteger has no scales, and those of its zero points behind both. */
typedef struct places {
	size_t x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero;
} places;

static const places kinds[] = {
	{0, BRC_NOWHERE, 2, 1, BRC_NOWHERE, 3, BRC_NOWHERE, BRC_NOWHERE},
	{0, 1, 2, 3, 4, 5, 6, 7},
};
enum { INTEGER, QLINEAR }; /* op->variant */

typedef struct product {
	brc_matmul of;
	brc_shifted x, w;
	brc_loops scale; /* y, scales of x, scales of w */
	size_t map;      /* in a bare graph: the real weights; 0: none */
	float y_scale;
	int64_t zero, least, most;
} product;

static brc_rc set_scales(const brc_exec *g, const brc_node *n, product *p, brc_operand *y,
			 brc_err *err)
{
	const places *at = &kinds[n->op->variant];
	const brc_operand *x = brc_in(g, n, at->x), *w = brc_in(g, n, at->w), *v[2], *ys, *yz;
	brc_operand along[2];

	BRC_TRY(brc_need_scale(g, n, at->x_scale, &v[0], err));
	BRC_TRY(brc_need_scale(g, n, at->w_scale, &v[1], err));
	BRC_TRY(brc_need_constant(g, n, at->y_scale, BRC_ELEM_FLOAT, &ys, err));
	BRC_TRY(brc_need_scale(g, n, at->y_scale, &ys, err));
	BRC_TRY(brc_need_constant(g, n, at->y_zero, BRC_ELEM_INT, &yz, err));
	if (ys->count != 1 || yz->count != 1 || x->ndim < 2 || w->ndim < 2)
		return brc_fail(err, BRC_DATA,
				"one scale and zero point of its output, and matrices, are needed");
	p->y_scale = *(const float *)ys->data;
	p->zero = *(const int64_t *)yz->data;
	y->narrow = yz->narrow;
	if (!brc_narrow_range(y->narrow, &p->least, &p->most))
		return brc_fail(err, BRC_DATA, "its output is of no type of 8 bits");
	BRC_TRY(brc_quantised_along(v[0], x, x->ndim - 2, &along[0], err));
	BRC_TRY(brc_quantised_along(v[1], w, w->ndim - 1, &along[1], err));
	return brc_loops_broadcast(&p->scale, y, (const brc_operand *[]){&along[0], &along[1]}, 2,
				   err);
}

/* *bytes: of the scratch memory: x, w and a part of the product. */
static brc_rc take_scratch(const brc_exec *g, brc_node *n, brc_err *err)
{
	const product *p = n->state;
	size_t part;

	if (!brc_mul(p->of.m, p->of.n, &part) || !brc_mul(part, sizeof(float), &part) ||
	    !brc_add(part, brc_shifted_bytes(g, n, &p->x), &n->scratch) ||
	    !brc_add(n->scratch, brc_shifted_bytes(g, n, &p->w), &n->scratch))
		return brc_fail(err, BRC_DATA, "its matrices are too large");
	return BRC_OK;
}

static brc_rc infer(brc_exec *g, brc_node *n, brc_err *err)
{
	const places *at = &kinds[n->op->variant];
	product *p = n->state;
	const brc_operand *x, *w;
	brc_operand y;

	BRC_TRY(brc_need_bytes(g, n, at->x, &x, err));
	BRC_TRY(brc_need_bytes(g, n, at->w, &w, err));
	BRC_TRY(brc_matmul_set(&p->of, x, w, &y, err));
	BRC_TRY(brc_shifted_set(g, n, at->x, at->x_zero, x->ndim > 1 ? x->ndim - 2 : 0, &p->x,
				err));
	BRC_TRY(brc_shifted_set(g, n, at->w, at->w_zero, w->ndim - 1, &p->w, err));
	y.narrow = BRC_ONNX_INT32;
	if (n->op->variant == QLINEAR)
		BRC_TRY(set_scales(g, n, p, &y, err));
	BRC_TRY(brc_set_output(g, n, 0, &y, err));
	BRC_TRY(take_scratch(g, n, err));
	x = brc_in(g, n, at->x);
	w = brc_in(g, n, at->w);
	if (g->bare && w->state == BRC_CONSTANT && x->state == BRC_COMPUTED && w->ndim == 2 &&
	    x->ndim >= 2)
		return brc_whole_weights(g, n, &p->w, at->w_scale, 1, &p->map, err);
	return BRC_OK;
}

static brc_rc prepare(brc_exec *g, brc_node *n, brc_err *err)
{
	product *p = n->state;

	BRC_TRY(brc_shifted_keep(g, n, &p->w, err));
	return take_scratch(g, n, err);
}

/* ---- running ---- */

typedef struct task {
	const product *p;
	float *part;
	bool *failed;
} task;

static void one_product(const void *ctx, char *const *at, size_t n, const ptrdiff_t *s)
{
	const task *t = ctx;
	const brc_matmul *of = &t->p->of;

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t k = (ptrdiff_t)i;
		const brc_whole_product one = {
			.m = of->m,
			.k = of->k,
			.n = of->n,
			.step = brc_least(t->p->x.step, t->p->w.step),
			.y = (int64_t *)(void *)at[0] + k * s[0] * (ptrdiff_t)(of->m * of->n),
			.a = (float *)(void *)at[1] + k * s[1] * (ptrdiff_t)(of->m * of->k),
			.b = (float *)(void *)at[2] + k * s[2] * (ptrdiff_t)(of->k * of->n),
			.y_row = of->n,
			.a_row = of->k,
			.b_row = of->n,
			.part = t->part};

		if (!brc_whole_multiply(&one))
			*t->failed = true;
	}
}

static void rescale(const void *ctx, char *const *at, size_t n, const ptrdiff_t *s)
{
	const product *p = ctx;
	int64_t *y = (int64_t *)(void *)at[0];
	const float *x_scale = (const float *)(const void *)at[1];
	const float *w_scale = (const float *)(const void *)at[2];

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t k = (ptrdiff_t)i;
		float factor = x_scale[k * s[1]] * w_scale[k * s[2]] / p->y_scale;

		y[k * s[0]] =
			brc_quantised((float)y[k * s[0]] * factor, p->zero, p->least, p->most);
	}
}

static void run(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const places *at = &kinds[n->op->variant];
	const product *p = n->state;
	float *room = m->scratch, *of_w = room + (p->x.kept ? 0 : p->x.count);
	const float *x = brc_shifted_make(g, n, &p->x, m->at, room);
	const float *w = brc_shifted_make(g, n, &p->w, m->at, of_w);
	const task t = {p, of_w + (p->w.kept ? 0 : p->w.count), m->failed};
	char *base[3] = {m->at[n->out[0]], (char *)(uintptr_t)x, (char *)(uintptr_t)w};
	size_t item[3] = {p->of.m * p->of.n * sizeof(int64_t), p->of.m * p->of.k * sizeof(float),
			  p->of.k * p->of.n * sizeof(float)};

	if (g->value[n->out[0]].count == 0 || p->of.k == 0)
		return;
	brc_loops_run(&p->of.outer, base, item, one_product, &t);
	if (n->op->variant == QLINEAR) {
		char *scales[3] = {base[0], m->at[n->in[at->x_scale]], m->at[n->in[at->w_scale]]};
		const size_t sizes[3] = {sizeof(int64_t), sizeof(float), sizeof(float)};

		brc_loops_run(&p->scale, scales, sizes, rescale, p);
	}
	brc_narrow(&g->value[n->out[0]], (int64_t *)(void *)base[0]);
}

/* ---- the records ---- */

static bool weights(const brc_exec *g, const brc_node *n, brc_linear_map *w)
{
	const product *p = n->state;
	size_t last = g->value[n->out[0]].ndim - 1;

	if (!g->bare || !p->map)
		return false;
	*w = (brc_linear_map){.w = g->value[p->map].data,
			      .outputs = p->of.n,
			      .inputs = p->of.k,
			      .groups = 1,
			      .h = 1,
			      .wide = 1,
			      .out_step = 1,
			      .in_step = p->of.n,
			      .alpha = 1,
			      .value = p->map,
			      .in_axis = last,
			      .axis = last,
			      .quantum = n->op->variant == QLINEAR ? p->y_scale : 1,
			      .zero = p->zero};
	return true;
}

static double flops(const brc_exec *g, const brc_node *n)
{
	const product *p = n->state;

	return 2.0 * (double)g->value[n->out[0]].count * (double)p->of.k;
}

#define RECORD(TYPE, MIN_IN, MAX_IN, VARIANT)                                                      \
	BRC_OP(TYPE, BRC_TAKES(MIN_IN, MAX_IN, 1), infer, run, PLAIN, WEIGHTS, .variant = VARIANT, \
	       .state = sizeof(product), .prepare = prepare, .weights = weights, .flops = flops)

const brc_op brc_whole_products_ops[] = {
	RECORD("MatMulInteger", 2, 4, INTEGER),
	RECORD("QLinearMatMul", 8, 8, QLINEAR),
	{.type = NULL},
};
