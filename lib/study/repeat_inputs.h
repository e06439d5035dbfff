/*
 * What findings are repeated from, and what is written of it: the first run read, checked and
 * listed.
 *
 * Internal to lib/study.
 */
#ifndef BRC_STUDY_REPEAT_INPUTS_H
#define BRC_STUDY_REPEAT_INPUTS_H

#include "net/task.h"
#include "study/repeat.h"

/*
 * Do labels, partitions, lesions, findings, network and data belong together? *scoring is that of
 * the lesions, and borrows *tokens (brc_token_classes_clear). BRC_DATA, with what does not fit and
 * a remedy.
 */
brc_rc brc_repeat_check(const brc_repeat *r, brc_scoring *scoring, brc_token_classes *tokens,
			brc_err *err);

/* (*dead)[units], which the caller frees: those that were in no group and no control. */
brc_rc brc_repeat_dead(const brc_lesions *l, bool **dead, brc_err *err);

/*
 * The statistics and the findings of the first run into *out, its other arrays allocated. `first`
 * are the sub-clusters of the labels; (*item)[findings], which the caller frees, says which one
 * each finding is. BRC_DATA where one is not among them.
 */
brc_rc brc_repeat_rows(const brc_repeat *r, const brc_experiment *first, brc_repeats *out,
		       size_t **item, brc_err *err);

/* Findings of section k of the lesions of a copy, made like those of the first run. */
brc_rc brc_repeat_measure(const brc_repeat *r, size_t k, const brc_lesions *l, brc_findings *f,
			  brc_err *err);

/* The shares into the columns of the first run's findings. BRC_RESOURCE. */
brc_rc brc_repeat_columns(const brc_repeat *r, const brc_repeats *from, brc_err *err);

#endif
