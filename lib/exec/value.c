/* Values of a graph while it is built: what operators ask of their inputs and outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

brc_rc brc_exec_own(brc_exec *g, void *p, void (*release)(void *), brc_err *err)
{
	brc_rc rc = brc_grow(&g->owned, &g->cap_owned, g->n_owned + 1, sizeof(*g->owned), err);

	if (rc != BRC_OK) {
		release(p);
		return rc;
	}
	g->owned[g->n_owned++] = (brc_owned){p, release};
	return BRC_OK;
}

brc_rc brc_exec_spend(size_t *left, size_t n, size_t size, const char *what, brc_err *err)
{
	size_t bytes;

	if (!brc_mul(n, size, &bytes) || bytes > *left)
		return brc_fail(err, BRC_DATA,
				"%s take more memory than the size of the model accounts for",
				what);
	*left -= bytes;
	return BRC_OK;
}

brc_rc brc_exec_alloc(brc_exec *g, void *array, size_t n, size_t size, brc_err *err)
{
	void *p;

	BRC_TRY(brc_exec_spend(&g->budget, n, size, "its values", err));
	p = brc_calloc(n, size, err);
	memcpy(array, &p, sizeof(p));
	return p ? brc_exec_own(g, p, free, err) : BRC_RESOURCE;
}

brc_rc brc_exec_add_value(brc_exec *g, const brc_operand *v, size_t *index, brc_err *err)
{
	BRC_TRY(brc_grow(&g->value, &g->cap_values, g->n_values + 1, sizeof(*g->value), err));
	*index = g->n_values++;
	g->value[*index] = *v;
	g->value[*index].buffer = *index;
	return BRC_OK;
}

brc_rc brc_exec_constant(brc_exec *g, const char *name, brc_elem elem, size_t ndim, size_t count,
			 size_t *index, void *array, brc_err *err)
{
	brc_operand v = {.name = name,
			 .state = BRC_CONSTANT,
			 .elem = elem,
			 .ndim = ndim,
			 .dim = {count},
			 .count = count,
			 .batch = BRC_NOWHERE,
			 .inner = 1};

	BRC_TRY(brc_exec_alloc(g, &v.data, count, brc_item(elem), err));
	memcpy(array, &v.data, sizeof(v.data));
	return brc_exec_add_value(g, &v, index, err);
}

size_t brc_item(brc_elem elem)
{
	return elem == BRC_ELEM_FLOAT ? sizeof(float) : sizeof(int64_t);
}

/* The integer of type `narrow` that is v modulo its range; v itself when that is 0. */
static int64_t narrowed(int64_t v, int32_t narrow)
{
	switch (narrow) {
	case BRC_ONNX_UINT8:
		return (uint8_t)v;
	case BRC_ONNX_INT8:
		return (int8_t)v;
	case BRC_ONNX_UINT16:
		return (uint16_t)v;
	case BRC_ONNX_INT16:
		return (int16_t)v;
	case BRC_ONNX_UINT32:
		return (uint32_t)v;
	case BRC_ONNX_INT32:
		return (int32_t)v;
	default:
		return v;
	}
}

int32_t brc_narrow_type(int32_t data_type)
{
	return narrowed(INT64_MAX, data_type) == INT64_MAX ? 0 : data_type;
}

void brc_narrow(const brc_operand *v, int64_t *at)
{
	for (size_t i = 0; v->elem == BRC_ELEM_INT && v->narrow && i < v->count; i++)
		at[i] = narrowed(at[i], v->narrow);
}

brc_shape_line brc_shape_text(const brc_operand *v)
{
	brc_shape_line t = {"["};

	for (size_t i = 0, len = 1; i < v->ndim; i++, len = strlen(t.s)) {
		if (i == v->batch && v->inner == 1)
			snprintf(t.s + len, sizeof(t.s) - len, "%sN", i ? ", " : "");
		else
			snprintf(t.s + len, sizeof(t.s) - len, "%s%zu", i ? ", " : "", v->dim[i]);
	}
	snprintf(t.s + strlen(t.s), sizeof(t.s) - strlen(t.s), "]");
	return t;
}

brc_rc brc_count(brc_operand *v, brc_err *err)
{
	v->count = 1;
	if (v->ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "a value of %zu dimensions is not supported",
				v->ndim);
	for (size_t k = 0; k < v->ndim; k++)
		if (!brc_mul(v->count, v->dim[k], &v->count) || v->count > BRC_EXEC_MAX_ELEMENTS)
			return brc_fail(err, BRC_DATA,
					"a value of more than %zu elements is not supported",
					BRC_EXEC_MAX_ELEMENTS);
	return BRC_OK;
}

void brc_strides(const brc_operand *v, ptrdiff_t stride[BRC_MAX_DIMS])
{
	ptrdiff_t s = 1;

	if (v->last) {
		stride[1] = 1;
		s = (ptrdiff_t)v->dim[1];
	}
	for (size_t k = v->ndim; k-- > 0;) {
		if (v->last && k == 1)
			continue;
		stride[k] = s;
		s *= (ptrdiff_t)v->dim[k];
	}
}

bool brc_layout_is_moot(const brc_operand *v)
{
	size_t places = 1;

	for (size_t k = 2; k < v->ndim; k++)
		places *= v->dim[k];
	return v->ndim < 3 || v->dim[1] == 1 || places == 1;
}

/* ---- inputs ---- */

const brc_operand *brc_in(const brc_exec *g, const brc_node *n, size_t k)
{
	return k < n->n_in && n->in[k] != BRC_NOWHERE ? &g->value[n->in[k]] : NULL;
}

brc_rc brc_need_any(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		    brc_err *err)
{
	*v = brc_in(g, n, k);
	return *v ? BRC_OK : brc_fail(err, BRC_DATA, "input %zu is missing", k);
}

brc_rc brc_need(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
		const brc_operand **v, brc_err *err)
{
	static const char *const text[] = {[BRC_ELEM_FLOAT] = "floats",
					   [BRC_ELEM_INT] = "integers",
					   [BRC_ELEM_BOOL] = "truth values"};

	BRC_TRY(brc_need_any(g, n, k, v, err));
	if ((*v)->elem == elem)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "input %zu ('%.200s') holds %s; %s are needed", k,
			(*v)->name, text[(*v)->elem], text[elem]);
}

brc_rc brc_need_numbers(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
			brc_err *err)
{
	BRC_TRY(brc_need_any(g, n, k, v, err));
	return (*v)->elem == BRC_ELEM_BOOL ? brc_need(g, n, k, BRC_ELEM_FLOAT, v, err) : BRC_OK;
}

brc_rc brc_need_constant(const brc_exec *g, const brc_node *n, size_t k, brc_elem elem,
			 const brc_operand **v, brc_err *err)
{
	BRC_TRY(brc_need(g, n, k, elem, v, err));
	if ((*v)->state == BRC_CONSTANT)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"input %zu ('%.200s') depends on the network's input; a constant is needed",
			k, (*v)->name);
}

brc_rc brc_need_known(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		      brc_err *err)
{
	BRC_TRY(brc_need_any(g, n, k, v, err));
	if ((*v)->state == BRC_CONSTANT)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"the extents of its output depend on what is in input %zu ('%.200s'), "
			"which is known only when the network runs",
			k, (*v)->name);
}

brc_rc brc_need_list(const brc_exec *g, const brc_node *n, size_t k, brc_list *list, brc_err *err)
{
	const brc_operand *value;

	BRC_TRY(brc_need_constant(g, n, k, BRC_ELEM_INT, &value, err));
	if (value->ndim > 1)
		return brc_fail(err, BRC_DATA,
				"input %zu ('%.200s') is no list: it has %zu dimensions", k,
				value->name, value->ndim);
	*list = (brc_list){value->data, value->count};
	return BRC_OK;
}

brc_rc brc_list_or_input(const brc_exec *g, const brc_node *n, const brc_list *given, size_t k,
			 brc_list *list, brc_err *err)
{
	*list = *given;
	return given->at || !brc_in(g, n, k) ? BRC_OK : brc_need_list(g, n, k, list, err);
}

brc_rc brc_need_shape(const brc_exec *g, const brc_node *n, size_t k, const char *what,
		      brc_operand *v, brc_err *err)
{
	brc_list want;

	BRC_TRY(brc_need_list(g, n, k, &want, err));
	if (want.n > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its %s has %zu dimensions", what, want.n);
	v->ndim = want.n;
	for (size_t i = 0; i < want.n; i++) {
		if (want.at[i] < 0)
			return brc_fail(err, BRC_DATA, "entry %zu of its %s is %lld", i, what,
					(long long)want.at[i]);
		v->dim[i] = (size_t)want.at[i];
	}
	return BRC_OK;
}

/* ---- outputs ---- */

brc_rc brc_set_output(brc_exec *g, const brc_node *n, size_t k, const brc_operand *like,
		      brc_err *err)
{
	brc_operand *v, made = *like;

	if (k >= n->n_out || n->out[k] == BRC_NOWHERE)
		return BRC_OK;
	BRC_TRY(brc_count(&made, err));
	for (size_t i = 0; made.batch != BRC_NOWHERE && i < made.ndim; i++)
		if (made.dim[i] == 0)
			return brc_fail(err, BRC_DATA, "dimension %zu of its output is empty", i);
	v = &g->value[n->out[k]];
	made.name = v->name;
	made.users = v->users;
	made.state = BRC_COMPUTED;
	made.data = made.by_images = NULL;
	made.open = 0;
	made.input = false;
	made.buffer = n->out[k];
	/* where all is row-major, one of both layouts that were the same may not be any more */
	made.last = like->last && like->ndim > 2 && !g->bare && n->op->layout != BRC_DEMAND_PLAIN;
	*v = made;
	return BRC_OK;
}

brc_rc brc_set_constant(brc_exec *g, const brc_node *n, size_t k, const brc_operand *v,
			brc_err *err)
{
	BRC_TRY(brc_set_output(g, n, k, v, err));
	if (k >= n->n_out || n->out[k] == BRC_NOWHERE)
		return BRC_OK;
	g->value[n->out[k]].state = BRC_CONSTANT;
	g->value[n->out[k]].data = v->data;
	g->value[n->out[k]].by_images = v->by_images;
	g->value[n->out[k]].open = v->open;
	return BRC_OK;
}

brc_rc brc_set_view(brc_exec *g, const brc_node *n, const brc_operand *like, brc_err *err)
{
	BRC_TRY(brc_set_output(g, n, 0, like, err));
	g->value[n->out[0]].buffer = g->value[n->in[0]].buffer;
	return BRC_OK;
}

brc_rc brc_axis(int64_t axis, size_t ndim, size_t *out, brc_err *err)
{
	int64_t n = (int64_t)ndim;

	if (axis < -n || axis >= n)
		return brc_fail(err, BRC_DATA, "axis %lld of a value of %zu dimensions",
				(long long)axis, ndim);
	*out = (size_t)(axis < 0 ? axis + n : axis);
	return BRC_OK;
}

brc_rc brc_axis_set(const brc_list *axes, size_t ndim, bool once, size_t *set, brc_err *err)
{
	*set = 0;
	for (size_t i = 0; i < axes->n; i++) {
		size_t axis = 0;

		BRC_TRY(brc_axis(axes->at[i], ndim, &axis, err));
		if (once && *set & (size_t)1 << axis)
			return brc_fail(err, BRC_DATA, "it names axis %zu twice", axis);
		*set |= (size_t)1 << axis;
	}
	return BRC_OK;
}

brc_rc brc_keeps_images(const brc_operand *v, size_t axis, brc_err *err)
{
	if (v->batch != axis)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "it mixes the images of a batch, which is not supported");
}

brc_rc brc_axis_of(int64_t axis, const brc_operand *v, size_t *out, brc_err *err)
{
	BRC_TRY(brc_axis(axis, v->ndim, out, err));
	return brc_keeps_images(v, *out, err);
}

size_t brc_within_image(const brc_exec *g, const brc_operand *v, size_t at)
{
	return v->batch == 0 ? at / (g->rows * v->inner) * v->inner + at % v->inner : at;
}
