/* Makes findings from lesions: how important and how coherent each sub-cluster is. */
#ifndef BRC_STUDY_MEASURE_H
#define BRC_STUDY_MEASURE_H

#include <stdbool.h>

#include "base/err.h"
#include "study/damage.h"
#include "sections/findings.h"
#include "sections/lesions.h"

/* How to infer. */
typedef struct brc_measure {
	double level;            /* of significance, within (0, 1) */
	brc_fdr fdr;             /* of the q-values */
	brc_weighting weighting; /* of importance */
	double minimum_effect;   /* of a finding of specificity: range of U, as a fraction */
	bool published;          /* as the published code did: stats/published.h */
} brc_measure;

/* Can lesions of this task be measured so? BRC_DATA: the published tests have no regression. */
brc_rc brc_measure_check(brc_task_kind task, const brc_measure *how, brc_err *err);

/*
 * Importance: without counts of right answers (regression), mean change of the loss alone; else
 * mean change of accuracy (small is extreme) and, unless
 * published, of the loss (large is extreme). BRC_DATA when the controls were
 * drawn apart for each sub-cluster and `published` is not set: the joint tests
 * need joint draws.
 */
brc_rc brc_measure_importance(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			      brc_err *err);

/*
 * Coherence: specificity where it is defined, class spread and range (large is extreme), and the
 * change of every class; if published, the range alone. Of regression the change of the loss of
 * every output, and no statistic. BRC_DATA as above.
 */
brc_rc brc_measure_coherence(brc_findings *f, const brc_lesions *l, const brc_measure *how,
			     brc_err *err);

#endif
