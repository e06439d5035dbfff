#include "linalg_golden.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/compare.h"
#include "linalg/kmeans.h"
#include "linalg/nearest.h"

static const brc_kmeans_options usual = {
	.k = 4, .restarts = 25, .max_iter = 300, .tol = 1e-4, .seed = 42};

/* The best partition alone; inertia may be NULL. */
static brc_rc best_of(const double *x, size_t n, size_t d, const brc_kmeans_options *o,
		      brc_pool *pool, int32_t *label, double *inertia, brc_err *err)
{
	brc_kept best;

	BRC_TRY(brc_kmeans(x, n, d, o, pool, 1, &best, err));
	brc_kept_labels(&best, 0, label);
	if (inertia)
		*inertia = best.inertia[0];
	brc_kept_clear(&best);
	return BRC_OK;
}

struct data {
	size_t n, d, k;
	double best, single; /* scikit-learn's inertia: best of 30 starts, mean of single starts */
	double *x;
	int32_t *group, *label;
};

static struct data load(const char *name)
{
	FILE *f = golden_open(name);
	struct data s = {.n = (size_t)golden_next(f)};

	s.d = (size_t)golden_next(f);
	s.k = (size_t)golden_next(f);
	s.best = golden_next(f);
	s.single = golden_next(f);
	s.x = brc_alloc(s.n * s.d, sizeof(double), NULL);
	s.group = brc_alloc(s.n, sizeof(int32_t), NULL);
	s.label = brc_alloc(s.n, sizeof(int32_t), NULL);
	for (size_t i = 0; i < s.n; i++) {
		for (size_t t = 0; t < s.d; t++)
			s.x[i * s.d + t] = golden_next(f);
		s.group[i] = (int32_t)golden_next(f);
	}
	fclose(f);
	return s;
}

static void release(struct data *s)
{
	free(s->x);
	free(s->group);
	free(s->label);
}

/* Summed squared distance to the clusters' means, from the definition. */
static double inertia_of(const struct data *s)
{
	double total = 0;

	for (size_t t = 0; t < s->d; t++)
		for (size_t j = 0; j < s->k; j++) {
			double sum = 0, count = 0;

			for (size_t i = 0; i < s->n; i++)
				if (s->label[i] == (int32_t)j) {
					sum += s->x[i * s->d + t];
					count++;
				}
			for (size_t i = 0; i < s->n; i++)
				if (s->label[i] == (int32_t)j)
					total += pow(s->x[i * s->d + t] - sum / count, 2);
		}
	return total;
}

static double solve(struct data *s)
{
	brc_kmeans_options o = usual;
	double inertia = 0;

	o.k = s->k;
	assert_int_equal(best_of(s->x, s->n, s->d, &o, NULL, s->label, &inertia, NULL), BRC_OK);
	return inertia;
}

static const char *const names[] = {"kmeans_blobs.txt", "kmeans_cloud.txt", "kmeans_embedding.txt"};

static void as_good_as_scikit_learn(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct data s = load(names[i]);
		brc_kmeans_options o = usual;
		double inertia = 0;

		o.k = s.k;
		o.restarts = 100;
		assert_int_equal(best_of(s.x, s.n, s.d, &o, NULL, s.label, &inertia, NULL), BRC_OK);
		assert_true(inertia <= 1.001 * s.best);
		assert_true(fabs(inertia - inertia_of(&s)) <= 1e-10 * inertia);
		release(&s);
	}
}

/* The quality of a start: the same on average as with the same rule in scikit-learn. */
static void single_starts_are_as_good(void **state)
{
	enum { STARTS = 300 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct data s = load(names[i]);
		brc_kmeans_options o = usual;
		double inertia = 0, total = 0;

		o.k = s.k;
		o.restarts = 1;
		for (o.stream = 0; o.stream < STARTS; o.stream++) {
			assert_int_equal(best_of(s.x, s.n, s.d, &o, NULL, s.label, &inertia, NULL),
					 BRC_OK);
			total += inertia;
		}
		assert_true(total / STARTS <= 1.02 * s.single);
		release(&s);
	}
}

static void blobs_are_recovered_and_numbered_by_size(void **state)
{
	struct data s = load("kmeans_blobs.txt");
	brc_agreement a;
	size_t size[6] = {0}, want[6] = {70, 60, 50, 40, 30, 20};

	(void)state;
	solve(&s);
	assert_int_equal(brc_compare_partitions(s.label, s.group, s.n, &a, NULL), BRC_OK);
	assert_true(a.rand_index == 1);
	for (size_t i = 0; i < s.n; i++)
		size[s.label[i]]++;
	assert_memory_equal(size, want, sizeof(size));
	release(&s);
}

static void threads_do_not_change_a_byte(void **state)
{
	struct data s = load("kmeans_cloud.txt");
	int32_t *other = brc_alloc(s.n, sizeof(*other), NULL);
	double one = solve(&s), several;
	brc_kmeans_options o = usual;

	(void)state;
	o.k = s.k;
	for (size_t threads = 1; threads <= 3; threads++) {
		brc_pool *pool;

		assert_int_equal(brc_pool_new(&pool, threads, NULL), BRC_OK);
		assert_int_equal(best_of(s.x, s.n, s.d, &o, pool, other, &several, NULL), BRC_OK);
		assert_memory_equal(&one, &several, sizeof(one));
		assert_memory_equal(other, s.label, s.n * sizeof(*other));
		brc_pool_free(pool);
	}
	free(other);
	release(&s);
}

static void the_stream_changes_the_starts(void **state)
{
	struct data s = load("kmeans_cloud.txt");
	brc_kmeans_options o = usual;
	size_t different = 0;
	double first = 0, inertia = 0;

	(void)state;
	o.k = s.k;
	o.restarts = 1;
	for (uint32_t stream = 0; stream < 8; stream++) {
		o.stream = stream;
		assert_int_equal(best_of(s.x, s.n, s.d, &o, NULL, s.label, &inertia, NULL), BRC_OK);
		if (stream == 0)
			first = inertia;
		different += inertia != first;
	}
	assert_true(different > 0);
	release(&s);
}

static void one_cluster_is_the_mean(void **state)
{
	const double x[] = {0, 0, 3, 0, 0, 6};
	int32_t label[3];
	double inertia = 0;
	brc_kmeans_options o = usual;

	(void)state;
	o.k = 1;
	assert_int_equal(best_of(x, 3, 2, &o, NULL, label, &inertia, NULL), BRC_OK);
	assert_true(label[0] == 0 && label[1] == 0 && label[2] == 0);
	assert_true(fabs(inertia - (6 + 24)) < 1e-12); /* 1+4+1 and 4+4+16 */
}

static void as_many_clusters_as_points(void **state)
{
	const double x[] = {5, 1, 4, 2, 3};
	int32_t label[5];
	double inertia = 0;
	brc_kmeans_options o = usual;

	(void)state;
	for (o.k = 5; o.k < 20; o.k += 7) {
		assert_int_equal(best_of(x, 5, 1, &o, NULL, label, &inertia, NULL), BRC_OK);
		for (int32_t i = 0; i < 5; i++)
			assert_int_equal(label[i], i);
		assert_true(inertia == 0);
	}
}

static void fewer_distinct_points_than_clusters(void **state)
{
	enum { N = 40 };
	double x[N * 2], inertia = 0;
	int32_t label[N];
	brc_kmeans_options o = usual;

	(void)state;
	for (size_t i = 0; i < N; i++) { /* 20, 10 and 10 equal points */
		x[2 * i] = i % 2;
		x[2 * i + 1] = i % 4 == 3 ? 1e6 : 0.1;
	}
	o.k = 7;
	assert_int_equal(best_of(x, N, 2, &o, NULL, label, &inertia, NULL), BRC_OK);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(label[i], i % 2 == 0 ? 0 : i % 4 == 1 ? 1 : 2);
	assert_true(inertia < 1e-20);
}

/* Every start and few iterations: all k clusters must be in use on distinct points. */
static void no_cluster_stays_empty(void **state)
{
	enum { N = 60, K = 50 };
	double x[N];
	int32_t label[N];
	brc_rng rng;

	(void)state;
	brc_rng_init(&rng, 7, BRC_RNG_TEST, 0, 0);
	for (size_t i = 0; i < N; i++)
		x[i] = exp(10 * brc_rng_uniform(&rng));
	for (uint32_t stream = 0; stream < 30; stream++) {
		brc_kmeans_options o = usual;
		int used[K] = {0};

		o.k = K;
		o.restarts = 1;
		o.stream = stream;
		assert_int_equal(best_of(x, N, 1, &o, NULL, label, NULL, NULL), BRC_OK);
		for (size_t i = 0; i < N; i++)
			used[label[i]] = 1;
		for (size_t j = 0; j < K; j++)
			assert_true(used[j]);
	}
}

/* Found by a search: from this start Lloyd's iterations leave a cluster without points. */
static void an_emptied_cluster_is_filled(void **state)
{
	static const double x[42] = {105.2, 4.466, 4.404, 4.457, 42.08, 2.189, 320.7, 273.7, 249.7,
				     3.776, 231.8, 4.796, 2.596, 23.34, 14.51, 85.08, 30.54, 3.477,
				     3.937, 51.52, 1.188, 1.923, 110.2, 60.45, 135.1, 1.19,  139.1,
				     1.693, 77.63, 23.67, 373.2, 20.24, 105.7, 4.074, 90.21, 11.03,
				     8.915, 71.71, 7.481, 5.517, 270.8, 4.299};
	brc_kmeans_options o = usual;
	int32_t label[21];
	int used[5] = {0};

	(void)state;
	o.k = 5;
	o.restarts = 1;
	o.tol = 0;
	o.stream = 92954;
	assert_int_equal(best_of(x, 21, 2, &o, NULL, label, NULL, NULL), BRC_OK);
	for (size_t i = 0; i < 21; i++)
		used[label[i]] = 1;
	for (size_t j = 0; j < 5; j++)
		assert_true(used[j]);
}

static void far_from_the_origin(void **state)
{
	enum { N = 200 };
	double x[N], inertia = 0;
	int32_t label[N];
	brc_kmeans_options o = usual;

	(void)state;
	for (size_t i = 0; i < N; i++) /* two clusters 1 apart, 1e9 from 0 */
		x[i] = 1e9 + (i < 120 ? 0 : 1) + 1e-3 * (double)(i % 10);
	o.k = 2;
	assert_int_equal(best_of(x, N, 1, &o, NULL, label, &inertia, NULL), BRC_OK);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(label[i], i >= 120);
	assert_true(inertia < 200 * 2.5e-5);
}

static void refuses_what_it_cannot_cluster(void **state)
{
	double x[6] = {1, 2, 3, 4, NAN, 6};
	int32_t label[6];
	brc_kmeans_options o = usual, bad;
	brc_err err = {0};

	(void)state;
	assert_int_equal(best_of(x, 3, 2, &o, NULL, label, NULL, &err), BRC_NUMERIC);
	assert_non_null(strstr(err.message, "row 2, column 0"));
	x[4] = 1e300;
	assert_int_equal(best_of(x, 3, 2,
				 &(brc_kmeans_options){.k = 1, .restarts = 1, .max_iter = 9}, NULL,
				 label, NULL, &err),
			 BRC_NUMERIC);
	assert_non_null(strstr(err.message, "overflow"));
	x[4] = 5;
	assert_int_equal(best_of(x, 0, 2, &o, NULL, label, NULL, &err), BRC_USAGE);
	assert_int_equal(best_of(x, 3, 0, &o, NULL, label, NULL, &err), BRC_USAGE);
	bad = o;
	bad.k = 0;
	assert_int_equal(best_of(x, 3, 2, &bad, NULL, label, NULL, &err), BRC_USAGE);
	bad = o;
	bad.tol = NAN;
	assert_int_equal(best_of(x, 3, 2, &bad, NULL, label, NULL, &err), BRC_USAGE);
}

/* However the centres move, what is passed over has the label that a look at it would give. */
static void passing_over_changes_no_label(void **state)
{
	enum { N = 1003, D = 3, K = 7, PADDED = 8, STEPS = 40 };
	double x[N * D], centre[PADDED * D], before[K * D], moved[K], apart[K];
	brc_motion motion = {.known = false, .moved = moved, .apart = apart};
	brc_points p;
	brc_rng r;
	size_t stride;
	int32_t *want, *label;
	int32_t *previous;
	double *distance;

	(void)state;
	brc_rng_init(&r, 3, BRC_RNG_TEST, 0, 0);
	for (size_t i = 0; i < N * D; i++) /* on a grid: many points are equally near two centres */
		x[i] = (double)brc_rng_below(&r, 9);
	for (size_t i = 0; i < PADDED * D; i++)
		centre[i] = i < K * D ? (double)brc_rng_below(&r, 9) : INFINITY;
	assert_int_equal(brc_points_new(&p, x, N, D, NULL), BRC_OK);
	stride = p.groups * BRC_LANES;
	want = brc_alloc(3 * stride, sizeof(*want), NULL);
	label = want + stride;
	previous = label + stride;
	distance = brc_alloc(3 * stride, sizeof(*distance), NULL);
	for (size_t step = 0; step < STEPS; step++) {
		brc_nearest(&p, centre, K, want, distance);
		brc_nearest_again(&p, centre, K, &motion, previous, label, distance + stride,
				  distance + 2 * stride);
		for (size_t i = 0; i < N; i++)
			assert_int_equal(label[i], want[i]);
		memcpy(previous, label, stride * sizeof(*label));
		memcpy(before, centre, sizeof(before));
		for (size_t j = 0; j < K; j++) /* some far, some a little, some not at all */
			for (size_t t = 0; t < D; t++)
				centre[j * D + t] += (double)brc_rng_below(&r, 3) *
						     (step % 7 == 0 ? 1 : j % 3 * 1e-3);
		brc_motion_set(&motion, before, centre, K, D);
	}
	free(want);
	free(distance);
	brc_points_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_good_as_scikit_learn),
		cmocka_unit_test(single_starts_are_as_good),
		cmocka_unit_test(blobs_are_recovered_and_numbered_by_size),
		cmocka_unit_test(threads_do_not_change_a_byte),
		cmocka_unit_test(the_stream_changes_the_starts),
		cmocka_unit_test(one_cluster_is_the_mean),
		cmocka_unit_test(as_many_clusters_as_points),
		cmocka_unit_test(fewer_distinct_points_than_clusters),
		cmocka_unit_test(no_cluster_stays_empty),
		cmocka_unit_test(an_emptied_cluster_is_filled),
		cmocka_unit_test(far_from_the_origin),
		cmocka_unit_test(refuses_what_it_cannot_cluster),
		cmocka_unit_test(passing_over_changes_no_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
