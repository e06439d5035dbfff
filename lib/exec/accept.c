#include "exec/accept.h"

#include <string.h>

#include "exec/builder.h"
#include "exec/refused.h"

static bool standard_domain(const char *domain)
{
	return !*domain || strcmp(domain, "ai.onnx") == 0;
}

static brc_rc refuse_opset(int64_t opset, brc_err *err)
{
	brc_fail(err, BRC_DATA, "operator set %lld is not supported; %d to %d are",
		 (long long)opset, BRC_OPSET_MIN, BRC_OPSET_MAX);
	return brc_hint(err, "onnx.version_converter turns a model into another version");
}

brc_rc brc_exec_accept_opset(int64_t opset, brc_err *err)
{
	return opset < BRC_OPSET_MIN || opset > BRC_OPSET_MAX ? refuse_opset(opset, err) : BRC_OK;
}

/* The operator or structure of a node, one of the two. */
typedef struct kind {
	const brc_op *op;
	const brc_structure *structure;
	size_t min_in, max_in, max_out;
} kind;

/* The reason follows, where there is one. */
static brc_rc refuse_operator(const Brc__OnnxNode *p, brc_err *err)
{
	const char *type = brc_text(p->op_type), *domain = brc_text(p->domain);
	const char *reason = brc_op_refusal(type);
	bool standard = standard_domain(domain);

	brc_fail(err, BRC_DATA, "operator %.100s%s%.100s (node '%.200s') is not supported%s%s",
		 standard ? "" : domain, standard ? "" : ":", type, brc_node_title(p),
		 reason ? ": " : "", reason ? reason : "");
	return strcmp(domain, "com.microsoft") != 0
		       ? BRC_DATA
		       : brc_hint(err, "onnxruntime's optimiser joins operators into ones of "
				       "its own; give the model from before");
}

static brc_rc find_kind(const Brc__OnnxNode *p, kind *k, brc_err *err)
{
	const char *type = brc_text(p->op_type), *domain = brc_text(p->domain);
	bool standard = standard_domain(domain);
	const brc_op *op = standard ? brc_op_find(type) : NULL;
	const brc_structure *s = standard && !op ? brc_structure_find(type) : NULL;

	if (!op && !s)
		return refuse_operator(p, err);
	*k = op ? (kind){op, NULL, op->min_in, op->max_in, op->max_out}
		: (kind){NULL, s, s->min_in, s->max_in, s->max_out};
	return BRC_OK;
}

/*
 * In an older set, each operator must be the same as today. A model may also import none of ONNX's
 * own, but those of others, which are then refused by name.
 */
static brc_rc accept_opset(const brc_onnx *m, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;
	kind k;

	for (size_t i = 0; m->opset < 1 && i < g->n_node; i++)
		BRC_TRY(find_kind(g->node[i], &k, err));
	if (m->opset < 1 || m->opset >= BRC_OPSET_MIN)
		return brc_exec_accept_opset(m->opset, err);
	for (size_t i = 0; i < g->n_node; i++) {
		const brc_op *op = brc_op_find(brc_text(g->node[i]->op_type));

		if (!op || !op->unchanged)
			return refuse_opset(m->opset, err);
	}
	return BRC_OK;
}

/* May the node have an attribute of this name? */
static bool has_attribute(const brc_op *op, const brc_structure *s, const char *name)
{
	const char *const *a = s ? s->attributes : NULL;

	if (op)
		return brc_op_attribute(op, name);
	while (*a && strcmp(*a, name) != 0)
		a++;
	return *a;
}

static brc_rc accept_attributes(const Brc__OnnxNode *p, const brc_op *op, const brc_structure *s,
				brc_err *err)
{
	for (size_t i = 0; i < p->n_attribute; i++) {
		const char *name = brc_text(p->attribute[i]->name);

		if (!has_attribute(op, s, name))
			return brc_fail(err, BRC_DATA, "attribute '%s' is not supported", name);
		/* There are only a few, because each is known and occurs once. */
		for (size_t j = 0; j < i; j++)
			if (strcmp(name, p->attribute[j]->name) == 0)
				return brc_fail(err, BRC_DATA, "attribute '%s' occurs twice", name);
	}
	return BRC_OK;
}

brc_rc brc_exec_accept_node(const Brc__OnnxNode *p, const brc_functions *f, brc_err *err)
{
	const char *type = brc_text(p->op_type), *title = brc_node_title(p);
	kind k = {.op = NULL};

	if (brc_function_of(f, p))
		return BRC_OK; /* what it does is looked at when it is put in place */
	BRC_TRY(find_kind(p, &k, err));
	if (p->n_input < k.min_in || p->n_input > k.max_in || p->n_output < 1 ||
	    p->n_output > k.max_out)
		return brc_fail(err, BRC_DATA, "node '%.200s' (%s) has %zu inputs and %zu outputs",
				title, type, p->n_input, p->n_output);
	if (k.op && k.max_out == 1 && !*brc_text(p->output[0]))
		return brc_fail(err, BRC_DATA, "node '%.200s' (%s): its first output has no name",
				title, type);
	if (accept_attributes(p, k.op, k.structure, err) != BRC_OK)
		return brc_err_prefix(err, "node '%.200s' (%s)", title, type);
	return BRC_OK;
}

brc_rc brc_exec_accept(const brc_onnx *m, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;
	brc_functions f = {.n = 0};
	brc_rc rc = accept_opset(m, err);

	if (rc == BRC_OK && g->n_sparse_initializer)
		rc = brc_fail(err, BRC_DATA, "sparse initializers are not supported");
	BRC_THEN(rc, brc_functions_collect(&f, m->model, err));
	for (size_t i = 0; rc == BRC_OK && i < g->n_node; i++)
		rc = brc_exec_accept_node(g->node[i], &f, err);
	brc_functions_clear(&f);
	return rc;
}
