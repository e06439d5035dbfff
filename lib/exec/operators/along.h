/* An array as groups of elements along one axis. Internal to lib/exec/operators. */
#ifndef BRC_EXEC_OPERATORS_ALONG_H
#define BRC_EXEC_OPERATORS_ALONG_H

#include "exec/operator.h"

/* `outer` times `inner` groups of `n` elements; those of one group lie `inner` apart. */
typedef struct brc_along {
	size_t outer, n, inner;
} brc_along;

/* The groups of x along an axis, or, with `rest`, along all dimensions from it on. */
brc_along brc_along_axis(const brc_operand *x, size_t axis, bool rest);

#endif
