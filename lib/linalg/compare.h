/*
 * Agreement of two partitions of the same units.
 */
#ifndef BRC_LINALG_COMPARE_H
#define BRC_LINALG_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef struct brc_agreement {
	double rand_index; /* adjusted Rand index: 1 for equal partitions, 0 expected by chance */
	double mutual_information; /* nats */
	double normalised; /* mutual information over the arithmetic mean of the entropies */
	size_t units;      /* compared: labelled >= 0 in both */
	size_t ignored;    /* units with a negative label in either */
	size_t clusters_a, clusters_b; /* labels that occur among the compared units */
} brc_agreement;

/*
 * Compare labels a and b of n units; negative labels mean "in no cluster". Labels may be any
 * numbers. If both partitions are one cluster, or both are all singletons, they agree fully (1 and
 * 1). BRC_DATA if there is no unit to compare.
 *
 * Hubert and Arabie, "Comparing partitions", J. Classification 2 (1985);
 * Strehl and Ghosh, "Cluster ensembles", JMLR 3 (2002).
 */
brc_rc brc_compare_partitions(const int32_t *a, const int32_t *b, size_t n, brc_agreement *out,
			      brc_err *err);

#endif
