/*
 * Digests name content in the history and in `units`: XXH3-128 (libxxhash)
 * as 32 hex digits. They find accidents, not forgers.
 */
#ifndef BRC_STREAM_DIGEST_H
#define BRC_STREAM_DIGEST_H

#include <stddef.h>

#include "base/err.h"

/* Of a block of memory. */
void brc_digest(const void *data, size_t n, char hex[33]);

#endif
