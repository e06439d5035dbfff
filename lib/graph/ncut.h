/*
 * The normalised cut of a partition.
 */
#ifndef BRC_GRAPH_NCUT_H
#define BRC_GRAPH_NCUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/cluster_graph.h"

/* The paper's code adds this to volumes. It is used to compare with the paper's n-cuts. */
#define BRC_NCUT_EPSILON_PAPER 1e-8

/*
 *     ncut = sum over clusters c of  cut(c) / (vol(c) + epsilon)
 *     cut(c) = sum of A_ij, i in c, j not in c;  vol(c) = sum of degrees in c
 *
 * label: [g->n], clusters 0 .. k-1, -1 for units in none (their edges count as
 * cut). Clusters without units or edges add nothing. Sums in double, by blocks
 * in order. Labels outside -1 .. k-1 are BRC_DATA.
 *
 * Shi and Malik, "Normalized cuts and image segmentation", PAMI 22 (2000).
 */
brc_rc brc_ncut(const brc_graph *g, const int32_t *label, size_t k, double epsilon, double *ncut,
		brc_err *err);

/*
 * The ratio of within- to between-cluster edge weight of k equal clusters with
 * this n-cut: (1 - ncut/k) / (2 ncut/k); infinite for ncut = 0.
 */
double brc_ncut_in_out(double ncut, size_t k);

#endif
