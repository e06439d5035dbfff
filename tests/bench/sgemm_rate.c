/* What sgemm reaches: sgemm_rate THREADS prints GFLOP/s of that many at once, each on its own. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"

enum { N = 1024, REPETITIONS = 8 };

static brc_rc multiply(void *ctx, size_t task, size_t worker, brc_err *err)
{
	float *m = *(float **)ctx + worker * 3 * N * N;

	(void)task;
	(void)err;
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, m, N, m + N * N, N, 0,
		    m + 2 * N * N, N);
	return BRC_OK;
}

int main(int argc, char **argv)
{
	size_t threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	double best = 0;
	brc_err err = {0};
	brc_pool *pool;
	float *m;

	if (threads < 1 || threads > 64 || brc_pool_new(&pool, threads, &err) != BRC_OK)
		return BRC_USAGE;
	m = brc_calloc(threads * 3 * N * N, sizeof(*m), &err);
	if (!m)
		return BRC_RESOURCE;
	for (int i = 0; i < REPETITIONS; i++) {
		struct timespec a, b;
		double rate;

		clock_gettime(CLOCK_MONOTONIC, &a);
		if (brc_pool_run(pool, 2 * threads, multiply, &m, &err) != BRC_OK)
			return err.code;
		clock_gettime(CLOCK_MONOTONIC, &b);
		rate = 4.0 * (double)threads * N * N * N /
		       ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec));
		best = rate > best ? rate : best;
	}
	printf("%.1f\n", best);
	free(m);
	brc_pool_free(pool);
	return 0;
}
