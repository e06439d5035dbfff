/* Workspaces: the memory of a pass, and of the nodes that are computed again from a tap. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"
#include "exec/schedule.h"

struct brc_workspace {
	const brc_schedule *s;
	char *memory, *again;
	void *scratch;
	void **at;   /* [values]: of the pass */
	void **now;  /* [values]: as seen from tap `stop`; values that are computed again have other
			places */
	size_t stop; /* that `now` is for; BRC_NOWHERE: none yet */
	size_t done; /* nodes of the pass that have run */
	const brc_silenced *silenced; /* when nodes are computed again; NULL: nothing */
};

static brc_rc allocate(brc_workspace *w, brc_err *err)
{
	const brc_schedule *s = w->s;
	const brc_exec *g = s->g;

	BRC_TRY(brc_mem_need(brc_schedule_bytes(s), 0, "running the network", err));
	w->memory = brc_alloc(s->bytes, 1, err);
	w->again = brc_alloc(s->again_bytes, 1, err);
	w->scratch = brc_alloc(s->scratch, 1, err);
	w->at = brc_calloc(g->n_values, sizeof(*w->at), err);
	w->now = brc_calloc(g->n_values, sizeof(*w->now), err);
	if (!w->memory || !w->again || !w->scratch || !w->at || !w->now)
		return BRC_RESOURCE;
	for (size_t v = 0; v < g->n_values; v++) {
		if (g->value[v].state == BRC_CONSTANT)
			w->at[v] = g->value[v].data;
		else if (s->offset[v] != BRC_NOWHERE)
			w->at[v] = w->memory + s->offset[v];
	}
	return BRC_OK;
}

brc_rc brc_workspace_for(brc_workspace **out, const brc_schedule *s, brc_err *err)
{
	brc_workspace *w = brc_calloc(1, sizeof(*w), err);

	*out = NULL;
	BRC_TRY(brc_made(w));
	w->s = s;
	w->stop = BRC_NOWHERE;
	if (allocate(w, err) != BRC_OK) {
		brc_workspace_free(w);
		return BRC_RESOURCE;
	}
	*out = w;
	return BRC_OK;
}

void brc_workspace_free(brc_workspace *w)
{
	if (!w)
		return;
	free(w->memory);
	free(w->again);
	free(w->scratch);
	free(w->at);
	free(w->now);
	free(w);
}

void *brc_workspace_input(brc_workspace *w, const char *name)
{
	const brc_exec *g = w->s->g;

	for (size_t v = 0; v < g->n_values; v++)
		if (g->value[v].input && strcmp(g->value[v].name, name) == 0)
			return w->at[v];
	return NULL;
}

/* ---- the pass ---- */

static brc_rc run_nodes(brc_workspace *w, size_t end, brc_err *err)
{
	const brc_exec *g = w->s->g;
	bool failed = false;
	const brc_memory m = {.at = w->at, .scratch = w->scratch, .failed = &failed};

	omp_set_num_threads(1); /* for oneDNN, in this thread: our own tasks run in parallel */
	for (; w->done < end; w->done++)
		if (g->node[w->done].op->run)
			g->node[w->done].op->run(g, &g->node[w->done], &m);
	return failed ? brc_fail(err, BRC_RESOURCE, "out of memory") : BRC_OK;
}

void brc_workspace_start(brc_workspace *w)
{
	w->done = 0;
}

brc_rc brc_workspace_until(brc_workspace *w, size_t stop, brc_err *err)
{
	return run_nodes(w, w->s->stop[stop].downstream.ready, err);
}

brc_rc brc_workspace_finish(brc_workspace *w, brc_err *err)
{
	return run_nodes(w, w->s->g->n_nodes, err);
}

const void *brc_workspace_output(const brc_workspace *w, size_t k)
{
	return w->at[w->s->g->output[k]];
}

const void *brc_workspace_tap(const brc_workspace *w, size_t stop)
{
	return w->at[w->s->stop[stop].downstream.value];
}

/* ---- again, from a tap ---- */

static void look_from(brc_workspace *w, size_t stop)
{
	const brc_stop *t = &w->s->stop[stop];

	if (w->stop == stop)
		return;
	for (size_t v = 0; v < w->s->g->n_values; v++)
		w->now[v] = t->offset[v] == BRC_NOWHERE ? w->at[v] : w->again + t->offset[v];
	w->stop = stop;
}

static size_t size_of(const brc_operand *v)
{
	return v->count * brc_item(v->elem);
}

void *brc_workspace_change(brc_workspace *w, size_t stop)
{
	size_t v = w->s->stop[stop].downstream.value;

	look_from(w, stop);
	return memcpy(w->now[v], w->at[v], size_of(&w->s->g->value[v]));
}

/* A host that adds to its addend must find it in its place, even if it was not changed. */
static void bring_addend(brc_workspace *w, const brc_node *n)
{
	size_t addend, out;

	if (!n->after.accumulate)
		return;
	addend = n->in[n->n_in - 1];
	out = n->out[0];
	if (w->now[out] != w->now[addend])
		memcpy(w->now[out], w->now[addend], size_of(&w->s->g->value[out]));
}

void brc_workspace_silence(brc_workspace *w, const brc_silenced *units)
{
	w->silenced = units;
}

brc_rc brc_workspace_again(brc_workspace *w, brc_err *err)
{
	const brc_exec *g = w->s->g;
	const brc_stop *t = &w->s->stop[w->stop];
	bool failed = false;
	const brc_memory m = {
		.at = w->now, .scratch = w->scratch, .failed = &failed, .silenced = w->silenced};

	for (size_t i = 0; i < t->downstream.n; i++) {
		const brc_node *n = &g->node[t->downstream.node[i]];

		bring_addend(w, n);
		if (n->op->run)
			n->op->run(g, n, &m);
	}
	return failed ? brc_fail(err, BRC_RESOURCE, "out of memory") : BRC_OK;
}

const void *brc_workspace_changed(const brc_workspace *w, size_t k)
{
	return w->now[w->s->g->output[k]];
}
