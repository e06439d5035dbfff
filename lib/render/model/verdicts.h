/*
 * The verdicts: every group that stands out by a test, with all that tells how much that is worth.
 * Internal to lib/render.
 */
#ifndef BRC_RENDER_VERDICTS_H
#define BRC_RENDER_VERDICTS_H

#include "render/model/model.h"
#include "stats/matched.h"

/* One group that stands out by one proxy. */
typedef struct brc_standout {
	const brc_labelling *l;
	const brc_group *group;
	const brc_inference *st; /* the statistic that decides */
	brc_proxy proxy;
	size_t row;     /* of the statistic */
	brc_mark mark;  /* at least BRC_MARK_P */
	double effect;  /* the range of U where the statistic has it, else beyond random groups */
	bool weak;      /* weakly connected; known of a global partition alone */
	size_t copies;  /* perturbed partitions in which it was looked for; 0: it was not */
	size_t returns; /* of them, in how many it returns */
	size_t missing; /* of them, how many have no group like it */
} brc_standout;

/* How sure: "family-wise", "false discovery", "p alone". */
const char *brc_mark_words(brc_mark mark);

/*
 * *out [*n], owned (free), is what stands out in a labelling: the strongest mark first, then the
 * largest effect. NULL and 0 where nothing does. BRC_RESOURCE.
 */
brc_rc brc_standouts_new(brc_standout **out, size_t *n, const brc_labelling *l, brc_err *err);

/* What a group is found to be: "important"; "specific" by F, else "coherent". */
const char *brc_standout_word(const brc_standout *s);

/* "range 38.66 points", "-12.30 points": the effect, with its unit. Appends. */
void brc_standout_effect(const brc_standout *s, brc_str *out);

/* "random and activation-matched groups; not groups as cohesive as itself". Appends. */
void brc_standout_controls(const brc_standout *s, double level, brc_str *out);

/* "returns in 7 of 10, not found in 1"; "not tried". Appends. */
void brc_standout_returns(const brc_standout *s, brc_str *out);

/* Which class it hits, and flags: "hits class 7 most; weakly connected". Appends nothing without
 * any. */
void brc_standout_flags(const brc_standout *s, brc_str *out);

/*
 * What makes all verdicts of a labelling doubtful, in phrases with "; " between them. Appends
 * nothing where there is nothing.
 */
void brc_doubts(const brc_labelling *l, brc_str *out);

#endif
