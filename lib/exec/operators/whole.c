#include "exec/operators/whole.h"

#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operators/quantised.h"

#define EXACT                                                                              \
	((float)(1 << 24)) /* the last of the whole numbers that floats hold without a gap \
			    */
#define MOST 255.0f        /* of a number of 8 bits less another */

/* ---- numbers less their zero points ---- */

brc_rc brc_shifted_set(const brc_exec *g, const brc_node *n, size_t numbers, size_t zero,
		       size_t axis, brc_shifted *s, brc_err *err)
{
	const brc_operand *x, *z;
	brc_operand out, along;

	BRC_TRY(brc_need_bytes(g, n, numbers, &x, err));
	BRC_TRY(brc_need_zero(g, n, zero, x->narrow, &z, err));
	s->numbers = numbers;
	s->zero = z ? zero : BRC_NOWHERE;
	s->count = x->count;
	s->step = (size_t)(EXACT / (MOST * MOST));
	out = *x;
	out.last = false;
	along = *x;
	if (z)
		BRC_TRY(brc_quantised_along(z, x, axis, &along, err));
	return brc_loops_broadcast(&s->loops, &out, (const brc_operand *[]){x, &along}, 2, err);
}

static void shift(const void *ctx, char *const *p, size_t n, const ptrdiff_t *s)
{
	const brc_shifted *t = ctx;
	const int64_t *x = (const int64_t *)(const void *)p[1];
	const int64_t *zero = (const int64_t *)(const void *)p[2];
	float *y = (float *)(void *)p[0];

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t k = (ptrdiff_t)i;
		int64_t z = t->zero == BRC_NOWHERE ? 0 : zero[k * s[2]];

		y[k * s[0]] = (float)(x[k * s[1]] - z);
	}
}

static void shift_all(const brc_node *n, const brc_shifted *s, void *numbers, void *zero, float *y)
{
	const size_t item[3] = {sizeof(float), sizeof(int64_t), sizeof(int64_t)};
	char *base[3] = {(char *)y, numbers, zero};

	(void)n;
	brc_loops_run(&s->loops, base, item, shift, s);
}

brc_rc brc_shifted_keep(brc_exec *g, brc_node *n, brc_shifted *s, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, s->numbers), *z = brc_in(g, n, s->zero);
	float most = 1;

	if (x->state != BRC_CONSTANT || (z && z->state != BRC_CONSTANT))
		return BRC_OK;
	BRC_TRY(brc_exec_spend(&g->room, s->count, sizeof(float), "its weights", err));
	s->kept = brc_alloc(s->count, sizeof(float), err);
	BRC_TRY(brc_made(s->kept));
	BRC_TRY(brc_exec_own(g, s->kept, free, err));
	shift_all(n, s, x->data, z ? z->data : x->data, s->kept);
	n->packed |= 1u << s->numbers;
	for (size_t i = 0; i < s->count; i++)
		most = fmaxf(most, fabsf(s->kept[i]));
	s->step = (size_t)(EXACT / (MOST * most));
	return BRC_OK;
}

size_t brc_shifted_bytes(const brc_exec *g, const brc_node *n, const brc_shifted *s)
{
	(void)g;
	(void)n;
	return s->kept ? 0 : s->count * sizeof(float);
}

const float *brc_shifted_make(const brc_exec *g, const brc_node *n, const brc_shifted *s,
			      void *const *at, float *room)
{
	(void)g;
	if (s->kept)
		return s->kept;
	shift_all(n, s, at[n->in[s->numbers]],
		  at[n->in[s->zero == BRC_NOWHERE ? s->numbers : s->zero]], room);
	return room;
}

/* ---- products ---- */

static void add_part(const brc_whole_product *p, bool first)
{
	for (size_t i = 0; i < p->m; i++) {
		const float *part = p->part + i * p->n;
		int64_t *y = p->y + i * p->y_row;

		for (size_t j = 0; j < p->n; j++)
			y[j] = (int64_t)part[j] + (first ? 0 : y[j]);
	}
}

bool brc_whole_multiply(const brc_whole_product *p)
{
	for (size_t k = 0; k < p->k; k += p->step) {
		size_t n = brc_least(p->step, p->k - k);

		if (dnnl_sgemm('N', 'N', (dnnl_dim_t)p->m, (dnnl_dim_t)p->n, (dnnl_dim_t)n, 1,
			       p->a + k, (dnnl_dim_t)p->a_row, p->b + k * p->b_row,
			       (dnnl_dim_t)p->b_row, 0, p->part, (dnnl_dim_t)p->n) != dnnl_success)
			return false;
		add_part(p, k == 0);
	}
	return true;
}

/* ---- real weights ---- */

brc_rc brc_whole_weights(brc_exec *g, const brc_node *n, const brc_shifted *s, size_t scale,
			 size_t along, size_t *value, brc_err *err)
{
	const brc_operand *x = brc_in(g, n, s->numbers), *z = brc_in(g, n, s->zero);
	const brc_operand *factor = brc_in(g, n, scale);
	brc_operand w = *x;
	size_t inner = 1;
	float *at;

	BRC_TRY(brc_exec_alloc(g, &at, w.count, sizeof(*at), err));
	shift_all(n, s, x->data, z ? z->data : x->data, at);
	for (size_t k = along + 1; k < w.ndim; k++)
		inner *= w.dim[k];
	for (size_t i = 0; factor && i < w.count; i++)
		at[i] *= ((const float *)
				  factor->data)[factor->count == 1 ? 0 : i / inner % w.dim[along]];
	w.elem = BRC_ELEM_FLOAT;
	w.narrow = 0;
	w.data = at;
	w.users = 0;
	w.input = false;
	return brc_exec_add_value(g, &w, value, err);
}
