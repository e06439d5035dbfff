/*
 * Everything that is inferred from one statistic of m columns and its n control draws: p-values,
 * joint tests, effects, and whether there are enough draws.
 */
#ifndef BRC_STATS_INFERENCE_H
#define BRC_STATS_INFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stats/extremes.h"
#include "stats/fdr.h"

/* The statistic and how to test it. */
typedef struct brc_question {
	const char *statistic; /* short name, "accuracy": a prefix of tensor names */
	const char *title;     /* for people */
	const char *unit;      /* "fraction", "nats", ... */
	brc_tail tail;
	double level; /* of significance, 0.05 */
	brc_fdr fdr;
	bool published; /* as the published code did: stats/published.h */
} brc_question;

/*
 * The same statistic with other controls, which are like the groups in something; see
 * stats/matched.h. All columns are [m], and NULL where there are no such controls.
 */
typedef struct brc_matched {
	double *control_mean, *effect; /* as those of the random controls */
	double *p;                     /* exact, or of a reference */
	double *q, *p_maxt;            /* NULL for a reference */
	double *value, *control_value; /* what is matched: of the group, and the controls' mean */
	double omnibus_p;              /* NaN where there are none, and for a reference */
} brc_matched;

typedef struct brc_inference {
	char statistic[32], title[128], unit[32];
	brc_tail tail;
	bool published;
	size_t n, m;
	double *draw; /* [n + 1, m], owned, as are the columns below */
	/*
	 * [m] each. control_mean and control_sd (ddof 1) are over the defined
	 * controls, NaN where there are none (sd: fewer than two).
	 * effect = observed - control_mean;
	 * ratio = 2 observed / (observed + control_mean) where both have the
	 * same sign, else NaN: 1 like a random set, 2 at most. With `published`
	 * it is 2 e of stats/published.h.
	 */
	double *observed, *control_mean, *control_sd, *effect, *ratio, *p;
	double *q, *p_maxt; /* [m]; NULL with `published` */
	/* [m], or NULL: the same in the family of all tests of a run, which only reports know. */
	double *run_q, *run_p_maxt;
	/*
	 * [m], or NULL: the size of the effect in a unit that does not depend on the controls, such
	 * as a fraction of the probability of a class; the share of variation that classes explain;
	 * and 1 where u_range is at least minimum_effect, else 0. A group whose effect is not large
	 * enough is no finding, whatever its p.
	 */
	double *u_range, *intraclass, *large_enough;
	double *returns; /* [m] share of perturbed partitions in which a finding returns; NaN for
			  * groups that are none; NULL where that was not tried */
	brc_matched in_norm, activation, degree, cohesion; /* cohesion is a reference */
	double minimum_effect;                             /* NaN where u_range is NULL */
	double omnibus_p, omnibus_statistic;               /* NaN with `published` */
	double fisher_p, fisher_statistic;                 /* see stats/fisher.h */
	size_t undefined_observed, undefined_controls, undefined_ratio;
	size_t significant_q, significant_maxt; /* at `level`; 0 with `published` */
	double smallest_p;                      /* 1 / (n + 1) */
	size_t controls_needed; /* for one finding after adjustment; 0: there are enough */
	char warning[512];      /* empty when there is nothing to say */
	/* NaN unless `published`; paper_effect_each only of a right-tailed statistic. */
	double paper_effect, paper_effect_sem, paper_effect_each, chi2_p, critical_p;
} brc_inference;

/*
 * Infer from T [n + 1, m], n >= 1, m >= 1, which is copied. BRC_RESOURCE;
 * BRC_DATA when n is not below 2^30.
 */
brc_rc brc_inference_run(brc_inference *i, const brc_question *ask, const double *t, size_t n,
			 size_t m, brc_err *err);

/*
 * Give a statistic its effects, both [m], copied, and count its findings again: those of at least
 * `minimum` alone. BRC_RESOURCE.
 */
brc_rc brc_inference_effects(brc_inference *i, const double *u_range, const double *intraclass,
			     double minimum, double level, brc_err *err);

/* Is the effect of column s large enough for a finding? True where the statistic has no minimum. */
bool brc_inference_large_enough(const brc_inference *i, size_t s);

/*
 * Is column s a finding: a large enough effect with q or max-T of at most `level`, or with
 * `published` p?
 */
bool brc_inference_finding(const brc_inference *i, size_t s, double level);

/* How many columns of a large enough effect have p [m] <= level. 0 where p is NULL. */
size_t brc_inference_found(const brc_inference *i, const double *p, double level);

void brc_inference_clear(brc_inference *i); /* of a zeroed or a filled struct */

/*
 * The findings in one line for people, cut at `cap`. `level` is that of the question. Returns buf.
 */
char *brc_inference_line(const brc_inference *i, double level, char *buf, size_t cap);

/*
 * Controls that would resolve one finding in a family of m: the least n with
 * 1 / (n + 1) * c m <= level (c: 1, or the sum of 1/k for BY); 0 when `n` are enough.
 */
size_t brc_inference_controls_needed(size_t n, size_t m, double level, brc_fdr fdr);

#endif
