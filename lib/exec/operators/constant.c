/* Operators that make constants: Constant, ConstantOfShape, Shape, Size. */
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

static brc_rc constant_list(brc_exec *g, const void *from, size_t n, size_t item, bool list,
			    brc_operand *v, brc_err *err)
{
	v->ndim = list;
	v->dim[0] = n;
	BRC_TRY(brc_exec_alloc(g, &v->data, n, item, err));
	if (n)
		memcpy(v->data, from, n * item);
	return BRC_OK;
}

static brc_rc read_constant(brc_exec *g, const Brc__OnnxNode *p, void *args, brc_err *err)
{
	const Brc__OnnxAttribute *a = p->n_attribute == 1 ? p->attribute[0] : NULL;
	const char *name = a && a->name ? a->name : "";
	brc_operand *v = &((brc_constant_args *)args)->value;
	size_t whole = sizeof(int64_t), real = sizeof(float);

	*v = (brc_operand){.state = BRC_CONSTANT, .batch = BRC_NOWHERE, .inner = 1};
	if (strcmp(name, "value") == 0 && a->t)
		return brc_exec_tensor(g, a->t, v, err);
	if (strcmp(name, "value_float") == 0 && a->has_f)
		return constant_list(g, &a->f, 1, real, false, v, err);
	if (strcmp(name, "value_floats") == 0)
		return constant_list(g, a->floats, a->n_floats, real, true, v, err);
	v->elem = BRC_ELEM_INT;
	if (strcmp(name, "value_int") == 0 && a->has_i)
		return constant_list(g, &a->i, 1, whole, false, v, err);
	if (strcmp(name, "value_ints") == 0)
		return constant_list(g, a->ints, a->n_ints, whole, true, v, err);
	return brc_fail(err, BRC_DATA, "it must have one value");
}

static brc_rc infer_constant(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *v = &((const brc_constant_args *)n->args)->value;

	return v->state == BRC_CONSTANT ? brc_set_constant(g, n, 0, v, err)
					: brc_fail(err, BRC_DATA, "it must have one value");
}

/* The element that fills it. */
static brc_rc read_fill(brc_exec *g, const Brc__OnnxNode *p, void *args, brc_err *err)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, "value");
	brc_operand *v = &((brc_constant_args *)args)->value;

	if (!a)
		return BRC_OK;
	if (!a->t)
		return brc_fail(err, BRC_DATA, "attribute 'value' is no tensor");
	BRC_TRY(brc_exec_tensor(g, a->t, v, err));
	if (v->count != 1)
		return brc_fail(err, BRC_DATA, "its value has %zu elements", v->count);
	return BRC_OK;
}

static brc_rc infer_constant_of_shape(brc_exec *g, brc_node *n, brc_err *err)
{
	static const float zero;
	const brc_operand *given = &((const brc_constant_args *)n->args)->value;
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_FLOAT};
	const void *fill = given->data ? given->data : &zero;
	size_t item;

	if (given->data)
		v = *given;
	BRC_TRY(brc_need_shape(g, n, 0, "shape", &v, err));
	BRC_TRY(brc_count(&v, err));
	item = brc_item(v.elem);
	BRC_TRY(brc_exec_alloc(g, &v.data, v.count, item, err));
	for (size_t i = 0; i < v.count; i++)
		memcpy((char *)v.data + i * item, fill, item);
	for (size_t k = 0; k < v.ndim; k++)
		v.open |= (size_t)brc_follows_images(brc_in(g, n, 0), k) << k;
	return brc_set_constant(g, n, 0, &v, err);
}

/* A position among ndim dimensions. It may count from the back, or lie outside. */
static size_t within(int64_t at, int64_t ndim)
{
	return (size_t)(at < -ndim ? 0 : at < 0 ? at + ndim : at > ndim ? ndim : at);
}

static brc_rc infer_shape(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_INT, .ndim = 1};
	const brc_shape_args *a = n->args;
	const brc_operand *x;
	size_t start, end;
	int64_t *list;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	start = within(a->start, (int64_t)x->ndim);
	end = within(a->end, (int64_t)x->ndim);
	v.dim[0] = end > start ? end - start : 0;
	BRC_TRY(brc_exec_alloc(g, &list, v.dim[0], sizeof(*list), err));
	v.data = list;
	for (size_t k = 0; k < v.dim[0]; k++)
		list[k] = (int64_t)x->dim[start + k];
	v.count = v.dim[0];
	for (size_t k = start; k < end; k++)
		if (brc_open_extent(g, x, k))
			BRC_TRY(brc_mark_images(g, &v, k - start, err));
	return brc_set_constant(g, n, 0, &v, err);
}

static brc_rc infer_size(brc_exec *g, brc_node *n, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_INT};
	const brc_operand *x;
	int64_t count;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	count = (int64_t)x->count;
	BRC_TRY(constant_list(g, &count, 1, sizeof(count), false, &v, err));
	v.count = 1;
	for (size_t k = 0; k < x->ndim; k++)
		if (brc_open_extent(g, x, k))
			BRC_TRY(brc_mark_images(g, &v, 0, err));
	return brc_set_constant(g, n, 0, &v, err);
}

const brc_op brc_constants_ops[] = {
	BRC_OP("Constant", BRC_TAKES(0, 0, 1), infer_constant, NULL, ANY, MIX,
	       BRC_ARGS(brc_constant_args, BRC_ATTR_UNREAD("value"), BRC_ATTR_UNREAD("value_float"),
			BRC_ATTR_UNREAD("value_floats"), BRC_ATTR_UNREAD("value_int"),
			BRC_ATTR_UNREAD("value_ints")),
	       .read = read_constant),
	BRC_OP("ConstantOfShape", BRC_TAKES(1, 1, 1), infer_constant_of_shape, NULL, ANY, MIX,
	       BRC_ARGS(brc_constant_args, BRC_ATTR_UNREAD("value")), .read = read_fill,
	       .measures = true),
	BRC_OP("Shape", BRC_TAKES(1, 1, 1), infer_shape, NULL, ANY, MIX,
	       BRC_ARGS(brc_shape_args, BRC_ATTR_INT("start", brc_shape_args, start, 0),
			BRC_ATTR_INT("end", brc_shape_args, end, INT64_MAX)),
	       .measures = true),
	BRC_OP("Size", BRC_TAKES(1, 1, 1), infer_size, NULL, ANY, MIX, .attributes = NULL,
	       .measures = true),
	{.type = NULL},
};
