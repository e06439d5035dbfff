#include "graph/subcluster.h"

#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "base/order.h"

/* A labelled unit, to be sorted by (layer, label, unit). */
typedef struct entry {
	size_t layer, unit; /* unit: index within the layer */
	int32_t label;
} entry;

static int by_subcluster(const void *pa, const void *pb)
{
	const entry *a = pa, *b = pb;

	return BRC_ORDER(a->layer, b->layer) ?: BRC_ORDER(a->label, b->label) ?: BRC_ORDER(a->unit, b->unit);
}

/* The labelled units in order of (layer, label, unit); *n of them. */
static entry *sorted_entries(const brc_labels *labels, size_t *n, brc_err *err)
{
	entry *e = brc_alloc(brc_layers_total(&labels->layers), sizeof(*e), err);

	*n = 0;
	if (!e)
		return NULL;
	for (size_t l = 0; l < labels->layers.n; l++)
		for (size_t u = 0; u < labels->layers.units[l]; u++) {
			int32_t label = labels->label[labels->layers.first[l] + u];

			if (label >= 0)
				e[(*n)++] = (entry){l, u, label};
		}
	qsort(e, *n, sizeof(*e), by_subcluster);
	return e;
}

static bool starts_group(const entry *e, size_t i)
{
	return i == 0 || e[i].layer != e[i - 1].layer || e[i].label != e[i - 1].label;
}

brc_rc brc_subclusters_new(brc_subclusters **out, const brc_labels *labels, brc_err *err)
{
	brc_subclusters *t;
	size_t n, groups = 0;
	entry *e;
	brc_rc rc;

	BRC_ASSERT_VALID(brc_labels_valid(labels));
	BRC_TRY(BRC_ZEROED(t, 1, err));
	e = sorted_entries(labels, &n, err);
	for (size_t i = 0; i < n; i++)
		groups += starts_group(e, i);
	rc = brc_made(e);
	BRC_THEN(rc, BRC_ARRAY(t->item, groups, err));
	BRC_THEN(rc, BRC_ARRAY(t->units, n, err));
	for (size_t i = 0; rc == BRC_OK && i < n; i++) {
		if (starts_group(e, i))
			t->item[t->n++] = (brc_subcluster){e[i].layer, e[i].label, 0, t->units + i};
		t->units[i] = e[i].unit;
		t->item[t->n - 1].size++;
	}
	free(e);
	return BRC_GIVE(out, t, rc, brc_subclusters_free);
}

void brc_subclusters_free(brc_subclusters *t)
{
	if (!t)
		return;
	free(t->item);
	free(t->units);
	free(t);
}

brc_rc brc_subclusters_table(const brc_subclusters *t, brc_subcluster_table *out, brc_err *err)
{
	*out = (brc_subcluster_table){.m = t->n};
	BRC_TRY(BRC_ARRAY(out->layer, t->n, err));
	BRC_TRY(BRC_ARRAY(out->cluster, t->n, err));
	BRC_TRY(BRC_ARRAY(out->size, t->n, err));
	for (size_t i = 0; i < t->n; i++) {
		out->layer[i] = (int32_t)t->item[i].layer;
		out->cluster[i] = t->item[i].cluster;
		out->size[i] = (int32_t)t->item[i].size;
	}
	return BRC_OK;
}

/* Units of both; the indices of each ascend. */
static size_t common(const brc_subcluster *a, const brc_subcluster *b)
{
	size_t n = 0;

	for (size_t i = 0, k = 0; i < a->size && k < b->size;) {
		const size_t x = a->unit[i], y = b->unit[k];

		n += x == y;
		i += x <= y;
		k += y <= x;
	}
	return n;
}

size_t brc_subclusters_nearest(const brc_subclusters *in, const brc_subcluster *s, size_t layer,
			       double *jaccard)
{
	size_t best = BRC_ANY;

	*jaccard = 0;
	for (size_t i = 0; i < in->n; i++) {
		const size_t both = in->item[i].layer == layer ? common(s, &in->item[i]) : 0;
		const double index = (double)both / (double)(s->size + in->item[i].size - both);

		if (index > *jaccard) {
			best = i;
			*jaccard = index;
		}
	}
	return best;
}
