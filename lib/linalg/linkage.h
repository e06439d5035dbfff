/* Average linkage: things that are alike are joined, the most alike first. */
#ifndef BRC_LINALG_LINKAGE_H
#define BRC_LINALG_LINKAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Cut the tree of average linkage (UPGMA) of n things into k groups, 1 <= k <= n. distance[n, n] is
 * symmetric and finite, and is destroyed. label[n]: groups 0 .. k - 1, in the order of their first
 * things. Of joins at equal distances, those that are found first are made first: the result
 * depends on nothing but the numbers. O(n^2) operations (nearest-neighbour chains: Murtagh, "A
 * survey of recent advances in hierarchical clustering algorithms", 1983). BRC_RESOURCE.
 */
brc_rc brc_linkage_cut(float *distance, size_t n, size_t k, int32_t *label, brc_err *err);

#endif
