#define _GNU_SOURCE
#include "base/blas.h"

#include <cblas.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { BUFFER_MB = 128 }; /* of OpenBLAS for each caller; on other processors it is less */

static atomic_size_t callers = 1, room; /* threads of ours: that may call, that have room */

void brc_blas_serial(size_t n)
{
	openblas_set_num_threads(1);
	atomic_store(&callers, n);
}

brc_rc brc_blas_ready(brc_err *err)
{
	size_t wanted = atomic_load(&callers), had = atomic_load(&room), bytes;
	void *p;

	openblas_set_num_threads(1);
	if (wanted <= had)
		return BRC_OK;
	bytes = (wanted - had) * BUFFER_MB << 20;
	p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		brc_fail(err, BRC_RESOURCE,
			 "there is no address space for OpenBLAS: it needs %zu MB, %d for each of "
			 "%zu threads",
			 bytes >> 20, BUFFER_MB, wanted);
		return brc_hint(err, "raise the limit (ulimit -v), or take fewer --threads");
	}
	munmap(p, bytes);
	atomic_store(&room, wanted);
	return BRC_OK;
}

/*
 * OpenBLAS asks this function of its own, before main, how many threads to start; the dynamic
 * linker gives it ours. Each of its threads would make a buffer, too, and OpenBLAS waits for them
 * when the program ends. Weak: a static OpenBLAS keeps its own.
 */
int openblas_num_threads_env(void);
__attribute__((weak)) int openblas_num_threads_env(void)
{
	return 1;
}
