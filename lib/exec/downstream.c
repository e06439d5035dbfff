#include "exec/downstream.h"

#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"

typedef struct marks {
	bool *needed;     /* [values]: an output depends on it */
	bool *changed;    /* [values] */
	bool *listed;     /* [values]: among the rest */
	size_t *producer; /* [values]: node, or BRC_NOWHERE */
} marks;

static bool any(const size_t *values, size_t n, const bool *mark)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NOWHERE && mark[values[k]])
			return true;
	return false;
}

static void mark_all(const size_t *values, size_t n, bool *mark)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NOWHERE)
			mark[values[k]] = true;
}

static void prepare(const brc_exec *g, marks *m)
{
	for (size_t v = 0; v < g->n_values; v++)
		m->producer[v] = BRC_NOWHERE;
	for (size_t i = 0; i < g->n_nodes; i++)
		for (size_t k = 0; k < g->node[i].n_out; k++)
			if (g->node[i].out[k] != BRC_NOWHERE)
				m->producer[g->node[i].out[k]] = i;
	mark_all(g->output, g->n_outputs, m->needed);
	for (size_t i = g->n_nodes; i-- > 0;)
		if (any(g->node[i].out, g->node[i].n_out, m->needed))
			mark_all(g->node[i].in, g->node[i].n_in, m->needed);
}

static void wait_for(brc_downstream *r, const marks *m, size_t v)
{
	size_t by = m->producer[v];

	if (by != BRC_NOWHERE && by + 1 > r->ready)
		r->ready = by + 1;
}

static void list(const brc_exec *g, brc_downstream *r, marks *m, const size_t *values, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		size_t v = values[k];

		if (v == BRC_NOWHERE || g->value[v].state != BRC_COMPUTED || m->changed[v] ||
		    m->listed[v])
			continue;
		m->listed[v] = true;
		r->rest[r->n_rest++] = v;
		wait_for(r, m, v);
	}
}

static void walk(const brc_exec *g, brc_downstream *r, marks *m)
{
	m->changed[r->value] = true;
	wait_for(r, m, r->value);
	for (size_t i = 0; i < g->n_nodes; i++) {
		const brc_node *n = &g->node[i];

		if (!any(n->in, n->n_in, m->changed) || !any(n->out, n->n_out, m->needed))
			continue;
		mark_all(n->out, n->n_out, m->changed);
		r->node[r->n++] = i;
	}
	for (size_t i = 0; i < r->n; i++)
		list(g, r, m, g->node[r->node[i]].in, g->node[r->node[i]].n_in);
	list(g, r, m, g->output, g->n_outputs);
}

brc_rc brc_downstream_find(brc_downstream *r, const brc_exec *g, size_t value, brc_err *err)
{
	marks m = {brc_calloc(g->n_values, sizeof(bool), err),
		   brc_calloc(g->n_values, sizeof(bool), err),
		   brc_calloc(g->n_values, sizeof(bool), err),
		   brc_alloc(g->n_values, sizeof(size_t), err)};
	brc_rc rc = BRC_RESOURCE;

	BRC_ASSERT_VALID(brc_exec_valid(g) && value < g->n_values);
	*r = (brc_downstream){.value = value,
			      .node = brc_alloc(g->n_nodes, sizeof(size_t), err),
			      .rest = brc_alloc(g->n_values, sizeof(size_t), err)};
	if (m.needed && m.changed && m.listed && m.producer && r->node && r->rest) {
		prepare(g, &m);
		walk(g, r, &m);
		rc = BRC_OK;
	} else {
		brc_downstream_clear(r);
	}
	free(m.needed);
	free(m.changed);
	free(m.listed);
	free(m.producer);
	return rc;
}

void brc_downstream_clear(brc_downstream *r)
{
	free(r->node);
	free(r->rest);
	*r = (brc_downstream){0};
}
