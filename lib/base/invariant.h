/*
 * Invariants of the big structures, asserted in the builds with sanitizers
 * (make check SAN=1), as GraphBLAS asserts its matrices. A structure has one
 * function that checks it; each function that takes the structure from
 * outside asserts it at entry:
 *
 *	BRC_ASSERT_VALID(brc_layers_valid(t));
 *
 * A check may take as long as a walk through the whole structure. In other
 * builds the expression is compiled but never evaluated.
 */
#ifndef BRC_BASE_INVARIANT_H
#define BRC_BASE_INVARIANT_H

#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__) /* gcc */
#define BRC_CHECKS_INVARIANTS true
#elif defined(__has_feature)
#define BRC_CHECKS_INVARIANTS __has_feature(address_sanitizer) /* clang */
#else
#define BRC_CHECKS_INVARIANTS false
#endif

/* Say on stderr which invariant is broken, where, and abort(): a bug of ours, not of the data. */
_Noreturn void brc_invariant_broken(const char *file, int line, const char *expression);

/* `expression` is true when the structure is valid. */
#define BRC_ASSERT_VALID(expression)                                           \
	do {                                                                   \
		if (BRC_CHECKS_INVARIANTS && !(expression))                    \
			brc_invariant_broken(__FILE__, __LINE__, #expression); \
	} while (0)

#endif
