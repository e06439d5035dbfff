#include "data/tables/name_table.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"
#include "base/texts.h"
#include "stream/layers.h"

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

	if (!slot)
		return BRC_RESOURCE;
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
