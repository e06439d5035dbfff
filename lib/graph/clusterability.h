/*
 * Is a network more clusterable than null networks? Its n-cut is compared with those of networks
 * that are drawn from a null model, or given, and clustered in the same way.
 */
#ifndef BRC_GRAPH_CLUSTERABILITY_H
#define BRC_GRAPH_CLUSTERABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "graph/null_model.h"
#include "sections/clusterability.h"

typedef struct brc_clusterability_options {
	const size_t *k; /* [n_k] numbers of clusters, each >= 1 */
	size_t n_k;
	size_t shuffles; /* n; of given networks, their number */
	size_t restarts; /* as in brc_spectral_options */
	bool by_inertia; /* as in brc_spectral_options; always so under the published rules */
	bool refine;     /* refine every partition alike: brc_spectral_options */
	bool paper;      /* the published rules: epsilon 1e-8, ties count as significant */
	uint64_t seed;
	size_t threads; /* workers at most */
	size_t mem;     /* bytes allowed, 0: what the machine has; fewer workers rather than more */
} brc_clusterability_options;

/*
 * Test the graph of the null model for each k: out[n_k], zeroed by the caller, who clears each. The
 * observed and the null graphs are clustered with the same random numbers. So under the null
 * hypothesis the observed n-cut is one of n + 1 exchangeable ones. It is that of brc_spectral with
 * the same seed, numbers of clusters and restarts. The eigenvectors of a graph are found once, for
 * the largest k. With several k each result has `tested` and p_all. Draws are tasks, so the bytes
 * are the same for any number of workers. Adds 1 to `progress` for each. Name and source of the
 * results are left to the caller.
 */
brc_rc brc_clusterability_test(brc_clusterability *out, const brc_null_model *null,
			       const brc_clusterability_options *o, brc_progress *progress,
			       brc_err *err);

/*
 * Fill p, mean, sd, z and undefined from observed and ncut. p is (r + 1) / (n + 1), where r is the
 * number of shuffles whose n-cut is undefined or at most `observed`, to 1e-12, or where sums were
 * fitted (the null is called residual...) to 1.2e-7 (paper: below it): undefined ones count against
 * significance. z is NaN where sd is not above that.
 */
void brc_clusterability_summarise(brc_clusterability *c, bool paper);

#endif
