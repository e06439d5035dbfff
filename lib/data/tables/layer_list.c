#include "data/tables/layer_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"

brc_rc brc_layer_list_add(brc_layer_list *t, const char *name, size_t units, brc_err *err)
{
	if (t->n == BRC_LAYERS_MAX)
		return brc_fail(err, BRC_DATA, "more than %u layers", BRC_LAYERS_MAX);
	if (strlen(name) > BRC_TEXT_MAX)
		return brc_fail(err, BRC_DATA, "a name of more than %d bytes", BRC_TEXT_MAX);
	BRC_TRY(brc_grow(&t->units, &t->cap_units, t->n + 1, sizeof(*t->units), err));
	t->units[t->n] = units;
	BRC_TRY(brc_texts_add(&t->name, &t->n, &t->cap, name, err));
	t->total += units;
	return BRC_OK;
}

brc_rc brc_layer_list_make(const brc_layer_list *t, brc_layers *layers, brc_err *err)
{
	return brc_layers_init(layers, t->n, (const char *const *)t->name, t->units, err);
}

void brc_layer_list_clear(brc_layer_list *t)
{
	brc_texts_free(t->name, t->n);
	free(t->units);
	memset(t, 0, sizeof(*t));
}
