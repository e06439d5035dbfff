/*
 * Partitions of a whole network. Every graph of a laplacian is clustered, once or for several k.
 * The results are written as labels and spectrum sections.
 */
#ifndef BRC_GRAPH_PARTITION_H
#define BRC_GRAPH_PARTITION_H

#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/threads.h"
#include "sections/labels.h"
#include "sections/spectrum.h"
#include "graph/laplacian.h"
#include "graph/spectral.h"
#include "stream/filter.h"

/*
 * Clusterings wanted: sets of one k for every graph. Each graph is solved once,
 * for the largest k that any set asks of it.
 */
typedef struct brc_partition_plan {
	size_t sets;
	size_t *k;  /* [sets, graphs]; 0 leaves a graph's units without labels */
	bool lower; /* lower a k above the number of connected units, with a warning; otherwise
		     * it is refused */
	/* Where most > 0, k was chosen between these: evidence for all of them is added
	 * (graph/stability.h), and k 0 says that none stands out. */
	size_t least, most;
	bool starts;                  /* measure it for every clustering */
	brc_spectral_options options; /* its stream is set to the index of the graph, its
				       * unit_rows to the laplacian's */
	size_t mem;                   /* bytes allowed, 0: what the machine has */
} brc_partition_plan;

/*
 * A plan with a set for each k of the list "K,K...", the same k for every graph. `option` gives the
 * list: BRC_USAGE when that is no such list.
 */
brc_rc brc_partition_plan_ks(brc_partition_plan *plan, const brc_laplacian *l, const char *list,
			     const char *option, brc_err *err);

/*
 * A plan with one set, in which each graph is to get a k within the range "MIN-MAX": k is 0 until
 * it is chosen (graph/evidence.h). BRC_USAGE when that is no such range.
 */
brc_rc brc_partition_plan_range(brc_partition_plan *plan, const brc_laplacian *l, const char *range,
				brc_err *err);

/*
 * A plan with one set: the k of each graph is the number of labels >= 0 that occur in `labels` in
 * the layers whose labels it keeps, all together. BRC_DATA when such a layer is missing or of
 * another size, and for a global laplacian.
 */
brc_rc brc_partition_plan_from(brc_partition_plan *plan, const brc_laplacian *l,
			       const brc_labels *labels, brc_err *err);

/*
 * The plan that a range stands for, with a set for each k of it: 0 for graphs that have fewer
 * connected units than k + 1.
 */
brc_rc brc_partition_plan_candidates(brc_partition_plan *plan, const brc_laplacian *l,
				     const brc_partition_plan *range, brc_err *err);

void brc_partition_plan_clear(brc_partition_plan *plan);

/*
 * Run it: out[set * graphs + g], zeroed by the caller, who clears each. Several
 * graphs run as tasks of the pool, one uses the pool itself: the same bytes for
 * any pool. Adds 1 to `progress` for each clustering.
 */
brc_rc brc_partition_run(const brc_partition_plan *plan, const brc_laplacian *l, brc_pool *pool,
			 brc_progress *progress, brc_clustering *out, brc_err *err);

/* The labels of one set, c[graphs]: of every graph those of the layers it keeps. */
brc_rc brc_partition_labels(brc_labels *labels, const brc_laplacian *l, const brc_clustering *c,
			    brc_err *err);

/* The spectrum of the set, with its affinity image and its links. `labels` are those of the set. */
brc_rc brc_partition_spectrum(brc_spectrum *p, const brc_labels *labels, const brc_laplacian *l,
			      const brc_clustering *c, brc_err *err);

/* The name of a set's sections: `name`, or NAME.kK where there are several sets. Returns buf. */
char *brc_partition_name(char buf[BRC_NAME_MAX], const char *name, const brc_partition_plan *plan,
			 const brc_laplacian *l, size_t set);

/*
 * Write the spectrum and the labels of every set of a plan, c[sets * graphs], both called `name`,
 * or NAME.kK where there are several sets.
 */
brc_rc brc_partition_write(brc_filter *f, const char *name, const brc_partition_plan *plan,
			   const brc_laplacian *l, const brc_clustering *c, brc_err *err);

/*
 * On stderr, of one set: k, n-cut and agreement of starts of each graph, warnings, and the evidence
 * for a k that was chosen (with several graphs only with -v).
 */
void brc_partition_tell(const brc_cli *cli, const brc_laplacian *l, const brc_clustering *c);

#endif
