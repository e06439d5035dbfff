/* MaxUnpool: each element goes where the largest was that MaxPool found. All else is 0. */
#include <string.h>

#include "exec/operator.h"

typedef struct unpool {
	size_t ndim;
	size_t counted[BRC_MAX_DIMS];   /* extents that indices count with: those MaxPool had */
	ptrdiff_t stride[BRC_MAX_DIMS]; /* of the output */
	size_t each;                    /* elements of one image of the input */
} unpool;

/* Entry k of a list, or what it is when the list was left out. BRC_DATA for a wild one. */
static brc_rc entry(const brc_list *v, const char *name, size_t n, size_t k, int64_t least,
		    int64_t otherwise, int64_t *out, brc_err *err)
{
	if (v->at && v->n != n)
		return brc_fail(err, BRC_DATA, "its %s has %zu entries, not %zu", name, v->n, n);
	*out = v->at ? v->at[k] : otherwise;
	if (*out < least || *out > INT16_MAX)
		return brc_fail(err, BRC_DATA, "entry %zu of its %s is %lld", k, name,
				(long long)*out);
	return BRC_OK;
}

/* The extents before MaxPool, as its window says. */
static brc_rc set_counted(const brc_window_args *a, const brc_operand *x, size_t *counted,
			  brc_err *err)
{
	size_t n = x->ndim - 2;

	memcpy(counted, x->dim, sizeof(x->dim));
	for (size_t k = 0; k < n; k++) {
		int64_t kernel = 1, stride = 1, begin = 0, end = 0, extent;

		if (!a->kernel_shape.at)
			return brc_fail(err, BRC_DATA, "its kernel_shape is missing");
		BRC_TRY(entry(&a->kernel_shape, "kernel_shape", n, k, 1, 1, &kernel, err));
		BRC_TRY(entry(&a->strides, "strides", n, k, 1, 1, &stride, err));
		BRC_TRY(entry(&a->pads, "pads", 2 * n, k, 0, 0, &begin, err));
		BRC_TRY(entry(&a->pads, "pads", 2 * n, n + k, 0, 0, &end, err));
		if (x->dim[2 + k] == 0 || x->dim[2 + k] > INT32_MAX)
			return brc_fail(err, BRC_DATA, "an input of %s is not supported",
					brc_shape_text(x).s);
		extent = ((int64_t)x->dim[2 + k] - 1) * stride + kernel - begin - end;
		if (extent < 1)
			return brc_fail(err, BRC_DATA, "its window does not fit %s",
					brc_shape_text(x).s);
		counted[2 + k] = (size_t)extent;
	}
	return BRC_OK;
}

/* The output has at least the extents that indices count with. */
static brc_rc set_made(const brc_exec *g, const brc_node *n, const unpool *t, brc_operand *out,
		       brc_err *err)
{
	brc_operand given;

	memcpy(out->dim, t->counted, sizeof(out->dim));
	if (!brc_in(g, n, 2))
		return BRC_OK;
	BRC_TRY(brc_need_shape(g, n, 2, "output shape", &given, err));
	if (given.ndim != out->ndim)
		return brc_fail(err, BRC_DATA, "its output shape has %zu dimensions", given.ndim);
	for (size_t k = 2; k < out->ndim; k++) { /* the first two are those of the input */
		if (given.dim[k] < t->counted[k])
			return brc_fail(err, BRC_DATA,
					"extent %zu of its output shape is too small", k);
		out->dim[k] = given.dim[k];
	}
	return BRC_OK;
}

static brc_rc infer_unpool(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x, *index;
	unpool *t = n->state;
	brc_operand out;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_need(g, n, 1, BRC_ELEM_INT, &index, err));
	if (x->ndim < 3 || x->ndim != index->ndim ||
	    memcmp(x->dim, index->dim, x->ndim * sizeof(*x->dim)) != 0)
		return brc_fail(err, BRC_DATA, "indices of %s for %s", brc_shape_text(index).s,
				brc_shape_text(x).s);
	for (size_t k = 1; k < x->ndim; k++) {
		BRC_TRY(brc_keeps_images(x, k, err));
		BRC_TRY(brc_keeps_images(index, k, err));
	}
	t->ndim = x->ndim;
	BRC_TRY(set_counted(n->args, x, t->counted, err));
	out = *x;
	out.last = false;
	if (out.batch == BRC_NOWHERE)
		out.batch = index->batch;
	t->each = x->count / (x->dim[0] ? x->dim[0] : 1);
	BRC_TRY(set_made(g, n, t, &out, err));
	BRC_TRY(brc_set_output(g, n, 0, &out, err)); /* it is not too large */
	brc_strides(&out, t->stride);
	return BRC_OK;
}

/*
 * Where an index points to among the elements of an image in the output, which the index calls
 * `image`; false: to another image.
 */
static bool find(const unpool *t, int64_t index, size_t image, size_t *at)
{
	size_t rest = (size_t)index;

	*at = 0;
	if (index < 0)
		return false;
	for (size_t k = t->ndim; k-- > 1; rest /= t->counted[k])
		*at += rest % t->counted[k] * (size_t)t->stride[k];
	return rest == image;
}

static void run_unpool(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const unpool *t = n->state;
	const brc_operand *v = &g->value[n->out[0]];
	const int64_t *index = m->at[n->in[1]];
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];

	memset(y, 0, v->count * sizeof(*y));
	for (size_t i = 0; i < v->dim[0]; i++, x += t->each, index += t->each) {
		size_t image = brc_within_image(g, v, i), at;

		for (size_t k = 0; k < t->each; k++)
			if (find(t, index[k], image, &at))
				y[i * (size_t)t->stride[0] + at] = x[k];
	}
}

const brc_op brc_unpool_ops[] = {
	BRC_OP("MaxUnpool", BRC_TAKES(2, 3, 1), infer_unpool, run_unpool, PLAIN, POOLING,
	       BRC_ARGS(brc_window_args,
			BRC_ATTR_LIST("kernel_shape", brc_window_args, kernel_shape, 0, 0),
			BRC_ATTR_LIST("strides", brc_window_args, strides, 0, 0),
			BRC_ATTR_LIST("pads", brc_window_args, pads, 0, 0)),
	       .state = sizeof(unpool)),
	{.type = NULL},
};
