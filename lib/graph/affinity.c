#include "graph/affinity.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

static brc_rc add_constant(brc_section *s, const brc_correlation *c, brc_err *err)
{
	int32_t *unit = brc_alloc(c->n, sizeof(*unit), err);
	size_t n = 0;
	if (unit == NULL)
		return BRC_RESOURCE;
	for (size_t u = 0; u < c->n; u++)
		if (brc_correlation_constant(c, u))
			unit[n++] = (int32_t)u;
	brc_rc rc = brc_section_add_column(s, "constant/unit", "<i4", n, unit, err);
	free(unit);
	return rc;
}

static brc_rc add_block(brc_section *s, brc_affinity_block *b, size_t index, brc_err *err)
{
	brc_map *record = brc_section_add_record(s, err);
	if (record == NULL)
		return BRC_RESOURCE;
	snprintf(b->name, sizeof(b->name), "block/%zu", index);
	brc_map_put_int(record, "block", (int64_t)index);
	brc_map_put_int(record, "from", (int64_t)b->from);
	brc_map_put_int(record, "to", (int64_t)b->to);
	return BRC_OK;
}

brc_rc brc_affinity_begin(brc_section *s, const brc_layers *layers, bool local,
			  const brc_correlation *columns, brc_affinity_block **blocks, size_t *n,
			  brc_err *err)
{
	size_t count = local ? layers->n : layers->n * (layers->n + 1) / 2, k = 0;
	*n = count;
	*blocks = brc_calloc(count, sizeof(**blocks), err);
	brc_rc rc = *blocks != NULL ? brc_layers_write(layers, s, err) : BRC_RESOURCE;
	if (rc == BRC_OK)
		rc = add_constant(s, columns, err);
	for (size_t from = 0; rc == BRC_OK && from < layers->n; from++)
		for (size_t to = from; rc == BRC_OK && to < (local ? from + 1 : layers->n); to++) {
			brc_affinity_block *b = &(*blocks)[k];
			b->from = from;
			b->to = to;
			rc = add_block(s, b, k++, err);
		}
	return rc;
}
