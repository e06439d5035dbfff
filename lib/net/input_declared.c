/* What a model declares about its inputs. */
#include "base/memory.h"
#include "base/str.h"
#include "net/input_images.h"
#include "net/inputs.h"

enum { INPUTS_MAX = 512 };

static const char *text(const char *s)
{
	return s ? s : "";
}

static brc_rc elements(int32_t type, brc_elem *elem, brc_err *err)
{
	switch (type) {
	case BRC_ONNX_FLOAT:
	case BRC_ONNX_DOUBLE:
	case BRC_ONNX_FLOAT16:
	case BRC_ONNX_BFLOAT16:
		*elem = BRC_ELEM_FLOAT;
		return BRC_OK;
	case BRC_ONNX_BOOL:
		*elem = BRC_ELEM_BOOL;
		return BRC_OK;
	case BRC_ONNX_UINT8:
	case BRC_ONNX_INT8:
	case BRC_ONNX_UINT16:
	case BRC_ONNX_INT16:
	case BRC_ONNX_INT32:
	case BRC_ONNX_INT64:
	case BRC_ONNX_UINT32:
	case BRC_ONNX_UINT64:
		*elem = BRC_ELEM_INT;
		return BRC_OK;
	default:
		return brc_fail(err, BRC_DATA, "its elements are %s, neither floats nor integers",
				brc_onnx_type_name(type));
	}
}

static brc_rc describe(const Brc__OnnxValueInfo *info, brc_net_input *in, brc_err *err)
{
	const Brc__OnnxTensorType *t = info->type ? info->type->tensor_type : NULL;

	*in = (brc_net_input){.name = text(info->name), .images = BRC_NOWHERE};
	if (!t)
		return brc_fail(err, BRC_DATA, "it is no tensor");
	BRC_TRY(elements(t->elem_type, &in->elem, err));
	in->shape = t->shape;
	if (!t->shape)
		return BRC_OK;
	in->ndim = t->shape->n_dim;
	if (in->ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "it has %zu dimensions; %d at most are supported",
				in->ndim, BRC_MAX_DIMS);
	for (size_t k = 0; k < in->ndim; k++) {
		const Brc__OnnxDimension *d = t->shape->dim[k];

		in->dim[k] = d->has_dim_value && d->dim_value > 0 ? (size_t)d->dim_value : BRC_OPEN;
	}
	return BRC_OK;
}

brc_rc brc_net_list_inputs(brc_net *net, brc_err *err)
{
	const Brc__OnnxGraph *g = net->model.model->graph;

	if (g->n_input == 0)
		return brc_fail(err, BRC_DATA, "the network has no input");
	if (g->n_input > INPUTS_MAX)
		return brc_fail(err, BRC_DATA,
				"the network has %zu inputs; %d at most are supported", g->n_input,
				INPUTS_MAX);
	net->in = brc_calloc(g->n_input, sizeof(*net->in), err);
	BRC_TRY(brc_made(net->in));
	for (; net->n_in < g->n_input; net->n_in++) {
		const Brc__OnnxValueInfo *info = g->input[net->n_in];

		if (describe(info, &net->in[net->n_in], err) != BRC_OK)
			return brc_err_prefix(err, "the input '%.200s'", text(info->name));
	}
	return BRC_OK;
}

void brc_net_input_text(const brc_net *net, const brc_net_input *in, brc_str *s)
{
	brc_str_add(s, "[");
	for (size_t k = 0; k < in->ndim; k++) {
		const char *sep = k ? ", " : "";

		if (k == in->images && !net->declared)
			brc_str_addf(s, "%sN", sep);
		else if (in->dim[k] != BRC_OPEN)
			brc_str_addf(s, "%s%zu", sep, in->dim[k]);
		else
			brc_str_addf(s, "%s%.64s", sep,
				     *brc_net_dim_name(in, k) ? brc_net_dim_name(in, k) : "?");
	}
	brc_str_add(s, "]");
}
