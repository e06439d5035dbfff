/* Operators that others can say. Internal to lib/exec/operators. */
#ifndef BRC_EXEC_OPERATORS_LOWERED_H
#define BRC_EXEC_OPERATORS_LOWERED_H

#include "exec/make.h"

/*
 * For `infer` of node n: one more node before it, named like it, with one output, *out. args: NULL:
 * ONNX's defaults.
 */
brc_rc brc_put(brc_exec *g, const brc_node *n, const char *type, const void *args, const size_t *in,
	       size_t n_in, size_t *out, brc_err *err);
/* The same: n becomes the Identity, output 0 another name for a value. It has no other outputs. */
brc_rc brc_become(brc_exec *g, brc_node *n, size_t value, brc_err *err);

#endif
