/*
 * Products of matrices of signed bytes. The sums are 32-bit integers, so they are exact. oneDNN
 * (https://oneapi-src.github.io/oneDNN) computes them. Processors with matrix units for bytes (AMX)
 * run them about ten times as fast as products in single precision.
 */
#ifndef BRC_LINALG_BYTE_PRODUCTS_H
#define BRC_LINALG_BYTE_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Does this processor have such units, and may it use them? oneDNN's own switch in the environment,
 * ONEDNN_MAX_CPU_ISA=AVX512_CORE, forbids it.
 */
bool brc_byte_products_fast(void);

/* Products of one shape; any number of threads may run them at once. */
typedef struct brc_byte_products brc_byte_products;

/*
 * C = A B': A is [height, depth], B [width, depth], C [height, width], row-major without gaps. The
 * caller ensures that depth times the largest product stays below 2^31. BRC_RESOURCE if there is no
 * memory, or no exact kernel; for a depth above 1,024, ask for a width of 32 or more.
 */
brc_rc brc_byte_products_new(brc_byte_products **p, size_t height, size_t width, size_t depth,
			     brc_err *err);
void brc_byte_products_free(brc_byte_products *p); /* or NULL */

/*
 * Bytes of a packed B (in the order that the processor needs), and of the working memory of a run.
 */
size_t brc_byte_products_packed(const brc_byte_products *p);
size_t brc_byte_products_scratch(const brc_byte_products *p);

/* Pack B into `packed`, which is 64-byte aligned. */
brc_rc brc_byte_products_pack(const brc_byte_products *p, const int8_t *b, void *packed,
			      brc_err *err);

/* C = A B'; scratch is 64-byte aligned, one for each thread. */
brc_rc brc_byte_products_run(const brc_byte_products *p, const int8_t *a, const void *packed,
			     int32_t *c, void *scratch, brc_err *err);

#endif
