/* The table of operators. An operator that is not in it is refused by name. */
#include "exec/operator.h"

#include <string.h>

#define ENTRY(NAME) &brc_kernel_##NAME,

static const brc_op *const table[] = {BRC_KERNELS(ENTRY)};

const brc_op *brc_op_find(const char *type)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i]->type, type) == 0)
			return table[i];
	return NULL;
}
