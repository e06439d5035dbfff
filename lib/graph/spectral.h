/*
 * Spectral clustering of a graph (Shi and Malik 2000; von Luxburg, "A tutorial
 * on spectral clustering", 2007): the k smallest eigenvectors x of the
 * normalised Laplacian, trivial ones included, give unit i the row x_i /
 * sqrt(d_i), rows are not normalised, and k-means groups them.
 *
 * The inertia of k-means is only a stand-in for the n-cut. If the inertia of partitions differs by
 * half a percent, their n-cuts may have any order. Without `by_inertia`, the
 * BRC_SPECTRAL_CANDIDATES partitions of least inertia are compared, and the one with the least
 * n-cut is taken. Of two seeds, partitions of least inertia agree more (docs/validity.md). With
 * `refine`, single units then change cluster as long as that lowers the n-cut. This departs from
 * the method, so it is off by default.
 */
#ifndef BRC_GRAPH_SPECTRAL_H
#define BRC_GRAPH_SPECTRAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/threads.h"
#include "graph/eigenpairs.h"
#include "graph/cluster_graph.h"

/* If eigenvalues k and k + 1 are closer than this, the embedding is not determined. */
#define BRC_SPECTRAL_TIE 1e-8

enum { BRC_SPECTRAL_CANDIDATES = 100 };

typedef struct brc_spectral_options {
	size_t restarts; /* of k-means; 0: 25 up to 2,000 connected units, 100 above */
	double epsilon;  /* of the n-cut */
	bool unit_rows;  /* of the embedding: brc_embedding_new */
	bool by_inertia; /* take the partition of least inertia */
	bool refine;     /* lower its n-cut by single moves: brc_refine */
	uint64_t seed;
	uint32_t stream; /* index of the graph: keys the random numbers with the seed */
} brc_spectral_options;

/* The restarts that 0 stands for. */
size_t brc_spectral_restarts(const brc_graph *g, size_t restarts);

enum { BRC_CLUSTERING_WARNINGS = 4 };

typedef struct brc_clustering {
	size_t k;
	int32_t *label;   /* [g->n] 0 .. k-1, -1 for isolated units */
	size_t pairs;     /* eigenvalues below: k + 1, or k where there is no further one */
	double *value;    /* [pairs] ascending */
	double *residual; /* [pairs] */
	double ncut, in_out;
	double lower_bound; /* sum of the k smallest eigenvalues: no k-partition cuts less */
	double inertia;     /* of k-means; 0 where components are merged instead */
	size_t moved;       /* units that refinement moved from their cluster of k-means */
	double starts;      /* brc_stability if it was asked for; else NaN */
	size_t n_evidence;  /* for k, where it was chosen */
	struct brc_k_evidence *evidence;
	size_t empty; /* clusters without units */
	size_t n_warnings;
	char warning[BRC_CLUSTERING_WARNINGS][160];
} brc_clustering;

/*
 * Eigenpairs that brc_spectral needs for k clusters: k + 1, so that a tie of
 * eigenvalues k and k + 1 is seen (a spare one will do for that), at most as many as connected
 * units.
 */
size_t brc_spectral_pairs(const brc_graph *g, size_t k);

/*
 * Cluster the connected units of `g` into k, 1 <= k <= g->connected (BRC_DATA
 * otherwise), given its brc_spectral_pairs(g, k) smallest eigenpairs, or more.
 *
 * With at least k components no eigenvector decides: components are merged
 * whole into k bins, in order of descending volume, each into the bin of least
 * volume so far (ties: the first), and a warning says so where there are more.
 * Otherwise labels are numbered by descending size, as k-means returns them.
 */
brc_rc brc_spectral(brc_clustering *c, const brc_graph *g, const brc_eigenpairs *p, size_t k,
		    const brc_spectral_options *o, brc_pool *pool, brc_err *err);
void brc_clustering_clear(brc_clustering *c); /* of a zeroed or a filled struct */

/* A remark on the clustering, for its record and the user; dropped beyond the fourth. */
void brc_clustering_warn(brc_clustering *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Eigenpairs and clustering in one. */
brc_rc brc_spectral_cluster(brc_clustering *c, const brc_graph *g, size_t k,
			    const brc_spectral_options *o, brc_pool *pool, brc_err *err);

/* Bytes that it takes at most, with `threads` workers; SIZE_MAX if that does not fit. */
size_t brc_spectral_bytes(const brc_graph *g, size_t k, size_t threads);

#endif
