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
	double *q, *p_maxt;                  /* [m]; NULL with `published` */
	double omnibus_p, omnibus_statistic; /* NaN with `published` */
	double fisher_p, fisher_statistic;   /* see stats/fisher.h */
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
