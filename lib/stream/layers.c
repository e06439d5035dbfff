#include "stream/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "base/texts.h"

static brc_rc check_names(const brc_layers *t, brc_err *err)
{
	size_t first, again;

	BRC_TRY(brc_texts_repeated(t->name, t->n, &first, &again, err));
	return again == t->n
		       ? BRC_OK
		       : brc_fail(err, BRC_DATA, "two layers are called '%s'", t->name[again]);
}

brc_rc brc_layers_init(brc_layers *t, size_t n, const char *const *name, const size_t *units,
		       brc_err *err)
{
	brc_rc rc;

	*t = (brc_layers){0};
	if (n > BRC_LAYERS_MAX)
		return brc_fail(err, BRC_DATA, "a table has %zu layers; at most %u are possible", n,
				BRC_LAYERS_MAX);
	t->n = n;
	t->name = brc_calloc(n + 1, sizeof(*t->name), err);
	t->units = brc_calloc(n + 1, sizeof(*t->units), err);
	t->first = brc_calloc(n + 1, sizeof(*t->first), err);
	rc = t->name && t->units && t->first ? BRC_OK : BRC_RESOURCE;
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
	BRC_THEN(rc, check_names(t, err));
	if (rc != BRC_OK)
		brc_layers_clear(t);
	return rc;
}

brc_rc brc_layers_dup(brc_layers *t, const brc_layers *from, brc_err *err)
{
	BRC_ASSERT_VALID(brc_layers_valid(from));
	return brc_layers_init(t, from->n, (const char *const *)from->name, from->units, err);
}

void brc_layers_clear(brc_layers *t)
{
	brc_texts_free(t->name, t->n);
	free(t->units);
	free(t->first);
	*t = (brc_layers){0};
}

bool brc_layers_valid(const brc_layers *t)
{
	bool valid = t->n <= BRC_LAYERS_MAX && (t->n == 0 || t->first[0] == 0);

	for (size_t i = 0; i < t->n && valid; i++)
		valid = t->name[i] && t->units[i] > 0 &&
			t->first[i + 1] == t->first[i] + t->units[i];
	return valid && (t->n == 0 || t->first[t->n] <= BRC_UNITS_MAX);
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
	return brc_last_below(t->first, t->n, u);
}

bool brc_layers_equal(const brc_layers *a, const brc_layers *b)
{
	bool same = a->n == b->n;

	BRC_ASSERT_VALID(brc_layers_valid(a) && brc_layers_valid(b));
	for (size_t i = 0; i < a->n && same; i++)
		same = a->units[i] == b->units[i] && strcmp(a->name[i], b->name[i]) == 0;
	return same;
}

brc_rc brc_layers_write(const brc_layers *t, brc_section *s, brc_err *err)
{
	brc_tensor *units;

	BRC_ASSERT_VALID(brc_layers_valid(t));
	BRC_TRY(brc_section_add_text(s, "layer/name", (const char *const *)t->name, t->n, err));
	BRC_TRY(brc_section_add(s, "layer/units", "<i8", 1, &t->n, "layer", NULL, &units, err));
	for (size_t i = 0; i < t->n; i++)
		((int64_t *)units->data)[i] = (int64_t)t->units[i];
	return BRC_OK;
}

/* The column layer/units, as sizes; a negative number becomes 0, which brc_layers_init refuses. */
static brc_rc read_sizes(size_t **sizes, size_t n, const brc_section *s, brc_err *err)
{
	const brc_tensor *units;

	BRC_TRY(brc_section_need_column(s, "layer/units", "<i8", n, &units, err));
	*sizes = brc_alloc(n, sizeof(**sizes), err);
	for (size_t i = 0; *sizes && i < n; i++) {
		int64_t u = ((const int64_t *)units->data)[i];

		(*sizes)[i] = u < 0 ? 0 : (size_t)u;
	}
	return *sizes ? BRC_OK : BRC_RESOURCE;
}

brc_rc brc_layers_read(brc_layers *t, const brc_section *s, brc_err *err)
{
	size_t n = BRC_ANY, *sizes = NULL;
	char **names, title[BRC_NAME_MAX + 80];
	brc_rc rc;

	*t = (brc_layers){0};
	BRC_TRY(brc_section_dup_texts(s, "layer/name", &n, &names, err));
	rc = read_sizes(&sizes, n, s, err);
	BRC_THEN(rc, brc_layers_init(t, n, (const char *const *)names, sizes, err));
	if (rc == BRC_DATA && sizes)
		brc_err_prefix(err, "section %s", brc_section_title(s, title, sizeof(title)));
	brc_texts_free(names, n);
	free(sizes);
	return rc;
}
