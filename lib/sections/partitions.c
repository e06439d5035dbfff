#include "sections/partitions.h"

#include <math.h>
#include <string.h>

#include "sections/fields.h"

#define KEY(member, kind, use) BRC_KEY(brc_partitions, member, kind, use)

const char *const brc_perturbed_words[] = {"edges", "samples", NULL};
static const char *const modes[] = {"global", "local", "imported", NULL};

static const brc_key keys[] = {
	BRC_KEY_AS("mode", brc_partitions, mode, WORD, NEEDED, modes),
	BRC_KEY_AS("perturbed", brc_partitions, perturbed, WORD, NEEDED, brc_perturbed_words),
	KEY(noise, NUMBER, OPTIONAL),
	KEY(seed, TEXT, OPTIONAL),
};

static const brc_field fields[] = {
	BRC_FIELD(brc_partitions, label, "label", "<i4", "copy,row", OWNED,
		  BRC_COUNT(brc_partitions, copies), BRC_ALL_UNITS),
};

static brc_rc check(const void *of, const brc_section *s, brc_err *err)
{
	const brc_partitions *p = of;
	size_t n = brc_layers_total(&p->layers);

	if (p->copies == 0)
		return brc_section_bad(s, err, "'label' has no rows");
	for (size_t i = 0; i < p->copies * n; i++)
		if (p->label[i] < -1)
			return brc_section_bad(s, err,
					       "copy %zu, unit %zu has label %d; labels are >= -1",
					       i / n, i % n, p->label[i]);
	return BRC_OK;
}

static const brc_content content =
	BRC_CONTENT(brc_partitions, keys, fields, BRC_COUNT(brc_partitions, layers), check);

void brc_partitions_clear(brc_partitions *p)
{
	brc_content_clear(&content, p);
}

brc_rc brc_partitions_read(brc_partitions *p, const brc_section *s, brc_err *err)
{
	*p = (brc_partitions){.copies = BRC_ANY, .noise = NAN};
	return brc_content_read(&content, p, s, err);
}

brc_rc brc_partitions_find(brc_partitions *p, const brc_section *const *all, size_t n,
			   const char *name, bool *found, brc_err *err)
{
	*found = false;
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < n && !*found; i++)
		if (strcmp(all[i]->type, "partitions") == 0 && strcmp(all[i]->name, name) == 0) {
			BRC_TRY(brc_partitions_read(p, all[i], err));
			*found = true;
		}
	return BRC_OK;
}

brc_rc brc_partitions_write(const brc_partitions *p, brc_section *s, brc_err *err)
{
	return brc_content_write(&content, p, s, err);
}
