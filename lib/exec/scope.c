/* The nodes of one graph of a model, and graphs that are put in the place of a node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/accept.h"
#include "exec/builder.h"

enum { MOST_DEPTH = 100 };

/* What the name stands for here; NULL: nothing defines it. "" is no name. */
static brc_name *find(const brc_builder *b, const char *name)
{
	for (const brc_scope *s = b->scope; s && *name; s = s->outer) {
		brc_name *at = brc_names_find(&s->names, name);

		if (at)
			return at;
	}
	return NULL;
}

/* ---- names ---- */

/* The name of a value or node of this graph in the graph that is made; *copy is owned by it. */
static brc_rc full_name(brc_builder *b, const char *begin, const char *name, const char **copy)
{
	size_t n = strlen(begin), m = strlen(name);
	char *s;

	if (n)
		BRC_TRY(brc_exec_spend(&b->g->budget, n + m, 1, "its names", b->err));
	s = brc_alloc(n + m + 1, 1, b->err);
	BRC_TRY(brc_made(s));
	memcpy(s, begin, n);
	memcpy(s + n, name, m + 1);
	*copy = s;
	return brc_exec_own(b->g, s, free, b->err);
}

brc_rc brc_builder_initializers(brc_builder *b)
{
	const Brc__OnnxGraph *graph = b->scope->graph;

	for (size_t i = 0; i < graph->n_initializer; i++) {
		Brc__OnnxTensor *t = graph->initializer[i];
		brc_name *at = brc_names_find(&b->scope->names, brc_text(t->name));
		brc_operand v;

		if (!brc_is_unbound(&at->is))
			return brc_fail(b->err, BRC_DATA, "initializer '%.200s' is defined twice",
					at->text);
		BRC_TRY(brc_exec_tensor(b->g, t, &v, b->err));
		BRC_TRY(full_name(b, "", brc_text(t->name), &v.name));
		BRC_TRY(brc_exec_add_value(b->g, &v, &at->is.value, b->err));
	}
	return BRC_OK;
}

/* ---- attributes of functions ---- */

/* The function whose attributes nodes here may name, or NULL. */
static const brc_scope *attributes_of(const brc_scope *s)
{
	while (s && !s->function)
		s = s->outer;
	return s;
}

/* p with the attributes that it takes from a call; copy and *list are room for it. */
static brc_rc take_attributes(const brc_builder *b, const Brc__OnnxNode *p, Brc__OnnxNode *copy,
			      Brc__OnnxAttribute **list)
{
	const brc_scope *s = attributes_of(b->scope);

	*copy = *p;
	copy->n_attribute = 0;
	copy->attribute = brc_alloc(p->n_attribute, sizeof(*copy->attribute), b->err);
	*list = brc_alloc(p->n_attribute, sizeof(**list), b->err);
	if (!copy->attribute || !*list)
		return BRC_RESOURCE;
	for (size_t i = 0; i < p->n_attribute; i++) {
		const Brc__OnnxAttribute *a = p->attribute[i];
		const char *name = brc_text(a->ref_attr_name);

		(*list)[i] = *a;
		if (*name && !s)
			return brc_fail(b->err, BRC_DATA,
					"attribute '%.100s' is taken from a function, but it is "
					"in none",
					brc_text(a->name));
		if (*name) {
			const Brc__OnnxAttribute *given =
				brc_function_attribute(s->function, s->call, name);

			if (!given)
				continue; /* the operator's own default */
			(*list)[i] = *given;
			(*list)[i].name = a->name;
		}
		copy->attribute[copy->n_attribute++] = &(*list)[i];
	}
	return BRC_OK;
}

static bool takes_attributes(const Brc__OnnxNode *p)
{
	for (size_t i = 0; i < p->n_attribute; i++)
		if (*brc_text(p->attribute[i]->ref_attr_name))
			return true;
	return false;
}

/* ---- operators ---- */

/* What input k of p stands for; *is is nothing where it is left out. */
static brc_rc resolve(const brc_builder *b, const Brc__OnnxNode *p, size_t k, brc_binding *is)
{
	const char *name = brc_text(p->input[k]);
	const brc_name *at = find(b, name);

	*is = at ? at->is : brc_bind(BRC_NOWHERE);
	if (*name && brc_is_unbound(is))
		return brc_fail(b->err, BRC_DATA, "its input '%.200s' %s", name,
				at ? "has no value" : "does not exist");
	return BRC_OK;
}

static brc_rc set_inputs(brc_builder *b, const Brc__OnnxNode *p, brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++) {
		brc_binding is;

		BRC_TRY(resolve(b, p, k, &is));
		n->in[k] = is.value;
		if (is.sequence)
			return brc_fail(b->err, BRC_DATA, "its input '%.200s' is a sequence",
					p->input[k]);
	}
	return BRC_OK;
}

static brc_rc set_outputs(brc_builder *b, const Brc__OnnxNode *p, brc_node *n)
{
	for (size_t k = 0; k < n->n_out; k++) {
		brc_name *at = brc_names_find(&b->scope->names, brc_text(p->output[k]));
		brc_operand v = {.state = BRC_ABSENT, .batch = BRC_NOWHERE, .inner = 1};

		n->out[k] = BRC_NOWHERE;
		if (!*brc_text(p->output[k]) && k > 0) /* kernels rely on the first */
			continue;
		BRC_TRY(full_name(b, b->scope->values, at ? at->text : n->name, &v.name));
		BRC_TRY(brc_exec_add_value(b->g, &v, &n->out[k], b->err));
		if (at)
			at->is = brc_bind(n->out[k]);
	}
	return BRC_OK;
}

/* Only values that are computed need names of their own; constants name layers, and are read. */
static brc_rc name_constants(brc_builder *b, const Brc__OnnxNode *p, const brc_node *n)
{
	for (size_t k = 0; *b->scope->values && k < n->n_out; k++) {
		brc_operand *v = n->out[k] == BRC_NOWHERE ? NULL : &b->g->value[n->out[k]];

		if (v && v->state == BRC_CONSTANT)
			BRC_TRY(full_name(b, "", p->output[k], &v->name));
	}
	return BRC_OK;
}

static brc_rc add_operator(brc_builder *b, const Brc__OnnxNode *p)
{
	brc_exec *g = b->g;
	void *args;
	brc_node n = {.op = brc_op_find(p->op_type),
		      .named = *brc_text(p->name) != '\0',
		      .n_in = p->n_input,
		      .n_out = p->n_output};

	BRC_TRY(full_name(b, b->scope->nodes, brc_node_title(p), &n.name));
	BRC_TRY(brc_exec_alloc(g, &n.in, n.n_in + n.n_out, sizeof(*n.in), b->err));
	n.out = n.in + n.n_in;
	BRC_TRY(set_inputs(b, p, &n));
	BRC_TRY(set_outputs(b, p, &n));
	BRC_TRY(brc_arguments_read(g, n.op, p, &args, b->err));
	n.args = args;
	BRC_TRY(brc_exec_join(g, &n, b->err));
	return name_constants(b, p, &n);
}

/* ---- nodes that are no operators ---- */

brc_rc brc_builder_emit(brc_builder *b, const Brc__OnnxNode *p, const char *type, const void *args,
			const size_t *in, size_t n_in, size_t *out, size_t n_out)
{
	const brc_op *op = brc_op_find(type);
	const char *title = brc_node_title(p), *name;
	char number[32];

	if (!op)
		return brc_fail(b->err, BRC_DATA, "it needs the operator %s", type);
	if (b->left == 0)
		return brc_fail(b->err, BRC_DATA,
				"it makes more nodes than the size of the model accounts for");
	b->left--;
	BRC_TRY(full_name(b, b->scope->nodes, title, &name));
	BRC_TRY(brc_exec_add_node(b->g, op, args, name, in, n_in, out, n_out, b->err));
	for (size_t k = 0; k < n_out; k++) { /* taps are told apart by names */
		snprintf(number, sizeof(number), ":%zu", b->emitted++);
		BRC_TRY(full_name(b, title, number, &name));
		BRC_TRY(full_name(b, b->scope->values, name, &b->g->value[out[k]].name));
	}
	return BRC_OK;
}

static brc_rc build_call(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			 brc_binding *out)
{
	const Brc__OnnxFunction *f = brc_function_of(&b->functions, p);
	brc_inlined what = {
		.function = f, .node = p, .turn = BRC_NOWHERE, .in = in, .n_in = p->n_input};
	Brc__OnnxGraph *graph;
	brc_binding *all;
	brc_rc rc;

	BRC_TRY(brc_function_accept(f, p, b->err));
	BRC_TRY(brc_function_graph_new(&graph, f, b->err));
	what.graph = graph;
	all = brc_alloc(graph->n_output, sizeof(*all), b->err);
	rc = brc_made(all);
	BRC_THEN(rc, brc_builder_inline(b, &what, all));
	for (size_t k = 0; rc == BRC_OK && k < p->n_output; k++)
		out[k] = all[k];
	free(all);
	brc_function_graph_free(graph);
	return rc;
}

/* Put what `build` makes in the place of p. */
static brc_rc add_structure(brc_builder *b, const Brc__OnnxNode *p, brc_build build)
{
	brc_binding *in = brc_alloc(p->n_input + p->n_output, sizeof(*in), b->err), *out;
	size_t emitted = b->emitted;
	brc_rc rc = brc_made(in);

	b->emitted = 0;
	for (size_t k = 0; rc == BRC_OK && k < p->n_input; k++)
		rc = resolve(b, p, k, &in[k]);
	if (rc == BRC_OK) {
		out = in + p->n_input;
		for (size_t k = 0; k < p->n_output; k++)
			out[k] = brc_bind(BRC_NOWHERE);
		rc = build(b, p, in, out);
		for (size_t k = 0; rc == BRC_OK && k < p->n_output; k++)
			if (*brc_text(p->output[k]))
				brc_names_find(&b->scope->names, p->output[k])->is = out[k];
	}
	b->emitted = emitted;
	free(in);
	return rc;
}

/* Does it hand on a sequence, as Identity may? */
static bool hands_on(const brc_builder *b, const Brc__OnnxNode *p)
{
	const brc_name *at =
		p->n_input == 1 && p->n_output == 1 && strcmp(brc_text(p->op_type), "Identity") == 0
			? find(b, brc_text(p->input[0]))
			: NULL;

	if (!at || !at->is.sequence)
		return false;
	brc_names_find(&b->scope->names, brc_text(p->output[0]))->is = at->is;
	return true;
}

static bool is_computed(const brc_builder *b, const char *name)
{
	const brc_name *at = find(b, brc_text(name));

	return at && at->is.value != BRC_NOWHERE && b->g->value[at->is.value].state == BRC_COMPUTED;
}

/* Clip with bounds that the network computes: its largest or smallest values with them. */
static bool clips_by_values(const brc_builder *b, const Brc__OnnxNode *p)
{
	bool any = false;

	for (size_t k = 1; k < p->n_input; k++)
		any = any || is_computed(b, p->input[k]);
	return any && strcmp(brc_text(p->op_type), "Clip") == 0;
}

static brc_rc build_clip(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			 brc_binding *out)
{
	static const char *const how[] = {"", "Max", "Min"};

	*out = in[0];
	for (size_t k = 1; k < p->n_input; k++) {
		size_t two[2] = {out->value, in[k].value};

		if (two[1] != BRC_NOWHERE)
			BRC_TRY(brc_builder_emit(b, p, how[k], NULL, two, 2, &out->value, 1));
	}
	return BRC_OK;
}

/* What input k stands for so far; NULL: nothing, or a sequence. */
static const brc_operand *operand_of(const brc_builder *b, const Brc__OnnxNode *p, size_t k)
{
	const brc_name *at = find(b, brc_text(p->input[k]));

	return at && !at->is.sequence && at->is.value != BRC_NOWHERE ? &b->g->value[at->is.value]
								     : NULL;
}

static bool is_stack(const brc_builder *b, const Brc__OnnxNode *p)
{
	const brc_operand *x, *w;

	if (strcmp(brc_text(p->op_type), "MatMul") != 0 || p->n_input != 2 || p->n_output != 1)
		return false;
	x = operand_of(b, p, 0);
	w = operand_of(b, p, 1);
	return x && w && brc_is_stack(x, w);
}

static brc_rc add_node(brc_builder *b, const Brc__OnnxNode *p)
{
	brc_rc rc = brc_exec_accept_node(p, &b->functions, b->err);

	b->named = rc != BRC_OK; /* it names the node */
	BRC_TRY(rc);
	if (brc_function_of(&b->functions, p))
		return add_structure(b, p, build_call);
	if (brc_structure_find(brc_text(p->op_type)))
		return add_structure(b, p, brc_structure_find(p->op_type)->build);
	if (clips_by_values(b, p))
		return add_structure(b, p, build_clip);
	if (is_stack(b, p))
		return add_structure(b, p, brc_stack_build);
	return hands_on(b, p) ? BRC_OK : add_operator(b, p);
}

static brc_rc add_resolved(brc_builder *b, const Brc__OnnxNode *p)
{
	Brc__OnnxNode copy = {.attribute = NULL};
	Brc__OnnxAttribute *list = NULL;
	brc_rc rc;

	if (!takes_attributes(p))
		return add_node(b, p);
	rc = take_attributes(b, p, &copy, &list);
	BRC_THEN(rc, add_node(b, &copy));
	free((void *)copy.attribute);
	free(list);
	return rc;
}

brc_rc brc_builder_nodes(brc_builder *b)
{
	const Brc__OnnxGraph *graph = b->scope->graph;
	size_t *order = brc_alloc(graph->n_node, sizeof(*order), b->err);
	brc_rc rc = brc_made(order);

	BRC_THEN(rc, brc_node_order(graph, &b->scope->names, order, b->err));
	for (size_t i = 0; rc == BRC_OK && i < graph->n_node; i++) {
		const Brc__OnnxNode *p = graph->node[order[i]];

		rc = add_resolved(b, p);
		if (rc != BRC_OK && !b->named) {
			brc_err_prefix(b->err, "node '%.200s' (%s)", brc_node_title(p),
				       brc_text(p->op_type));
			b->named = true;
		}
	}
	free(order);
	return rc;
}

/* ---- graphs in the place of a node ---- */

static brc_rc check_depth(const brc_builder *b, const brc_inlined *what)
{
	for (const brc_scope *s = b->scope; what->function && s; s = s->caller)
		if (s->function == what->function)
			return brc_fail(b->err, BRC_DATA, "function '%.200s' calls itself",
					brc_text(what->function->name));
	if (b->scope->depth == MOST_DEPTH)
		return brc_fail(b->err, BRC_DATA, "graphs are nested too deeply");
	return BRC_OK;
}

static void count_name(void *ctx, const char *name)
{
	(void)name;
	++*(size_t *)ctx;
}

/*
 * Take what a graph counts for from what may still be put in place. Its nodes may hold graphs
 * that are not put in place, but their names are looked at.
 */
static brc_rc spend(brc_builder *b, const Brc__OnnxGraph *graph)
{
	size_t n = 1 + graph->n_node + graph->n_initializer + graph->n_input + graph->n_output;
	size_t looks = 0;

	for (size_t i = 0; n <= b->left && i < graph->n_node; i++) {
		looks += graph->node[i]->n_attribute;
		brc_onnx_reads(graph->node[i], count_name, &looks);
	}
	if (n > b->left || looks > b->looks)
		return brc_fail(b->err, BRC_DATA,
				"functions, branches and loops make more nodes than the size of "
				"the model accounts for");
	b->left -= n;
	b->looks -= looks;
	return BRC_OK;
}

/* What the names begin with. Nodes of functions and loops are many; one of a branch stands alone.
 */
static brc_rc name_scope(brc_builder *b, const brc_inlined *what, brc_scope *s)
{
	const char *title = brc_node_title(what->node), *slash = *title == '/' ? "" : "/";
	char turn[32] = "";
	char *text;
	size_t cap;
	brc_rc rc;

	if (what->turn != BRC_NOWHERE)
		snprintf(turn, sizeof(turn), ".%zu", what->turn);
	if (what->branch)
		snprintf(turn, sizeof(turn), ".%.10s", what->branch);
	cap = strlen(title) + sizeof(turn) + 4;
	text = brc_alloc(cap, 1, b->err);
	BRC_TRY(brc_made(text));
	snprintf(text, cap, "%s%s%s/", slash, title, turn);
	rc = full_name(b, s->caller->values, text, &s->values);
	s->nodes = s->caller->nodes;
	if (rc == BRC_OK && !what->branch)
		rc = full_name(b, s->caller->nodes, text, &s->nodes);
	free(text);
	return rc;
}

/* The version of the default operator set that a function is written in; 0: the caller's. */
static int64_t opset_of(const Brc__OnnxFunction *f)
{
	int64_t version = 0;

	for (size_t i = 0; f && i < f->n_opset_import; i++) {
		const char *domain = brc_text(f->opset_import[i]->domain);

		if (!*domain || strcmp(domain, "ai.onnx") == 0)
			version = f->opset_import[i]->version;
	}
	return version;
}

static brc_rc bind_inputs(brc_builder *b, const brc_inlined *what)
{
	const Brc__OnnxGraph *graph = what->graph;

	for (size_t k = 0; k < graph->n_input && k < what->n_in; k++) {
		brc_name *at = brc_names_find(&b->scope->names, brc_text(graph->input[k]->name));

		if (at->node != SIZE_MAX)
			return brc_fail(b->err, BRC_DATA, "value '%.200s' is defined twice",
					at->text);
		at->is = what->in[k];
	}
	return BRC_OK;
}

static brc_rc bind_outputs(const brc_builder *b, const Brc__OnnxGraph *graph, brc_binding *out)
{
	for (size_t k = 0; k < graph->n_output; k++) {
		const char *name = brc_text(graph->output[k]->name);
		const brc_name *at = find(b, name);

		out[k] = at ? at->is : brc_bind(BRC_NOWHERE);
		if (!at)
			return brc_fail(b->err, BRC_DATA, "no node computes its output '%.200s'",
					name);
	}
	return BRC_OK;
}

brc_rc brc_builder_inline(brc_builder *b, const brc_inlined *what, brc_binding *out)
{
	brc_scope s = {.outer = what->function ? NULL : b->scope,
		       .caller = b->scope,
		       .graph = what->graph,
		       .function = what->function,
		       .call = what->node,
		       .depth = b->scope->depth + 1};
	int64_t opset = opset_of(what->function), before = b->g->opset;
	bool again = b->g->again, turns = what->turn != BRC_NOWHERE && what->turn > 0;
	brc_rc rc;

	BRC_TRY(check_depth(b, what));
	BRC_TRY(spend(b, what->graph));
	BRC_TRY(name_scope(b, what, &s));
	rc = brc_names_collect(&s.names, what->graph, b->err);
	b->scope = &s;
	b->g->opset = opset ? opset : before;
	b->g->again = again || turns || what->function;
	BRC_THEN(rc, brc_exec_accept_opset(b->g->opset, b->err));
	BRC_THEN(rc, bind_inputs(b, what));
	BRC_THEN(rc, brc_builder_initializers(b));
	BRC_THEN(rc, brc_builder_nodes(b));
	BRC_THEN(rc, bind_outputs(b, what->graph, out));
	b->scope = s.caller;
	b->g->opset = before;
	b->g->again = again;
	brc_names_clear(&s.names);
	return rc;
}
