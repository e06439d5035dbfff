#include "study/binned_controls.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct ranked {
	double value;
	size_t at;
} ranked;

static int by_value(const void *a, const void *b)
{
	const ranked *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

size_t brc_bins_of(const double *value, size_t n, size_t bins, int32_t *bin, brc_err *err)
{
	ranked *r = brc_alloc(n, sizeof(*r), err);
	size_t found = 0, last = bins;

	if (!r)
		return 0;
	for (size_t i = 0; i < n; i++)
		r[i] = (ranked){value[i], i};
	qsort(r, n, sizeof(*r), by_value);
	for (size_t from = 0, to; from < n; from = to) {
		size_t of;

		for (to = from + 1; to < n && !(r[to].value > r[from].value);)
			to++;
		of = (from + to) * bins / (2 * n); /* (from + to) / 2 of n are smaller */
		for (size_t i = from; i < to; i++)
			bin[r[i].at] = (int32_t)of;
		found += of != last;
		last = of;
	}
	free(r);
	return found;
}

brc_rc brc_binned_controls_init(brc_binned_controls *c, const double *value,
				const brc_layers *layers, brc_err *err)
{
	size_t most = 0;

	*c = (brc_binned_controls){.value = value, .layers = layers};
	for (size_t l = 0; l < layers->n; l++)
		most = layers->units[l] > most ? layers->units[l] : most;
	c->bins = brc_calloc(layers->n, sizeof(*c->bins), err);
	c->order = brc_alloc(most, sizeof(*c->order), err);
	c->label = brc_alloc(most, sizeof(*c->label), err);
	c->own = brc_alloc(most, sizeof(*c->own), err);
	if (c->bins && c->order && c->label && c->own)
		return BRC_OK;
	brc_binned_controls_clear(c);
	return BRC_RESOURCE;
}

void brc_binned_controls_clear(brc_binned_controls *c)
{
	free(c->bins);
	free(c->order);
	free(c->label);
	free(c->own);
	memset(c, 0, sizeof(*c));
}

static size_t bins_for(size_t units)
{
	const size_t bins = units / BRC_BIN_UNITS;

	return bins < 1 ? 1 : bins < BRC_BINS ? bins : BRC_BINS;
}

/* The bins of a layer. */
static brc_rc begin(void *of, const brc_drawn_layer *d, brc_err *err)
{
	brc_binned_controls *c = of;
	size_t at = 0;

	for (size_t i = 0; i < d->n; i++)
		c->own[i] = c->value[c->layers->first[d->layer] + (size_t)d->unit[i]];
	c->bins[d->layer] = brc_bins_of(c->own, d->n, bins_for(d->n), c->label, err);
	if (c->bins[d->layer] == 0)
		return BRC_RESOURCE;
	for (size_t b = 0; b < BRC_BINS; b++) {
		c->end[b] = at;
		for (size_t i = 0; i < d->n; i++)
			if ((size_t)c->label[i] == b)
				c->order[at++] = (int32_t)i;
	}
	c->end[BRC_BINS] = at;
	return BRC_OK;
}

static void draw(void *of, const brc_drawn_layer *d, brc_rng *rng, int32_t *drawn)
{
	brc_binned_controls *c = of;

	for (size_t i = 0; i < d->n; i++)
		c->label[i] = d->group[c->order[i]];
	for (size_t b = 0; b < BRC_BINS; b++)
		brc_rng_shuffle(rng, c->label + c->end[b], c->end[b + 1] - c->end[b]);
	for (size_t i = 0; i < d->n; i++)
		drawn[c->order[i]] = c->label[i];
}

static double mean(void *of, const brc_drawn_layer *d, const int32_t *unit, size_t n)
{
	const brc_binned_controls *c = of;
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += c->value[c->layers->first[d->layer] + (size_t)unit[i]];
	return sum / (double)n;
}

brc_redraw brc_binned_redraw(brc_binned_controls *c, brc_match kind)
{
	return (brc_redraw){.purpose = (brc_purpose)(BRC_RNG_MATCH + kind),
			    .begin = begin,
			    .draw = draw,
			    .value = mean,
			    .of = c};
}
