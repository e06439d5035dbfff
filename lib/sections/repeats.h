/*
 * The section repeats/1: do findings return where groups are those of copies of the graph that were
 * changed by chance? For each finding and each partition: the group that is most like it, and the p
 * of lesioning that.
 */
#ifndef BRC_SECTIONS_REPEATS_H
#define BRC_SECTIONS_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

#define BRC_REPEATS_ALIKE 0.5 /* the least Jaccard index of a group that is found again */

typedef struct brc_repeats {
	brc_layers layers;
	char labels[BRC_NAME_MAX]; /* name of the labels */
	double level;              /* of significance */
	size_t copies;             /* partitions */
	size_t n_stats;
	char **statistic;  /* [n_stats] those that were repeated, in the order of the findings */
	double *largest_p; /* [n_stats] of the findings of each; NaN: there are none */
	size_t n;          /* findings; a group that is one by two statistics counts twice */
	int32_t *of;       /* [n] statistic */
	int32_t *layer, *cluster, *size; /* [n] */
	double *share;                   /* [n] of the partitions in which it returns */
	/* [n, copies] */
	int32_t *again;  /* cluster that is most like it, or -1: none has BRC_REPEATS_ALIKE */
	double *jaccard; /* the largest index of a group of its layer; 0: the layer has none */
	double *p;       /* of lesioning that group; NaN: there is none, or it was not tested */
	/* Where all groups of all partitions were lesioned; else NULL: */
	double *frequency; /* [n_stats, units] share of the partitions in which a unit's group is a
			    * finding; 1: always */
} brc_repeats;

void brc_repeats_clear(brc_repeats *r); /* of a zeroed or a filled struct */

/* Does finding i return in a copy: is its p there at most the largest of the findings? */
bool brc_repeats_returned(const brc_repeats *r, size_t i, size_t copy);

/* What came of one statistic. */
typedef struct brc_repeats_of {
	size_t findings, half; /* findings, and those that return in at least half of the copies */
	double mean;           /* of their shares; NaN without findings */
	size_t units; /* and those in a finding of every copy, of any; 0 without frequency: */
	size_t always, ever;
} brc_repeats_of;
brc_repeats_of brc_repeats_sum(const brc_repeats *r, size_t statistic);

/* From a section, copied. BRC_DATA where a finding is of no layer or statistic, or a number is out
 * of range. */
brc_rc brc_repeats_read(brc_repeats *r, const brc_section *s, brc_err *err);
/* Into an empty section; everything is copied. */
brc_rc brc_repeats_write(const brc_repeats *r, brc_section *s, brc_err *err);

#endif
