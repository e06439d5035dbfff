/* Det: determinants of square matrices, the last two dimensions. */
#include <math.h>

#include "exec/operator.h"

static brc_rc infer_det(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	if (x->ndim < 2 || x->dim[x->ndim - 1] != x->dim[x->ndim - 2])
		return brc_fail(err, BRC_DATA, "%s holds no square matrices", brc_shape_text(x).s);
	for (size_t k = x->ndim - 2; k < x->ndim; k++)
		BRC_TRY(brc_keeps_images(x, k, err));
	n->scratch = x->dim[x->ndim - 1] * x->dim[x->ndim - 1] * sizeof(double);
	out = *x;
	out.ndim -= 2;
	return brc_set_output(g, n, 0, &out, err);
}

static void swap_rows(double *a, size_t n, size_t i, size_t j)
{
	for (size_t k = 0; k < n; k++) {
		double v = a[i * n + k];

		a[i * n + k] = a[j * n + k];
		a[j * n + k] = v;
	}
}

/* Elimination with the largest pivot of each column; a[n * n] is lost. */
static double determinant(double *a, size_t n)
{
	double product = 1;

	for (size_t c = 0; c < n; c++) {
		size_t pivot = c;

		for (size_t r = c + 1; r < n; r++)
			if (fabs(a[r * n + c]) > fabs(a[pivot * n + c]))
				pivot = r;
		if (a[pivot * n + c] == 0)
			return 0;
		if (pivot != c) {
			swap_rows(a, n, pivot, c);
			product = -product;
		}
		product *= a[c * n + c];
		for (size_t r = c + 1; r < n; r++) {
			double factor = a[r * n + c] / a[c * n + c];

			for (size_t k = c; k < n; k++)
				a[r * n + k] -= factor * a[c * n + k];
		}
	}
	return product;
}

static void run_det(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_operand *v = &g->value[n->in[0]];
	size_t side = v->dim[v->ndim - 1], count = g->value[n->out[0]].count;
	const float *x = m->at[n->in[0]];
	double *a = m->scratch;
	float *y = m->at[n->out[0]];

	for (size_t i = 0; i < count; i++, x += side * side) {
		for (size_t k = 0; k < side * side; k++)
			a[k] = x[k];
		y[i] = (float)determinant(a, side);
	}
}

static double det_work(const brc_node *n, const brc_operand *out)
{
	double side = sqrt((double)n->scratch / sizeof(double));

	return 2.0 / 3 * (double)out->count * side * side * side;
}

const brc_op brc_determinant_ops[] = {
	BRC_OP("Det", BRC_TAKES(1, 1, 1), infer_det, run_det, PLAIN, MIX, .unchanged = true,
	       .work = det_work),
	{.type = NULL},
};
