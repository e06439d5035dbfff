#include "graph/subcluster.h"

#include <stdlib.h>

#include "base/invariant.h"
#include "base/memory.h"

/* A labelled unit, to be sorted by (layer, label, unit). */
typedef struct entry {
	size_t layer, unit; /* unit: index within the layer */
	int32_t label;
} entry;

static int by_subcluster(const void *pa, const void *pb)
{
	const entry *a = pa, *b = pb;

	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	if (a->label != b->label)
		return a->label < b->label ? -1 : 1;
	return a->unit < b->unit ? -1 : a->unit > b->unit;
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
	brc_subclusters *t = brc_calloc(1, sizeof(*t), err);
	size_t n, groups = 0;
	entry *e = t ? sorted_entries(labels, &n, err) : NULL;

	BRC_ASSERT_VALID(brc_labels_valid(labels));
	if (!e) {
		free(t);
		return BRC_RESOURCE;
	}
	for (size_t i = 0; i < n; i++)
		groups += starts_group(e, i);
	t->item = brc_alloc(groups, sizeof(*t->item), err);
	t->units = brc_alloc(n, sizeof(*t->units), err);
	if (!t->item || !t->units) {
		free(e);
		brc_subclusters_free(t);
		return BRC_RESOURCE;
	}
	for (size_t i = 0; i < n; i++) {
		if (starts_group(e, i))
			t->item[t->n++] = (brc_subcluster){e[i].layer, e[i].label, 0, t->units + i};
		t->units[i] = e[i].unit;
		t->item[t->n - 1].size++;
	}
	free(e);
	*out = t;
	return BRC_OK;
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
	out->layer = brc_alloc(t->n, sizeof(*out->layer), err);
	out->cluster = brc_alloc(t->n, sizeof(*out->cluster), err);
	out->size = brc_alloc(t->n, sizeof(*out->size), err);
	if (!out->layer || !out->cluster || !out->size) {
		brc_subcluster_table_clear(out);
		return BRC_RESOURCE;
	}
	for (size_t i = 0; i < t->n; i++) {
		out->layer[i] = (int32_t)t->item[i].layer;
		out->cluster[i] = t->item[i].cluster;
		out->size[i] = (int32_t)t->item[i].size;
	}
	return BRC_OK;
}
