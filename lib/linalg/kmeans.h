/*
 * k-means: Lloyd's algorithm from greedy k-means++ starts, best of several.
 */
#ifndef BRC_LINALG_KMEANS_H
#define BRC_LINALG_KMEANS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "linalg/kept.h"

typedef struct {
	size_t k;        /* clusters wanted, >= 1; more than n is taken as n */
	size_t first;    /* number of the first restart, usually 0 */
	size_t restarts; /* >= 1 */
	size_t max_iter; /* >= 1; 300 is usual */
	double tol;      /* stop when the centres' summed squared shift is at most tol times
			  * the mean variance of the columns; 1e-4 is usual */
	uint64_t seed;
	uint32_t stream; /* restart r draws from (seed, BRC_RNG_KMEANS, stream, r) */
} brc_kmeans_options;

/*
 * Cluster the n rows of x (row-major n x d, finite). Restarts run as tasks of
 * `pool` (NULL: in the caller); the result is the same bytes for any number of
 * threads. Of equal inertias the lowest restart wins, of equally near centres
 * the lowest index.
 *
 * kept: the best different partitions that the restarts end in, at most `most` >= 1, at least one,
 *       with their inertia, the summed squared distance to the assigned centre. Labels are
 *       numbered by descending size, ties by first row, so that the same partition has the same
 *       labels; fewer than k labels occur when there are fewer distinct rows than k. The caller
 *       clears it.
 *
 * Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding",
 * SODA 2007 (greedy variant of their section 5: 2 + floor(ln k) candidates);
 * Lloyd, "Least squares quantization in PCM", 1982. An empty cluster takes the
 * point farthest from its own centre, as scikit-learn does.
 *
 * BRC_USAGE for zero n, d, k, restarts or max_iter, or a negative tol; BRC_NUMERIC
 * naming row and column of a NaN or infinity; BRC_RESOURCE.
 */
brc_rc brc_kmeans(const double *x, size_t n, size_t d, const brc_kmeans_options *o, brc_pool *pool,
		  size_t most, brc_kept *kept, brc_err *err);

#endif
