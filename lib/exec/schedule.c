#include "exec/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "exec/place.h"

#define FOREVER SIZE_MAX

/* The values in one block of memory, and when their buffers are used. A value names each buffer. */
typedef struct lives {
	const brc_exec *g;
	size_t *offset; /* [values]: in the block; BRC_NOWHERE: it is not there */
	size_t *index;  /* [values]: of buffers: in life, or BRC_NOWHERE */
	brc_lifetime *life;
	size_t n;
} lives;

/* Value v is in the block, and its buffer is needed at this step too. */
static void use(lives *l, size_t v, size_t step)
{
	const brc_operand *x = &l->g->value[v];
	size_t *at = &l->index[x->buffer];
	brc_lifetime *life;

	if (x->state != BRC_COMPUTED)
		return;
	l->offset[v] = 0; /* known once all are placed */
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

/* Use those that are in the block already. */
static void use_again(lives *l, const size_t *values, size_t n, size_t step)
{
	for (size_t k = 0; k < n; k++)
		if (values[k] != BRC_NOWHERE && l->offset[values[k]] != BRC_NOWHERE)
			use(l, values[k], step);
}

/* In a pass, inputs are there at step 0, and node i runs at step i + 1. */
static void live_in_pass(lives *l, const brc_schedule *s)
{
	const brc_exec *g = l->g;

	for (size_t v = 0; v < g->n_values; v++)
		if (g->value[v].input && g->value[v].users)
			use(l, v, 0);
	for (size_t i = 0; i < g->n_nodes; i++) {
		use_all(l, g->node[i].in, g->node[i].n_in, i + 1);
		use_all(l, g->node[i].out, g->node[i].n_out, i + 1);
	}
	for (size_t t = 0; t < s->n_stops; t++) {
		const brc_downstream *d = &s->stop[t].downstream;

		use(l, d->value, d->ready);
		use_all(l, d->rest, d->n_rest, d->ready);
	}
	use_all(l, g->output, g->n_outputs, FOREVER);
}

/* From a tap, its value is there at step 0, and node d->node[i] runs at step i + 1. */
static void live_from_tap(lives *l, const brc_downstream *d)
{
	const brc_exec *g = l->g;

	use(l, d->value, 0);
	for (size_t i = 0; i < d->n; i++) {
		const brc_node *n = &g->node[d->node[i]];

		use_again(l, n->in, n->n_in, i + 1);
		use_all(l, n->out, n->n_out, i + 1);
	}
	use_again(l, g->output, g->n_outputs, FOREVER);
}

/* Offsets of values in the memory of a pass, or, with a stop, of what is computed again there. */
static brc_rc place(const brc_schedule *s, const brc_stop *stop, size_t **offset, size_t *bytes,
		    brc_err *err)
{
	const brc_exec *g = s->g;
	lives l = {.g = g,
		   .offset = brc_alloc(g->n_values, sizeof(*l.offset), err),
		   .index = brc_alloc(g->n_values, sizeof(*l.index), err),
		   .life = brc_alloc(g->n_values, sizeof(*l.life), err)};
	brc_rc rc = l.offset && l.index && l.life ? BRC_OK : BRC_RESOURCE;

	*offset = l.offset;
	if (rc == BRC_OK) {
		for (size_t v = 0; v < g->n_values; v++)
			l.offset[v] = l.index[v] = BRC_NOWHERE;
		if (stop)
			live_from_tap(&l, &stop->downstream);
		else
			live_in_pass(&l, s);
		rc = brc_place(l.life, l.n, bytes, err);
	}
	for (size_t v = 0; rc == BRC_OK && v < g->n_values; v++)
		if (l.offset[v] != BRC_NOWHERE)
			l.offset[v] = l.life[l.index[g->value[v].buffer]].offset;
	free(l.index);
	free(l.life);
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
	BRC_TRY(brc_made(s->stop));
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
	size_t bytes;

	for (size_t i = 0; i < s->g->n_nodes; i++)
		if (s->g->node[i].scratch > s->scratch)
			s->scratch = s->g->node[i].scratch;
	BRC_TRY(find_stops(s, err));
	BRC_TRY(place(s, NULL, &s->offset, &s->bytes, err));
	for (size_t t = 0; t < s->n_stops; t++) {
		BRC_TRY(place(s, &s->stop[t], &s->stop[t].offset, &bytes, err));
		s->again_bytes = bytes > s->again_bytes ? bytes : s->again_bytes;
	}
	return BRC_OK;
}

brc_rc brc_schedule_new(brc_schedule **out, const brc_exec *g, brc_err *err)
{
	brc_schedule *s = brc_calloc(1, sizeof(*s), err);
	brc_rc rc;

	BRC_ASSERT_VALID(brc_exec_valid(g));
	*out = NULL;
	BRC_TRY(brc_made(s));
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
