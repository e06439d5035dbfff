/* This builds a graph that can run from the messages of a model. */
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/accept.h"
#include "exec/downstream.h"
#include "exec/make.h"
#include "exec/names.h"

typedef struct builder {
	brc_exec *g;
	const Brc__OnnxGraph *proto;
	brc_exec_options options;
	brc_names names;
	size_t *order; /* [nodes]: to run in */
	brc_err *err;
} builder;

/* ---- precision ---- */

/* What oneDNN found, within the limits that the environment sets. */
bool brc_exec_bf16_supported(void)
{
	dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();

	return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

static brc_rc check_precision(brc_precision precision, brc_err *err)
{
	if (precision == BRC_PRECISION_FLOAT || brc_exec_bf16_supported())
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "this processor has no bfloat16 arithmetic (AVX512_BF16 or AMX_BF16)");
	return brc_hint(err, "leave the precision at float32");
}

/* ---- constants and inputs ---- */

static brc_rc add_initializers(builder *b)
{
	for (size_t i = 0; i < b->proto->n_initializer; i++) {
		Brc__OnnxTensor *t = b->proto->initializer[i];
		brc_name *at = brc_names_find(&b->names, brc_text(t->name));
		brc_operand v;

		if (at->value != BRC_NOWHERE)
			return brc_fail(b->err, BRC_DATA, "initializer '%.200s' is defined twice",
					at->text);
		BRC_TRY(brc_exec_tensor(b->g, t, &v, b->err));
		BRC_TRY(brc_exec_keep_text(b->g, brc_text(t->name), &v.name, b->err));
		BRC_TRY(brc_exec_add_value(b->g, &v, &at->value, b->err));
	}
	return BRC_OK;
}

/* What the model declares about its input of this name; NULL: nothing. */
static const Brc__OnnxTensorType *declared(const Brc__OnnxGraph *g, const char *name)
{
	for (size_t i = 0; i < g->n_input; i++) {
		const Brc__OnnxType *type = g->input[i]->type;

		if (type && type->tensor_type && strcmp(brc_text(g->input[i]->name), name) == 0)
			return type->tensor_type;
	}
	return NULL;
}

static brc_rc add_input(builder *b, const brc_tensor_view *in)
{
	brc_name *at = brc_names_find(&b->names, in->name);
	const Brc__OnnxTensorType *type = declared(b->proto, in->name);

	if (!at || at->node != SIZE_MAX)
		return brc_fail(b->err, BRC_DATA, "the model has no input '%.200s'", in->name);
	return brc_exec_add_input(b->g, in, type ? brc_narrow_type(type->elem_type) : 0, &at->value,
				  b->err);
}

/* ---- nodes ---- */

static brc_rc resolve(builder *b, const Brc__OnnxNode *p, brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_name *at = brc_names_find(&b->names, p->input[k]);

		n->in[k] = *brc_text(p->input[k]) && at ? at->value : BRC_NOWHERE;
		if (*brc_text(p->input[k]) && n->in[k] == BRC_NOWHERE)
			return brc_fail(b->err, BRC_DATA, "its input '%.200s' %s", p->input[k],
					at ? "has no value" : "does not exist");
	}
	for (size_t k = 0; k < n->n_out; k++) {
		brc_name *at =
			*brc_text(p->output[k]) ? brc_names_find(&b->names, p->output[k]) : NULL;

		n->out[k] = BRC_NOWHERE;
		if (at || k == 0) /* kernels rely on the first output */
			BRC_TRY(brc_exec_add_result(b->g, at ? at->text : n->name, &n->out[k],
						    b->err));
		if (at)
			at->value = n->out[k];
	}
	return BRC_OK;
}

static brc_rc add_node(builder *b, const Brc__OnnxNode *p)
{
	brc_exec *g = b->g;
	void *args;
	brc_node n = {.op = brc_op_find(p->op_type),
		      .named = *brc_text(p->name) != '\0',
		      .n_in = p->n_input,
		      .n_out = p->n_output};

	BRC_TRY(brc_exec_keep_text(g, brc_node_title(p), &n.name, b->err));
	BRC_TRY(brc_exec_alloc(g, &n.in, n.n_in + n.n_out, sizeof(*n.in), b->err));
	n.out = n.in + n.n_in;
	BRC_TRY(resolve(b, p, &n));
	BRC_TRY(brc_arguments_read(g, n.op, p, &args, b->err));
	n.args = args;
	return brc_exec_join(g, &n, b->err);
}

static brc_rc add_nodes(builder *b)
{
	for (size_t i = 0; i < b->proto->n_node; i++) {
		const Brc__OnnxNode *p = b->proto->node[b->order[i]];

		if (add_node(b, p) != BRC_OK)
			return brc_err_prefix(b->err, "node '%.200s' (%s)", brc_node_title(p),
					      brc_text(p->op_type));
	}
	return BRC_OK;
}

/* The value of this name; of those that no file names, but code, the first. */
static size_t value_called(const builder *b, const char *t)
{
	const brc_name *at = brc_names_find(&b->names, t);

	for (size_t v = 0; !at && v < b->g->n_values; v++)
		if (strcmp(b->g->value[v].name, t) == 0)
			return v;
	return at ? at->value : BRC_NOWHERE;
}

static brc_rc add_output(builder *b, const char *t)
{
	size_t v = value_called(b, t);

	if (v == BRC_NOWHERE)
		return brc_fail(b->err, BRC_DATA, "no node computes the output '%.200s'", t);
	return brc_exec_add_output(b->g, v, b->err);
}

static brc_rc add_tap(builder *b, const char *t)
{
	size_t v = value_called(b, t);

	if (v == BRC_NOWHERE || b->g->value[v].state != BRC_COMPUTED)
		return brc_fail(b->err, BRC_DATA, "no node computes '%.200s'", t);
	return brc_exec_add_tap(b->g, v, b->err);
}

static brc_rc add_outputs(builder *b)
{
	size_t n = b->options.keep_only ? 0 : b->proto->n_output;

	for (size_t i = 0; i < n; i++)
		BRC_TRY(add_output(b, brc_text(b->proto->output[i]->name)));
	for (size_t i = 0; i < b->options.n_keep; i++)
		BRC_TRY(add_output(b, b->options.keep[i]));
	for (size_t i = 0; i < b->options.n_taps; i++)
		BRC_TRY(add_tap(b, b->options.tap[i]));
	return BRC_OK;
}

/* Extent that the model itself declares for the batch; 0: none. */
static size_t declared_batch(const Brc__OnnxGraph *g, const brc_tensor_view *in, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		const Brc__OnnxTensorType *t = declared(g, in[k].name);
		const Brc__OnnxShape *s = t ? t->shape : NULL;

		if (in[k].batch && s && s->n_dim && s->dim[0]->has_dim_value &&
		    s->dim[0]->dim_value > 0)
			return (size_t)s->dim[0]->dim_value;
	}
	return 0;
}

static brc_rc build(builder *b, const brc_tensor_view *input, size_t n)
{
	BRC_TRY(brc_names_collect(&b->names, b->proto, b->err));
	b->order = brc_alloc(b->proto->n_node, sizeof(*b->order), b->err);
	BRC_TRY(brc_made(b->order));
	BRC_TRY(brc_node_order(b->proto, &b->names, b->order, b->err));
	BRC_TRY(add_initializers(b));
	for (size_t i = 0; i < n; i++)
		BRC_TRY(add_input(b, &input[i]));
	BRC_TRY(add_nodes(b));
	BRC_TRY(add_outputs(b));
	if (b->options.keep_only)
		BRC_TRY(brc_exec_prune(b->g, b->err));
	return brc_exec_finish(b->g, b->err);
}

brc_rc brc_exec_new(brc_exec **out, const brc_onnx *m, const brc_tensor_view *input, size_t n,
		    const brc_exec_options *options, brc_err *err)
{
	builder b = {.proto = m->model->graph, .err = err};
	brc_rc rc;

	*out = NULL;
	if (options)
		b.options = *options;
	BRC_TRY(check_precision(b.options.precision, err));
	BRC_TRY(brc_exec_accept(m, err));
	BRC_TRY(brc_exec_begin(&b.g, m->bytes, err));
	b.g->opset = m->opset;
	b.g->precision = b.options.precision;
	b.g->folder = b.options.folder;
	b.g->bare = b.options.bare;
	b.g->borrow = b.options.borrow;
	b.g->declared = declared_batch(b.proto, input, n);
	rc = build(&b, input, n);
	b.g->folder = NULL;
	brc_names_clear(&b.names);
	free(b.order);
	if (rc == BRC_OK)
		*out = b.g;
	else
		brc_exec_free(b.g);
	return rc;
}

void brc_exec_free(brc_exec *g)
{
	if (!g)
		return;
	while (g->n_owned-- > 0) /* what was made later may need what was made earlier */
		g->owned[g->n_owned].release(g->owned[g->n_owned].p);
	free(g->owned);
	free(g->output);
	free(g->tap);
	free(g->value);
	free(g->node);
	free(g);
}
