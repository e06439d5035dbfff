/*
 * Digests name content in the history and in `units`: XXH3-128 (libxxhash) as 32 hex digits. They
 * reveal accidents, but not forgery.
 */
#ifndef BRC_STREAM_DIGEST_H
#define BRC_STREAM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The digest of a block of memory. */
void brc_digest(const void *data, size_t n, char hex[33]);

/*
 * The digest of a section, fed frame by frame. It covers the kind, the length and the CRC-32C of
 * every frame's uncompressed payload. So it does not depend on compression, and only a few bytes
 * for each MiB are hashed.
 */
typedef struct brc_section_digest brc_section_digest;
brc_section_digest *brc_section_digest_new(brc_err *err);
void brc_section_digest_reset(brc_section_digest *d);
void brc_section_digest_add(brc_section_digest *d, unsigned kind, uint64_t length, uint32_t crc);
/* Add plain bytes instead. The digest is then brc_digest() of all bytes that were added. */
void brc_section_digest_bytes(brc_section_digest *d, const void *data, size_t n);
/* The same digest as two numbers, the low half first. */
void brc_section_digest_numbers(const brc_section_digest *d, uint64_t number[2]);
void brc_section_digest_hex(const brc_section_digest *d, char hex[33]);
void brc_section_digest_free(brc_section_digest *d);

#endif
