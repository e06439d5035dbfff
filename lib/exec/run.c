/*
 * Workspaces: one block of memory in which buffers follow one another, each
 * alive from the node that fills it to the last that reads it.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/graph.h"

enum { ALIGN = 64, ROWS_MIN = 2, ROWS_MAX = 64 };

#define BATCH_ELEMENTS ((size_t)1 << 20) /* of the input of a micro-batch, about */

struct brc_workspace {
	const brc_exec *g;
	char *memory;
	void **at; /* [values] */
	void *scratch;
};

/* A stretch of the block that is free. */
typedef struct gap {
	size_t start, size;
} gap;

typedef struct plan {
	size_t *offset; /* [values]: of buffers */
	size_t *last;   /* [values]: of buffers: the last node that needs it */
	size_t bytes, scratch;
	gap *gaps; /* by start */
	size_t n_gaps, cap_gaps;
} plan;

static size_t size_of(const brc_operand *v)
{
	size_t bytes = v->count * brc_item(v->elem); /* bounded by BRC_EXEC_MAX_ELEMENTS */

	return (bytes + ALIGN - 1) / ALIGN * ALIGN + ALIGN;
}

static bool has_buffer(const brc_exec *g, size_t v)
{
	return v != BRC_NOWHERE && g->value[v].state == BRC_COMPUTED;
}

static void find_ends(const brc_exec *g, plan *p)
{
	for (size_t v = 0; v < g->n_values; v++)
		p->last[v] = 0;
	for (size_t i = 0; i < g->n_nodes; i++) {
		const brc_node *n = &g->node[i];

		for (size_t k = 0; k < n->n_in; k++)
			if (has_buffer(g, n->in[k]))
				p->last[g->value[n->in[k]].buffer] = i;
		for (size_t k = 0; k < n->n_out; k++)
			if (has_buffer(g, n->out[k]))
				p->last[g->value[n->out[k]].buffer] = i;
		p->scratch = n->scratch > p->scratch ? n->scratch : p->scratch;
	}
	for (size_t i = 0; i < g->n_outputs; i++)
		if (has_buffer(g, g->output[i]))
			p->last[g->value[g->output[i]].buffer] = BRC_NOWHERE;
}

/* The block grows by what the gap at its end lacks. */
static size_t place_at_end(plan *p, size_t need)
{
	gap *end = p->n_gaps ? &p->gaps[p->n_gaps - 1] : NULL;
	size_t start = p->bytes;

	if (end && end->start + end->size == p->bytes) {
		start = end->start;
		p->n_gaps--;
	}
	p->bytes = start + need;
	return start;
}

/* The smallest gap that is large enough, else the end of the block. */
static void take(const brc_exec *g, plan *p, size_t v)
{
	size_t need = size_of(&g->value[v]), best = BRC_NOWHERE;

	for (size_t i = 0; i < p->n_gaps; i++)
		if (p->gaps[i].size >= need &&
		    (best == BRC_NOWHERE || p->gaps[i].size < p->gaps[best].size))
			best = i;
	if (best == BRC_NOWHERE) {
		p->offset[v] = place_at_end(p, need);
		return;
	}
	p->offset[v] = p->gaps[best].start;
	p->gaps[best].start += need;
	p->gaps[best].size -= need;
	if (p->gaps[best].size == 0)
		memmove(&p->gaps[best], &p->gaps[best + 1], (--p->n_gaps - best) * sizeof(gap));
}

/* Give a buffer back, joined with the gaps on either side. */
static brc_rc give_back(const brc_exec *g, plan *p, size_t v, brc_err *err)
{
	gap new = {p->offset[v], size_of(&g->value[v])};
	size_t at = 0;

	BRC_TRY(brc_grow(&p->gaps, &p->cap_gaps, p->n_gaps + 1, sizeof(gap), err));
	while (at < p->n_gaps && p->gaps[at].start < new.start)
		at++;
	if (at > 0 && p->gaps[at - 1].start + p->gaps[at - 1].size == new.start) {
		p->gaps[at - 1].size += new.size;
		at--;
	} else {
		memmove(&p->gaps[at + 1], &p->gaps[at], (p->n_gaps++ - at) * sizeof(gap));
		p->gaps[at] = new;
	}
	if (at + 1 < p->n_gaps && p->gaps[at].start + p->gaps[at].size == p->gaps[at + 1].start) {
		p->gaps[at].size += p->gaps[at + 1].size;
		memmove(&p->gaps[at + 1], &p->gaps[at + 2], (--p->n_gaps - at - 1) * sizeof(gap));
	}
	return BRC_OK;
}

/* Buffers of node i: new ones taken, then those given back that it was the last to need. */
static brc_rc step(const brc_exec *g, plan *p, size_t i, brc_err *err)
{
	const brc_node *n = &g->node[i];

	for (size_t k = 0; k < n->n_out; k++) {
		size_t v = n->out[k];

		if (has_buffer(g, v) && p->offset[g->value[v].buffer] == BRC_NOWHERE)
			take(g, p, g->value[v].buffer);
	}
	for (size_t k = 0; k < n->n_in + n->n_out; k++) {
		size_t v = k < n->n_in ? n->in[k] : n->out[k - n->n_in], b;

		if (!has_buffer(g, v))
			continue;
		b = g->value[v].buffer;
		if (p->last[b] != i)
			continue;
		p->last[b] = BRC_NOWHERE; /* once */
		BRC_TRY(give_back(g, p, b, err));
	}
	return BRC_OK;
}

static void clear(plan *p)
{
	free(p->offset);
	free(p->last);
	free(p->gaps);
}

static brc_rc make_plan(const brc_exec *g, plan *p, brc_err *err)
{
	*p = (plan){.offset = brc_alloc(g->n_values, sizeof(size_t), err),
		    .last = brc_alloc(g->n_values, sizeof(size_t), err)};
	if (!p->offset || !p->last)
		return BRC_RESOURCE;
	for (size_t v = 0; v < g->n_values; v++)
		p->offset[v] = BRC_NOWHERE;
	find_ends(g, p);
	for (size_t v = 0; v < g->n_values; v++)
		if (has_buffer(g, v) && g->value[v].input && g->value[v].users)
			take(g, p, v);
	for (size_t i = 0; i < g->n_nodes; i++)
		BRC_TRY(step(g, p, i, err));
	return BRC_OK;
}

size_t brc_exec_rows(size_t elements)
{
	size_t rows = ROWS_MIN;

	while (rows < ROWS_MAX && 2 * rows * elements <= BATCH_ELEMENTS)
		rows *= 2;
	return rows;
}

size_t brc_workspace_bytes(const brc_exec *g)
{
	plan p;
	size_t bytes = 0;

	if (make_plan(g, &p, NULL) == BRC_OK)
		bytes = p.bytes + p.scratch;
	clear(&p);
	return bytes;
}

static brc_rc allocate(brc_workspace *w, const plan *p, brc_err *err)
{
	const brc_exec *g = w->g;

	BRC_TRY(brc_mem_need(p->bytes + p->scratch, 0, "running the network", err));
	w->memory = brc_alloc(p->bytes, 1, err);
	w->scratch = brc_alloc(p->scratch, 1, err);
	w->at = brc_calloc(g->n_values, sizeof(*w->at), err);
	if (!w->memory || !w->scratch || !w->at)
		return BRC_RESOURCE;
	for (size_t v = 0; v < g->n_values; v++) {
		const brc_operand *x = &g->value[v];

		if (x->state == BRC_CONSTANT)
			w->at[v] = x->data;
		else if (x->state == BRC_COMPUTED && p->offset[x->buffer] != BRC_NOWHERE)
			w->at[v] = w->memory + p->offset[x->buffer];
	}
	return BRC_OK;
}

brc_rc brc_workspace_new(brc_workspace **out, const brc_exec *g, brc_err *err)
{
	brc_workspace *w = brc_calloc(1, sizeof(*w), err);
	plan p;
	brc_rc rc;

	*out = NULL;
	if (!w)
		return BRC_RESOURCE;
	w->g = g;
	rc = make_plan(g, &p, err);
	if (rc == BRC_OK)
		rc = allocate(w, &p, err);
	clear(&p);
	if (rc == BRC_OK)
		*out = w;
	else
		brc_workspace_free(w);
	return rc;
}

void brc_workspace_free(brc_workspace *w)
{
	if (!w)
		return;
	free(w->memory);
	free(w->scratch);
	free(w->at);
	free(w);
}

void *brc_workspace_input(brc_workspace *w, const char *name)
{
	for (size_t v = 0; v < w->g->n_values; v++)
		if (w->g->value[v].name && strcmp(w->g->value[v].name, name) == 0)
			return w->at[v];
	return NULL;
}

brc_rc brc_workspace_run(brc_workspace *w, brc_err *err)
{
	bool failed = false;
	const brc_memory m = {.at = w->at, .scratch = w->scratch, .failed = &failed};

	omp_set_num_threads(1); /* oneDNN, in this thread: our tasks are the parallelism */
	for (size_t i = 0; i < w->g->n_nodes; i++)
		if (w->g->node[i].op->run)
			w->g->node[i].op->run(w->g, &w->g->node[i], &m);
	return failed ? brc_fail(err, BRC_RESOURCE, "out of memory") : BRC_OK;
}

const void *brc_workspace_output(const brc_workspace *w, size_t k)
{
	return w->at[w->g->output[k]];
}
