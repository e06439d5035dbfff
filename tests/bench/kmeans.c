/*
 * k-means of the points of a file (double, row-major) for tests/bench/spectral.py:
 *     kmeans FILE N D K THREADS REPETITIONS
 * prints the median of seconds and the inertia, for 10 restarts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"
#include "linalg/kmeans.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	enum { MOST = 32 };
	double times[MOST], inertia = 0, *x;
	size_t n, d, repetitions;
	brc_kept best;
	brc_pool *pool;
	brc_err err = {0};
	FILE *f;
	brc_kmeans_options o;

	if (argc < 7 || !(f = fopen(argv[1], "rb")))
		return BRC_USAGE;
	n = strtoul(argv[2], NULL, 10);
	d = strtoul(argv[3], NULL, 10);
	repetitions = strtoul(argv[6], NULL, 10);
	o = (brc_kmeans_options){.k = strtoul(argv[4], NULL, 10),
				 .restarts = 10,
				 .max_iter = 300,
				 .tol = 1e-4,
				 .seed = 42};

	x = brc_alloc(n * d, sizeof(*x), &err);
	if (!x || fread(x, sizeof(*x), n * d, f) != n * d || repetitions > MOST ||
	    brc_pool_new(&pool, strtoul(argv[5], NULL, 10), &err) != BRC_OK)
		return BRC_RESOURCE;
	fclose(f);
	for (size_t r = 0; r < repetitions; r++) {
		double start = now();

		if (brc_kmeans(x, n, d, &o, pool, 1, &best, &err) != BRC_OK) {
			fprintf(stderr, "kmeans: %s\n", err.message);
			return err.code;
		}
		times[r] = now() - start;
		inertia = best.inertia[0];
		brc_kept_clear(&best);
	}
	qsort(times, repetitions, sizeof(*times), ascending);
	printf("%.4f %.9g\n", times[repetitions / 2], inertia);
	free(x);
	brc_pool_free(pool);
	return 0;
}
