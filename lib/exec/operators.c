/* The operators there are. One that is not here is refused by name. */
#include "exec/operator.h"

#include <string.h>

#define ENTRY(NAME) brc_##NAME##_ops,

static const brc_op *const family[] = {BRC_FAMILIES(ENTRY)};

const brc_op *brc_op_find(const char *type)
{
	for (size_t f = 0; f < sizeof(family) / sizeof(*family); f++)
		for (const brc_op *op = family[f]; op->type; op++)
			if (strcmp(op->type, type) == 0)
				return op;
	return NULL;
}

const brc_attribute *brc_op_attribute(const brc_op *op, const char *name)
{
	for (const brc_attribute *a = op->attributes; a && a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}
