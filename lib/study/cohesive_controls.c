#include "study/cohesive_controls.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/strengths.h"
#include "sections/match_kinds.h"

/* ---- growth ---- */

typedef struct growth {
	const float *s;
	size_t n, sets;
	double *sum;      /* [sets, n] strength of each unit to the units of a set, added up */
	size_t *left;     /* [sets] how many units it still takes */
	int32_t *shuffle; /* [n] */
	int32_t *order;   /* [sets] */
	int32_t *set;     /* [n] -1: in none */
} growth;

size_t brc_growth_bytes(size_t n, size_t sets)
{
	const size_t sums = brc_times(brc_times(sets, n), sizeof(double));

	return brc_plus(brc_plus(sums, brc_times(sets, sizeof(size_t) + sizeof(int32_t))),
			brc_times(n, sizeof(int32_t)));
}

static void take(const growth *w, size_t set, size_t unit)
{
	const float *row = w->s + unit * w->n;
	double *sum = w->sum + set * w->n;

	w->set[unit] = (int32_t)set;
	w->left[set]--;
	for (size_t i = 0; w->left[set] > 0 && i < w->n; i++)
		sum[i] += (double)row[i];
}

/* All sums of a set are over the same units: the largest sum is the largest mean. */
static size_t strongest(const growth *w, size_t set)
{
	const double *sum = w->sum + set * w->n;
	size_t best = w->n;

	for (size_t i = 0; i < w->n; i++) {
		const size_t unit = (size_t)w->shuffle[i];

		if (w->set[unit] < 0 && (best == w->n || sum[unit] > sum[best]))
			best = unit;
	}
	return best;
}

static void lay_out(growth *w, void *room, const size_t *size)
{
	w->sum = room;
	w->left = (size_t *)(void *)(w->sum + w->sets * w->n);
	w->shuffle = (int32_t *)(void *)(w->left + w->sets);
	w->order = w->shuffle + w->n;
	memset(w->sum, 0, w->sets * w->n * sizeof(*w->sum));
	memcpy(w->left, size, w->sets * sizeof(*size));
	for (size_t i = 0; i < w->n; i++) {
		w->shuffle[i] = (int32_t)i;
		w->set[i] = -1;
	}
	for (size_t g = 0; g < w->sets; g++)
		w->order[g] = (int32_t)g;
}

void brc_grow_sets(const float *s, size_t n, const size_t *size, size_t sets, brc_rng *rng,
		   void *room, int32_t *set)
{
	growth w = {.s = s, .n = n, .sets = sets, .set = set};
	size_t taken = sets;

	lay_out(&w, room, size);
	brc_rng_shuffle(rng, w.shuffle, n);
	brc_rng_shuffle(rng, w.order, sets);
	for (size_t k = 0; k < sets; k++)
		take(&w, (size_t)w.order[k], (size_t)w.shuffle[k]);
	while (taken < n)
		for (size_t k = 0; k < sets; k++) {
			const size_t g = (size_t)w.order[k];

			if (w.left[g] == 0)
				continue;
			take(&w, g, strongest(&w, g));
			taken++;
		}
}

/* ---- controls ---- */

static void clear_layer(brc_cohesive_controls *c)
{
	free(c->s);
	free(c->room);
	free(c->size);
	c->s = NULL;
	c->room = NULL;
	c->size = NULL;
}

void brc_cohesive_controls_clear(brc_cohesive_controls *c)
{
	clear_layer(c);
	memset(c, 0, sizeof(*c));
}

static brc_rc strengths(brc_cohesive_controls *c, const brc_drawn_layer *d, size_t *unit,
			brc_err *err)
{
	const size_t room = brc_growth_bytes(d->n, d->groups);
	const brc_graph *g;
	bool through = false;
	size_t bytes = brc_times(brc_times(d->n, d->n), sizeof(float));

	BRC_TRY(brc_match_graph_of(c->units, c->graph, d, &g, unit, err));
	if (g)
		bytes = brc_strengths_bytes(g, d->n, brc_pool_threads(c->pool));
	BRC_TRY(brc_mem_need(brc_plus(bytes, room), c->mem, "the strengths within a layer", err));
	c->s = brc_calloc(d->n, d->n * sizeof(*c->s), err);
	c->room = brc_alloc(room, 1, err);
	c->size = brc_calloc(d->groups, sizeof(*c->size), err);
	if (!c->s || !c->room || !c->size)
		return BRC_RESOURCE;
	for (size_t i = 0; i < d->n; i++)
		c->size[d->group[i]]++;
	if (g)
		BRC_TRY(brc_strengths_make(g, &c->graph->blocks, unit, d->n, c->pool, c->s,
					   &through, err));
	c->layers++;
	c->through += through;
	return BRC_OK;
}

static brc_rc begin(void *of, const brc_drawn_layer *d, brc_err *err)
{
	size_t *unit = brc_alloc(d->n, sizeof(*unit), err);
	brc_rc rc;

	BRC_TRY(brc_made(unit));
	clear_layer(of);
	rc = strengths(of, d, unit, err);
	free(unit);
	return rc;
}

static void draw(void *of, const brc_drawn_layer *d, brc_rng *rng, int32_t *drawn)
{
	brc_cohesive_controls *c = of;

	brc_grow_sets(c->s, d->n, c->size, d->groups, rng, c->room, drawn);
}

/* The place of a unit among those that are drawn. */
static size_t place_of(const brc_drawn_layer *d, int32_t unit)
{
	size_t low = 0, high = d->n;

	while (low + 1 < high) {
		const size_t middle = (low + high) / 2;

		if (d->unit[middle] <= unit)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static double cohesion(void *of, const brc_drawn_layer *d, const int32_t *unit, size_t n)
{
	const brc_cohesive_controls *c = of;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		const float *row = c->s + place_of(d, unit[i]) * d->n;

		for (size_t j = 0; j < i; j++)
			sum += (double)row[place_of(d, unit[j])];
	}
	return n < 2 ? NAN : sum / ((double)n * (double)(n - 1) / 2);
}

brc_redraw brc_cohesive_redraw(brc_cohesive_controls *c)
{
	return (brc_redraw){.purpose = (brc_purpose)(BRC_RNG_MATCH + BRC_MATCH_COHESION),
			    .begin = begin,
			    .draw = draw,
			    .value = cohesion,
			    .of = c};
}
