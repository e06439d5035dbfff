/* The tensors of a model as constants of a graph. */
#include <stdlib.h>

#include "base/memory.h"
#include "exec/names.h"
#include "exec/operators.h"

static brc_elem elem_of(const Brc__OnnxTensor *t)
{
	return t->data_type == BRC_ONNX_BOOL ? BRC_ELEM_BOOL
	       : brc_onnx_tensor_is_int(t)   ? BRC_ELEM_INT
					     : BRC_ELEM_FLOAT;
}

brc_rc brc_exec_tensor(brc_exec *g, const Brc__OnnxTensor *t, brc_operand *v, brc_err *err)
{
	float *f = NULL;
	int64_t *i = NULL;
	size_t bytes;

	*v = (brc_operand){.state = BRC_CONSTANT, .batch = BRC_NOWHERE, .inner = 1};
	v->elem = elem_of(t);
	v->narrow = brc_narrow_type(t->data_type);
	BRC_TRY(brc_onnx_tensor_shape(t, &v->ndim, v->dim, &v->count, err));
	BRC_TRY(brc_count(v, err));
	if (!brc_mul(v->count, brc_item(v->elem), &bytes) || bytes > g->budget)
		return brc_fail(
			err, BRC_DATA,
			"initializer '%.200s': its values take more memory than the size of "
			"the model accounts for",
			brc_text(t->name));
	g->budget -= bytes;
	BRC_TRY(v->elem == BRC_ELEM_FLOAT ? brc_onnx_tensor_floats(t, &f, err)
					  : brc_onnx_tensor_ints(t, &i, err));
	v->data = f ? (void *)f : (void *)i;
	return brc_exec_own(g, v->data, free, err);
}
