/* Lists of texts: names of layers, classes and units. */
#ifndef BRC_BASE_TEXTS_H
#define BRC_BASE_TEXTS_H

#include <stddef.h>

#include "base/err.h"

/* Copies of n texts; *out is NULL where `texts` is. The caller owns it: brc_texts_free. */
brc_rc brc_texts_dup(char *const *texts, size_t n, char ***out, brc_err *err);
void brc_texts_free(char **texts, size_t n);

/* Append a copy to a list of *n texts with room for *cap, all zero at first. BRC_RESOURCE. */
brc_rc brc_texts_add(char ***texts, size_t *n, size_t *cap, const char *text, brc_err *err);

/*
 * Two equal ones among n texts: *first < *again are their indices. *again is n where each text
 * stands once. O(n log n) comparisons. BRC_RESOURCE.
 */
brc_rc brc_texts_repeated(char *const *texts, size_t n, size_t *first, size_t *again, brc_err *err);

#endif
