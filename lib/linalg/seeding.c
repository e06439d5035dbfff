/*
 * Greedy k-means++ (Arthur and Vassilvitskii, SODA 2007, section 5), with the
 * number of candidates that scikit-learn takes.
 */
#include "linalg/seeding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static size_t round_up(size_t n)
{
	return (n + BRC_CENTRES - 1) / BRC_CENTRES * BRC_CENTRES;
}

brc_rc brc_seeding_new(brc_seeding *s, const brc_points *p, size_t k, brc_err *err)
{
	size_t trials = 2 + (size_t)log((double)k), padded = round_up(trials), stride, size;

	*s = (brc_seeding){.trials = trials};
	if (!brc_mul(p->groups, BRC_LANES, &stride) || !brc_mul(padded, stride, &size))
		return brc_fail(err, BRC_RESOURCE, "%zu points are too many", p->n);
	BRC_TRY(BRC_ARRAY(s->closest, stride, err));
	BRC_TRY(BRC_ARRAY(s->share, p->groups, err));
	BRC_TRY(BRC_ZEROED(s->candidate, brc_times(padded, p->d), err));
	return BRC_ARRAY(s->distance, size, err);
}

void brc_seeding_clear(brc_seeding *s)
{
	free(s->closest);
	free(s->share);
	free(s->candidate);
	free(s->distance);
	*s = (brc_seeding){0};
}

/* sum of min(closest, distance) */
BRC_FOR_EACH_PROCESSOR
static double potential(const double *closest, const double *distance, size_t groups)
{
	const brc_lanes *c = (const brc_lanes *)closest, *d = (const brc_lanes *)distance;
	brc_lanes sum = {0};
	double total = 0;

	for (size_t g = 0; g < groups; g++) {
		brc_lane_mask less = d[g] < c[g];

		sum += (brc_lanes)(((brc_lane_mask)d[g] & less) | ((brc_lane_mask)c[g] & ~less));
	}
	for (size_t l = 0; l < BRC_LANES; l++)
		total += sum[l];
	return total;
}

/* closest = min(closest, distance), and share; the lanes after the last point count nothing. */
static void approach(brc_seeding *s, const brc_points *p, const double *distance)
{
	for (size_t i = 0; i < p->n; i++)
		if (distance[i] < s->closest[i])
			s->closest[i] = distance[i];
	for (size_t i = p->n; i < p->groups * BRC_LANES; i++)
		s->closest[i] = 0;
	for (size_t g = 0; g < p->groups; g++) {
		double sum = 0;

		for (size_t l = 0; l < BRC_LANES; l++)
			sum += s->closest[g * BRC_LANES + l];
		s->share[g] = sum;
	}
}

/*
 * The first index at which the running sum of v exceeds r. If rounding leaves none, the last index
 * with v > 0; there must be one. *before: the sum before it.
 */
static size_t locate(const double *v, size_t n, double r, double *before)
{
	size_t at = 0;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i] > 0) {
			at = i;
			*before = sum;
		}
		sum += v[i];
		if (sum > r)
			break;
	}
	return at;
}

/* A point drawn with probability proportional to `closest`, whose sum is `total` > 0. */
static size_t draw(const brc_seeding *s, const brc_points *p, double total, brc_rng *rng)
{
	double r = brc_rng_uniform(rng) * total, before = 0, unused;
	size_t g = locate(s->share, p->groups, r, &before);
	size_t l = locate(s->closest + g * BRC_LANES, BRC_LANES, r - before, &unused);

	return g * BRC_LANES + l;
}

/* Draw the candidates, measure them all, and return the best one's number. */
static size_t best_candidate(brc_seeding *s, const brc_points *p, const double *x, double total,
			     brc_rng *rng)
{
	size_t d = p->d, stride = p->groups * BRC_LANES, best = 0;
	double least = INFINITY;

	for (size_t t = 0; t < s->trials; t++)
		memcpy(s->candidate + t * d, x + draw(s, p, total, rng) * d, d * sizeof(*x));
	for (size_t t = 0; t < s->trials; t += BRC_CENTRES)
		brc_distances(p, s->candidate + t * d, s->distance + t * stride);
	for (size_t t = 0; t < s->trials; t++) {
		double left = potential(s->closest, s->distance + t * stride, p->groups);

		if (left < least) {
			least = left;
			best = t;
		}
	}
	return best;
}

size_t brc_seeding_run(brc_seeding *s, const brc_points *p, const double *x, size_t k, brc_rng *rng,
		       double *centres)
{
	size_t d = p->d, stride = p->groups * BRC_LANES;
	size_t first = brc_rng_below(rng, (uint32_t)p->n), chosen = 0;

	memcpy(centres, x + first * d, d * sizeof(*x));
	memcpy(s->candidate, centres, d * sizeof(*x));
	brc_distances(p, s->candidate, s->distance);
	for (size_t i = 0; i < p->n; i++)
		s->closest[i] = INFINITY;
	approach(s, p, s->distance);
	for (size_t j = 1; j < k; j++) {
		double total = 0;

		for (size_t g = 0; g < p->groups; g++)
			total += s->share[g];
		if (!(total > 0))
			return j;
		chosen = best_candidate(s, p, x, total, rng);
		memcpy(centres + j * d, s->candidate + chosen * d, d * sizeof(*x));
		approach(s, p, s->distance + chosen * stride);
	}
	return k;
}
