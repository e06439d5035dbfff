/*
 * Is a cluster held together by its own edges? Most methods of clustering also return groups that
 * fall apart: of several parts, or of two halves that hang together by little.
 */
#ifndef BRC_GRAPH_CONNECTION_H
#define BRC_GRAPH_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "graph/cluster_graph.h"

/*
 * Both are n-cuts of a set S into two, cut / vol(S1) + cut / vol(S2), so they have one scale: 1 is
 * what chance would cut if only the degrees counted.
 */
typedef struct brc_connection {
	size_t parts; /* components of the cluster's own edges; a unit without one is a part */
	double inner; /* of the cluster by the best of the sweep cuts, within its own edges; 0 in
		       * several parts, NaN of a single unit, or where it is not known */
	double outer; /* of the whole graph into the cluster and the rest; NaN: there is no rest */
} brc_connection;

/* Not looked at where more pairs than this have edges within clusters. */
#define BRC_CONNECTION_EDGES ((size_t)1 << 25)

/*
 * out[k] of a partition of g: label[g->n], 0 .. k-1 or -1. A sweep cut orders the units by the
 * second eigenvector of the random walk within the cluster and cuts the order where that is best
 * (Shi and Malik 2000, section 3; Chung 2007, "Four proofs for the Cheeger inequality": it is
 * within a square root of the best possible). The cost is one pass over all edges, then a small
 * eigenproblem for each cluster. *known: false where there are too many edges, then nothing is
 * found. `mem`: bytes allowed, 0: what the machine has; edges that do not fit are not looked at.
 */
brc_rc brc_connection_find(const brc_graph *g, const int32_t *label, size_t k, uint64_t seed,
			   size_t mem, brc_connection *out, bool *known, brc_err *err);

#endif
