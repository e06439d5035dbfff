/* Comparisons for qsort. */
#ifndef BRC_BASE_ORDER_H
#define BRC_BASE_ORDER_H

#include <stdint.h>

/*
 * -1, 0 or 1, as the number a is below, equal to or above b. Of several keys the first decides:
 *     return BRC_ORDER(x->layer, y->layer) ?: BRC_ORDER(x->unit, y->unit);
 */
#define BRC_ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* Numbers of 64 bits without a sign, for qsort. */
static inline int brc_ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return BRC_ORDER(*x, *y);
}

#endif
