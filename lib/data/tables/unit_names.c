#include "data/tables/unit_names.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"
#include "base/texts.h"
#include "sections/units.h"

/* Of a name beside its bytes: allocation, pointer, slots. */
enum { OVERHEAD = 16 + sizeof(char *) + 4 * sizeof(uint32_t) };

void brc_name_table_clear(brc_name_table *t)
{
	brc_texts_free(t->name, t->n);
	free(t->slot);
	memset(t, 0, sizeof(*t));
}

static size_t slot_of(const brc_name_table *t, const char *name)
{
	size_t at = XXH3_64bits(name, strlen(name)) & (t->slots - 1);

	while (t->slot[at] != 0 && strcmp(t->name[t->slot[at] - 1], name) != 0)
		at = (at + 1) & (t->slots - 1);
	return at;
}

size_t brc_name_table_find(const brc_name_table *t, const char *name)
{
	size_t at = t->slots > 0 ? slot_of(t, name) : 0;

	return t->slots > 0 && t->slot[at] != 0 ? t->slot[at] - 1 : BRC_ANY;
}

static brc_rc more_slots(brc_name_table *t, brc_err *err)
{
	size_t slots = t->slots == 0 ? 1024 : 2 * t->slots;
	uint32_t *slot = brc_calloc(slots, sizeof(*slot), err);

	BRC_TRY(brc_made(slot));
	free(t->slot);
	t->slot = slot;
	t->slots = slots;
	for (size_t i = 0; i < t->n; i++)
		t->slot[slot_of(t, t->name[i])] = (uint32_t)i + 1;
	return BRC_OK;
}

/* A stream of names takes more and more memory. It is checked whenever it has doubled. */
static brc_rc admit(brc_name_table *t, size_t bytes, brc_err *err)
{
	t->bytes += bytes + OVERHEAD;
	if (t->bytes <= t->admitted)
		return BRC_OK;
	BRC_TRY(brc_mem_need(t->bytes, t->mem, "the names of the units", err));
	t->admitted = 2 * t->bytes;
	if (t->mem != 0 && t->admitted > t->mem)
		t->admitted = t->mem;
	return BRC_OK;
}

static brc_rc append(brc_name_table *t, const char *name, brc_err *err)
{
	size_t length = strlen(name);

	if (t->n == BRC_UNITS_MAX)
		return brc_fail(err, BRC_DATA, "more than %u units", BRC_UNITS_MAX);
	if (length > BRC_TEXT_MAX)
		return brc_fail(err, BRC_DATA, "a name of more than %d bytes", BRC_TEXT_MAX);
	BRC_TRY(admit(t, length + 1, err));
	return brc_texts_add(&t->name, &t->n, &t->cap, name, err);
}

brc_rc brc_name_table_add(brc_name_table *t, const char *name, size_t *number, brc_err *err)
{
	size_t at;

	if (2 * (t->n + 1) > t->slots)
		BRC_TRY(more_slots(t, err));
	at = slot_of(t, name);
	if (t->slot[at] == 0) {
		BRC_TRY(append(t, name, err));
		t->slot[at] = (uint32_t)t->n;
	}
	*number = t->slot[at] - 1;
	return BRC_OK;
}

/* ---- of units ---- */

void brc_named_units_clear(brc_named_units *u)
{
	brc_layers_clear(&u->layers);
	brc_name_table_clear(&u->names);
}

brc_rc brc_named_units_read(brc_named_units *u, const brc_section *s, brc_err *err)
{
	brc_units units;
	size_t number;
	brc_rc rc;

	memset(u, 0, sizeof(*u));
	BRC_TRY(brc_units_read(&units, s, err));
	rc = brc_layers_dup(&u->layers, &units.layers, err);
	for (size_t i = 0; units.unit_name && rc == BRC_OK && i < brc_layers_total(&u->layers); i++)
		rc = brc_name_table_add(&u->names, units.unit_name[i], &number, err);
	brc_units_clear(&units);
	if (rc != BRC_OK)
		brc_named_units_clear(u);
	return rc;
}

size_t brc_named_units_layer(const brc_named_units *u, const char *layer, size_t units)
{
	size_t l = u->names.n > 0 ? brc_layers_find(&u->layers, layer) : BRC_ANY;

	return l != BRC_ANY && u->layers.units[l] == units ? u->layers.first[l] : BRC_ANY;
}

brc_rc brc_named_units_find(brc_named_units *u, const brc_section *const *all, size_t n,
			    const brc_layers *layers, brc_err *err)
{
	memset(u, 0, sizeof(*u));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i]->type, "units") != 0)
			continue;
		BRC_TRY(brc_named_units_read(u, all[i], err));
		for (size_t l = 0; l < layers->n; l++)
			if (brc_named_units_layer(u, layers->name[l], layers->units[l]) != BRC_ANY)
				return BRC_OK;
		brc_named_units_clear(u);
	}
	return BRC_OK;
}
