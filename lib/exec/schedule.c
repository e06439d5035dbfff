#include "exec/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "exec/place.h"

#define FOREVER SIZE_MAX

/* One lifetime for each buffer that is used; buffers are named by a value. */
typedef struct lives {
	const brc_exec *g;
	size_t *index; /* [values]: of buffers: in life, or BRC_NOWHERE */
	brc_lifetime *life;
	size_t n;
} lives;

static brc_rc begin(lives *l, const brc_exec *g, brc_err *err)
{
	*l = (lives){.g = g,
		     .index = brc_alloc(g->n_values, sizeof(*l->index), err),
		     .life = brc_alloc(g->n_values, sizeof(*l->life), err)};
	if (!l->index || !l->life)
		return BRC_RESOURCE;
	for (size_t v = 0; v < g->n_values; v++)
		l->index[v] = BRC_NOWHERE;
	return BRC_OK;
}

static void end(lives *l)
{
	free(l->index);
	free(l->life);
}

/* The buffer of v is needed at this step too. */
static void use(lives *l, size_t v, size_t step)
{
	const brc_operand *x = &l->g->value[v];
	size_t *at = &l->index[x->buffer];
	brc_lifetime *life;

	if (x->state != BRC_COMPUTED)
		return;
	if (*at == BRC_NOWHERE) {
		*at = l->n++;
		l->life[*at] = (brc_lifetime){.first = step, .last = step};
	}
	life = &l->life[*at];
	if (step < life->first)
		life->first = step;
	if (step > life->last)
		life->last = step;
	if (x->count * brc_item(x->elem) > life->bytes) /* bounded by BRC_EXEC_MAX_ELEMENTS */
		life->bytes = x->count * brc_item(x->elem);
}

static void use_all(lives *l, const size_t *values, size_t n, size_t step)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NOWHERE)
			use(l, values[k], step);
}

/* ---- the pass: inputs at step 0, node i at step i + 1 ---- */

static brc_rc place_pass(brc_schedule *s, brc_err *err)
{
	const brc_exec *g = s->g;
	lives l;
	brc_rc rc = begin(&l, g, err);

	for (size_t v = 0; rc == BRC_OK && v < g->n_values; v++)
		if (g->value[v].input && g->value[v].users)
			use(&l, v, 0);
	for (size_t i = 0; rc == BRC_OK && i < g->n_nodes; i++) {
		use_all(&l, g->node[i].in, g->node[i].n_in, i + 1);
		use_all(&l, g->node[i].out, g->node[i].n_out, i + 1);
	}
	for (size_t t = 0; rc == BRC_OK && t < s->n_stops; t++) {
		use(&l, s->stop[t].downstream.value, s->stop[t].downstream.ready);
		use_all(&l, s->stop[t].downstream.rest, s->stop[t].downstream.n_rest,
			s->stop[t].downstream.ready);
	}
	if (rc == BRC_OK) {
		use_all(&l, g->output, g->n_outputs, FOREVER);
		rc = brc_place(l.life, l.n, &s->bytes, err);
	}
	for (size_t v = 0; rc == BRC_OK && v < g->n_values; v++) {
		size_t at = g->value[v].state == BRC_COMPUTED ? l.index[g->value[v].buffer]
							      : BRC_NOWHERE;

		s->offset[v] = at == BRC_NOWHERE ? BRC_NOWHERE : l.life[at].offset;
	}
	end(&l);
	return rc;
}

/* ---- from a tap: its value at step 0, node downstream.node[i] at step i + 1 ---- */

static void move(lives *l, brc_stop *t, bool *moved, size_t v, size_t step)
{
	if (v == BRC_NOWHERE || l->g->value[v].state != BRC_COMPUTED)
		return;
	if (!moved[v])
		t->moved[t->n_moved++] = v;
	moved[v] = true;
	use(l, v, step);
}

static void live_through(lives *l, brc_stop *t, bool *moved)
{
	const brc_exec *g = l->g;

	move(l, t, moved, t->downstream.value, 0);
	for (size_t i = 0; i < t->downstream.n; i++) {
		const brc_node *n = &g->node[t->downstream.node[i]];

		for (size_t k = 0; k < n->n_in; k++)
			if (n->in[k] != BRC_NOWHERE && moved[n->in[k]])
				use(l, n->in[k], i + 1);
		for (size_t k = 0; k < n->n_out; k++)
			move(l, t, moved, n->out[k], i + 1);
	}
	for (size_t k = 0; k < g->n_outputs; k++)
		if (moved[g->output[k]])
			use(l, g->output[k], FOREVER);
}

static brc_rc place_stop(brc_schedule *s, brc_stop *t, brc_err *err)
{
	const brc_exec *g = s->g;
	bool *moved = brc_calloc(g->n_values, sizeof(*moved), err);
	size_t bytes = 0;
	lives l;
	brc_rc rc = begin(&l, g, err);

	t->moved = brc_alloc(g->n_values, sizeof(*t->moved), err);
	t->offset = brc_alloc(g->n_values, sizeof(*t->offset), err);
	if (!moved || !t->moved || !t->offset)
		rc = BRC_RESOURCE;
	if (rc == BRC_OK) {
		live_through(&l, t, moved);
		rc = brc_place(l.life, l.n, &bytes, err);
	}
	for (size_t i = 0; rc == BRC_OK && i < t->n_moved; i++)
		t->offset[i] = l.life[l.index[g->value[t->moved[i]].buffer]].offset;
	if (bytes > s->again_bytes)
		s->again_bytes = bytes;
	end(&l);
	free(moved);
	return rc;
}

/* ---- all of it ---- */

static int by_ready(const void *a, const void *b)
{
	const brc_stop *x = a, *y = b;

	if (x->downstream.ready != y->downstream.ready)
		return x->downstream.ready < y->downstream.ready ? -1 : 1;
	return (x->tap > y->tap) - (x->tap < y->tap);
}

static brc_rc find_stops(brc_schedule *s, brc_err *err)
{
	const brc_exec *g = s->g;

	s->stop = brc_calloc(g->n_taps, sizeof(*s->stop), err);
	if (!s->stop)
		return BRC_RESOURCE;
	for (size_t k = 0; k < g->n_taps; k++) {
		BRC_TRY(brc_downstream_find(&s->stop[k].downstream, g, g->tap[k], err));
		s->stop[k].tap = k;
		s->n_stops++;
	}
	if (s->n_stops)
		qsort(s->stop, s->n_stops, sizeof(*s->stop), by_ready);
	return BRC_OK;
}

static brc_rc fill(brc_schedule *s, brc_err *err)
{
	s->offset = brc_alloc(s->g->n_values, sizeof(*s->offset), err);
	if (!s->offset)
		return BRC_RESOURCE;
	for (size_t i = 0; i < s->g->n_nodes; i++)
		if (s->g->node[i].scratch > s->scratch)
			s->scratch = s->g->node[i].scratch;
	BRC_TRY(find_stops(s, err));
	BRC_TRY(place_pass(s, err));
	for (size_t t = 0; t < s->n_stops; t++)
		BRC_TRY(place_stop(s, &s->stop[t], err));
	return BRC_OK;
}

brc_rc brc_schedule_new(brc_schedule **out, const brc_exec *g, brc_err *err)
{
	brc_schedule *s = brc_calloc(1, sizeof(*s), err);
	brc_rc rc;

	BRC_ASSERT_VALID(brc_exec_valid(g));
	*out = NULL;
	if (!s)
		return BRC_RESOURCE;
	s->g = g;
	rc = fill(s, err);
	if (rc == BRC_OK)
		*out = s;
	else
		brc_schedule_free(s);
	return rc;
}

void brc_schedule_free(brc_schedule *s)
{
	if (!s)
		return;
	for (size_t t = 0; t < s->n_stops; t++) {
		brc_downstream_clear(&s->stop[t].downstream);
		free(s->stop[t].moved);
		free(s->stop[t].offset);
	}
	free(s->stop);
	free(s->offset);
	free(s);
}

size_t brc_schedule_bytes(const brc_schedule *s)
{
	return s->bytes + s->again_bytes + s->scratch + 2 * s->g->n_values * sizeof(void *);
}

size_t brc_schedule_tap(const brc_schedule *s, size_t stop)
{
	return s->stop[stop].tap;
}

double brc_schedule_flops(const brc_schedule *s, size_t stop)
{
	double sum = 0;

	for (size_t i = 0; i < s->stop[stop].downstream.n; i++)
		sum += brc_node_flops(s->g, &s->g->node[s->stop[stop].downstream.node[i]]);
	return sum;
}

double brc_schedule_pass_flops(const brc_schedule *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->g->n_nodes; i++)
		sum += brc_node_flops(s->g, &s->g->node[i]);
	return sum;
}
