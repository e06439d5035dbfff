#include "sections/units.h"

#include "base/texts.h"
#include "sections/fields.h"

#define LAYERS BRC_COUNT(brc_units, layers.n)
#define TEXTS(member, name, use, extent) \
	BRC_FIELD(brc_units, member, name, "|S", "row", use, extent)
#define EDGES(member, name) \
	BRC_FIELD(brc_units, member, name, "<i4", "row", OWNED, BRC_COUNT(brc_units, n_edges))

static const char *const role_name[] = {"input", "hidden", "output", NULL};

static const brc_key keys[] = {BRC_KEY(brc_units, model, TEXT, OPTIONAL)};

static const brc_field fields[] = {
	{"layer/role",
	 "|S",
	 "row",
	 BRC_FIELD_OWNED,
	 offsetof(brc_units, role),
	 {LAYERS},
	 role_name},
	TEXTS(kind, "layer/kind", OWNED, LAYERS),
	TEXTS(untraced, "layer/untraced", OPTIONAL, LAYERS),
	TEXTS(part, "layer/part", OPTIONAL, LAYERS),
	EDGES(from, "edge/from"),
	EDGES(to, "edge/to"),
	TEXTS(unit_name, "unit/name", OPTIONAL, BRC_ALL_UNITS),
};

static brc_rc check(const void *of, const brc_section *s, brc_err *err)
{
	const brc_units *u = of;
	size_t n = brc_layers_total(&u->layers), first, again;

	if (u->n_edges > BRC_UNITS_EDGES)
		return brc_section_bad(s, err, "it has %zu edges; at most %zu are possible",
				       u->n_edges, BRC_UNITS_EDGES);
	for (size_t e = 0; e < u->n_edges; e++)
		if (u->from[e] < 0 || u->from[e] > u->to[e] || (size_t)u->to[e] >= u->layers.n)
			return brc_section_bad(s, err,
					       "edge %zu leads from layer %d to layer %d of %zu, "
					       "which are in topological order",
					       e, u->from[e], u->to[e], u->layers.n);
	if (!u->unit_name)
		return BRC_OK;
	BRC_TRY(brc_texts_repeated(u->unit_name, n, &first, &again, err));
	return again == n ? BRC_OK
			  : brc_section_bad(s, err, "units %zu and %zu are both called '%s'", first,
					    again, u->unit_name[first]);
}

static const brc_content content =
	BRC_CONTENT(brc_units, keys, fields, BRC_COUNT(brc_units, layers), check);

const char *brc_role_name(brc_role role)
{
	return role_name[role];
}

void brc_units_clear(brc_units *u)
{
	brc_content_clear(&content, u);
}

brc_rc brc_units_write(const brc_units *u, brc_section *s, brc_err *err)
{
	return brc_content_write(&content, u, s, err);
}

brc_rc brc_units_read(brc_units *u, const brc_section *s, brc_err *err)
{
	*u = (brc_units){.n_edges = BRC_ANY};
	return brc_content_read(&content, u, s, err);
}
