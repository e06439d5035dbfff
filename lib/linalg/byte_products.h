/*
 * Products of matrices of signed bytes, summed in 32-bit integers and so exact: oneDNN's
 * (https://oneapi-src.github.io/oneDNN), which processors with matrix units for bytes (AMX)
 * run an order of magnitude faster than products in single precision.
 */
#ifndef BRC_LINALG_BYTE_PRODUCTS_H
#define BRC_LINALG_BYTE_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Whether this processor has such units and may use them. ONEDNN_MAX_CPU_ISA=AVX512_CORE in
 * the environment, oneDNN's own switch, says no.
 */
bool brc_byte_products_fast(void);

/* Products of one shape; any number of threads may run them at once. */
typedef struct brc_byte_products brc_byte_products;

/*
 * C = A B': A is [height, depth], B [width, depth], C [height, width], row-major without gaps.
 * The caller sees to it that depth times the largest product stays below 2^31. BRC_RESOURCE when
 * there is no memory, or no exact kernel: ask for a width of 32 or more where depth is above 1,024.
 */
brc_rc brc_byte_products_new(brc_byte_products **p, size_t height, size_t width, size_t depth,
			     brc_err *err);
void brc_byte_products_free(brc_byte_products *p); /* or NULL */

/* Bytes of a B brought into the order that the processor wants, and of a run's working memory. */
size_t brc_byte_products_packed(const brc_byte_products *p);
size_t brc_byte_products_scratch(const brc_byte_products *p);

/* `packed` (64-byte aligned) from B. */
brc_rc brc_byte_products_pack(const brc_byte_products *p, const int8_t *b, void *packed,
			      brc_err *err);

/* C = A B'; scratch is 64-byte aligned, one for each thread. */
brc_rc brc_byte_products_run(const brc_byte_products *p, const int8_t *a, const void *packed,
			     int32_t *c, void *scratch, brc_err *err);

#endif
