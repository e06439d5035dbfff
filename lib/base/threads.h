/*
 * A pool of threads that runs numbered tasks. The shape of a task must depend only on the problem,
 * never on the number of threads. Then results are the same bytes for any --threads. OpenBLAS is
 * held to one thread inside tasks.
 */
#ifndef BRC_BASE_THREADS_H
#define BRC_BASE_THREADS_H

#include <stddef.h>

#include "base/err.h"

typedef struct brc_pool brc_pool;

/* `threads` >= 1 workers (the caller is one of them). */
brc_rc brc_pool_new(brc_pool **pool, size_t threads, brc_err *err);
void brc_pool_free(brc_pool *pool);
/* Number of workers; 1 for a NULL pool, which runs tasks in the caller. */
size_t brc_pool_threads(const brc_pool *pool);

/* One task. `worker` < brc_pool_threads() picks scratch memory, nothing else. */
typedef brc_rc (*brc_task)(void *ctx, size_t task, size_t worker, brc_err *err);

/*
 * Run tasks 0..n-1, each once, in any order, and wait for all. Stops handing
 * out tasks after a failure and reports the failed task of lowest index among
 * those that ran. Not reentrant: a task must not call it on the same pool.
 */
brc_rc brc_pool_run(brc_pool *pool, size_t n, brc_task task, void *ctx, brc_err *err);

#endif
