/*
 * Squared distances of many points to some centres: the loop in which k-means
 * spends its time.
 */
#ifndef BRC_LINALG_NEAREST_H
#define BRC_LINALG_NEAREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "linalg/lanes.h"

/* Centres are handled four at a time. */
#define BRC_CENTRES 4

/*
 * Points in groups of BRC_LANES: coordinate t of point i is
 * x[(i / BRC_LANES * d + t) * BRC_LANES + i % BRC_LANES]. The lanes after point
 * n - 1 repeat it.
 */
typedef struct brc_points {
	size_t n, d, groups;
	double *x;
} brc_points;

/* From row-major n x d, n and d >= 1. */
brc_rc brc_points_new(brc_points *p, const double *x, size_t n, size_t d, brc_err *err);
void brc_points_clear(brc_points *p);

/*
 * The nearest of k centres (row-major, rounded up to a multiple of BRC_CENTRES
 * rows, the surplus filled with INFINITY): label[i] is its index, the lowest of
 * equally near ones, distance[i] its squared distance. Both have groups * BRC_LANES
 * entries, 64-byte aligned. Cost 3 n d k operations.
 */
void brc_nearest(const brc_points *p, const double *centres, size_t k, int32_t *label,
		 double *distance);

/*
 * How the centres have moved since the last call of brc_nearest_again, and how far apart they are.
 * From this it follows for most points that no other centre can be nearer now.
 */
typedef struct brc_motion {
	bool known;          /* false: nothing is known of upper and lower yet */
	double *moved;       /* [k] distance that each centre moved */
	double *apart;       /* [k] half the distance to the nearest other centre */
	double most, second; /* the two largest of moved */
	size_t farthest;     /* the index of the largest */
} brc_motion;

/*
 * Fill a motion (its arrays [k]) from row-major centres before and after. Cost 3 d k^2.
 */
void brc_motion_set(brc_motion *m, const double *before, const double *after, size_t k, size_t d);

/*
 * The labels that brc_nearest would give, from the `previous` ones. upper and lower ([groups *
 * BRC_LANES], 64-byte aligned) bound the distances to a point's own centre and to all others. By
 * the triangle inequality, a group of points is skipped if the own centre of each is certainly
 * nearer than any other. Rounding can only cause an unnecessary look.
 *
 * Hamerly, "Making k-means even faster", SIAM SDM 2010.
 */
void brc_nearest_again(const brc_points *p, const double *centres, size_t k, const brc_motion *m,
		       const int32_t *previous, int32_t *label, double *upper, double *lower);

/*
 * Squared distances to BRC_CENTRES centres: distance[c * stride + i], stride =
 * groups * BRC_LANES, 64-byte aligned.
 */
void brc_distances(const brc_points *p, const double *centres, double *distance);

#endif
