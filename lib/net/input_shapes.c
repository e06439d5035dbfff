#include "net/input_shapes.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

/* A new shape, that of the input name[n]. */
static brc_rc add_shape(brc_given_shapes *g, const char *name, size_t n, brc_err *err)
{
	char *copy = brc_strndup(name, n, err);

	BRC_TRY(brc_made(copy));
	g->at[g->n++] = (brc_given_shape){.name = copy};
	for (size_t i = 0; i + 1 < g->n; i++)
		if (strcmp(g->at[i].name, copy) == 0)
			return brc_fail(err, BRC_USAGE, "--shape gives the input '%.100s' twice",
					copy);
	return BRC_OK;
}

static brc_rc add_extent(brc_given_shape *s, const char *text, brc_err *err)
{
	uint64_t n = BRC_OPEN;

	if (s->ndim == BRC_MAX_DIMS)
		return brc_fail(err, BRC_USAGE, "--shape: an input has at most %d extents",
				BRC_MAX_DIMS);
	if (strcmp(text, "?") != 0)
		BRC_TRY(brc_parse_u64(text, 0, INT32_MAX, "--shape", &n, err));
	s->dim[s->ndim++] = (size_t)n;
	return BRC_OK;
}

/* "NAME=3", or "3": an extent of the input that was named last. */
static brc_rc add_part(brc_given_shapes *g, const char *part, brc_err *err)
{
	const char *equals = strchr(part, '=');

	if (equals)
		BRC_TRY(add_shape(g, part, (size_t)(equals - part), err));
	else if (g->n == 0)
		BRC_TRY(add_shape(g, "", 0, err));
	return add_extent(&g->at[g->n - 1], equals ? equals + 1 : part, err);
}

brc_rc brc_given_shapes_parse(brc_given_shapes *g, const char *text, brc_err *err)
{
	size_t parts = 1;
	char *copy, *rest;
	brc_rc rc = BRC_OK;

	*g = (brc_given_shapes){0};
	if (!text)
		return BRC_OK;
	for (const char *c = text; *c; c++)
		parts += *c == ',';
	copy = brc_strdup(text, err);
	g->at = brc_calloc(parts, sizeof(*g->at), err);
	if (!copy || !g->at)
		rc = BRC_RESOURCE;
	rest = copy;
	for (size_t i = 0; rc == BRC_OK && i < parts; i++)
		rc = add_part(g, strsep(&rest, ","), err);
	free(copy);
	if (rc == BRC_USAGE)
		brc_hint(err, "extents are separated by commas, as in --shape x=1,3,192,192; the "
			      "number of images may be ?");
	if (rc != BRC_OK)
		brc_given_shapes_clear(g);
	return rc;
}

void brc_given_shapes_clear(brc_given_shapes *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->at[i].name);
	free(g->at);
	*g = (brc_given_shapes){0};
}
