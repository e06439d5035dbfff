/*
 * Digests name content in the history and in `units`: XXH3-128 (libxxhash)
 * as 32 hex digits. They find accidents, not forgers.
 */
#ifndef BRC_STREAM_DIGEST_H
#define BRC_STREAM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Of a block of memory. */
void brc_digest(const void *data, size_t n, char hex[33]);

/*
 * Of a section, fed frame by frame: over (kind, length, CRC-32C) of every
 * frame's uncompressed payload, so that it is the same however the section
 * was compressed, and costs a few bytes a MiB.
 */
typedef struct brc_section_digest brc_section_digest;
brc_section_digest *brc_section_digest_new(brc_err *err);
void brc_section_digest_reset(brc_section_digest *d);
void brc_section_digest_add(brc_section_digest *d, unsigned kind, uint64_t length, uint32_t crc);
/* Plain bytes instead: the digest is then brc_digest() of all that were added. */
void brc_section_digest_bytes(brc_section_digest *d, const void *data, size_t n);
void brc_section_digest_hex(const brc_section_digest *d, char hex[33]);
void brc_section_digest_free(brc_section_digest *d);

#endif
