/*
 * OpenBLAS is held to one thread. Our own threads do parallel work (base/threads.h), and a sum that
 * OpenBLAS splits over its threads would depend on their number.
 */
#ifndef BRC_BASE_BLAS_H
#define BRC_BASE_BLAS_H

#include <stddef.h>

#include "base/err.h"

/* One thread from here on, which so many of our own threads may call at a time. */
void brc_blas_serial(size_t callers);

/*
 * Every function that calls BLAS calls this first. It holds OpenBLAS to one thread, and looks once
 * whether there is room for the buffer that OpenBLAS makes for each caller. BRC_RESOURCE if there
 * is not: OpenBLAS would try again for ever.
 */
brc_rc brc_blas_ready(brc_err *err);

#endif
