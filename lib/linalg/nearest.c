/*
 * sum_t (x_t - c_t)^2, eight points against four centres at a time: the difference
 * itself, not |x|^2 - 2 x.c + |c|^2, so that nothing cancels and a point on a
 * centre has distance 0.
 */
#include "linalg/nearest.h"

#include <stdlib.h>

#include "base/memory.h"
#include "linalg/lanes.h"

brc_rc brc_points_new(brc_points *p, const double *x, size_t n, size_t d, brc_err *err)
{
	size_t groups = (n - 1) / BRC_LANES + 1, size;
	*p = (brc_points){n, d, groups, NULL};
	if (!brc_mul(groups, d, &size))
		return brc_fail(err, BRC_RESOURCE, "%zu points of %zu coordinates are too many", n,
				d);
	p->x = brc_alloc(size, sizeof(brc_lanes), err);
	if (p->x == NULL)
		return BRC_RESOURCE;
	for (size_t g = 0; g < groups; g++)
		for (size_t l = 0; l < BRC_LANES; l++) {
			size_t i = g * BRC_LANES + l < n ? g * BRC_LANES + l : n - 1;
			for (size_t t = 0; t < d; t++)
				p->x[(g * d + t) * BRC_LANES + l] = x[i * d + t];
		}
	return BRC_OK;
}

void brc_points_clear(brc_points *p)
{
	free(p->x);
	p->x = NULL;
}

/* Squared distances of a group of points to BRC_CENTRES centres. */
static inline __attribute__((always_inline)) void measure(const brc_lanes *x, const double *c,
							  size_t d, brc_lanes sum[BRC_CENTRES])
{
	for (size_t q = 0; q < BRC_CENTRES; q++)
		sum[q] = (brc_lanes){0};
	for (size_t t = 0; t < d; t++) {
#pragma GCC unroll 4
		for (size_t q = 0; q < BRC_CENTRES; q++) {
			brc_lanes diff = x[t] - c[q * d + t];
			sum[q] += diff * diff;
		}
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_nearest(const brc_points *p, const double *centres, size_t k, int32_t *label,
		 double *distance)
{
	size_t d = p->d;
	for (size_t g = 0; g < p->groups; g++) {
		const brc_lanes *x = (const brc_lanes *)p->x + g * d;
		brc_lanes best = (brc_lanes){0} + __builtin_inf(), sum[BRC_CENTRES];
		brc_lane_mask at = {0};
		for (size_t j = 0; j < k; j += BRC_CENTRES) {
			measure(x, centres + j * d, d, sum);
#pragma GCC unroll 4
			for (size_t q = 0; q < BRC_CENTRES; q++) {
				brc_lane_mask nearer = sum[q] < best,
					      j_q = (brc_lane_mask){0} + (int64_t)(j + q);
				best = (brc_lanes)(((brc_lane_mask)sum[q] & nearer) |
						   ((brc_lane_mask)best & ~nearer));
				at = (j_q & nearer) | (at & ~nearer);
			}
		}
		((brc_lanes *)distance)[g] = best;
		for (size_t l = 0; l < BRC_LANES; l++)
			label[g * BRC_LANES + l] = (int32_t)at[l];
	}
}

BRC_FOR_EACH_PROCESSOR
void brc_distances(const brc_points *p, const double *centres, double *distance)
{
	for (size_t g = 0; g < p->groups; g++) {
		brc_lanes sum[BRC_CENTRES];
		measure((const brc_lanes *)p->x + g * p->d, centres, p->d, sum);
		for (size_t q = 0; q < BRC_CENTRES; q++)
			((brc_lanes *)distance)[q * p->groups + g] = sum[q];
	}
}
