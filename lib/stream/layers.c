#include "stream/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, as models of many small layers exist. */
static brc_rc check_names(const brc_layers *t, brc_err *err)
{
	char **sorted = brc_calloc(t->n + 1, sizeof(*sorted), err);
	brc_rc rc = sorted ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; sorted && i < t->n; i++)
		sorted[i] = t->name[i];
	if (sorted)
		qsort(sorted, t->n, sizeof(*sorted), by_text);
	for (size_t i = 1; rc == BRC_OK && i < t->n; i++)
		if (strcmp(sorted[i], sorted[i - 1]) == 0)
			rc = brc_fail(err, BRC_DATA, "two layers are called '%s'", sorted[i]);
	free((void *)sorted);
	return rc;
}

brc_rc brc_layers_init(brc_layers *t, size_t n, const char *const *name, const size_t *units,
		       brc_err *err)
{
	brc_rc rc;

	*t = (brc_layers){0};
	if (n > BRC_LAYERS_MAX)
		return brc_fail(err, BRC_DATA, "a table of %zu layers: %u are the most", n,
				BRC_LAYERS_MAX);
	t->n = n;
	t->name = brc_calloc(n + 1, sizeof(*t->name), err);
	t->units = brc_calloc(n + 1, sizeof(*t->units), err);
	t->first = brc_calloc(n + 1, sizeof(*t->first), err);
	rc = !t->name || !t->units || !t->first ? BRC_RESOURCE : BRC_OK;
	for (size_t i = 0; i < n && rc == BRC_OK; i++) {
		t->name[i] = brc_strdup(name[i], err);
		t->units[i] = units[i];
		if (!t->name[i])
			rc = BRC_RESOURCE;
		else if (units[i] == 0 || !brc_add(t->first[i], units[i], &t->first[i + 1]) ||
			 t->first[i + 1] > BRC_UNITS_MAX)
			rc = brc_fail(
				err, BRC_DATA,
				"layer '%s' has an impossible number of units: each has one at "
				"least, all together have %u at most",
				name[i], BRC_UNITS_MAX);
	}
	if (rc == BRC_OK)
		rc = check_names(t, err);
	if (rc != BRC_OK)
		brc_layers_clear(t);
	return rc;
}

brc_rc brc_layers_dup(brc_layers *t, const brc_layers *from, brc_err *err)
{
	return brc_layers_init(t, from->n, (const char *const *)from->name, from->units, err);
}

void brc_layers_clear(brc_layers *t)
{
	if (t->name)
		for (size_t i = 0; i < t->n; i++)
			free(t->name[i]);
	free(t->name);
	free(t->units);
	free(t->first);
	*t = (brc_layers){0};
}

size_t brc_layers_total(const brc_layers *t)
{
	return t->n == 0 ? 0 : t->first[t->n];
}

size_t brc_layers_find(const brc_layers *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->name[i], name) == 0)
			return i;
	return BRC_ANY;
}

size_t brc_layers_of_unit(const brc_layers *t, size_t u)
{
	size_t low = 0, high = t->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->first[mid] <= u)
			low = mid;
		else
			high = mid;
	}
	return low;
}

bool brc_layers_equal(const brc_layers *a, const brc_layers *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = a->units[i] == b->units[i] && strcmp(a->name[i], b->name[i]) == 0;
	return same;
}

brc_rc brc_layers_write(const brc_layers *t, brc_section *s, brc_err *err)
{
	brc_tensor *units;

	BRC_TRY(brc_section_add_text(s, "layer/name", (const char *const *)t->name, t->n, err));
	BRC_TRY(brc_section_add(s, "layer/units", "<i8", 1, &t->n, "layer", NULL, &units, err));
	for (size_t i = 0; i < t->n; i++)
		((int64_t *)units->data)[i] = (int64_t)t->units[i];
	return BRC_OK;
}

/* Names and sizes copied out of the columns. */
static brc_rc read_columns(brc_layers *t, const brc_tensor *name, const brc_tensor *units,
			   char **names, size_t *sizes, brc_err *err)
{
	size_t n = name->shape[0];
	char text[4097];

	for (size_t i = 0; i < n; i++) {
		int64_t u = ((const int64_t *)units->data)[i];

		names[i] = brc_strdup(brc_tensor_text(name, i, text, sizeof(text)), err);
		if (!names[i])
			return BRC_RESOURCE;
		sizes[i] = u < 0 ? 0 : (size_t)u; /* 0 is refused by init */
	}
	return brc_layers_init(t, n, (const char *const *)names, sizes, err);
}

brc_rc brc_layers_read(brc_layers *t, const brc_section *s, brc_err *err)
{
	const brc_tensor *name, *units;
	size_t n;
	char **names;
	size_t *sizes;
	brc_rc rc;

	*t = (brc_layers){0};
	BRC_TRY(brc_section_need_column(s, "layer/name", "|S", BRC_ANY, &name, err));
	n = name->shape[0];
	BRC_TRY(brc_section_need_column(s, "layer/units", "<i8", n, &units, err));
	names = brc_calloc(n + 1, sizeof(*names), err);
	sizes = brc_calloc(n + 1, sizeof(*sizes), err);
	rc = BRC_RESOURCE;
	if (names && sizes)
		rc = read_columns(t, name, units, names, sizes, err);
	for (size_t i = 0; names && i < n; i++)
		free(names[i]);
	free(names);
	free(sizes);
	if (rc == BRC_DATA) {
		char title[BRC_NAME_MAX + 80];

		brc_err_prefix(err, "section %s", brc_section_title(s, title, sizeof(title)));
	}
	return rc;
}
