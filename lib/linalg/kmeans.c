/*
 * Lloyd's algorithm: assign every point to the nearest centre, move every centre to the mean of its
 * points, until nothing changes or the centres hardly move. One iteration costs at most 3 n d k
 * operations. Points that certainly keep their centre are skipped, and sums of coordinates are
 * updated only for points that changed cluster.
 */
#include "linalg/kmeans.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/nearest.h"
#include "linalg/numbering.h"
#include "linalg/seeding.h"

/* What one thread works with. */
struct lloyd {
	brc_seeding seeding;
	double *centres; /* [k rounded up][d] */
	double *sums;    /* [k][d] of the coordinates of each cluster's points */
	size_t *counts;  /* [k] */
	int32_t *label, *previous;
	double *distance;      /* to the nearest centre, where a cluster is empty; one block
				* with all other doubles */
	double *upper, *lower; /* bounds of distances: brc_nearest_again */
	double *before;        /* [k][d] centres before they moved */
	brc_motion motion;
	brc_numbering *order; /* [k] */
};

struct kmeans {
	const double *x;
	brc_points points;
	size_t k, padded; /* padded: k rounded up to a multiple of BRC_CENTRES */
	double tolerance; /* on the centres' summed squared shift */
	const brc_kmeans_options *o;
	struct lloyd *lloyd;  /* one a worker */
	pthread_mutex_t lock; /* of what is kept */
	brc_kept *kept;
};

static void lloyd_clear(struct lloyd *l)
{
	brc_seeding_clear(&l->seeding);
	free(l->distance);
	free(l->counts);
	free(l->label);
	free(l->previous);
	free(l->order);
}

static brc_rc lloyd_new(struct lloyd *l, const struct kmeans *m, brc_err *err)
{
	size_t d = m->points.d, stride = m->points.groups * BRC_LANES;
	size_t reals = 3 * stride + (m->padded + 2 * m->k) * d + 2 * m->k;

	*l = (struct lloyd){0};
	BRC_TRY(brc_seeding_new(&l->seeding, &m->points, m->k, err));
	BRC_TRY(BRC_ARRAY(l->counts, m->k, err));
	BRC_TRY(BRC_ARRAY(l->label, stride, err));
	BRC_TRY(BRC_ARRAY(l->previous, stride, err));
	BRC_TRY(BRC_ARRAY(l->order, m->k, err));
	BRC_TRY(BRC_ARRAY(l->distance, reals, err));
	l->upper = l->distance + stride;
	l->lower = l->upper + stride;
	l->centres = l->lower + stride;
	l->sums = l->centres + m->padded * d;
	l->before = l->sums + m->k * d;
	l->motion.moved = l->before + m->k * d;
	l->motion.apart = l->motion.moved + m->k;
	return BRC_OK;
}

/* Move point i from cluster `from` (-1: none) to cluster `to` in the sums. */
static void transfer(struct lloyd *l, const double *x, size_t d, int32_t from, int32_t to)
{
	double *in = l->sums + (size_t)to * d;
	double *out;

	for (size_t t = 0; t < d; t++)
		in[t] += x[t];
	l->counts[to]++;
	if (from < 0)
		return;
	out = l->sums + (size_t)from * d;
	for (size_t t = 0; t < d; t++)
		out[t] -= x[t];
	if (--l->counts[from] == 0)
		memset(out, 0, d * sizeof(*out)); /* no rounding left over */
}

/* Bring the sums from the previous labels to the new ones; false when they are the same. */
static bool update_sums(struct lloyd *l, const struct kmeans *m)
{
	bool changed = false;

	for (size_t i = 0; i < m->points.n; i++) {
		if (l->label[i] == l->previous[i])
			continue;
		transfer(l, m->x + i * m->points.d, m->points.d, l->previous[i], l->label[i]);
		changed = true;
	}
	return changed;
}

/*
 * Every empty cluster takes the point that is farthest from its centre, but never the only point of
 * a cluster.
 */
static bool fill_empty(struct lloyd *l, const struct kmeans *m, size_t k)
{
	bool moved = false;

	for (size_t j = 0; j < k; j++) {
		size_t far = m->points.n;
		double most = 0;

		if (l->counts[j] > 0)
			continue;
		for (size_t i = 0; i < m->points.n; i++) {
			if (l->distance[i] > most && l->counts[l->label[i]] > 1) {
				most = l->distance[i];
				far = i;
			}
		}
		if (far == m->points.n)
			break;
		transfer(l, m->x + far * m->points.d, m->points.d, l->label[far], (int32_t)j);
		l->label[far] = (int32_t)j;
		l->distance[far] = 0;
		moved = true;
	}
	return moved;
}

/* Centres to the means of their points; returns the summed squared shift. */
static double move_centres(struct lloyd *l, size_t k, size_t d)
{
	double shift = 0;

	for (size_t j = 0; j < k; j++) {
		double *c = l->centres + j * d;

		if (l->counts[j] == 0)
			continue;
		for (size_t t = 0; t < d; t++) {
			double mean = l->sums[j * d + t] / (double)l->counts[j];

			shift += (mean - c[t]) * (mean - c[t]);
			c[t] = mean;
		}
	}
	return shift;
}

static bool any_empty(const struct lloyd *l, size_t k)
{
	for (size_t j = 0; j < k; j++)
		if (l->counts[j] == 0)
			return true;
	return false;
}

/* Labels from the centres. Bounds from the previous labels save most of the work. */
static void assign(struct lloyd *l, const struct kmeans *m, size_t k)
{
	int32_t *t = l->previous;

	l->previous = l->label;
	l->label = t;
	brc_nearest_again(&m->points, l->centres, k, &l->motion, l->previous, l->label, l->upper,
			  l->lower);
}

/* From the centres to labels. */
static void iterate(struct lloyd *l, const struct kmeans *m, size_t k)
{
	size_t n = m->points.n, d = m->points.d;

	memset(l->sums, 0, k * d * sizeof(*l->sums));
	memset(l->counts, 0, k * sizeof(*l->counts));
	for (size_t i = 0; i < n; i++)
		l->label[i] = -1;
	l->motion.known = false;
	for (size_t iter = 0; iter < m->o->max_iter; iter++) {
		bool filled = false;
		double shift;

		assign(l, m, k);
		if (!update_sums(l, m))
			return;
		if (any_empty(l, k)) {
			brc_nearest(&m->points, l->centres, k, l->label, l->distance);
			filled = fill_empty(l, m, k);
		}
		memcpy(l->before, l->centres, k * d * sizeof(*l->before));
		shift = move_centres(l, k, d);
		brc_motion_set(&l->motion, l->before, l->centres, k, d);
		l->motion.known = !filled; /* points that were moved to empty clusters are not at
					      their nearest centre */
		if (shift <= m->tolerance && !filled)
			break;
	}
	assign(l, m, k);
}

/* The summed squared distance to the clusters' means. It depends only on the partition. */
static double inertia_of(struct lloyd *l, const struct kmeans *m, size_t k)
{
	size_t n = m->points.n, d = m->points.d;
	double total = 0;

	memset(l->sums, 0, k * d * sizeof(*l->sums));
	memset(l->counts, 0, k * sizeof(*l->counts));
	for (size_t i = 0; i < n; i++)
		transfer(l, m->x + i * d, d, -1, l->label[i]);
	move_centres(l, k, d);
	for (size_t i = 0; i < n; i++) {
		const double *x = m->x + i * d, *c = l->centres + (size_t)l->label[i] * d;
		double sum = 0;

		for (size_t t = 0; t < d; t++)
			sum += (x[t] - c[t]) * (x[t] - c[t]);
		total += sum;
	}
	return total;
}

/* The variance of the columns (over n, not n - 1), averaged. */
static double mean_variance(const double *x, size_t n, size_t d)
{
	double total = 0;

	for (size_t t = 0; t < d; t++) {
		double sum = 0, square = 0;
		double mean;

		for (size_t i = 0; i < n; i++)
			sum += x[i * d + t];
		mean = sum / (double)n;
		for (size_t i = 0; i < n; i++)
			square += (x[i * d + t] - mean) * (x[i * d + t] - mean);
		total += square / (double)n;
	}
	return total / (double)d;
}

static brc_rc restart_task(void *ctx, size_t restart, size_t worker, brc_err *err)
{
	struct kmeans *m = ctx;
	struct lloyd *l = &m->lloyd[worker];
	size_t d = m->points.d;
	brc_rng rng;
	size_t k;
	double inertia;

	brc_rng_init(&rng, m->o->seed, BRC_RNG_KMEANS, m->o->stream,
		     (uint32_t)(m->o->first + restart));
	k = brc_seeding_run(&l->seeding, &m->points, m->x, m->k, &rng, l->centres);
	for (size_t i = k * d; i < m->padded * d; i++)
		l->centres[i] = INFINITY;
	iterate(l, m, k);
	inertia = inertia_of(l, m, k);
	if (!isfinite(inertia))
		return brc_fail(err, BRC_NUMERIC,
				"k-means: the data are too large: squares of "
				"distances overflow");
	brc_number_by_size(l->label, m->points.n, m->k, l->order);
	pthread_mutex_lock(&m->lock);
	brc_kept_add(m->kept, l->label, inertia, restart);
	pthread_mutex_unlock(&m->lock);
	return BRC_OK;
}

static brc_rc check(const double *x, size_t n, size_t d, const brc_kmeans_options *o, brc_err *err)
{
	size_t count;

	if (n == 0 || d == 0 || o->k == 0 || o->restarts == 0 || o->max_iter == 0 ||
	    !(o->tol >= 0) || n > INT32_MAX || o->restarts > UINT32_MAX / 2 ||
	    o->first > UINT32_MAX / 2 || !brc_mul(n, d, &count))
		return brc_fail(err, BRC_USAGE,
				"k-means of %zu x %zu values with k %zu, %zu restarts, at most %zu "
				"iterations and tolerance %g is not possible",
				n, d, o->k, o->restarts, o->max_iter, o->tol);
	for (size_t i = 0; i < count; i++)
		if (!isfinite(x[i]))
			return brc_fail(err, BRC_NUMERIC,
					"k-means: row %zu, column %zu of the data is not finite",
					i / d, i % d);
	return BRC_OK;
}

static brc_rc run(struct kmeans *m, brc_pool *pool, brc_err *err)
{
	for (size_t w = 0; w < brc_pool_threads(pool); w++)
		BRC_TRY(lloyd_new(&m->lloyd[w], m, err));
	return brc_pool_run(pool, m->o->restarts, restart_task, m, err);
}

brc_rc brc_kmeans(const double *x, size_t n, size_t d, const brc_kmeans_options *o, brc_pool *pool,
		  size_t most, brc_kept *kept, brc_err *err)
{
	struct kmeans m;
	brc_rc rc;

	*kept = (brc_kept){0};
	BRC_TRY(check(x, n, d, o, err));
	m = (struct kmeans){.x = x, .k = o->k < n ? o->k : n, .o = o, .kept = kept};
	m.padded = (m.k + BRC_CENTRES - 1) / BRC_CENTRES * BRC_CENTRES;
	m.tolerance = o->tol * mean_variance(x, n, d);
	BRC_TRY(brc_points_new(&m.points, x, n, d, err));
	pthread_mutex_init(&m.lock, NULL);
	m.lloyd = brc_calloc(brc_pool_threads(pool), sizeof(*m.lloyd), err);
	rc = m.lloyd ? brc_kept_init(kept, most, n, m.k, err) : BRC_RESOURCE;
	BRC_THEN(rc, run(&m, pool, err));
	for (size_t w = 0; m.lloyd && w < brc_pool_threads(pool); w++)
		lloyd_clear(&m.lloyd[w]);
	free(m.lloyd);
	pthread_mutex_destroy(&m.lock);
	brc_points_clear(&m.points);
	if (rc != BRC_OK)
		brc_kept_clear(kept);
	return rc;
}
