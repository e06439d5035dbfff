/* From the messages of a model to a graph that can run: names, constants, inference, folding. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/external.h"
#include "exec/fuse.h"
#include "exec/operators.h"

enum { OPSET_MIN = 7, OPSET_MAX = 21 };

#define BUDGET_FACTOR 4u
#define BUDGET_EXTRA ((size_t)32 << 20)

/* Where the value of a name is; sorted by name once all are known. */
typedef struct name {
	const char *text;
	size_t value;
	size_t order; /* node that defines it + 1; 0: an input or initializer */
} name;

typedef struct builder {
	brc_exec *g;
	const Brc__OnnxGraph *proto;
	brc_exec_options options;
	name *names;
	size_t n_names;
	brc_err *err;
} builder;

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool standard_domain(const char *domain)
{
	return !*domain || strcmp(domain, "ai.onnx") == 0;
}

static const char *title(const Brc__OnnxNode *p)
{
	const char *t = text(p->name);

	return *t || !p->n_output ? t : text(p->output[0]);
}

/* ---- what is supported at all ---- */

static brc_rc check_node(const Brc__OnnxNode *p, brc_err *err)
{
	const brc_op *op = brc_op_find(text(p->op_type));
	const char *domain = text(p->domain);

	if (!op || !standard_domain(domain))
		return brc_fail(err, BRC_DATA,
				"operator %.100s%s%.100s (node '%.200s') is not supported",
				standard_domain(domain) ? "" : domain,
				standard_domain(domain) ? "" : ":", text(p->op_type), title(p));
	if (p->n_input < op->min_in || p->n_input > op->max_in || p->n_output < 1 ||
	    p->n_output > op->max_out)
		return brc_fail(err, BRC_DATA, "node '%.200s' (%s) has %zu inputs and %zu outputs",
				title(p), op->type, p->n_input, p->n_output);
	if (brc_onnx_attributes_known(p, op->attributes, err) != BRC_OK)
		return brc_err_prefix(err, "node '%.200s' (%s)", title(p), op->type);
	return BRC_OK;
}

static brc_rc check_model(const brc_onnx *m, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;

	if (m->opset < OPSET_MIN || m->opset > OPSET_MAX) {
		brc_fail(err, BRC_DATA, "operator set %lld is not supported; %d to %d are",
			 (long long)m->opset, OPSET_MIN, OPSET_MAX);
		return brc_hint(err, "onnx.version_converter turns a model into another version");
	}
	if (g->n_sparse_initializer)
		return brc_fail(err, BRC_DATA, "sparse initializers are not supported");
	for (size_t i = 0; i < g->n_node; i++)
		BRC_TRY(check_node(g->node[i], err));
	return BRC_OK;
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
	const name *x = a, *y = b;
	int c = strcmp(x->text, y->text);

	return c ? c : (x->order > y->order) - (x->order < y->order);
}

/* All that nodes define, sorted; values come later, as nodes are emitted. */
static brc_rc collect_names(builder *b)
{
	const Brc__OnnxGraph *g = b->proto;
	size_t n = g->n_initializer + g->n_input;

	for (size_t i = 0; i < g->n_node; i++)
		n += g->node[i]->n_output;
	b->names = brc_calloc(n, sizeof(*b->names), b->err);
	if (!b->names)
		return BRC_RESOURCE;
	n = 0;
	for (size_t i = 0; i < g->n_initializer; i++)
		b->names[n++] = (name){text(g->initializer[i]->name), BRC_NOWHERE, 0};
	for (size_t i = 0; i < g->n_input; i++)
		b->names[n++] = (name){text(g->input[i]->name), BRC_NOWHERE, 0};
	for (size_t i = 0; i < g->n_node; i++)
		for (size_t k = 0; k < g->node[i]->n_output; k++)
			if (*text(g->node[i]->output[k]))
				b->names[n++] = (name){g->node[i]->output[k], BRC_NOWHERE, i + 1};
	qsort(b->names, n, sizeof(*b->names), by_name);
	for (size_t i = 0; i < n; i++) {
		name *last = b->n_names ? &b->names[b->n_names - 1] : NULL;
		bool again = last && strcmp(last->text, b->names[i].text) == 0;

		if (again && b->names[i].order)
			return brc_fail(b->err, BRC_DATA, "value '%.200s' is defined twice",
					last->text);
		if (!again)
			b->names[b->n_names++] = b->names[i];
	}
	return BRC_OK;
}

static name *find(const builder *b, const char *t)
{
	size_t lo = 0, hi = b->n_names;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(b->names[mid].text, t) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < b->n_names && strcmp(b->names[lo].text, t) == 0 ? &b->names[lo] : NULL;
}

static brc_rc keep_text(brc_exec *g, const char *s, const char **out, brc_err *err)
{
	char *copy = brc_strdup(s, err);

	*out = copy;
	return copy ? brc_exec_own(g, copy, free, err) : BRC_RESOURCE;
}

static brc_rc new_value(builder *b, const char *t, brc_operand *v, size_t *index)
{
	BRC_TRY(keep_text(b->g, t, &v->name, b->err));
	return brc_exec_add_value(b->g, v, index, b->err);
}

/* ---- constants and inputs ---- */

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
	BRC_TRY(brc_onnx_tensor_shape(t, &v->ndim, v->dim, &v->count, err));
	BRC_TRY(brc_count(v, err));
	if (!brc_mul(v->count, brc_item(v->elem), &bytes) || bytes > g->budget)
		return brc_fail(
			err, BRC_DATA,
			"its values take more memory than the size of the model accounts for");
	g->budget -= bytes;
	BRC_TRY(v->elem == BRC_ELEM_FLOAT ? brc_onnx_tensor_floats(t, &f, err)
					  : brc_onnx_tensor_ints(t, &i, err));
	v->data = f ? (void *)f : (void *)i;
	return brc_exec_own(g, v->data, free, err);
}

static brc_rc add_initializers(builder *b)
{
	for (size_t i = 0; i < b->proto->n_initializer; i++) {
		Brc__OnnxTensor *t = b->proto->initializer[i];
		name *at = find(b, text(t->name));
		brc_operand v;

		BRC_TRY(brc_exec_external(b->g, t, b->options.folder, b->err));
		BRC_TRY(brc_exec_tensor(b->g, t, &v, b->err));
		BRC_TRY(new_value(b, text(t->name), &v, &at->value));
	}
	return BRC_OK;
}

static brc_rc add_input(builder *b, const brc_tensor_view *in)
{
	name *at = find(b, in->name);
	brc_operand v = {.state = in->data ? BRC_CONSTANT : BRC_COMPUTED,
			 .elem = in->elem,
			 .input = true,
			 .ndim = in->ndim,
			 .batch = in->batch ? 0 : BRC_NOWHERE,
			 .inner = 1};
	size_t item = brc_item(in->elem);

	memcpy(v.dim, in->dim, sizeof(v.dim));
	BRC_TRY(brc_count(&v, b->err));
	if (in->batch)
		b->g->rows = in->dim[0];
	if (!at || at->order)
		return brc_fail(b->err, BRC_DATA, "the model has no input '%s'", in->name);
	if (in->data) {
		b->g->budget += v.count * item;
		v.data = brc_exec_alloc(b->g, v.count, item, b->err);
		if (!v.data)
			return BRC_RESOURCE;
		memcpy(v.data, in->data, v.count * item);
	}
	return new_value(b, in->name, &v, &at->value);
}

/* ---- nodes ---- */

static void *const *constants(const brc_exec *g, const brc_node *n, brc_err *err)
{
	void **at = brc_calloc(g->n_values, sizeof(*at), err);

	for (size_t k = 0; at && k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE)
			at[n->in[k]] = g->value[n->in[k]].data;
	for (size_t k = 0; at && k < n->n_out; k++)
		if (n->out[k] != BRC_NOWHERE)
			at[n->out[k]] = g->value[n->out[k]].data;
	return at;
}

/* All inputs are constants: compute the outputs now. */
static brc_rc fold(brc_exec *g, brc_node *n, brc_err *err)
{
	bool failed = false;
	brc_memory m = {.failed = &failed};

	for (size_t k = 0; k < n->n_out; k++) {
		brc_operand *v = n->out[k] == BRC_NOWHERE ? NULL : &g->value[n->out[k]];

		if (!v || v->state != BRC_COMPUTED)
			continue;
		v->batch = BRC_NOWHERE;
		v->data = n->op->run ? brc_exec_alloc(g, v->count, brc_item(v->elem), err)
				     : g->value[n->in[0]].data;
		if (!v->data)
			return BRC_RESOURCE;
		g->value[n->out[k]].state = BRC_CONSTANT;
	}
	if (!n->op->run)
		return BRC_OK;
	if (n->op->prepare)
		BRC_TRY(n->op->prepare(g, n, err));
	m.scratch = brc_alloc(n->scratch, 1, err);
	m.at = constants(g, n, err);
	if (m.at && m.scratch)
		n->op->run(g, n, &m);
	failed = failed || !m.at || !m.scratch;
	free((void *)m.at);
	free(m.scratch);
	return failed ? brc_fail(err, BRC_RESOURCE, "out of memory") : BRC_OK;
}

static bool all_constant(const brc_exec *g, const size_t *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (v[k] != BRC_NOWHERE && g->value[v[k]].state == BRC_COMPUTED)
			return false;
	return true;
}

/* Infer a node whose inputs and outputs are in place; keep it, unless nothing is left to run. */
static brc_rc emit(brc_exec *g, brc_node *n, const Brc__OnnxNode *p, brc_err *err)
{
	BRC_TRY(n->op->infer(g, n, p, err));
	if (all_constant(g, n->in, n->n_in))
		return fold(g, n, err);
	if (all_constant(g, n->out, n->n_out))
		return BRC_OK; /* Shape */
	BRC_TRY(brc_grow(&g->node, &g->cap_nodes, g->n_nodes + 1, sizeof(*g->node), err));
	g->node[g->n_nodes++] = *n;
	return BRC_OK;
}

/* The same value in the other layout. */
static brc_rc change_layout(brc_exec *g, size_t *value, brc_err *err)
{
	static const Brc__OnnxNode none;
	brc_node n = {
		.op = &brc_kernel_layout, .name = g->value[*value].name, .n_in = 1, .n_out = 1};
	brc_operand v = g->value[*value];

	v.input = false;

	n.in = brc_exec_alloc(g, 2, sizeof(*n.in), err);
	if (!n.in)
		return BRC_RESOURCE;
	n.out = n.in + 1;
	n.in[0] = *value;
	BRC_TRY(brc_exec_add_value(g, &v, &n.out[0], err));
	*value = n.out[0];
	return emit(g, &n, &none, err);
}

static brc_rc demand_layouts(brc_exec *g, brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++) {
		brc_operand *v = n->in[k] == BRC_NOWHERE ? NULL : &g->value[n->in[k]];
		bool last = n->op->layout == BRC_LAYOUT_LAST;

		if (!v || n->op->layout == BRC_LAYOUT_ANY || (last && k > 0) || v->last == last ||
		    brc_layout_is_moot(v))
			continue;
		BRC_TRY(change_layout(g, &n->in[k], err));
	}
	return BRC_OK;
}

static brc_rc resolve(builder *b, const Brc__OnnxNode *p, brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const name *at = find(b, p->input[k]);

		n->in[k] = BRC_NOWHERE;
		if (!*text(p->input[k]))
			continue;
		if (!at)
			return brc_fail(b->err, BRC_DATA, "its input '%.200s' does not exist",
					p->input[k]);
		if (at->value == BRC_NOWHERE && at->order)
			return brc_fail(
				b->err, BRC_DATA,
				"its input '%.200s' is computed only later, or from its output",
				p->input[k]);
		if (at->value == BRC_NOWHERE)
			return brc_fail(b->err, BRC_DATA, "its input '%.200s' has no value",
					p->input[k]);
		n->in[k] = at->value;
	}
	for (size_t k = 0; k < n->n_out; k++) {
		brc_operand v = {.state = BRC_ABSENT, .batch = BRC_NOWHERE, .inner = 1};
		name *at = *text(p->output[k]) ? find(b, p->output[k]) : NULL;

		n->out[k] = BRC_NOWHERE;
		if (!at)
			continue;
		BRC_TRY(new_value(b, p->output[k], &v, &n->out[k]));
		at->value = n->out[k];
	}
	return BRC_OK;
}

static brc_rc use_absent(const brc_exec *g, const brc_node *n, brc_err *err)
{
	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE && g->value[n->in[k]].state == BRC_ABSENT)
			return brc_fail(err, BRC_DATA,
					"input %zu ('%.200s') is a mask, which is not computed", k,
					g->value[n->in[k]].name);
	return BRC_OK;
}

static brc_rc add_node(builder *b, const Brc__OnnxNode *p)
{
	brc_exec *g = b->g;
	brc_node n = {.op = brc_op_find(p->op_type), .n_in = p->n_input, .n_out = p->n_output};

	BRC_TRY(keep_text(g, title(p), &n.name, b->err));
	n.in = brc_exec_alloc(g, n.n_in + n.n_out, sizeof(*n.in), b->err);
	if (!n.in)
		return BRC_RESOURCE;
	n.out = n.in + n.n_in;
	for (size_t i = 0; i < p->n_attribute; i++)
		if (p->attribute[i]->t)
			BRC_TRY(brc_exec_external(g, p->attribute[i]->t, b->options.folder,
						  b->err));
	BRC_TRY(resolve(b, p, &n));
	BRC_TRY(use_absent(g, &n, b->err));
	BRC_TRY(demand_layouts(g, &n, b->err));
	return emit(g, &n, p, b->err);
}

static brc_rc add_nodes(builder *b)
{
	for (size_t i = 0; i < b->proto->n_node; i++) {
		const Brc__OnnxNode *p = b->proto->node[i];

		if (add_node(b, p) != BRC_OK)
			return brc_err_prefix(b->err, "node '%.200s' (%s)", title(p),
					      text(p->op_type));
	}
	return BRC_OK;
}

static brc_rc add_output(builder *b, const char *t)
{
	brc_exec *g = b->g;
	const name *at = find(b, t);
	size_t v = at ? at->value : BRC_NOWHERE;

	if (v == BRC_NOWHERE)
		return brc_fail(b->err, BRC_DATA, "no node computes the output '%.200s'", t);
	if (g->value[v].state == BRC_ABSENT)
		return brc_fail(b->err, BRC_DATA, "the output '%.200s' is not computed", t);
	if (g->value[v].last && !brc_layout_is_moot(&g->value[v]))
		BRC_TRY(change_layout(g, &v, b->err));
	g->output[g->n_outputs++] = v;
	return BRC_OK;
}

static brc_rc add_outputs(builder *b)
{
	brc_exec *g = b->g;
	size_t n = b->proto->n_output;

	g->output = brc_exec_alloc(g, n + b->options.n_keep, sizeof(*g->output), b->err);
	if (!g->output)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++)
		BRC_TRY(add_output(b, text(b->proto->output[i]->name)));
	for (size_t i = 0; i < b->options.n_keep; i++)
		BRC_TRY(add_output(b, b->options.keep[i]));
	return BRC_OK;
}

static void count_users(brc_exec *g)
{
	for (size_t i = 0; i < g->n_nodes; i++)
		for (size_t k = 0; k < g->node[i].n_in; k++)
			if (g->node[i].in[k] != BRC_NOWHERE)
				g->value[g->node[i].in[k]].users++;
	for (size_t i = 0; i < g->n_outputs; i++)
		g->value[g->output[i]].users++;
}

static brc_rc prepare(brc_exec *g, brc_err *err)
{
	for (size_t i = 0; i < g->n_nodes; i++) {
		brc_node *n = &g->node[i];

		if (n->op->prepare && n->op->prepare(g, n, err) != BRC_OK)
			return brc_err_prefix(err, "node '%.200s' (%s)", n->name, n->op->type);
	}
	return BRC_OK;
}

/* Extent that the model itself declares for the batch; 0: none. */
static size_t declared_batch(const Brc__OnnxGraph *g, const brc_tensor_view *in, size_t n)
{
	for (size_t i = 0; i < g->n_input; i++) {
		const Brc__OnnxType *t = g->input[i]->type;
		const Brc__OnnxShape *s = t && t->tensor_type ? t->tensor_type->shape : NULL;

		for (size_t k = 0; k < n; k++)
			if (in[k].batch && s && s->n_dim && s->dim[0]->has_dim_value &&
			    s->dim[0]->dim_value > 0 &&
			    strcmp(text(g->input[i]->name), in[k].name) == 0)
				return (size_t)s->dim[0]->dim_value;
	}
	return 0;
}

static brc_rc build(builder *b, const brc_tensor_view *input, size_t n)
{
	BRC_TRY(collect_names(b));
	BRC_TRY(add_initializers(b));
	for (size_t i = 0; i < n; i++)
		BRC_TRY(add_input(b, &input[i]));
	BRC_TRY(add_nodes(b));
	BRC_TRY(add_outputs(b));
	count_users(b->g);
	brc_exec_fuse(b->g);
	return prepare(b->g, b->err);
}

brc_rc brc_exec_new(brc_exec **out, const brc_onnx *m, const brc_tensor_view *input, size_t n,
		    const brc_exec_options *options, brc_err *err)
{
	builder b = {.proto = m->model->graph, .err = err};
	brc_rc rc;

	*out = NULL;
	if (options)
		b.options = *options;
	BRC_TRY(check_model(m, err));
	b.g = brc_calloc(1, sizeof(*b.g), err);
	if (!b.g)
		return BRC_RESOURCE;
	b.g->opset = m->opset;
	b.g->budget = BUDGET_EXTRA + BUDGET_FACTOR * m->bytes;
	b.g->declared = declared_batch(b.proto, input, n);
	omp_set_num_threads(1); /* oneDNN: our tasks are the parallelism */
	rc = build(&b, input, n);
	free(b.names);
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
	for (size_t i = 0; i < g->n_owned; i++)
		g->owned[i].release(g->owned[i].p);
	free(g->owned);
	free(g->value);
	free(g->node);
	free(g);
}

size_t brc_exec_outputs(const brc_exec *g)
{
	return g->n_outputs;
}

brc_tensor_view brc_exec_output(const brc_exec *g, size_t k)
{
	const brc_operand *v = &g->value[g->output[k]];
	brc_tensor_view t = {.name = v->name,
			     .elem = v->elem,
			     .ndim = v->ndim,
			     .data = v->state == BRC_CONSTANT ? v->data : NULL,
			     .batch = v->batch == 0 && v->inner == 1};

	memcpy(t.dim, v->dim, sizeof(t.dim));
	return t;
}
