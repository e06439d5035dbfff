/*
 * Starts for k-means: greedy k-means++.
 */
#ifndef BRC_LINALG_SEEDING_H
#define BRC_LINALG_SEEDING_H

#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "linalg/nearest.h"

/* Working memory of one thread. */
typedef struct brc_seeding {
	size_t trials;     /* candidates for each centre: 2 + floor(ln k) */
	double *closest;   /* [stride] squared distance to the nearest centre so far */
	double *share;     /* [groups] its sum over a group of points */
	double *candidate; /* [trials rounded up][d] */
	double *distance;  /* [trials rounded up][stride] */
} brc_seeding;

brc_rc brc_seeding_new(brc_seeding *s, const brc_points *p, size_t k, brc_err *err);
void brc_seeding_clear(brc_seeding *s);

/*
 * Choose up to k of the points as centres (row-major k x d): the first uniformly; for each further
 * one, `trials` points are drawn with probability proportional to their squared distance from the
 * centres so far, and the first of those that leave the smallest sum of squared distances is taken.
 * Returns how many there are: fewer than k when no point lies apart from a centre. x is the
 * row-major copy of the points.
 *
 * Cost 3 n d k trials operations.
 */
size_t brc_seeding_run(brc_seeding *s, const brc_points *p, const double *x, size_t k, brc_rng *rng,
		       double *centres);

#endif
