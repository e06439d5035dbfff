#include "exec/downstream.h"

#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"

/* What is known of a value: these flags, in an array of bytes. */
enum {
	NEEDED = 1,  /* an output depends on it */
	CHANGED = 2, /* it changes with the value that changes */
	LISTED = 4   /* it is among the rest */
};

static bool any(const size_t *values, size_t n, const unsigned char *marks, unsigned char flag)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NOWHERE && marks[values[k]] & flag)
			return true;
	return false;
}

static void mark(const size_t *values, size_t n, unsigned char *marks, unsigned char flag)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NOWHERE)
			marks[values[k]] |= flag;
}

/* What a needed value is computed from is needed, too. */
static void spread_need(const brc_exec *g, unsigned char *marks)
{
	for (size_t i = g->n_nodes; i-- > 0;)
		if (any(g->node[i].out, g->node[i].n_out, marks, NEEDED))
			mark(g->node[i].in, g->node[i].n_in, marks, NEEDED);
}

brc_rc brc_exec_prune(brc_exec *g, brc_err *err)
{
	unsigned char *marks = brc_calloc(g->n_values, sizeof(*marks), err);
	size_t kept = 0;

	BRC_ASSERT_VALID(brc_exec_valid(g));
	BRC_TRY(brc_made(marks));
	mark(g->output, g->n_outputs, marks, NEEDED);
	mark(g->tap, g->n_taps, marks, NEEDED);
	spread_need(g, marks);
	for (size_t i = 0; i < g->n_nodes; i++)
		if (any(g->node[i].out, g->node[i].n_out, marks, NEEDED))
			g->node[kept++] = g->node[i];
	g->n_nodes = kept;
	free(marks);
	return BRC_OK;
}

/* ---- what changes with a value ---- */

/* Other values that are read, or outputs, and stay the same. */
static void list(const brc_exec *g, brc_downstream *r, unsigned char *marks, const size_t *values,
		 size_t n)
{
	for (size_t k = 0; k < n; k++) {
		size_t v = values[k];

		if (v == BRC_NOWHERE || g->value[v].state != BRC_COMPUTED ||
		    marks[v] & (CHANGED | LISTED))
			continue;
		marks[v] |= LISTED;
		r->rest[r->n_rest++] = v;
	}
}

static void walk(const brc_exec *g, brc_downstream *r, unsigned char *marks)
{
	mark(g->output, g->n_outputs, marks, NEEDED);
	spread_need(g, marks);
	marks[r->value] |= CHANGED;
	for (size_t i = 0; i < g->n_nodes; i++) {
		const brc_node *n = &g->node[i];

		if (!any(n->in, n->n_in, marks, CHANGED) || !any(n->out, n->n_out, marks, NEEDED))
			continue;
		mark(n->out, n->n_out, marks, CHANGED);
		r->node[r->n++] = i;
	}
	for (size_t i = 0; i < r->n; i++)
		list(g, r, marks, g->node[r->node[i]].in, g->node[r->node[i]].n_in);
	list(g, r, marks, g->output, g->n_outputs);
	marks[r->value] |= LISTED;
	for (size_t i = 0; i < g->n_nodes; i++)
		if (any(g->node[i].out, g->node[i].n_out, marks, LISTED))
			r->ready = i + 1;
}

brc_rc brc_downstream_find(brc_downstream *r, const brc_exec *g, size_t value, brc_err *err)
{
	unsigned char *marks = brc_calloc(g->n_values, sizeof(*marks), err);

	BRC_ASSERT_VALID(brc_exec_valid(g) && value < g->n_values);
	*r = (brc_downstream){.value = value,
			      .node = brc_alloc(g->n_nodes, sizeof(*r->node), err),
			      .rest = brc_alloc(g->n_values, sizeof(*r->rest), err)};
	if (!marks || !r->node || !r->rest) {
		free(marks);
		brc_downstream_clear(r);
		return BRC_RESOURCE;
	}
	walk(g, r, marks);
	free(marks);
	return BRC_OK;
}

void brc_downstream_clear(brc_downstream *r)
{
	free(r->node);
	free(r->rest);
	*r = (brc_downstream){0};
}
