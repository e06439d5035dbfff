#include "sections/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "sections/fields.h"

static const char *const modes[] = {"global", "local", "imported", NULL};

static const brc_key keys[] = {
	BRC_KEY(brc_labels, k, COUNT, USUAL),
	BRC_KEY_AS("mode", brc_labels, mode, WORD, NEEDED, modes),
	BRC_KEY(brc_labels, source, TEXT, OPTIONAL),
	BRC_KEY(brc_labels, ncut, NUMBER, OPTIONAL),
	BRC_KEY(brc_labels, isolated, COUNT, USUAL),
};

static const brc_field fields[] = {
	BRC_FIELD(brc_labels, label, "label", "<i4", "row", OWNED, BRC_ALL_UNITS),
};

static brc_rc check(const void *of, const brc_section *s, brc_err *err)
{
	const brc_labels *l = of;

	for (size_t u = 0; u < brc_layers_total(&l->layers); u++)
		if (l->label[u] < -1) {
			size_t layer = brc_layers_of_unit(&l->layers, u);

			return brc_section_bad(s, err,
					       "unit %zu of layer %s has label %d; labels are >= "
					       "-1",
					       u - l->layers.first[layer], l->layers.name[layer],
					       l->label[u]);
		}
	return BRC_OK;
}

static const brc_content content =
	BRC_CONTENT(brc_labels, keys, fields, BRC_COUNT(brc_labels, layers), check);

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
	brc_graph_results_free(l->graph, l->n_graphs);
	brc_content_clear(&content, l);
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

brc_rc brc_labels_read(brc_labels *l, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*l = (brc_labels){.ncut = NAN};
	BRC_TRY(brc_content_read(&content, l, s, err));
	l->isolated = count_isolated(l->label, brc_layers_total(&l->layers));
	rc = brc_graph_results_read(&l->graph, &l->n_graphs, s, false, err);
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
	brc_labels counted = *l;

	BRC_ASSERT_VALID(brc_labels_valid(l));
	counted.isolated = count_isolated(l->label, brc_layers_total(&l->layers));
	BRC_TRY(brc_content_write(&content, &counted, s, err));
	for (size_t g = 0; g < l->n_graphs; g++) {
		brc_map *record = brc_section_add_record(s, err);

		BRC_TRY(brc_made(record));
		brc_graph_result_put(&l->graph[g], g, false, record);
	}
	return BRC_OK;
}

static int by_value(const void *pa, const void *pb)
{
	int32_t a = *(const int32_t *)pa, b = *(const int32_t *)pb;

	return a < b ? -1 : a > b;
}

brc_rc brc_labels_distinct(const int32_t *label, size_t n, size_t *out, brc_err *err)
{
	int32_t *sorted = brc_memdup(label, n, sizeof(*sorted), err);

	BRC_TRY(brc_made(sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out += sorted[i] >= 0 && (i == 0 || sorted[i] != sorted[i - 1]);
	free(sorted);
	return BRC_OK;
}
