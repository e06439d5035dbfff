/* The inputs of a network: which there are, and which extents they have. */
#include "net/inputs.h"

#include <string.h>

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool is_initializer(const Brc__OnnxGraph *g, const char *name)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		if (strcmp(text(g->initializer[i]->name), name) == 0)
			return true;
	return false;
}

/* The input: the only one that is not an initializer. */
static brc_rc find_input(const Brc__OnnxGraph *g, const Brc__OnnxValueInfo **in, brc_err *err)
{
	*in = NULL;
	for (size_t i = 0; i < g->n_input; i++) {
		if (is_initializer(g, text(g->input[i]->name)))
			continue;
		if (*in)
			return brc_fail(err, BRC_DATA,
					"the network has several inputs ('%.200s', '%.200s'); one "
					"is supported",
					text((*in)->name), text(g->input[i]->name));
		*in = g->input[i];
	}
	return *in ? BRC_OK : brc_fail(err, BRC_DATA, "the network has no input");
}

/* Extents of the input. The batch may be symbolic, the others must be fixed. */
static brc_rc input_shape(const Brc__OnnxShape *shape, brc_tensor_view *x, brc_err *err)
{
	if (shape->n_dim < 2 || shape->n_dim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA,
				"it has %zu dimensions; 2 to %d are supported, the batch first",
				shape->n_dim, BRC_MAX_DIMS);
	x->ndim = shape->n_dim;
	x->dim[0] = BRC_NET_ROWS;
	for (size_t k = 1; k < shape->n_dim; k++) {
		int64_t extent = shape->dim[k]->has_dim_value ? shape->dim[k]->dim_value : 0;

		if (extent <= 0)
			return brc_fail(err, BRC_DATA, "dimension %zu has no fixed extent", k);
		x->dim[k] = (size_t)extent;
	}
	return BRC_OK;
}

static brc_rc describe_input(const Brc__OnnxValueInfo *in, brc_tensor_view *x, brc_err *err)
{
	const Brc__OnnxTensorType *t = in->type ? in->type->tensor_type : NULL;
	int32_t elem = t ? t->elem_type : 0;

	*x = (brc_tensor_view){.name = text(in->name), .batch = true};
	if (!t || !t->shape)
		return brc_fail(err, BRC_DATA, "it is no tensor of known shape");
	if (elem == BRC_ONNX_FLOAT || elem == BRC_ONNX_DOUBLE)
		x->elem = BRC_ELEM_FLOAT;
	else if (elem == BRC_ONNX_INT64 || elem == BRC_ONNX_INT32)
		x->elem = BRC_ELEM_INT;
	else
		return brc_fail(err, BRC_DATA, "its elements are %s, neither floats nor integers",
				brc_onnx_type_name(elem));
	return input_shape(t->shape, x, err);
}

void brc_net_note_input(brc_net *net, const brc_tensor_view *x)
{
	while (!brc_exec_value(net->g, net->input)->input)
		net->input++;
	net->io = (brc_net_io){.ndim = x->ndim - 1,
			       .inputs = brc_exec_value(net->g, net->input)->count / BRC_NET_ROWS,
			       .tokens = x->elem == BRC_ELEM_INT,
			       .vocabulary = brc_exec_vocabulary(net->g, x->name)};
	memcpy(net->io.shape, x->dim + 1, net->io.ndim * sizeof(*x->dim));
}

brc_rc brc_net_find_inputs(const brc_net *net, brc_tensor_view *x, brc_err *err)
{
	const Brc__OnnxValueInfo *in;

	BRC_TRY(find_input(net->model.model->graph, &in, err));
	if (describe_input(in, x, err) != BRC_OK)
		return brc_err_prefix(err, "the input '%.200s'", text(in->name));
	return BRC_OK;
}
