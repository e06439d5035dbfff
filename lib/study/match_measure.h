/* Statistics of lesions with matched controls, beside those with random ones. */
#ifndef BRC_STUDY_MATCH_MEASURE_H
#define BRC_STUDY_MATCH_MEASURE_H

#include "base/err.h"
#include "sections/lesions.h"
#include "stats/inference.h"
#include "study/damage.h"

/*
 * Give a statistic, already made with random controls, the columns of all other kinds that the
 * lesions have; `fill` makes its table T [draws + 1, m] of lesions. None where `ask` is published.
 * BRC_RESOURCE.
 */
brc_rc brc_measure_matched(brc_inference *i, const brc_question *ask, const brc_lesions *l,
			   brc_weighting w,
			   void (*fill)(const brc_lesions *l, brc_weighting w, double *t),
			   brc_err *err);

#endif
