#define _GNU_SOURCE
#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/blas.h"
#include "base/memory.h"

struct worker {
	brc_pool *pool;
	size_t index;
	pthread_t thread;
};

struct brc_pool {
	size_t threads;
	struct worker *workers; /* threads - 1: the caller is worker 0 */
	pthread_mutex_t lock;
	pthread_cond_t start, finished;
	uint64_t round; /* counts calls of brc_pool_run */
	size_t running;
	bool quit;
	/* the current call */
	size_t n;
	brc_task task;
	void *ctx;
	atomic_size_t next;
	size_t failed; /* lowest failed task, SIZE_MAX for none */
	brc_err err;
};

static void work(brc_pool *p, size_t index)
{
	for (;;) {
		size_t t = atomic_fetch_add(&p->next, 1);
		brc_err err = {0};
		brc_rc rc;

		if (t >= p->n)
			return;
		rc = p->task(p->ctx, t, index, &err);
		if (rc == BRC_OK)
			continue;
		err.code = rc;
		atomic_store(&p->next, p->n); /* hand out no more */
		pthread_mutex_lock(&p->lock);
		if (t < p->failed) {
			p->failed = t;
			p->err = err;
		}
		pthread_mutex_unlock(&p->lock);
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	brc_pool *p = w->pool;
	uint64_t seen = 0;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->quit && p->round == seen)
			pthread_cond_wait(&p->start, &p->lock);
		if (p->quit)
			break;
		seen = p->round;
		pthread_mutex_unlock(&p->lock);
		work(p, w->index);
		pthread_mutex_lock(&p->lock);
		if (--p->running == 0)
			pthread_cond_signal(&p->finished);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

brc_rc brc_pool_new(brc_pool **pool, size_t threads, brc_err *err)
{
	brc_pool *p;

	*pool = NULL;
	if (threads == 0)
		threads = 1;
	brc_blas_serial(threads); /* our tasks are the parallelism; sums keep their order */
	BRC_TRY(BRC_ZEROED(p, 1, err));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->start, NULL);
	pthread_cond_init(&p->finished, NULL);
	p->threads = 1;
	p->workers = brc_calloc(threads, sizeof(*p->workers), err);
	if (!p->workers) {
		brc_pool_free(p);
		return BRC_RESOURCE;
	}
	for (size_t i = 0; i + 1 < threads; i++) {
		struct worker *w = &p->workers[i];

		w->pool = p;
		w->index = i + 1;
		if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
			brc_pool_free(p);
			return brc_fail(err, BRC_RESOURCE, "cannot start thread %zu of %zu", i + 2,
					threads);
		}
		p->threads++;
	}
	*pool = p;
	return BRC_OK;
}

void brc_pool_free(brc_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i + 1 < p->threads; i++)
		pthread_join(p->workers[i].thread, NULL);
	pthread_cond_destroy(&p->start);
	pthread_cond_destroy(&p->finished);
	pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p);
}

size_t brc_pool_threads(const brc_pool *p)
{
	return p ? p->threads : 1;
}

static brc_rc run_in_caller(size_t n, brc_task task, void *ctx, brc_err *err)
{
	for (size_t t = 0; t < n; t++)
		BRC_TRY(task(ctx, t, 0, err));
	return BRC_OK;
}

brc_rc brc_pool_run(brc_pool *p, size_t n, brc_task task, void *ctx, brc_err *err)
{
	if (!p || p->threads == 1 || n <= 1)
		return run_in_caller(n, task, ctx, err);
	pthread_mutex_lock(&p->lock);
	p->n = n;
	p->task = task;
	p->ctx = ctx;
	p->failed = SIZE_MAX;
	atomic_store(&p->next, 0);
	p->running = p->threads - 1;
	p->round++;
	pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
	work(p, 0);
	pthread_mutex_lock(&p->lock);
	while (p->running > 0)
		pthread_cond_wait(&p->finished, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (p->failed == SIZE_MAX)
		return BRC_OK;
	if (err)
		*err = p->err;
	return p->err.code;
}
