/* Which kinds of controls groups beat, in words. */
#ifndef BRC_STUDY_MATCH_WORDS_H
#define BRC_STUDY_MATCH_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "sections/match_kinds.h"
#include "stats/inference.h"

/* Does the statistic have other controls than random ones? */
bool brc_match_any(const brc_inference *i);

/* Is group s a finding against random controls: large enough, and by max-T or q at `level`? */
bool brc_match_found(const brc_inference *i, size_t s, double level);

/*
 * Append what group s, which is a finding against random controls, passes:
 *
 *     beats random and activation-matched groups; not groups as cohesive as itself
 *
 * False, with nothing appended, where there are random controls alone.
 */
bool brc_match_verdict(const brc_inference *i, size_t s, double level, brc_str *text);

/*
 * Append how many of the groups that are findings against random controls, by max-T or q, pass the
 * others, as in
 *
 *     of 7 groups that beat random groups 5 beat activation-matched groups, 2 groups as cohesive
 *     as themselves
 *
 * False, with nothing appended, where there are random controls alone or no such finding.
 */
bool brc_match_summary(const brc_inference *i, double level, brc_str *text);

#endif
