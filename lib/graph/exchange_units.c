/* The units of an imported graph as a section units/1: what carries their names. */
#include <stdlib.h>

#include "base/memory.h"
#include "graph/exchange.h"

static brc_rc write_texts(const brc_layers *t, const char **text, brc_section *s, brc_err *err)
{
	static const char *const column[][2] = {
		{"layer/role", "hidden"}, {"layer/kind", "graph"}, {"layer/untraced", ""}};
	for (size_t c = 0; c < sizeof(column) / sizeof(column[0]); c++) {
		for (size_t l = 0; l < t->n; l++)
			text[l] = column[c][1];
		BRC_TRY(brc_section_add_text(s, column[c][0], text, t->n, err));
	}
	return BRC_OK;
}

/* An edge for each block between two layers. */
static brc_rc write_edges(const brc_blocks *b, int32_t *from, int32_t *to, brc_section *s,
			  brc_err *err)
{
	size_t n = 0;

	for (size_t k = 0; k < b->n; k++)
		if (b->block[k].from != b->block[k].to) {
			from[n] = (int32_t)b->block[k].from;
			to[n++] = (int32_t)b->block[k].to;
		}
	BRC_TRY(brc_section_add_column(s, "edge/from", "<i4", n, from, err));
	return brc_section_add_column(s, "edge/to", "<i4", n, to, err);
}

brc_rc brc_exchange_write_units(const brc_blocks *b, const brc_name_table *names, brc_section *s,
				brc_err *err)
{
	const char **text = brc_alloc(b->layers.n, sizeof(*text), err);
	int32_t *from = brc_alloc(b->n, sizeof(*from), err);
	int32_t *to = brc_alloc(b->n, sizeof(*to), err);
	brc_rc rc = text && from && to ? brc_layers_write(&b->layers, s, err) : BRC_RESOURCE;

	if (rc == BRC_OK)
		rc = write_texts(&b->layers, text, s, err);
	if (rc == BRC_OK)
		rc = write_edges(b, from, to, s, err);
	if (rc == BRC_OK)
		rc = brc_section_add_text(s, "unit/name", (const char *const *)names->name,
					  names->n, err);
	free(text);
	free(from);
	free(to);
	return rc;
}
