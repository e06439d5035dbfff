/*
 * Is a network more clusterable than shuffled networks? Its n-cut is compared with those of
 * networks that are drawn from a null model and clustered in the same way.
 */
#ifndef BRC_GRAPH_CLUSTERABILITY_H
#define BRC_GRAPH_CLUSTERABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "graph/blocks.h"
#include "graph/null.h"
#include "sections/clusterability.h"

typedef struct brc_clusterability_options {
	brc_null null;
	bool pooled;     /* all blocks are shuffled as one matrix: correlation graphs */
	size_t k;        /* clusters */
	size_t shuffles; /* n */
	size_t restarts; /* as in brc_spectral_options */
	bool refine;     /* refine every partition alike: brc_spectral_options */
	bool paper;      /* the published rules: epsilon 1e-8, ties count as significant */
	uint64_t seed;
	size_t threads; /* workers at most */
	size_t mem;     /* bytes allowed, 0: what the machine has; fewer workers rather than more */
} brc_clusterability_options;

/*
 * Test all of `blocks` as one graph. The observed and the shuffled graphs are clustered with the
 * same random numbers. So under the null hypothesis the observed n-cut is one of n + 1 exchangeable
 * ones. It is that of brc_spectral with the same seed, k and restarts. Shuffles are tasks, so the
 * bytes are the same for any number of workers. Adds 1 to `progress` for each. Name and source of
 * the result are left to the caller.
 */
brc_rc brc_clusterability_test(brc_clusterability *out, const brc_blocks *blocks,
			       const brc_clusterability_options *o, brc_progress *progress,
			       brc_err *err);

/*
 * Fill p, mean, sd, z and undefined from observed and ncut. p is (r + 1) / (n + 1), where r is the
 * number of shuffles whose n-cut is undefined or at most `observed`, to 1e-12 (paper: below it):
 * undefined ones count against significance.
 */
void brc_clusterability_summarise(brc_clusterability *c, bool paper);

#endif
