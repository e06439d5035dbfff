/* Where constants come from: Constant, ConstantOfShape, Shape, Size. */
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

/* Output 0 becomes a constant whose elements are kept by the graph. */
static brc_rc set_constant(brc_exec *g, const brc_node *n, const brc_operand *v, brc_err *err)
{
	BRC_TRY(brc_set_output(g, n, 0, v, err));
	g->value[n->out[0]].state = BRC_CONSTANT;
	g->value[n->out[0]].data = v->data;
	return BRC_OK;
}

static brc_rc constant_list(brc_exec *g, const void *from, size_t n, size_t item, bool list,
			    brc_operand *v, brc_err *err)
{
	v->data = brc_exec_alloc(g, n, item, err);
	v->ndim = list;
	v->dim[0] = n;
	if (v->data && n)
		memcpy(v->data, from, n * item);
	return v->data ? BRC_OK : BRC_RESOURCE;
}

static brc_rc infer_constant(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	const Brc__OnnxAttribute *a = p->n_attribute == 1 ? p->attribute[0] : NULL;
	const char *name = a && a->name ? a->name : "";
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_FLOAT};

	if (strcmp(name, "value") == 0 && a->t) {
		BRC_TRY(brc_exec_tensor(g, a->t, &v, err));
	} else if (strcmp(name, "value_float") == 0 && a->has_f) {
		BRC_TRY(constant_list(g, &a->f, 1, sizeof(a->f), false, &v, err));
	} else if (strcmp(name, "value_floats") == 0) {
		BRC_TRY(constant_list(g, a->floats, a->n_floats, sizeof(float), true, &v, err));
	} else if (strcmp(name, "value_int") == 0 && a->has_i) {
		v.elem = BRC_ELEM_INT;
		BRC_TRY(constant_list(g, &a->i, 1, sizeof(a->i), false, &v, err));
	} else if (strcmp(name, "value_ints") == 0) {
		v.elem = BRC_ELEM_INT;
		BRC_TRY(constant_list(g, a->ints, a->n_ints, sizeof(int64_t), true, &v, err));
	} else {
		return brc_fail(err, BRC_DATA, "it must have one value");
	}
	return set_constant(g, n, &v, err);
}

static brc_rc infer_constant_of_shape(brc_exec *g, brc_node *n, const Brc__OnnxNode *p,
				      brc_err *err)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, "value");
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_FLOAT};
	static const float zero;
	const int64_t *want;
	const void *fill = &zero;
	size_t item;

	if (a && !a->t)
		return brc_fail(err, BRC_DATA, "attribute 'value' is no tensor");
	if (a) {
		BRC_TRY(brc_exec_tensor(g, a->t, &v, err));
		fill = v.data;
		if (v.count != 1)
			return brc_fail(err, BRC_DATA, "its value has %zu elements", v.count);
	}
	BRC_TRY(brc_need_list(g, n, 0, &want, &v.ndim, err));
	if (v.ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "its shape has %zu dimensions", v.ndim);
	for (size_t k = 0; k < v.ndim; k++) {
		if (want[k] < 0)
			return brc_fail(err, BRC_DATA, "entry %zu of its shape is %lld", k,
					(long long)want[k]);
		v.dim[k] = (size_t)want[k];
	}
	BRC_TRY(brc_count(&v, err));
	item = brc_item(v.elem);
	v.data = brc_exec_alloc(g, v.count, item, err);
	if (!v.data)
		return BRC_RESOURCE;
	for (size_t i = 0; i < v.count; i++)
		memcpy((char *)v.data + i * item, fill, item);
	return set_constant(g, n, &v, err);
}

static brc_rc infer_shape(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_INT, .ndim = 1};
	const brc_operand *x = brc_in(g, n, 0);
	int64_t ndim, start, end, *list;

	if (!x)
		return brc_fail(err, BRC_DATA, "input 0 is missing");
	ndim = (int64_t)x->ndim;
	BRC_TRY(brc_onnx_attribute_int(p, "start", 0, &start, err));
	BRC_TRY(brc_onnx_attribute_int(p, "end", ndim, &end, err));
	start = start < -ndim ? 0 : start < 0 ? start + ndim : start > ndim ? ndim : start;
	end = end < -ndim ? 0 : end < 0 ? end + ndim : end > ndim ? ndim : end;
	v.dim[0] = end > start ? (size_t)(end - start) : 0;
	v.data = list = brc_exec_alloc(g, v.dim[0], sizeof(*list), err);
	if (!list)
		return BRC_RESOURCE;
	for (size_t k = 0; k < v.dim[0]; k++)
		list[k] = (int64_t)x->dim[(size_t)start + k];
	return set_constant(g, n, &v, err);
}

static brc_rc infer_size(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	brc_operand v = {.batch = BRC_NOWHERE, .inner = 1, .elem = BRC_ELEM_INT};
	const brc_operand *x = brc_in(g, n, 0);
	int64_t count;

	(void)p;
	if (!x)
		return brc_fail(err, BRC_DATA, "input 0 is missing");
	count = (int64_t)x->count;
	BRC_TRY(constant_list(g, &count, 1, sizeof(count), false, &v, err));
	return set_constant(g, n, &v, err);
}

#define OPERATOR(SYMBOL, TYPE, ATTRIBUTES, INPUTS, INFER, RUN, TRACE) \
	const brc_op SYMBOL = {                                       \
		.type = TYPE,                                         \
		.trace = TRACE,                                       \
		.attributes = ATTRIBUTES,                             \
		.min_in = INPUTS,                                     \
		.max_in = INPUTS,                                     \
		.max_out = 1,                                         \
		.layout = BRC_DEMAND_ANY,                             \
		.infer = INFER,                                       \
		.run = RUN,                                           \
	}

OPERATOR(brc_kernel_constant, "Constant", "value|value_float|value_floats|value_int|value_ints", 0,
	 infer_constant, NULL, BRC_TRACE_MIX);
OPERATOR(brc_kernel_constant_of_shape, "ConstantOfShape", "value", 1, infer_constant_of_shape, NULL,
	 BRC_TRACE_MIX);
OPERATOR(brc_kernel_shape, "Shape", "start|end", 1, infer_shape, NULL, BRC_TRACE_MIX);
OPERATOR(brc_kernel_size, "Size", "", 1, infer_size, NULL, BRC_TRACE_MIX);
