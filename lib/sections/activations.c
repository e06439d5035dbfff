#include "sections/activations.h"

#include "sections/fields.h"

#define KEY(member, kind, use) BRC_KEY(brc_activations, member, kind, use)

static const brc_key keys[] = {
	KEY(of, TEXT, OPTIONAL), KEY(model, TEXT, OPTIONAL), KEY(units, TEXT, OPTIONAL),
	KEY(at, TEXT, OPTIONAL), KEY(pool, TEXT, OPTIONAL),  KEY(samples, COUNT, USUAL),
};

static const brc_field fields[] = {
	BRC_FIELD(brc_activations, value, "value", "<f4", "sample,unit", BORROWED,
		  BRC_COUNT(brc_activations, samples), BRC_ALL_UNITS),
};

static const brc_content content =
	BRC_CONTENT(brc_activations, keys, fields, BRC_COUNT(brc_activations, layers), NULL);

void brc_activations_clear(brc_activations *a)
{
	brc_content_clear(&content, a);
}

brc_rc brc_activations_write(const brc_activations *a, brc_section *s, brc_err *err)
{
	return brc_content_write(&content, a, s, err);
}

brc_rc brc_activations_read(brc_activations *a, const brc_section *s, brc_err *err)
{
	*a = (brc_activations){.samples = BRC_ANY};
	BRC_TRY(brc_content_read(&content, a, s, err));
	a->spooled = brc_section_tensor(s, fields[0].name)->spooled;
	return BRC_OK;
}
