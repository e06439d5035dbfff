/*
 * One p-value for many columns whose controls were drawn together: a
 * nonparametric combination (Pesarin 2001, "Multivariate Permutation Tests";
 * Fisher's combining function), exact under dependence.
 */
#ifndef BRC_STATS_OMNIBUS_H
#define BRC_STATS_OMNIBUS_H

#include <stddef.h>
#include <stdint.h>

/*
 * S_b = mean over s of -ln q_bs, where q_bs is the mid-rank p of draw b among
 * all n + 1 draws, itself included, computed in the same way for b = 0..n;
 * p = #{b: S_b >= S_0} / (n + 1). Values of S that agree to 1e-12 are ties,
 * and ties count against significance.
 *
 * J [n + 1, m] as made by brc_extremes_midranks. `s` [n + 1] receives S_b; it
 * may be NULL. Returns p; 1 when m is 0. The test presumes that draw b is one
 * joint draw for all columns.
 */
double brc_omnibus_p(const uint32_t *j, size_t n, size_t m, double *statistic, double *s);

#endif
