/*
 * The rows that k-means groups. They are made of the k smallest eigenvectors x of the normalised
 * Laplacian.
 */
#ifndef BRC_GRAPH_EMBEDDING_H
#define BRC_GRAPH_EMBEDDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/eigenpairs.h"
#include "graph/cluster_graph.h"
#include "linalg/kept.h"

/*
 * Row-major [g->connected, k], of at least k eigenpairs; free() it. NULL with err set.
 *
 * Row i is x_i / sqrt(d_i): eigenvectors of the random-walk Laplacian I - D^-1 A (Shi and Malik
 * 2000). With unit_rows it is x_i / ||x_i||: eigenvectors of the symmetric one (Ng, Jordan and
 * Weiss, "On spectral clustering: analysis and an algorithm", 2002).
 */
double *brc_embedding_new(const brc_graph *g, const brc_eigenpairs *p, size_t k, bool unit_rows,
			  brc_err *err);

/* Restarts first .. first + restarts - 1 of k-means, for a graph's (seed, stream). */
typedef struct brc_restarts {
	size_t first, restarts;
	uint64_t seed;
	uint32_t stream;
} brc_restarts;

/* brc_kmeans_several of an embedding x into k, with the defaults of scikit-learn. */
brc_rc brc_embedding_group(const double *x, const brc_graph *g, size_t k, const brc_restarts *r,
			   brc_pool *pool, size_t most, brc_kept *kept, brc_err *err);

#endif
