/* Sorted numbers, with the places they came from. Internal to lib/stats. */
#ifndef BRC_STATS_ORDER_H
#define BRC_STATS_ORDER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct brc_ordered {
	double value;
	size_t from;
} brc_ordered;

/* Sort by value, rising or falling; equal values by where they came from, rising. No NaN. */
void brc_order(brc_ordered *v, size_t n, bool falling);

#endif
