/*
 * What controls can be matched by, beside those that are drawn at random: groups are then compared
 * with groups that are like them in this.
 */
#ifndef BRC_SECTIONS_MATCH_KINDS_H
#define BRC_SECTIONS_MATCH_KINDS_H

#include <stdbool.h>

#include "base/err.h"
#include "stats/inference.h"

/* In the order of the words "in-norm", "activation", "degree", "cohesion". */
typedef enum brc_match {
	BRC_MATCH_IN_NORM,    /* norm of the weights by which a unit is fed */
	BRC_MATCH_ACTIVATION, /* mean magnitude of its output */
	BRC_MATCH_DEGREE,     /* sum of its edges */
	BRC_MATCH_COHESION,   /* mean edge between the units of a group */
	BRC_MATCHES
} brc_match;

/* The word, static. */
const char *brc_match_name(brc_match kind);

/*
 * Are the observed group and its controls exchangeable, so that p is exact and the joint tests
 * hold? Not for cohesion, whose controls are a reference.
 */
bool brc_match_exact(brc_match kind);

/*
 * "in-norm,cohesion" as wanted[BRC_MATCHES], in any order; NULL: none. BRC_USAGE, with the words
 * that there are, for another word, and for one that comes twice.
 */
brc_rc brc_match_parse(const char *text, bool wanted[BRC_MATCHES], brc_err *err);

/* The columns of a statistic for controls of this kind. */
brc_matched *brc_match_columns(brc_inference *i, brc_match kind);
const brc_matched *brc_match_columns_of(const brc_inference *i, brc_match kind);
/* Has the statistic all columns that controls of this kind give, or none of them? */
bool brc_match_columns_whole(const brc_inference *i, brc_match kind);

#endif
