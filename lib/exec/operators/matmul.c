#include "exec/operators/matmul.h"

#include <limits.h>

brc_rc brc_matmul_fits(const brc_matmul *p, brc_err *err)
{
	if (p->m <= INT_MAX && p->k <= INT_MAX && p->n <= INT_MAX)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its matrices are too large");
}

/* The leading dimensions of an operand of MatMul: all but the last two, each a whole matrix. */
static brc_operand leading(const brc_operand *v)
{
	brc_operand lead = *v;

	lead.last = false;
	lead.ndim = v->ndim > 2 ? v->ndim - 2 : 0;
	if (v->batch != BRC_NOWHERE && v->batch >= lead.ndim)
		lead.batch = BRC_NOWHERE;
	return lead;
}

/* If one matrix w serves all, the rows of x form one matrix. */
static void flatten_rows(brc_matmul *p, const brc_operand *x, const brc_operand *w)
{
	if (w->ndim > 2 || x->ndim < 2)
		return;
	p->m = 1;
	for (size_t k = 0; k + 1 < x->ndim; k++)
		p->m *= x->dim[k];
	p->outer = (brc_loops){.arrays = 3};
}

brc_rc brc_matmul_set(brc_matmul *p, const brc_operand *x, const brc_operand *w, brc_operand *out,
		      brc_err *err)
{
	const brc_operand *in[2];
	brc_operand lead[2];

	if (x->ndim == 0 || w->ndim == 0 ||
	    x->dim[x->ndim - 1] != w->dim[w->ndim > 1 ? w->ndim - 2 : 0])
		return brc_fail(err, BRC_DATA, "a product of %s and %s does not exist",
				brc_shape_text(x).s, brc_shape_text(w).s);
	BRC_TRY(brc_keeps_images(x, x->ndim - 1, err));
	BRC_TRY(brc_keeps_images(w, w->ndim - 1, err));
	if (w->ndim > 1)
		BRC_TRY(brc_keeps_images(w, w->ndim - 2, err));
	p->m = x->ndim > 1 ? x->dim[x->ndim - 2] : 1;
	p->k = x->dim[x->ndim - 1];
	p->n = w->ndim > 1 ? w->dim[w->ndim - 1] : 1;
	lead[0] = leading(x);
	lead[1] = leading(w);
	in[0] = &lead[0];
	in[1] = &lead[1];
	BRC_TRY(brc_broadcast(in, 2, out, err));
	BRC_TRY(brc_loops_broadcast(&p->outer, out, in, 2, err));
	if (x->ndim > 1 && x->batch == x->ndim - 2) {
		if (out->batch != BRC_NOWHERE)
			return brc_keeps_images(x, x->batch, err);
		out->batch = out->ndim;
		out->inner = x->inner;
	}
	if (out->ndim + 2 > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its output has too many dimensions");
	if (x->ndim > 1)
		out->dim[out->ndim++] = p->m;
	if (w->ndim > 1)
		out->dim[out->ndim++] = p->n;
	flatten_rows(p, x, w);
	return brc_matmul_fits(p, err);
}
