/*
 * sum_t (x_t - c_t)^2 for eight points and four centres at a time. The difference itself is
 * squared, and not |x|^2 - 2 x.c + |c|^2 computed, so that nothing cancels and a point on a centre
 * has the distance 0.
 */
#include "linalg/nearest.h"

#include <math.h>
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
	BRC_TRY(brc_made(p->x));
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

/* This is a macro, because lanes cannot be passed to a function without a change of the ABI. */
#define PICK(mask, yes, no) \
	((brc_lanes)(((brc_lane_mask)(yes) & (mask)) | ((brc_lane_mask)(no) & ~(mask))))

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

				best = PICK(nearer, sum[q], best);
				at = (j_q & nearer) | (at & ~nearer);
			}
		}
		((brc_lanes *)distance)[g] = best;
		for (size_t l = 0; l < BRC_LANES; l++)
			label[g * BRC_LANES + l] = (int32_t)at[l];
	}
}

/* Distances are exact to a few units in the last place. SLACK covers these errors. */
#define SLACK 1e-12

void brc_motion_set(brc_motion *m, const double *before, const double *after, size_t k, size_t d)
{
	m->known = true;
	m->most = m->second = 0;
	m->farthest = 0;
	for (size_t j = 0; j < k; j++) {
		double moved = 0, apart = INFINITY;

		for (size_t t = 0; t < d; t++) {
			double diff = after[j * d + t] - before[j * d + t];

			moved += diff * diff;
		}
		for (size_t i = 0; i < k; i++) {
			double sum = 0;

			for (size_t t = 0; i != j && t < d; t++) {
				double diff = after[j * d + t] - after[i * d + t];

				sum += diff * diff;
			}
			if (i != j)
				apart = fmin(apart, sum);
		}
		m->moved[j] = sqrt(moved) * (1 + SLACK);
		m->apart[j] = .5 * sqrt(apart) * (1 - SLACK);
		if (m->moved[j] > m->most) {
			m->second = m->most;
			m->most = m->moved[j];
			m->farthest = j;
		} else if (m->moved[j] > m->second) {
			m->second = m->moved[j];
		}
	}
}

/* Move the bounds of a group along with the centres. Can every point keep its label? */
static inline __attribute__((always_inline)) bool
surely_same(const brc_motion *m, const int32_t *label, double *upper, double *lower)
{
	bool same = true;

	for (size_t l = 0; l < BRC_LANES; l++) {
		size_t own = (size_t)label[l];
		double others = own == m->farthest ? m->second : m->most;
		double u = (upper[l] + m->moved[own]) * (1 + SLACK);
		double low = lower[l] - others - SLACK * (lower[l] + others);

		same &= u < (low > m->apart[own] ? low : m->apart[own]);
		upper[l] = u;
		lower[l] = low;
	}
	return same;
}

BRC_FOR_EACH_PROCESSOR
void brc_nearest_again(const brc_points *p, const double *centres, size_t k, const brc_motion *m,
		       const int32_t *previous, int32_t *label, double *upper, double *lower)
{
	size_t d = p->d;

	for (size_t g = 0; g < p->groups; g++) {
		const brc_lanes *x = (const brc_lanes *)p->x + g * d;
		double *up = upper + g * BRC_LANES, *low = lower + g * BRC_LANES;
		brc_lanes best = (brc_lanes){0} + __builtin_inf(), next = best, sum[BRC_CENTRES];

		brc_lane_mask at = {0};
		if (m->known && surely_same(m, previous + g * BRC_LANES, up, low)) {
			for (size_t l = 0; l < BRC_LANES; l++)
				label[g * BRC_LANES + l] = previous[g * BRC_LANES + l];
			continue;
		}
		for (size_t j = 0; j < k; j += BRC_CENTRES) {
			measure(x, centres + j * d, d, sum);
#pragma GCC unroll 4
			for (size_t q = 0; q < BRC_CENTRES; q++) {
				brc_lane_mask nearer = sum[q] < best,
					      j_q = (brc_lane_mask){0} + (int64_t)(j + q);

				next = PICK(nearer, best, PICK(sum[q] < next, sum[q], next));
				best = PICK(nearer, sum[q], best);
				at = (j_q & nearer) | (at & ~nearer);
			}
		}
		for (size_t l = 0; l < BRC_LANES; l++) {
			label[g * BRC_LANES + l] = (int32_t)at[l];
			up[l] = sqrt(best[l]) * (1 + SLACK);
			low[l] = sqrt(next[l]) * (1 - SLACK);
		}
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
