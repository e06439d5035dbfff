/*
 * Is there structure? The partition of a graph is compared with those of copies that were changed
 * by chance (graph/perturb.h), and the same is done with null graphs, which have no groups. Groups
 * that are more than chance agree better than those of all null graphs.
 */
#ifndef BRC_GRAPH_EVIDENCE_H
#define BRC_GRAPH_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cli.h"
#include "base/err.h"
#include "base/progress.h"
#include "graph/laplacian.h"
#include "graph/partition.h"
#include "graph/perturb.h"
#include "sections/partitions.h"
#include "sections/structure.h"

/* Null graphs, and the comparisons made for each. */
enum { BRC_EVIDENCE_NULLS = 19, BRC_EVIDENCE_NULL_COPIES = 3, BRC_EVIDENCE_COPIES = 20 };
/* Above so many units it is made on request only. */
enum { BRC_EVIDENCE_UNITS = 4096 };

typedef struct brc_evidence_options {
	size_t copies;                /* R; an even number where there are samples */
	bool nulls;                   /* compare with null graphs, too */
	bool only_repeatable;         /* and only for k whose index is at least .5 */
	const brc_recorded *recorded; /* samples of correlations; else NULL */
	size_t threads, mem;
	/* Called before long work, or NULL: graphs to partition, how long one took in seconds, and
	 * how many are partitioned at a time. */
	void (*tell)(const void *of, size_t graphs, double seconds, size_t workers);
	const void *told;
} brc_evidence_options;

/* For each set of a plan and each graph. Labels are of all units, by layers; -1 for none. */
typedef struct brc_evidence {
	size_t sets, graphs, units;
	size_t *k;      /* [sets, graphs]; 0: no such partition */
	int32_t *label; /* [sets, units] of the graphs themselves */
	size_t copies;  /* R */
	int32_t *copy;  /* [sets, copies, units]: every copy */
	size_t indices; /* comparisons of copies: R, or of pairs of halves R / 2 */
	double *index;  /* [sets, graphs, indices] */
	double *mean;   /* [sets, graphs] of them; NaN where k is 0 */
	size_t nulls;   /* BRC_EVIDENCE_NULLS */
	double *drawn;  /* [sets, graphs, nulls]: means of each null graph's; NaN: undefined */
	bool *tested;   /* [sets, graphs]: null graphs were drawn for it */
	brc_perturbed perturbed;
	char null[32], source[16], seed[32];
} brc_evidence;

/*
 * Without samples: index c compares the graph's partition with that of brc_perturb_edges number c.
 * The null graphs are those of brc_residual_new, compared with three noisy copies of their own.
 * With samples: index i compares the partitions of disjoint halves, copies 2i and 2i + 1; the null
 * graphs are those of brc_recorded_permute, halved three times.
 *
 * An index is the adjusted Rand index within a layer, the mean over the layers that take their
 * labels from the graph; 0 where a copy has fewer connected units than clusters. All partitions are
 * made with the options of the plan; copies have other seeds.
 *
 * The plan's k are used, and lowered where it says so. BRC_DATA where a k is too large.
 * Tasks are copies and null graphs: the same bytes for any number of threads. Adds
 * brc_evidence_work to `progress`.
 */
brc_rc brc_evidence_run(brc_evidence *e, const brc_partition_plan *plan, const brc_laplacian *l,
			const brc_evidence_options *o, brc_progress *progress, brc_err *err);
void brc_evidence_clear(brc_evidence *e); /* of a zeroed or a filled struct */

/* How many graphs are partitioned. */
size_t brc_evidence_work(const brc_evidence_options *o);

/*
 * p[sets] of clusterability for the same edges and k, from the n sections `all`: the largest where
 * there are several; NaN where there is none, and where graphs are local.
 */
brc_rc brc_evidence_p(const brc_evidence *e, const brc_laplacian *l, const brc_section *const *all,
		      size_t n, double *p, brc_err *err);

/* set[graphs]: that of the largest k with the verdict structured, BRC_ANY where there is none. */
brc_rc brc_evidence_choose(const brc_evidence *e, const brc_laplacian *l, const double *p,
			   size_t *set, brc_err *err);

/*
 * The sections of one set, or (BRC_ANY) of all sets, as evidence for a choice: chosen[graphs] as
 * from brc_evidence_choose.
 */
brc_rc brc_evidence_structure(const brc_evidence *e, const brc_laplacian *l, size_t set,
			      const size_t *chosen, const double *p, brc_structure *out,
			      brc_err *err);
brc_rc brc_evidence_partitions(const brc_evidence *e, const brc_laplacian *l, size_t set,
			       const size_t *chosen, brc_partitions *out, brc_err *err);

/* On stderr: index, null graphs and verdict of each graph for the k that the labels have. */
void brc_evidence_tell(const brc_cli *cli, const brc_structure *t);

#endif
