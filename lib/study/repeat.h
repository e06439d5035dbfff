/*
 * Findings repeated: the group of each finding is looked for in other partitions of the same units,
 * and the group that is most like it is lesioned there, with controls of that partition.
 */
#ifndef BRC_STUDY_REPEAT_H
#define BRC_STUDY_REPEAT_H

#include <stdbool.h>

#include "base/cli.h"
#include "base/err.h"
#include "sections/dataset.h"
#include "sections/findings.h"
#include "sections/labels.h"
#include "sections/lesions.h"
#include "sections/partitions.h"
#include "sections/repeats.h"
#include "study/experiment.h"
#include "study/measure.h"
#include "study/token_classes.h"

enum { BRC_REPEAT_FINDINGS = 2 };

typedef struct brc_repeat {
	const brc_net *net;
	const brc_dataset *data;
	const brc_labels *labels;                 /* of the first run */
	const brc_partitions *partitions;         /* of the same layers */
	const brc_lesions *lesions;               /* of the first run */
	brc_findings *found[BRC_REPEAT_FINDINGS]; /* importance and coherence of it; either may be
						   * NULL */
	const char *statistics;                   /* see study/repeat_statistics.h */
	size_t copies;                            /* the first so many of the partitions */
	size_t min_size;                          /* as in brc_experiment_options */
	double max_fraction;                      /* as there */
	brc_precision precision;
	brc_weighting weighting;
	brc_token_question tokens; /* how classes were made of tokens */
	bool all; /* lesion all groups of all partitions, for the frequencies of units */
} brc_repeat;

/*
 * For each finding (brc_inference_finding) of the statistics asked for and each partition: the
 * sub-cluster of the same layer with the largest Jaccard index. If this is at least
 * BRC_REPEATS_ALIKE, the sub-cluster is lesioned with controls of its own, drawn, counted and
 * measured as those of the first run. The finding returns if p is at most the largest p among the
 * first run's findings of that statistic. Dead units of the first run are in no sub-cluster and no
 * control.
 *
 * Fills *out (brc_repeats_clear) and the column `returns` of statistics that have findings. The
 * same for any number of threads. Seed, memory, threads and progress are those of the command line.
 * BRC_USAGE where a statistic is not among the findings. BRC_DATA where they are of --compat paper,
 * or labels, partitions, lesions, findings, network and data are not of one another; else errors as
 * those of brc_experiment_run.
 */
brc_rc brc_repeat_run(const brc_repeat *r, const brc_cli *cli, brc_repeats *out, brc_err *err);

#endif
