#include "study/controls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "base/rng.h"

bool brc_controls_size_ok(size_t size, size_t eligible, size_t min_size, double max_fraction,
			  char reason[96])
{
	if (size < min_size)
		snprintf(reason, 96, "fewer than %zu units", min_size);
	else if ((double)size > max_fraction * (double)eligible)
		snprintf(reason, 96, "more than %g of the layer's clustered units", max_fraction);
	else
		return true;
	return false;
}

/* The eligible units of one layer and what is drawn for them. */
typedef struct layer_draw {
	size_t n;       /* eligible units */
	int32_t *unit;  /* [n] ascending */
	int32_t *group; /* [n] sub-cluster of each, counted from the layer's first */
	int32_t *drawn; /* [n] the same after a draw */
	size_t groups;  /* sub-clusters of the layer */
	size_t *fill;   /* [groups] where the next unit of a kept one goes; SIZE_MAX: left out */
} layer_draw;

/* Collect the sub-clusters item[from..to) of one layer. */
static void layer_units(layer_draw *d, const brc_labels *labels, const brc_subclusters *t,
			size_t from, size_t to, int32_t *group_of_unit)
{
	const size_t units = labels->layers.units[t->item[from].layer];

	for (size_t u = 0; u < units; u++)
		group_of_unit[u] = -1;
	for (size_t i = from; i < to; i++)
		for (size_t k = 0; k < t->item[i].size; k++)
			group_of_unit[t->item[i].unit[k]] = (int32_t)(i - from);
	d->n = 0;
	d->groups = to - from;
	for (size_t u = 0; u < units; u++) {
		if (group_of_unit[u] < 0)
			continue;
		d->unit[d->n] = (int32_t)u;
		d->group[d->n++] = group_of_unit[u];
	}
}

/* Distribute the units of a drawn labelling to the sets of the kept sub-clusters. */
static void deal(const layer_draw *d, const int32_t *group, int32_t *out)
{
	for (size_t i = 0; i < d->n; i++)
		if (group[i] >= 0 && d->fill[group[i]] != SIZE_MAX)
			out[d->fill[group[i]]++] = d->unit[i];
}

/* A uniform set of `size` of the eligible units, marked by `mark` in d->drawn, all else -1. */
static void choose(layer_draw *d, brc_rng *rng, int32_t *pool, size_t size, int32_t mark)
{
	for (size_t i = 0; i < d->n; i++) {
		pool[i] = (int32_t)i;
		d->drawn[i] = -1;
	}
	for (size_t i = 0; i < size; i++) {
		size_t k = i + brc_rng_below(rng, (uint32_t)(d->n - i));
		int32_t swap = pool[i];

		pool[i] = pool[k];
		pool[k] = swap;
		d->drawn[pool[i]] = mark;
	}
}

/* How all draws are made. */
typedef struct plan {
	brc_controls how;
	const brc_redraw *by; /* instead of `how`; NULL: as it says */
	uint64_t seed;
	const uint32_t *stream;
} plan;

static brc_drawn_layer view(const layer_draw *d, size_t layer)
{
	return (brc_drawn_layer){layer, d->n, d->unit, d->group, d->groups};
}

/* One draw of one layer, b >= 1. */
static void draw(layer_draw *d, const brc_subcluster *item, const plan *p, brc_rng *rng,
		 int32_t *pool, int32_t *out)
{
	if (p->by) {
		const brc_drawn_layer seen = view(d, item->layer);

		p->by->draw(p->by->of, &seen, rng, d->drawn);
		deal(d, d->drawn, out);
		return;
	}
	if (p->how == BRC_CONTROLS_PERMUTATION) {
		memcpy(d->drawn, d->group, d->n * sizeof(*d->group));
		brc_rng_shuffle(rng, d->drawn, d->n);
		deal(d, d->drawn, out);
		return;
	}
	for (size_t g = 0; g < d->groups; g++) {
		choose(d, rng, pool, item[g].size, (int32_t)g);
		deal(d, d->drawn, out);
	}
}

static brc_rc alloc_sets(brc_control_sets *sets, const brc_subclusters *t, const size_t *keep,
			 bool values, size_t mem_limit, brc_err *err)
{
	size_t row = 0, total, rows, bytes, at = 0;

	for (size_t i = 0; i < sets->m; i++)
		row += t->item[keep[i]].size;
	if (!brc_mul(row, sets->n + 1, &total) || !brc_mul(sets->m, sets->n + 1, &rows) ||
	    !brc_mul(total, sizeof(int32_t), &bytes))
		return brc_fail(err, BRC_RESOURCE, "control sets of %zu draws do not fit memory",
				sets->n);
	BRC_TRY(brc_mem_need(bytes, mem_limit, "the control sets", err));
	sets->first = brc_alloc(rows, sizeof(*sets->first), err);
	sets->unit = brc_alloc(total, sizeof(*sets->unit), err);
	sets->value = values ? brc_alloc(rows, sizeof(*sets->value), err) : NULL;
	if (!sets->first || !sets->unit || (values && !sets->value))
		return BRC_RESOURCE;
	for (size_t b = 0; b <= sets->n; b++)
		for (size_t i = 0; i < sets->m; i++) {
			sets->first[b * sets->m + i] = at;
			at += t->item[keep[i]].size;
		}
	return BRC_OK;
}

/* What the sets of draw b are matched by. */
static void take_values(brc_control_sets *sets, const layer_draw *d, const brc_subclusters *t,
			const size_t *keep, size_t at, size_t at_end, size_t b,
			const brc_redraw *by)
{
	for (size_t i = at; i < at_end; i++) {
		const brc_subcluster *s = &t->item[keep[i]];
		const brc_drawn_layer seen = view(d, s->layer);
		const size_t set = b * sets->m + i;

		sets->value[set] = by->value(by->of, &seen, sets->unit + sets->first[set], s->size);
	}
}

/* All draws of the layer whose sub-clusters are item[from..to); kept: keep[at..at_end). */
static brc_rc draw_layer(brc_control_sets *sets, layer_draw *d, const brc_subclusters *t,
			 const size_t *keep, size_t at, size_t at_end, size_t from, const plan *p,
			 int32_t *pool, brc_err *err)
{
	const size_t layer = t->item[from].layer;

	if (p->by && p->by->begin) {
		const brc_drawn_layer seen = view(d, layer);

		BRC_TRY(p->by->begin(p->by->of, &seen, err));
	}
	for (size_t b = 0; b <= sets->n; b++) {
		brc_rng rng;

		for (size_t g = 0; g < d->groups; g++)
			d->fill[g] = SIZE_MAX;
		for (size_t i = at; i < at_end; i++)
			d->fill[keep[i] - from] = sets->first[b * sets->m + i];
		brc_rng_init(&rng, p->seed, p->by ? p->by->purpose : BRC_RNG_CONTROL,
			     p->stream[layer], (uint32_t)b);
		if (b == 0)
			deal(d, d->group, sets->unit);
		else
			draw(d, t->item + from, p, &rng, pool, sets->unit);
		if (p->by)
			take_values(sets, d, t, keep, at, at_end, b, p->by);
	}
	return BRC_OK;
}

static brc_rc draw_all(brc_control_sets *sets, layer_draw *d, const brc_labels *labels,
		       const brc_subclusters *t, const size_t *keep, const plan *p,
		       int32_t *scratch, brc_err *err)
{
	for (size_t from = 0, to, at = 0, at_end; from < t->n; from = to, at = at_end) {
		const size_t layer = t->item[from].layer;

		for (to = from; to < t->n && t->item[to].layer == layer; to++)
			;
		for (at_end = at; at_end < sets->m && keep[at_end] < to; at_end++)
			;
		if (at == at_end)
			continue;
		layer_units(d, labels, t, from, to, scratch);
		BRC_TRY(draw_layer(sets, d, t, keep, at, at_end, from, p, scratch, err));
	}
	return BRC_OK;
}

static brc_rc make(brc_control_sets *sets, const brc_labels *labels, const brc_subclusters *t,
		   const size_t *keep, const plan *p, size_t mem_limit, brc_err *err)
{
	const size_t units = brc_layers_total(&labels->layers);
	layer_draw d = {0};
	int32_t *scratch = brc_alloc(units, 4 * sizeof(*scratch), err);
	brc_rc rc;

	BRC_ASSERT_VALID(brc_labels_valid(labels));
	d.fill = brc_alloc(t->n, sizeof(*d.fill), err);
	rc = scratch && d.fill ? alloc_sets(sets, t, keep, p->by, mem_limit, err) : BRC_RESOURCE;
	if (rc == BRC_OK) {
		d.unit = scratch;
		d.group = scratch + units;
		d.drawn = scratch + 2 * units;
		rc = draw_all(sets, &d, labels, t, keep, p, scratch + 3 * units, err);
	}
	if (rc != BRC_OK)
		brc_control_sets_clear(sets);
	free(scratch);
	free(d.fill);
	return rc;
}

brc_rc brc_control_sets_init(brc_control_sets *sets, const brc_labels *labels,
			     const brc_subclusters *t, const size_t *keep, size_t m, size_t n,
			     brc_controls how, uint64_t seed, const uint32_t *stream,
			     size_t mem_limit, brc_err *err)
{
	const plan p = {.how = how, .seed = seed, .stream = stream};

	*sets = (brc_control_sets){.n = n, .m = m};
	return make(sets, labels, t, keep, &p, mem_limit, err);
}

brc_rc brc_control_sets_redraw(brc_control_sets *sets, const brc_labels *labels,
			       const brc_subclusters *t, const size_t *keep, size_t m, size_t n,
			       const brc_redraw *by, uint64_t seed, const uint32_t *stream,
			       size_t mem_limit, brc_err *err)
{
	const plan p = {.by = by, .seed = seed, .stream = stream};

	*sets = (brc_control_sets){.n = n, .m = m};
	return make(sets, labels, t, keep, &p, mem_limit, err);
}

size_t brc_control_sets_bytes(const brc_control_sets *sets)
{
	const size_t rows = brc_times(sets->n + 1, sets->m);
	const size_t row = sizeof(*sets->first) + (sets->value ? sizeof(*sets->value) : 0);

	if (sets->m == 0)
		return 0;
	return brc_plus(
		brc_times(rows, row),
		brc_times(brc_times(sets->n + 1, sets->first[sets->m]), sizeof(*sets->unit)));
}

void brc_control_sets_clear(brc_control_sets *sets)
{
	free(sets->first);
	free(sets->unit);
	free(sets->value);
	*sets = (brc_control_sets){0};
}
