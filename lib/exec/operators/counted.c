/* Constants that are counted out: Range, EyeLike. */
#include <math.h>

#include "exec/operator.h"

/* ---- Range ---- */

static brc_rc need_number(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
			  brc_err *err)
{
	BRC_TRY(brc_need_known(g, n, k, v, err));
	if ((*v)->count != 1 || (*v)->ndim > 1)
		return brc_fail(err, BRC_DATA, "input %zu ('%.200s') is no number", k, (*v)->name);
	return brc_need(g, n, k,
			brc_in(g, n, 0)->elem == BRC_ELEM_INT ? BRC_ELEM_INT : BRC_ELEM_FLOAT, v,
			err);
}

/* How many numbers there are from v[0] to v[1], without it, in steps of v[2]; here and below. */
static brc_rc count_floats(const float *v, size_t *n, brc_err *err)
{
	double steps = ceil(((double)v[1] - v[0]) / v[2]);

	if (v[2] == 0 || !(steps <= (double)BRC_EXEC_MAX_ELEMENTS))
		return brc_fail(err, BRC_DATA, "it goes from %g to %g in steps of %g", (double)v[0],
				(double)v[1], (double)v[2]);
	*n = steps > 0 ? (size_t)steps : 0;
	return BRC_OK;
}

static brc_rc count_ints(const int64_t *v, size_t *n, brc_err *err)
{
	bool up = v[2] > 0;
	/* distances, which no 64 bits with a sign hold */
	uint64_t step = up ? (uint64_t)v[2] : 0 - (uint64_t)v[2];
	uint64_t way = up ? (uint64_t)v[1] - (uint64_t)v[0] : (uint64_t)v[0] - (uint64_t)v[1];

	*n = 0;
	if (v[2] != 0 && (up ? v[0] >= v[1] : v[0] <= v[1]))
		return BRC_OK;
	if (v[2] == 0 || (way - 1) / step >= BRC_EXEC_MAX_ELEMENTS)
		return brc_fail(err, BRC_DATA, "it goes from %lld to %lld in steps of %lld",
				(long long)v[0], (long long)v[1], (long long)v[2]);
	*n = (size_t)((way - 1) / step + 1);
	return BRC_OK;
}

static brc_rc infer_range(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .ndim = 1};
	const brc_operand *in[3] = {NULL, NULL, NULL};
	float real[3] = {0};
	int64_t whole[3] = {0};

	for (size_t k = 0; k < 3; k++) {
		BRC_TRY(need_number(g, n, k, &in[k], err));
		if (in[0]->elem == BRC_ELEM_FLOAT)
			real[k] = *(const float *)in[k]->data;
		else
			whole[k] = *(const int64_t *)in[k]->data;
	}
	v.elem = in[0]->elem;
	v.narrow = in[0]->narrow;
	BRC_TRY(v.elem == BRC_ELEM_FLOAT ? count_floats(real, v.dim, err)
					 : count_ints(whole, v.dim, err));
	BRC_TRY(brc_exec_alloc(g, &v.data, v.dim[0], brc_item(v.elem), err));
	for (size_t i = 0; i < v.dim[0]; i++) {
		if (v.elem == BRC_ELEM_FLOAT)
			((float *)v.data)[i] = (float)(real[0] + (double)i * real[2]);
		else
			((int64_t *)v.data)[i] =
				(int64_t)((uint64_t)whole[0] + i * (uint64_t)whole[2]);
	}
	return brc_set_constant(g, n, 0, &v, err);
}

/* ---- EyeLike ---- */

static brc_rc infer_eye(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_eye_args *a = n->args;
	const brc_operand *x;
	brc_operand v;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	if (x->ndim != 2)
		return brc_fail(err, BRC_DATA, "its input of %zu dimensions is no matrix", x->ndim);
	if (x->batch != BRC_NOWHERE)
		BRC_TRY(brc_keeps_images(x, x->batch, err));
	v = *x;
	v.by_images = NULL;
	if (a->dtype != 0)
		BRC_TRY(brc_kind_of_type(a->dtype, &v.elem, &v.narrow, err));
	BRC_TRY(brc_exec_alloc(g, &v.data, v.count, brc_item(v.elem), err));
	for (size_t r = 0; r < v.dim[0]; r++) {
		int64_t c = (int64_t)((uint64_t)a->k + r);

		if (c < 0 || (uint64_t)c >= v.dim[1])
			continue;
		if (v.elem == BRC_ELEM_FLOAT)
			((float *)v.data)[r * v.dim[1] + (size_t)c] = 1;
		else
			((int64_t *)v.data)[r * v.dim[1] + (size_t)c] = 1;
	}
	return brc_set_constant(g, n, 0, &v, err);
}

const brc_op brc_counted_ops[] = {
	BRC_OP("Range", BRC_TAKES(3, 3, 1), infer_range, NULL, ANY, MIX, .attributes = NULL),
	BRC_OP("EyeLike", BRC_TAKES(1, 1, 1), infer_eye, NULL, ANY, MIX,
	       BRC_ARGS(brc_eye_args, BRC_ATTR_INT("dtype", brc_eye_args, dtype, 0),
			BRC_ATTR_INT("k", brc_eye_args, k, 0)),
	       .measures = true),
	{.type = NULL},
};
