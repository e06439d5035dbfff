/* The units of an imported graph as a section units/1, which holds their names. */
#include <stdlib.h>

#include "base/memory.h"
#include "graph/exchange.h"
#include "sections/units.h"

brc_rc brc_exchange_write_units(const brc_blocks *b, const brc_name_table *names, brc_section *s,
				brc_err *err)
{
	static char kind[] = "graph", none[] = "";
	size_t n = b->layers.n;
	char **text = brc_alloc(n, 2 * sizeof(*text), err);
	brc_units u = {.layers = b->layers,
		       .role = brc_alloc(n, sizeof(*u.role), err),
		       .kind = text,
		       .untraced = text ? text + n : NULL,
		       .from = brc_alloc(b->n, sizeof(*u.from), err),
		       .to = brc_alloc(b->n, sizeof(*u.to), err),
		       .unit_name = names->name};
	brc_rc rc = BRC_RESOURCE;

	if (text && u.role && u.from && u.to) {
		for (size_t l = 0; l < n; l++) {
			u.role[l] = BRC_ROLE_HIDDEN;
			u.kind[l] = kind;
			u.untraced[l] = none;
		}
		for (size_t k = 0; k < b->n; k++) {
			if (b->block[k].from == b->block[k].to)
				continue;
			u.from[u.n_edges] = (int32_t)b->block[k].from;
			u.to[u.n_edges++] = (int32_t)b->block[k].to;
		}
		rc = brc_units_write(&u, s, err);
	}
	free(text);
	free(u.role);
	free(u.from);
	free(u.to);
	return rc;
}
