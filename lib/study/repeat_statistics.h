/*
 * Which statistics' findings are repeated. By default those on which verdicts rest: accuracy, or
 * loss where there is no accuracy, and specificity.
 */
#ifndef BRC_STUDY_REPEAT_STATISTICS_H
#define BRC_STUDY_REPEAT_STATISTICS_H

#include <stdbool.h>

#include "base/cli.h"
#include "study/repeat.h"

/* Are the findings of this statistic repeated? r->statistics is "accuracy,loss", "all", or NULL. */
bool brc_repeat_takes(const brc_repeat *r, const char *statistic);
/* Those of any statistic of a section? */
bool brc_repeat_takes_any(const brc_repeat *r, const brc_findings *f);

/*
 * BRC_USAGE where a word of r->statistics is not a statistic of the findings, with those that are;
 * BRC_DATA where these are of the published tests, which have no controls to repeat.
 */
brc_rc brc_repeat_statistics_check(const brc_repeat *r, brc_err *err);

/* A note of the statistics that have findings and are not repeated. */
void brc_repeat_tell_others(const brc_repeat *r, const brc_cli *cli);

#endif
