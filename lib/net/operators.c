/* The table of operators. An operator that is not in it is refused by name. */
#include "net/operators.h"

#include <string.h>

static const brc_net_op *const table[] = {
	&brc_op_gemm,    &brc_op_matmul,  &brc_op_add,      &brc_op_relu,        &brc_op_leaky_relu,
	&brc_op_sigmoid, &brc_op_tanh,    &brc_op_softmax,  &brc_op_log_softmax, &brc_op_flatten,
	&brc_op_reshape, &brc_op_dropout, &brc_op_identity, &brc_op_constant,    &brc_op_concat,
	&brc_op_slice,   &brc_op_split,
};

const brc_net_op *brc_net_op_find(const char *type)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i]->type, type) == 0)
			return table[i];
	return NULL;
}
