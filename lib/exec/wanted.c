#include "exec/wanted.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/accept.h"
#include "exec/names.h"

typedef struct search {
	Brc__OnnxGraph *g;
	brc_names names;
	bool *node;           /* [nodes of g]: is it wanted? */
	unsigned char *mark;  /* [names.n]: READ, INITIALIZER, both or none */
	size_t *next, n_next; /* wanted nodes whose inputs are still to be looked at */
} search;

enum { READ = 1, INITIALIZER = 2 };

static unsigned char *mark_of(const search *s, const brc_name *at)
{
	return &s->mark[at - s->names.at];
}

static void want(void *ctx, const char *text)
{
	search *s = ctx;
	const brc_name *at = brc_names_find(&s->names, text);

	if (!at) /* defined in a graph inside, or nowhere: found when the graph is built */
		return;
	*mark_of(s, at) |= READ;
	if (at->node == SIZE_MAX || s->node[at->node])
		return;
	s->node[at->node] = true;
	s->next[s->n_next++] = at->node;
}

static brc_rc begin(search *s, brc_onnx *m, brc_err *err)
{
	*s = (search){.g = m->model->graph};
	BRC_TRY(brc_names_collect(&s->names, s->g, err));
	s->node = brc_calloc(s->g->n_node, sizeof(*s->node), err);
	s->next = brc_alloc(s->g->n_node, sizeof(*s->next), err);
	s->mark = brc_calloc(s->names.n, sizeof(*s->mark), err);
	if (!s->node || !s->next || !s->mark)
		return BRC_RESOURCE;
	for (size_t i = 0; i < s->g->n_initializer; i++)
		*mark_of(s, brc_names_find(&s->names, brc_text(s->g->initializer[i]->name))) |=
			INITIALIZER;
	return BRC_OK;
}

static void end(search *s)
{
	brc_names_clear(&s->names);
	free(s->node);
	free(s->next);
	free(s->mark);
}

static brc_rc mark(search *s, const char *const *name, size_t n, brc_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!brc_names_find(&s->names, name[i]))
			return brc_fail(err, BRC_DATA, "no node computes the output '%.200s'",
					name[i]);
		want(s, name[i]);
	}
	while (s->n_next > 0)
		brc_onnx_reads(s->g->node[s->next[--s->n_next]], want, s);
	return BRC_OK;
}

static bool is_read(const search *s, const Brc__OnnxValueInfo *in, bool any)
{
	unsigned char m = *mark_of(s, brc_names_find(&s->names, brc_text(in->name)));

	return m == READ || (!any && !(m & INITIALIZER));
}

/* Without `any` only initializers are left out. */
static void leave_out_inputs(search *s, bool any)
{
	size_t left = 0;

	for (size_t i = 0; i < s->g->n_input; i++) {
		Brc__OnnxValueInfo *in = s->g->input[i];

		if (is_read(s, in, any))
			s->g->input[left++] = in;
		else
			brc__onnx_value_info__free_unpacked(in, NULL);
	}
	s->g->n_input = left;
}

static void leave_out_nodes(search *s)
{
	size_t left = 0;

	for (size_t i = 0; i < s->g->n_node; i++)
		if (s->node[i])
			s->g->node[left++] = s->g->node[i];
		else
			brc__onnx_node__free_unpacked(s->g->node[i], NULL);
	s->g->n_node = left;
}

brc_rc brc_exec_want(brc_onnx *m, const char *const *name, size_t n, brc_err *err)
{
	search s;
	brc_rc rc = begin(&s, m, err);

	BRC_THEN(rc, mark(&s, name, n, err));
	if (rc == BRC_OK) {
		leave_out_inputs(&s, true);
		leave_out_nodes(&s);
	}
	end(&s);
	return rc;
}

static void read_name(void *ctx, const char *text)
{
	search *s = ctx;
	const brc_name *at = brc_names_find(&s->names, text);

	if (at)
		*mark_of(s, at) |= READ;
}

brc_rc brc_exec_drop_inputs(brc_onnx *m, brc_err *err)
{
	search s;
	brc_rc rc = begin(&s, m, err);
	bool any = false;

	for (size_t i = 0; rc == BRC_OK && i < s.g->n_node; i++)
		brc_onnx_reads(s.g->node[i], read_name, &s);
	for (size_t i = 0; rc == BRC_OK && i < s.g->n_input; i++)
		any = any || is_read(&s, s.g->input[i], true);
	if (rc == BRC_OK)
		leave_out_inputs(&s, any);
	end(&s);
	return rc;
}

brc_rc brc_exec_want_outputs(brc_onnx *m, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;
	brc_err unsupported = {0};
	const char **name;
	brc_rc rc;

	if (brc_exec_accept(m, &unsupported) == BRC_OK)
		return BRC_OK;
	name = brc_alloc(g->n_output, sizeof(*name), err);
	rc = name ? BRC_OK : BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < g->n_output; i++)
		name[i] = brc_text(g->output[i]->name);
	BRC_THEN(rc, brc_exec_want(m, name, g->n_output, err));
	BRC_THEN(rc, brc_exec_accept(m, err));
	free(name);
	return rc;
}
