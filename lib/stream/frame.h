/*
 * Frames are the parts of a stream on the wire. broca-stream(5) is their specification, and this is
 * the only place that implements it.
 *
 * Each frame is a msgpack array [kind, crc, payload] with a head of fixed
 * size, 93 kk CE cccccccc C6 llllllll, big-endian as msgpack has it, so that
 * a reader needs 12 bytes to know what comes, and any msgpack library can
 * walk the stream. The CRC-32C covers kind, length (4 bytes, big-endian) and
 * payload.
 */
#ifndef BRC_STREAM_FRAME_H
#define BRC_STREAM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BRC_MAGIC_BYTES = 8,
	BRC_HEAD_BYTES = 12,
	BRC_CONTROL_MAX = 65536,  /* bytes of payload of all frames but chunks */
	BRC_CHUNK_BYTES = 1 << 20 /* the writer's target for a chunk */
};
#define BRC_CHUNK_MAX ((size_t)1 << 30) /* the reader's limit for a chunk */

typedef enum brc_kind {
	BRC_F_SECTION = 1,  /* map: type, version, name */
	BRC_F_META = 2,     /* map */
	BRC_F_RECORD = 3,   /* map */
	BRC_F_TENSOR = 4,   /* map: name, dtype, shape, axes, rows (of a chunk) */
	BRC_F_CHUNK = 5,    /* raw rows */
	BRC_F_CHUNK_Z = 6,  /* CRC of the raw frame (4 bytes, little-endian), then a zstd frame */
	BRC_F_END = 7,      /* end of a section; empty */
	BRC_F_HISTORY = 8,  /* map: one entry */
	BRC_F_ABORT = 9,    /* map: tool, code, message, hint; nothing follows */
	BRC_F_TRAILER = 10, /* map: frames, crc */
	BRC_F_EOF = 11      /* not on the wire: a reader's answer after the last trailer */
} brc_kind;

extern const unsigned char brc_magic[BRC_MAGIC_BYTES];

/* The CRC of a frame; or its beginning, to be continued by brc_crc32c over the payload. */
uint32_t brc_frame_crc_begin(unsigned kind, size_t length);
uint32_t brc_frame_crc(unsigned kind, const void *payload, size_t length);
void brc_frame_head(unsigned kind, uint32_t crc, size_t length, unsigned char head[BRC_HEAD_BYTES]);
/* False if these 12 bytes are no head. */
bool brc_frame_parse(const unsigned char head[BRC_HEAD_BYTES], unsigned *kind, uint32_t *crc,
		     size_t *length);
/* The running CRC over frame CRCs that the trailer holds. */
uint32_t brc_frame_chain(uint32_t chain, uint32_t crc);

#endif
