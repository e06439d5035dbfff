/*
 * Products with a constant matrix, by oneDNN. The matrix is packed once, in oneDNN's own order.
 * Internal to lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_PACKED_H
#define BRC_EXEC_OPERATORS_PACKED_H

#include "exec/dataflow.h"

typedef struct brc_packed brc_packed;

/*
 * y[m, n] = x[m, k] w (+ y when `accumulate`), where w is [n, k] when `transposed`,
 * else [k, n], row-major floats at any address. Release with brc_packed_free.
 */
brc_rc brc_packed_new(brc_packed **p, size_t m, size_t k, size_t n, const void *w, bool transposed,
		      bool accumulate, brc_precision precision, brc_err *err);
void brc_packed_free(void *p);
size_t brc_packed_scratch(const brc_packed *p);
/* False when there is no memory for it. */
bool brc_packed_run(const brc_packed *p, void *x, void *y, void *scratch);

#endif
