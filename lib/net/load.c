/* From the bytes of a model to a network that can run: each part in turn. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/graph.h"
#include "net/operators.h"

enum { OPSET_MIN = 7, OPSET_MAX = 21 };

#define BUDGET_FACTOR 4u
#define BUDGET_EXTRA ((size_t)32 << 20)

static const char *text(const char *s)
{
	return s ? s : "";
}

static brc_rc check_opset(int64_t opset, brc_err *err)
{
	if (opset >= OPSET_MIN && opset <= OPSET_MAX)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "operator set %lld is not supported; %d to %d are",
		 (long long)opset, OPSET_MIN, OPSET_MAX);
	return brc_hint(err, "onnx.version_converter turns a model into another version");
}

static bool standard_domain(const char *domain)
{
	return !*domain || strcmp(domain, "ai.onnx") == 0;
}

static brc_rc unsupported(const Brc__OnnxNode *p, brc_err *err)
{
	const char *domain = text(p->domain), *name = text(p->name);

	if (!*name && p->n_output)
		name = p->output[0];
	brc_fail(err, BRC_DATA, "operator %.100s%s%.100s (node '%.200s') is not supported",
		 standard_domain(domain) ? "" : domain, standard_domain(domain) ? "" : ":",
		 text(p->op_type), name);
	return brc_hint(err, "supported: Gemm MatMul Add Relu LeakyRelu Sigmoid Tanh Softmax "
			     "LogSoftmax Flatten Reshape Concat Slice Split Dropout Identity "
			     "Constant");
}

/* Every operator before anything is allocated for the first. */
static brc_rc check_operators(const Brc__OnnxGraph *g, brc_err *err)
{
	for (size_t i = 0; i < g->n_node; i++) {
		const Brc__OnnxNode *p = g->node[i];
		const brc_net_op *op = brc_net_op_find(text(p->op_type));

		if (!op || !standard_domain(text(p->domain)))
			return unsupported(p, err);
		if (p->n_input < op->min_in || p->n_input > op->max_in || p->n_output < 1 ||
		    p->n_output > op->max_out)
			return brc_fail(err, BRC_DATA,
					"node '%.200s' (%s) has %zu inputs and %zu "
					"outputs",
					text(p->name), op->type, p->n_input, p->n_output);
		if (brc_onnx_attributes_known(p, op->attributes, err) != BRC_OK)
			return brc_err_prefix(err, "node '%.200s' (%s)", text(p->name), op->type);
	}
	return BRC_OK;
}

static brc_rc read_constants(brc_net *net, const Brc__OnnxGraph *g, brc_err *err)
{
	for (size_t v = 0; v < net->n_values; v++) {
		brc_net_value *value = &net->value[v];
		char title[256];

		if (value->initializer == BRC_NONE || value->users == 0)
			continue;
		if (brc_net_constant(net, value, g->initializer[value->initializer], err) == BRC_OK)
			continue;
		if (value->user == BRC_NONE)
			return err->code;
		return brc_err_prefix(err, "%s",
				      brc_net_node_text(net, value->user, title, sizeof(title)));
	}
	return BRC_OK;
}

/* Extents of the input: the batch, which may be symbolic, and the others, which may not. */
static brc_rc input_shape(brc_net *net, const Brc__OnnxShape *shape, brc_err *err)
{
	size_t dim[BRC_MAX_DIMS] = {0};

	if (shape->n_dim < 2 || shape->n_dim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA,
				"it has %zu dimensions; 2 to %d are supported, the "
				"batch first",
				shape->n_dim, BRC_MAX_DIMS);
	for (size_t k = 0; k < shape->n_dim; k++) {
		int64_t extent = shape->dim[k]->has_dim_value ? shape->dim[k]->dim_value : 0;

		if (extent <= 0 && k > 0)
			return brc_fail(err, BRC_DATA, "dimension %zu has no fixed extent", k);
		dim[k] = extent > 0 ? (size_t)extent : 0;
	}
	net->batch = dim[0];
	return brc_net_set_input(net, shape->n_dim, dim, err);
}

static brc_rc read_input(brc_net *net, const Brc__OnnxGraph *g, brc_err *err)
{
	const char *name = net->value[net->input].name;

	for (size_t i = 0; i < g->n_input; i++) {
		const Brc__OnnxType *type = g->input[i]->type;
		const Brc__OnnxTensorType *t = type ? type->tensor_type : NULL;
		brc_rc rc;

		if (strcmp(text(g->input[i]->name), name) != 0)
			continue;
		if (!t || !t->shape)
			rc = brc_fail(err, BRC_DATA, "it is no tensor of known shape");
		else if (t->elem_type != BRC_ONNX_FLOAT && t->elem_type != BRC_ONNX_DOUBLE)
			rc = brc_fail(err, BRC_DATA, "its elements are %s, not floats",
				      brc_onnx_type_name(t->elem_type));
		else
			rc = input_shape(net, t->shape, err);
		return rc == BRC_OK ? rc : brc_err_prefix(err, "the input '%.200s'", name);
	}
	return brc_fail(err, BRC_DATA, "the network has no input");
}

static brc_rc infer_nodes(brc_net *net, const Brc__OnnxNode **protos, brc_err *err)
{
	for (size_t i = 0; i < net->n_nodes; i++) {
		char title[256];
		brc_net_node *node = &net->node[i];

		if (node->op->infer(net, node, protos[i], err) != BRC_OK)
			return brc_err_prefix(err, "%s",
					      brc_net_node_text(net, i, title, sizeof(title)));
	}
	if (net->value[net->output].kind != BRC_NET_RUNTIME)
		return brc_fail(err, BRC_DATA, "the output '%.200s' does not depend on the input",
				net->value[net->output].name);
	return BRC_OK;
}

static brc_rc build(brc_net *net, const Brc__OnnxGraph *g, brc_err *err)
{
	const Brc__OnnxNode **protos;
	brc_rc rc;

	BRC_TRY(check_opset(net->opset, err));
	if (g->n_sparse_initializer)
		return brc_fail(err, BRC_DATA, "sparse initializers are not supported");
	BRC_TRY(check_operators(g, err));
	protos = brc_calloc(g->n_node, sizeof(*protos), err);
	if (!protos)
		return BRC_RESOURCE;
	rc = brc_net_link(net, g, protos, err);
	if (rc == BRC_OK)
		rc = read_constants(net, g, err);
	if (rc == BRC_OK)
		rc = read_input(net, g, err);
	if (rc == BRC_OK)
		rc = infer_nodes(net, protos, err);
	free(protos);
	BRC_TRY(rc);
	BRC_TRY(brc_net_find_layers(net, err));
	BRC_TRY(brc_net_name_layers(net, err));
	BRC_TRY(brc_net_trace_units(net, err));
	return brc_net_find_edges(net, err);
}

static brc_rc from_model(brc_net **out, const brc_onnx *m, size_t bytes, brc_err *err)
{
	brc_net *net = brc_calloc(1, sizeof(*net), err);
	brc_rc rc;

	if (!net)
		return BRC_RESOURCE;
	memcpy(net->digest, m->digest, sizeof(net->digest));
	net->opset = m->opset;
	net->budget = BUDGET_EXTRA + BUDGET_FACTOR * bytes;
	rc = build(net, m->model->graph, err);
	if (rc == BRC_OK)
		*out = net;
	else
		brc_net_free(net);
	return rc;
}

brc_rc brc_net_decode(brc_net **net, const void *bytes, size_t n, brc_err *err)
{
	brc_onnx m;
	brc_rc rc;

	*net = NULL;
	BRC_TRY(brc_onnx_decode(&m, bytes, n, err));
	rc = from_model(net, &m, m.bytes, err);
	brc_onnx_clear(&m);
	return rc;
}

brc_rc brc_net_read(brc_net **net, const char *path, brc_err *err)
{
	brc_onnx m;
	brc_rc rc;

	*net = NULL;
	BRC_TRY(brc_onnx_read(&m, path, err));
	rc = from_model(net, &m, m.bytes, err);
	brc_onnx_clear(&m);
	return rc == BRC_OK ? rc : brc_err_prefix(err, "%s", path);
}

void brc_net_free(brc_net *net)
{
	if (!net)
		return;
	for (size_t i = 0; i < net->n_owned; i++)
		free(net->owned[i]);
	free(net->owned);
	brc_layers_clear(&net->layers);
	free(net);
}
