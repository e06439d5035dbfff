#include "sections/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "sections/keys.h"

static const char *const modes[] = {"global", "local", "imported", NULL};

static const brc_key keys[] = {
	BRC_KEY(brc_labels, k, COUNT, USUAL),
	BRC_KEY_AS("mode", brc_labels, mode, WORD, NEEDED, modes),
	BRC_KEY(brc_labels, source, TEXT, OPTIONAL),
	BRC_KEY(brc_labels, ncut, NUMBER, OPTIONAL),
};

enum { KEYS = sizeof(keys) / sizeof(*keys) };

const char *brc_labels_mode_name(brc_labels_mode mode)
{
	return modes[mode];
}

brc_rc brc_labels_init(brc_labels *l, const brc_layers *layers, brc_err *err)
{
	size_t n = brc_layers_total(layers);

	memset(l, 0, sizeof(*l));
	BRC_TRY(brc_layers_dup(&l->layers, layers, err));
	l->label = brc_alloc(n, sizeof(*l->label), err);
	if (!l->label) {
		brc_labels_clear(l);
		return BRC_RESOURCE;
	}
	for (size_t u = 0; u < n; u++)
		l->label[u] = -1;
	l->mode = BRC_LABELS_IMPORTED;
	l->ncut = NAN;
	l->isolated = n;
	return BRC_OK;
}

void brc_labels_clear(brc_labels *l)
{
	brc_layers_clear(&l->layers);
	brc_graph_results_free(l->graph, l->n_graphs);
	free(l->label);
	memset(l, 0, sizeof(*l));
}

bool brc_labels_valid(const brc_labels *l)
{
	bool valid = brc_layers_valid(&l->layers) && l->mode <= BRC_LABELS_IMPORTED;

	for (size_t u = 0; valid && u < brc_layers_total(&l->layers); u++)
		valid = l->label[u] >= -1;
	return valid;
}

static size_t count_isolated(const int32_t *label, size_t n)
{
	size_t count = 0;

	for (size_t u = 0; u < n; u++)
		count += label[u] < 0;
	return count;
}

static brc_rc read_label(brc_labels *l, const brc_section *s, brc_err *err)
{
	size_t n = brc_layers_total(&l->layers);

	BRC_TRY(brc_section_dup_column(s, "label", "<i4", &n, &l->label, err));
	for (size_t u = 0; u < n; u++)
		if (l->label[u] < -1) {
			size_t layer = brc_layers_of_unit(&l->layers, u);

			return brc_section_bad(s, err,
					       "unit %zu of layer %s has label %d; labels are >= "
					       "-1",
					       u - l->layers.first[layer], l->layers.name[layer],
					       l->label[u]);
		}
	l->isolated = count_isolated(l->label, n);
	return BRC_OK;
}

brc_rc brc_labels_read(brc_labels *l, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*l = (brc_labels){.ncut = NAN};
	rc = brc_layers_read(&l->layers, s, err);
	BRC_THEN(rc, read_label(l, s, err));
	BRC_THEN(rc, brc_keys_get(keys, KEYS, l, s, s->meta, err));
	BRC_THEN(rc, brc_graph_results_read(&l->graph, &l->n_graphs, s, false, err));
	if (rc != BRC_OK)
		brc_labels_clear(l);
	return rc;
}

brc_rc brc_labels_find(brc_labels *l, const brc_section *const *all, size_t n, const char *name,
		       brc_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->type, "labels") == 0 && strcmp(all[i]->name, name) == 0)
			return brc_labels_read(l, all[i], err);
	brc_fail(err, BRC_DATA, "the stream has no labels called '%s'", name);
	return brc_hint(err, "'peek' shows what a stream holds");
}

brc_rc brc_labels_write(const brc_labels *l, brc_section *s, brc_err *err)
{
	size_t n = brc_layers_total(&l->layers);

	BRC_ASSERT_VALID(brc_labels_valid(l));
	BRC_TRY(brc_layers_write(&l->layers, s, err));
	BRC_TRY(brc_section_add_column(s, "label", "<i4", n, l->label, err));
	brc_keys_put(keys, KEYS, l, s->meta);
	brc_map_put_int(s->meta, "isolated", (int64_t)count_isolated(l->label, n));
	for (size_t g = 0; g < l->n_graphs; g++) {
		brc_map *record = brc_section_add_record(s, err);

		if (!record)
			return BRC_RESOURCE;
		brc_graph_result_put(&l->graph[g], g, false, record);
	}
	return BRC_OK;
}

static int by_value(const void *pa, const void *pb)
{
	int32_t a = *(const int32_t *)pa, b = *(const int32_t *)pb;

	return a < b ? -1 : a > b;
}

brc_rc brc_labels_distinct(const brc_labels *l, size_t layer, size_t *out, brc_err *err)
{
	size_t n = l->layers.units[layer];
	int32_t *sorted = brc_alloc(n, sizeof(*sorted), err);

	if (!sorted)
		return BRC_RESOURCE;
	memcpy(sorted, l->label + l->layers.first[layer], n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out += sorted[i] >= 0 && (i == 0 || sorted[i] != sorted[i - 1]);
	free(sorted);
	return BRC_OK;
}
