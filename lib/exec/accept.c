#include "exec/accept.h"

#include <string.h>

#include "exec/names.h"
#include "exec/operator.h"

static bool standard_domain(const char *domain)
{
	return !*domain || strcmp(domain, "ai.onnx") == 0;
}

static brc_rc accept_opset(const brc_onnx *m, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;
	bool old = m->opset < 1;

	for (size_t i = 0; m->opset < BRC_OPSET_MIN && i < g->n_node; i++) {
		const brc_op *op = brc_op_find(brc_text(g->node[i]->op_type));

		old = old || !op || !op->unchanged;
	}
	if (!old && m->opset <= BRC_OPSET_MAX)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "operator set %lld is not supported; %d to %d are",
		 (long long)m->opset, BRC_OPSET_MIN, BRC_OPSET_MAX);
	return brc_hint(err, "onnx.version_converter turns a model into another version");
}

static brc_rc accept_attributes(const Brc__OnnxNode *p, const brc_op *op, brc_err *err)
{
	for (size_t i = 0; i < p->n_attribute; i++) {
		const char *name = brc_text(p->attribute[i]->name);

		if (!brc_op_attribute(op, name))
			return brc_fail(err, BRC_DATA, "attribute '%s' is not supported", name);
		/* There are only a few, because each is known and occurs once. */
		for (size_t j = 0; j < i; j++)
			if (strcmp(name, p->attribute[j]->name) == 0)
				return brc_fail(err, BRC_DATA, "attribute '%s' occurs twice", name);
	}
	return BRC_OK;
}

static brc_rc accept_node(const Brc__OnnxNode *p, brc_err *err)
{
	const brc_op *op = brc_op_find(brc_text(p->op_type));
	const char *domain = brc_text(p->domain), *title = brc_node_title(p);
	bool standard = standard_domain(domain);

	if (!op || !standard)
		return brc_fail(
			err, BRC_DATA, "operator %.100s%s%.100s (node '%.200s') is not supported",
			standard ? "" : domain, standard ? "" : ":", brc_text(p->op_type), title);
	if (p->n_input < op->min_in || p->n_input > op->max_in || p->n_output < 1 ||
	    p->n_output > op->max_out)
		return brc_fail(err, BRC_DATA, "node '%.200s' (%s) has %zu inputs and %zu outputs",
				title, op->type, p->n_input, p->n_output);
	if (!*brc_text(p->output[0]) && op->max_out == 1)
		return brc_fail(err, BRC_DATA, "node '%.200s' (%s): its first output has no name",
				title, op->type);
	if (accept_attributes(p, op, err) != BRC_OK)
		return brc_err_prefix(err, "node '%.200s' (%s)", title, op->type);
	return BRC_OK;
}

brc_rc brc_exec_accept(const brc_onnx *m, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;

	BRC_TRY(accept_opset(m, err));
	if (g->n_sparse_initializer)
		return brc_fail(err, BRC_DATA, "sparse initializers are not supported");
	for (size_t i = 0; i < g->n_node; i++)
		BRC_TRY(accept_node(g->node[i], err));
	return BRC_OK;
}
