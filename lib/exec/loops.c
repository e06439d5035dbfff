#include "exec/loops.h"

#include <stdlib.h>
#include <string.h>

#include "exec/dataflow.h"

static size_t magnitude(ptrdiff_t s)
{
	return (size_t)(s < 0 ? -s : s);
}

static void swap_loops(brc_loops *t, size_t a, size_t b)
{
	size_t d = t->dim[a];

	t->dim[a] = t->dim[b];
	t->dim[b] = d;
	for (size_t k = 0; k < t->arrays; k++) {
		ptrdiff_t s = t->stride[k][a];

		t->stride[k][a] = t->stride[k][b];
		t->stride[k][b] = s;
	}
}

static void drop_loop(brc_loops *t, size_t at)
{
	for (; at + 1 < t->ndim; at++)
		swap_loops(t, at, at + 1);
	t->ndim--;
}

/* Is the outer loop a only the continuation of loop a + 1? */
static bool continues(const brc_loops *t, size_t a)
{
	for (size_t k = 0; k < t->arrays; k++)
		if (t->stride[k][a] != t->stride[k][a + 1] * (ptrdiff_t)t->dim[a + 1])
			return false;
	return true;
}

void brc_loops_simplify(brc_loops *t)
{
	t->empty = false;
	for (size_t d = 0; d < t->ndim; d++)
		t->empty = t->empty || t->dim[d] == 0;
	for (size_t d = t->ndim; d-- > 0;)
		if (t->dim[d] == 1)
			drop_loop(t, d);
	for (size_t d = 1; d < t->ndim; d++)
		for (size_t e = d;
		     e > 0 && magnitude(t->stride[0][e - 1]) < magnitude(t->stride[0][e]); e--)
			swap_loops(t, e - 1, e);
	for (size_t d = t->ndim; d-- > 1;) {
		if (!continues(t, d - 1))
			continue;
		t->dim[d] *= t->dim[d - 1];
		drop_loop(t, d - 1);
	}
}

void brc_loops_run(const brc_loops *t, char *const *base, const size_t *item, brc_inner_loop loop,
		   const void *ctx)
{
	size_t index[BRC_MAX_DIMS] = {0}, n = t->ndim ? t->dim[t->ndim - 1] : 1;
	ptrdiff_t inner[BRC_LOOP_ARRAYS];
	char *p[BRC_LOOP_ARRAYS];

	if (t->empty)
		return;
	for (size_t k = 0; k < t->arrays; k++) {
		p[k] = base[k] + t->start[k] * (ptrdiff_t)item[k];
		inner[k] = t->ndim ? t->stride[k][t->ndim - 1] : 0;
	}
	for (;;) {
		size_t d = t->ndim ? t->ndim - 1 : 0;

		loop(ctx, p, n, inner);
		while (d-- > 0) {
			index[d]++;
			for (size_t k = 0; k < t->arrays; k++)
				p[k] += t->stride[k][d] * (ptrdiff_t)item[k];
			if (index[d] < t->dim[d])
				break;
			for (size_t k = 0; k < t->arrays; k++)
				p[k] -= t->stride[k][d] * (ptrdiff_t)(item[k] * t->dim[d]);
			index[d] = 0;
		}
		if (d == SIZE_MAX)
			return;
	}
}

/* Extent k of an operand aligned to the right with ndim extents: 1 where it has none. */
static size_t extent(const brc_operand *v, size_t ndim, size_t k)
{
	return k + v->ndim < ndim ? 1 : v->dim[k + v->ndim - ndim];
}

brc_rc brc_loops_broadcast(brc_loops *t, const brc_operand *out, const brc_operand *const *in,
			   size_t n, brc_err *err)
{
	ptrdiff_t stride[BRC_MAX_DIMS];

	*t = (brc_loops){.arrays = n + 1, .ndim = out->ndim};
	if (n + 1 > BRC_LOOP_ARRAYS)
		return brc_fail(err, BRC_DATA, "%zu operands are not supported", n);
	brc_strides(out, t->stride[0]);
	memcpy(t->dim, out->dim, sizeof(t->dim));
	for (size_t i = 0; i < n; i++) {
		brc_strides(in[i], stride);
		for (size_t k = 0; k < out->ndim; k++)
			t->stride[i + 1][k] = extent(in[i], out->ndim, k) == 1
						      ? 0
						      : stride[k + in[i]->ndim - out->ndim];
	}
	brc_loops_simplify(t);
	return BRC_OK;
}

static brc_rc differ(const brc_operand *a, const brc_operand *b, brc_err *err)
{
	return brc_fail(err, BRC_DATA, "%s and %s do not fit together", brc_shape_text(a).s,
			brc_shape_text(b).s);
}

/*
 * Images of one operand may be combined with the same images of another, or with one value for all.
 */
static brc_rc join_batch(const brc_operand *v, brc_operand *out, brc_err *err)
{
	size_t at = v->batch == BRC_NOWHERE ? BRC_NOWHERE : v->batch + out->ndim - v->ndim;

	if (at == BRC_NOWHERE)
		return BRC_OK;
	if (out->batch == BRC_NOWHERE) {
		out->batch = at;
		out->inner = v->inner;
	}
	if (out->batch != at || out->inner != v->inner)
		return brc_fail(err, BRC_DATA,
				"it mixes the images of a batch, which is not supported");
	return BRC_OK;
}

brc_rc brc_broadcast(const brc_operand *const *in, size_t n, brc_operand *out, brc_err *err)
{
	*out = (brc_operand){
		.batch = BRC_NOWHERE, .inner = 1, .elem = in[0]->elem, .narrow = in[0]->narrow};
	for (size_t i = 0; i < n; i++)
		out->ndim = in[i]->ndim > out->ndim ? in[i]->ndim : out->ndim;
	for (size_t k = 0; k < out->ndim; k++)
		out->dim[k] = 1;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < out->ndim; k++) {
			size_t x = extent(in[i], out->ndim, k);

			if (x != out->dim[k] && x != 1 && out->dim[k] != 1)
				return differ(in[0], in[i], err);
			out->dim[k] = out->dim[k] == 1 ? x : out->dim[k];
		}
		BRC_TRY(join_batch(in[i], out, err));
	}
	for (size_t i = 0; i < n; i++) /* the layout of the largest operand that has one */
		if (in[i]->last && in[i]->ndim == out->ndim && !brc_layout_is_moot(in[i]))
			out->last = true;
	return brc_count(out, err);
}

/* Are the n elements of the constant along its dimension `axis`, in which images lie, alike? */
static bool is_alike(const brc_exec *g, const brc_operand *v, size_t axis, size_t inner)
{
	size_t n = v->dim[axis], outer = 1, block = brc_item(v->elem);

	for (size_t k = 0; k < v->ndim; k++)
		*(k < axis ? &outer : &block) *= k == axis ? 1 : v->dim[k];
	for (size_t i = 0; i < outer * n; i++) {
		size_t row = i % n / inner % g->rows;

		if (memcmp((const char *)v->data + i * block,
			   (const char *)v->data + (i - row * inner) * block, block) != 0)
			return false;
	}
	return true;
}

brc_rc brc_alike_for_images(const brc_exec *g, const brc_operand *const *in, size_t n,
			    const brc_operand *out, brc_err *err)
{
	for (size_t k = 0; out->batch != BRC_NOWHERE && g->rows != g->declared && k < n; k++) {
		const brc_operand *v = in[k];
		size_t axis = out->batch + v->ndim - out->ndim;

		if (v->state != BRC_CONSTANT || !v->data || v->count == 0 || axis >= v->ndim ||
		    v->dim[axis] % (g->rows * out->inner) != 0 || (v->last && axis > 0))
			continue;
		if (!is_alike(g, v, axis, out->inner))
			return brc_fail(err, BRC_DATA,
					"'%.200s' differs between the images of a batch", v->name);
	}
	return BRC_OK;
}
