/*
 * oneDNN's primitives (https://oneapi-src.github.io/oneDNN), as kernels use
 * them: in the calling thread, on memory that the caller has. Internal to lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_PRIMITIVE_H
#define BRC_EXEC_OPERATORS_PRIMITIVE_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>

#include "base/err.h"

/* BRC_RESOURCE or BRC_DATA when oneDNN did not succeed; `what`: "a convolution". */
brc_rc brc_dnnl_check(dnnl_status_t status, const char *what, brc_err *err);

typedef struct brc_dnnl_arg {
	int arg; /* DNNL_ARG_SRC */
	const dnnl_memory_desc_t *md;
	void *at;
} brc_dnnl_arg;

enum { BRC_DNNL_ARGS = 8 };

/* False when it did not succeed. At most BRC_DNNL_ARGS. */
bool brc_dnnl_run(dnnl_engine_t engine, dnnl_primitive_t p, const brc_dnnl_arg *arg, size_t n);

/* A primitive that copies from one layout and type into another; NULL when they are the same. */
dnnl_status_t brc_dnnl_reorder(dnnl_primitive_t *p, dnnl_engine_t engine,
			       const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to);
bool brc_dnnl_copy(dnnl_engine_t engine, dnnl_primitive_t p, const dnnl_memory_desc_t *from,
		   void *in, const dnnl_memory_desc_t *to, void *out);

#endif
