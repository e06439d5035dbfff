/*
 * Family-wise adjusted p-values from shared draws: step-down max-T (Westfall
 * and Young 1993, "Resampling-Based Multiple Testing", algorithm 4.1; Ge,
 * Dudoit and Speed 2003, Test 12:1, box 2).
 */
#ifndef BRC_STATS_MAXT_H
#define BRC_STATS_MAXT_H

#include <stddef.h>

#include "base/err.h"

/*
 * U [n + 1, m] as made by brc_extremes_orient; p [m] is written. O(n m + m log m).
 *
 * Each column is put on a common scale with all of its n + 1 values,
 * t = (u - mean) / sd (population sd; t = 0 when all are equal), since raw
 * statistics of columns of different spread do not compare. An undefined
 * control takes the largest t of its column, an undefined observed value is
 * below everything and has p = 1. Then, with columns ordered by falling t_0,
 * p_(i) = #{b in 0..n: max over columns (i)..(m) of t_b >= t_0(i)} / (n + 1),
 * made non-decreasing. Values of t that agree to 1e-9 are ties, which count
 * against significance. BRC_RESOURCE.
 */
brc_rc brc_maxt(const double *u, size_t n, size_t m, double *p, brc_err *err);

#endif
