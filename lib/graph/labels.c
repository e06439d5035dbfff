#include "graph/labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"

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
	snprintf(l->mode, sizeof(l->mode), "imported");
	l->ncut = NAN;
	l->isolated = n;
	return BRC_OK;
}

void brc_labels_clear(brc_labels *l)
{
	brc_layers_clear(&l->layers);
	free(l->label);
	memset(l, 0, sizeof(*l));
}

static bool mode_is_known(const char *mode)
{
	return strcmp(mode, "global") == 0 || strcmp(mode, "local") == 0 ||
	       strcmp(mode, "imported") == 0;
}

bool brc_labels_valid(const brc_labels *l)
{
	bool valid = brc_layers_valid(&l->layers) && mode_is_known(l->mode);

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
	const brc_tensor *t;
	char title[256];

	BRC_TRY(brc_section_need_column(s, "label", "<i4", n, &t, err));
	l->label = brc_alloc(n, sizeof(*l->label), err);
	if (!l->label)
		return BRC_RESOURCE;
	memcpy(l->label, t->data, n * sizeof(*l->label));
	for (size_t u = 0; u < n; u++)
		if (l->label[u] < -1) {
			size_t layer = brc_layers_of_unit(&l->layers, u);

			return brc_fail(err, BRC_DATA,
					"%s: unit %zu of layer %s has label %d; labels are >= -1",
					brc_section_title(s, title, sizeof(title)),
					u - l->layers.first[layer], l->layers.name[layer],
					l->label[u]);
		}
	l->isolated = count_isolated(l->label, n);
	return BRC_OK;
}

static brc_rc read_meta(brc_labels *l, const brc_section *s, brc_err *err)
{
	const char *mode;
	char title[256];

	BRC_TRY(brc_section_string(s, "mode", &mode, err));
	if (!mode_is_known(mode))
		return brc_fail(err, BRC_DATA,
				"%s: mode is '%s'; it must be global, local or imported",
				brc_section_title(s, title, sizeof(title)), mode);
	snprintf(l->mode, sizeof(l->mode), "%s", mode);
	snprintf(l->source, sizeof(l->source), "%s", brc_map_string(s->meta, "source", ""));
	l->ncut = NAN;
	brc_map_size(s->meta, "k", &l->k);
	brc_map_double(s->meta, "ncut", &l->ncut);
	return BRC_OK;
}

brc_rc brc_labels_read(brc_labels *l, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	memset(l, 0, sizeof(*l));
	rc = brc_layers_read(&l->layers, s, err);
	if (rc == BRC_OK)
		rc = read_label(l, s, err);
	if (rc == BRC_OK)
		rc = read_meta(l, s, err);
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
	brc_map_put_int(s->meta, "k", (int64_t)l->k);
	brc_map_put_string(s->meta, "mode", l->mode);
	if (l->source[0])
		brc_map_put_string(s->meta, "source", l->source);
	if (!isnan(l->ncut))
		brc_map_put_double(s->meta, "ncut", l->ncut);
	brc_map_put_int(s->meta, "isolated", (int64_t)count_isolated(l->label, n));
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
