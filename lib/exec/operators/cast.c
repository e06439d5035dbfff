/*
 * Cast between kinds of elements. All floats are held in single precision:
 * a cast to FLOAT16 or BFLOAT16 rounds to what these hold, one to DOUBLE does
 * nothing. Integers wrap around in types that are too narrow for them.
 */
#include <math.h>

#include "exec/operator.h"

brc_rc brc_kind_of_type(int64_t type, brc_elem *elem, int32_t *narrow, brc_err *err)
{
	int32_t t = type < 0 || type > INT32_MAX ? -1 : (int32_t)type;

	*narrow = brc_narrow_type(t);
	if (t == BRC_ONNX_FLOAT || t == BRC_ONNX_DOUBLE || t == BRC_ONNX_FLOAT16 ||
	    t == BRC_ONNX_BFLOAT16)
		*elem = BRC_ELEM_FLOAT;
	else if (t == BRC_ONNX_INT64 || t == BRC_ONNX_UINT64 || *narrow)
		*elem = BRC_ELEM_INT;
	else if (t == BRC_ONNX_BOOL)
		*elem = BRC_ELEM_BOOL;
	else
		return brc_fail(err, BRC_DATA, "elements of type %s are not supported",
				brc_onnx_type_name(t));
	return BRC_OK;
}

static brc_rc infer_cast(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_operand *x;
	brc_operand out;

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	out = *x;
	BRC_TRY(brc_kind_of_type(((const brc_cast_args *)n->args)->to, &out.elem, &out.narrow,
				 err));
	return brc_set_output(g, n, 0, &out, err);
}

int64_t brc_whole_number(float x)
{
	return isnan(x) ? 0 : x >= 0x1p63f ? INT64_MAX : x < -0x1p63f ? INT64_MIN : (int64_t)x;
}

static float rounded(float x, int64_t type)
{
	return type == BRC_ONNX_FLOAT16    ? brc_round_to_half(x)
	       : type == BRC_ONNX_BFLOAT16 ? brc_round_to_brain(x)
					   : x;
}

static void run_cast(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	brc_elem from = g->value[n->in[0]].elem, to = g->value[n->out[0]].elem;
	int64_t type = ((const brc_cast_args *)n->args)->to;
	const float *xf = m->at[n->in[0]];
	const int64_t *xi = m->at[n->in[0]];
	float *yf = m->at[n->out[0]];
	int64_t *yi = m->at[n->out[0]];
	size_t count = g->value[n->out[0]].count;

	for (size_t i = 0; i < count; i++) {
		if (to == BRC_ELEM_FLOAT)
			yf[i] = rounded(from == BRC_ELEM_FLOAT ? xf[i] : (float)xi[i], type);
		else if (to == BRC_ELEM_BOOL)
			yi[i] = from == BRC_ELEM_FLOAT ? xf[i] != 0 : xi[i] != 0;
		else
			yi[i] = from == BRC_ELEM_FLOAT ? brc_whole_number(xf[i]) : xi[i];
	}
	brc_narrow(&g->value[n->out[0]], yi);
}

const brc_op brc_cast_ops[] = {
	BRC_OP("Cast", BRC_TAKES(1, 1, 1), infer_cast, run_cast, ANY, SAME,
	       BRC_ARGS(brc_cast_args, BRC_ATTR_INT("to", brc_cast_args, to, 0)),
	       .activation = true, .line = BRC_LINE_YES),
	{.type = NULL},
};
