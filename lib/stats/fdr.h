/* False discovery rate: adjusted p-values (q-values). */
#ifndef BRC_STATS_FDR_H
#define BRC_STATS_FDR_H

#include <stddef.h>

#include "base/err.h"

typedef enum brc_fdr {
	BRC_FDR_BH, /* Benjamini and Hochberg 1995 */
	BRC_FDR_BY  /* Benjamini and Yekutieli 2001: under any dependence */
} brc_fdr;

/*
 * q_(i) = min over k >= i of min(1, c m p_(k) / k), p sorted ascending, c = 1
 * for BH and the sum of 1/k, k = 1..m, for BY. p and q [m], each p within
 * (0, 1]. Rejecting q <= a controls the false discovery rate at a. BRC_RESOURCE.
 */
brc_rc brc_fdr_q(const double *p, size_t m, brc_fdr how, double *q, brc_err *err);

#endif
