/* This builds a graph that can run from the messages of a model. */
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/accept.h"
#include "exec/builder.h"
#include "exec/downstream.h"
#include "exec/images_first.h"

/* Nodes and names that functions, branches and loops may add, by the size of the model. */
#define INLINED_EXTRA ((size_t)1 << 15)
#define INLINED_BYTES 64u
#define LOOKS ((size_t)1 << 22)

typedef struct builder {
	brc_builder is;
	brc_scope top;
	const Brc__OnnxGraph *proto;
	brc_exec_options options;
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
	brc_name *at = brc_names_find(&b->top.names, in->name);
	const Brc__OnnxTensorType *type = declared(b->proto, in->name);

	if (!at || at->node != SIZE_MAX)
		return brc_fail(b->err, BRC_DATA, "the model has no input '%.200s'", in->name);
	BRC_TRY(brc_exec_add_input(b->is.g, in, type ? brc_narrow_type(type->elem_type) : 0,
				   &at->is.value, b->err));
	return in->data ? BRC_OK : brc_exec_images_to(b->is.g, in->images, &at->is.value, b->err);
}

/* ---- outputs ---- */

/*
 * The value that a name stands for. A value that is put in the place of a node keeps a name of its
 * own, under which it is wanted, too. An input is meant as it is handed in.
 */
static size_t value_called(const builder *b, const char *t)
{
	const brc_name *at = brc_names_find(&b->top.names, t);

	for (size_t v = 0; at && v < b->is.g->n_values; v++)
		if (b->is.g->value[v].input && strcmp(b->is.g->value[v].name, t) == 0)
			return v;
	if (at)
		return at->is.value;
	for (size_t v = 0; v < b->is.g->n_values; v++)
		if (strcmp(b->is.g->value[v].name, t) == 0)
			return v;
	return BRC_NOWHERE;
}

static brc_rc add_output(builder *b, const char *t)
{
	const brc_name *at = brc_names_find(&b->top.names, t);
	size_t v = value_called(b, t);

	if (at && at->is.sequence)
		return brc_fail(b->err, BRC_DATA, "the output '%.200s' is a sequence of values", t);
	if (v == BRC_NOWHERE)
		return brc_fail(b->err, BRC_DATA, "no node computes the output '%.200s'", t);
	if (b->options.images_first)
		BRC_TRY(brc_exec_images_first(b->is.g, &v, b->err));
	return brc_exec_add_output(b->is.g, v, b->err);
}

static brc_rc add_tap(builder *b, const char *t)
{
	size_t v = value_called(b, t);

	if (v == BRC_NOWHERE || b->is.g->value[v].state != BRC_COMPUTED)
		return brc_fail(b->err, BRC_DATA, "no node computes '%.200s'", t);
	return brc_exec_add_tap(b->is.g, v, b->err);
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

		const size_t at = in[k].images;

		if (in[k].batch && s && at < s->n_dim && s->dim[at]->has_dim_value &&
		    s->dim[at]->dim_value > 0)
			return (size_t)s->dim[at]->dim_value;
	}
	return 0;
}

static brc_rc build(builder *b, const brc_onnx *m, const brc_tensor_view *input, size_t n)
{
	BRC_TRY(brc_functions_collect(&b->is.functions, m->model, b->err));
	BRC_TRY(brc_names_collect(&b->top.names, b->proto, b->err));
	BRC_TRY(brc_builder_initializers(&b->is));
	for (size_t i = 0; i < n; i++)
		BRC_TRY(add_input(b, &input[i]));
	BRC_TRY(brc_builder_nodes(&b->is));
	BRC_TRY(add_outputs(b));
	if (b->options.keep_only)
		BRC_TRY(brc_exec_prune(b->is.g, b->err));
	return brc_exec_finish(b->is.g, b->err);
}

static void begin(builder *b, brc_exec *g, const brc_onnx *m, const brc_tensor_view *input,
		  size_t n)
{
	g->opset = m->opset;
	g->precision = b->options.precision;
	g->folder = b->options.folder;
	g->bare = b->options.bare;
	g->borrow = b->options.borrow;
	g->declared = declared_batch(b->proto, input, n);
	b->top = (brc_scope){.graph = b->proto, .values = "", .nodes = ""};
	b->is = (brc_builder){.g = g,
			      .scope = &b->top,
			      .left = INLINED_EXTRA + m->bytes / INLINED_BYTES,
			      .looks = LOOKS + m->bytes,
			      .err = b->err};
}

brc_rc brc_exec_new(brc_exec **out, const brc_onnx *m, const brc_tensor_view *input, size_t n,
		    const brc_exec_options *options, brc_err *err)
{
	builder b = {.proto = m->model->graph, .err = err};
	brc_exec *g;
	brc_rc rc;

	*out = NULL;
	if (options)
		b.options = *options;
	BRC_TRY(check_precision(b.options.precision, err));
	BRC_TRY(brc_exec_accept(m, err));
	BRC_TRY(brc_exec_begin(&g, m->bytes, err));
	begin(&b, g, m, input, n);
	rc = build(&b, m, input, n);
	g->folder = NULL;
	brc_names_clear(&b.top.names);
	brc_functions_clear(&b.is.functions);
	if (rc == BRC_OK)
		*out = g;
	else
		brc_exec_free(g);
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
	free((void *)g->fold);
	free(g);
}
