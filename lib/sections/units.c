#include "sections/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"

static const char *const role_name[] = {"input", "hidden", "output"};

enum { ROLES = sizeof(role_name) / sizeof(*role_name) };

const char *brc_role_name(brc_role role)
{
	return role_name[role];
}

void brc_units_clear(brc_units *u)
{
	brc_texts_free(u->kind, u->layers.n);
	brc_texts_free(u->untraced, u->layers.n);
	brc_texts_free(u->part, u->layers.n);
	brc_texts_free(u->unit_name, brc_layers_total(&u->layers));
	free(u->role);
	free(u->from);
	free(u->to);
	brc_layers_clear(&u->layers);
	*u = (brc_units){0};
}

/* ---- writing ---- */

static brc_rc write_roles(const brc_units *u, brc_section *s, brc_err *err)
{
	const char **text = brc_alloc(u->layers.n, sizeof(*text), err);
	brc_rc rc;

	if (!text)
		return BRC_RESOURCE;
	for (size_t l = 0; l < u->layers.n; l++)
		text[l] = role_name[u->role[l]];
	rc = brc_section_add_text(s, "layer/role", text, u->layers.n, err);
	free(text);
	return rc;
}

static brc_rc write_texts(char *const *texts, const char *name, size_t n, brc_section *s,
			  brc_err *err)
{
	return texts ? brc_section_add_text(s, name, (const char *const *)texts, n, err) : BRC_OK;
}

brc_rc brc_units_write(const brc_units *u, brc_section *s, brc_err *err)
{
	size_t n = u->layers.n;

	BRC_TRY(brc_layers_write(&u->layers, s, err));
	BRC_TRY(write_roles(u, s, err));
	BRC_TRY(write_texts(u->kind, "layer/kind", n, s, err));
	BRC_TRY(write_texts(u->untraced, "layer/untraced", n, s, err));
	BRC_TRY(write_texts(u->part, "layer/part", n, s, err));
	BRC_TRY(brc_section_add_column(s, "edge/from", "<i4", u->n_edges, u->from, err));
	BRC_TRY(brc_section_add_column(s, "edge/to", "<i4", u->n_edges, u->to, err));
	if (u->model[0])
		brc_map_put_string(s->meta, "model", u->model);
	return write_texts(u->unit_name, "unit/name", brc_layers_total(&u->layers), s, err);
}

/* ---- reading ---- */

static brc_rc read_roles(brc_units *u, const brc_section *s, brc_err *err)
{
	const brc_tensor *t;
	char text[32];

	BRC_TRY(brc_section_need_column(s, "layer/role", "|S", u->layers.n, &t, err));
	u->role = brc_alloc(u->layers.n, sizeof(*u->role), err);
	if (!u->role)
		return BRC_RESOURCE;
	for (size_t l = 0; l < u->layers.n; l++) {
		size_t role = 0;

		brc_tensor_text(t, l, text, sizeof(text));
		while (role < ROLES && strcmp(text, role_name[role]) != 0)
			role++;
		if (role == ROLES)
			return brc_section_bad(s, err,
					       "layer '%s' has the role '%s', not input, hidden "
					       "or output",
					       u->layers.name[l], text);
		u->role[l] = (brc_role)role;
	}
	return BRC_OK;
}

/* A text column of n rows that may be missing. */
static brc_rc read_texts(const brc_section *s, const char *name, size_t n, char ***texts,
			 brc_err *err)
{
	return brc_section_tensor(s, name) ? brc_section_dup_texts(s, name, &n, texts, err)
					   : BRC_OK;
}

static brc_rc read_edges(brc_units *u, const brc_section *s, brc_err *err)
{
	size_t n = BRC_ANY;

	BRC_TRY(brc_section_dup_column(s, "edge/from", "<i4", &n, &u->from, err));
	BRC_TRY(brc_section_dup_column(s, "edge/to", "<i4", &n, &u->to, err));
	if (n > BRC_UNITS_EDGES)
		return brc_section_bad(s, err, "%zu edges; %zu are the most", n, BRC_UNITS_EDGES);
	for (size_t e = 0; e < n; e++)
		if (u->from[e] < 0 || u->from[e] >= u->to[e] || (size_t)u->to[e] >= u->layers.n)
			return brc_section_bad(s, err,
					       "edge %zu leads from layer %d to layer %d of %zu, "
					       "which are in topological order",
					       e, u->from[e], u->to[e], u->layers.n);
	u->n_edges = n;
	return BRC_OK;
}

static brc_rc read_unit_names(brc_units *u, const brc_section *s, brc_err *err)
{
	size_t n = brc_layers_total(&u->layers), first, again;

	BRC_TRY(read_texts(s, "unit/name", n, &u->unit_name, err));
	if (!u->unit_name)
		return BRC_OK;
	BRC_TRY(brc_texts_repeated(u->unit_name, n, &first, &again, err));
	return again == n ? BRC_OK
			  : brc_section_bad(s, err, "units %zu and %zu are both called '%s'", first,
					    again, u->unit_name[first]);
}

static brc_rc read_all(brc_units *u, const brc_section *s, brc_err *err)
{
	size_t n;

	BRC_TRY(brc_layers_read(&u->layers, s, err));
	n = u->layers.n;
	BRC_TRY(read_roles(u, s, err));
	BRC_TRY(brc_section_dup_texts(s, "layer/kind", &n, &u->kind, err));
	BRC_TRY(read_texts(s, "layer/untraced", n, &u->untraced, err));
	BRC_TRY(read_texts(s, "layer/part", n, &u->part, err));
	BRC_TRY(read_edges(u, s, err));
	snprintf(u->model, sizeof(u->model), "%s", brc_map_string(s->meta, "model", ""));
	return read_unit_names(u, s, err);
}

brc_rc brc_units_read(brc_units *u, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*u = (brc_units){0};
	rc = read_all(u, s, err);
	if (rc != BRC_OK)
		brc_units_clear(u);
	return rc;
}
