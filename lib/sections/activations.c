#include "sections/activations.h"

#include "sections/keys.h"

#define KEY(member, kind, use) BRC_KEY(brc_activations, member, kind, use)

static const brc_key keys[] = {
	KEY(model, TEXT, USUAL), KEY(units, TEXT, USUAL),    KEY(at, TEXT, USUAL),
	KEY(pool, TEXT, USUAL),  KEY(samples, COUNT, USUAL),
};

enum { KEYS = sizeof(keys) / sizeof(*keys) };

void brc_activations_clear(brc_activations *a)
{
	brc_layers_clear(&a->layers);
	*a = (brc_activations){0};
}

brc_rc brc_activations_write(const brc_activations *a, brc_section *s, brc_err *err)
{
	const size_t shape[2] = {a->samples, brc_layers_total(&a->layers)};

	brc_keys_put(keys, KEYS, a, s->meta);
	BRC_TRY(brc_layers_write(&a->layers, s, err));
	return brc_section_add(s, "value", "<f4", 2, shape, "sample,unit", a->value, NULL, err);
}

static brc_rc read_all(brc_activations *a, const brc_section *s, brc_err *err)
{
	size_t shape[2] = {BRC_ANY, 0};
	const brc_tensor *t;

	BRC_TRY(brc_layers_read(&a->layers, s, err));
	shape[1] = brc_layers_total(&a->layers);
	BRC_TRY(brc_section_need(s, "value", "<f4", 2, shape, &t, err));
	a->samples = t->shape[0];
	a->value = t->data;
	a->spooled = t->spooled;
	BRC_TRY(brc_keys_get(keys, KEYS, a, s, s->meta, err));
	return a->samples == t->shape[0]
		       ? BRC_OK
		       : brc_section_bad(s, err, "%zu samples are announced, there are %zu",
					 a->samples, t->shape[0]);
}

brc_rc brc_activations_read(brc_activations *a, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*a = (brc_activations){0};
	rc = read_all(a, s, err);
	if (rc != BRC_OK)
		brc_activations_clear(a);
	return rc;
}
