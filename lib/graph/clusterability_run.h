/* The test of clusterability as the filter runs it, from a stream to its sections. */
#ifndef BRC_GRAPH_CLUSTERABILITY_RUN_H
#define BRC_GRAPH_CLUSTERABILITY_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "graph/clusterability.h"
#include "stream/filter.h"

typedef struct brc_clusterability_run {
	brc_null null;
	bool choose;                  /* the null model that fits the graph; `null` is not read */
	const char *k_list, *k_range; /* "4,8,16" or "2-24", the other NULL */
	const char *samples;          /* a stream of activations; NULL: none */
	const char *const *against;   /* [n_against] streams of networks to compare with */
	size_t n_against;
	brc_clusterability_options test; /* k is left out */
} brc_clusterability_run;

/*
 * Read the graph of the stream and what else is needed, test it, say what was found on stderr, and
 * write a section for each k: called as the graph is, or NAME.kK where several are tested.
 */
brc_rc brc_clusterability_run_all(brc_filter *f, const brc_cli *cli,
				  const brc_clusterability_run *run, brc_err *err);

#endif
