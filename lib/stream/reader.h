/*
 * A careful reader of one or several concatenated streams. It goes frame by frame. It verifies each
 * frame (head, bounds, CRC) before it gives the frame out, and it checks the grammar of sections
 * and the trailer. Truncation, corruption and an upstream abort are BRC_STREAM. Input that is not a
 * stream is BRC_DATA.
 */
#ifndef BRC_STREAM_READER_H
#define BRC_STREAM_READER_H

#include "stream/frame.h"
#include "stream/section.h"
#include "stream/source.h"

typedef struct brc_frame {
	brc_kind kind;
	const unsigned char *head;    /* BRC_HEAD_BYTES as they came */
	const unsigned char *payload; /* until the next call */
	size_t length;
	brc_map *map;        /* the decoded payload of frames that are maps; until the next call */
	uint64_t raw_length; /* of the uncompressed payload */
	uint32_t raw_crc;    /* of the uncompressed frame */
} brc_frame;

/* Where in the grammar of a stream a reader stands. */
typedef enum brc_reader_state {
	BRC_AT_MAGIC,
	BRC_BETWEEN_SECTIONS,
	BRC_AFTER_HEADER,
	BRC_IN_SECTION,
	BRC_IN_TENSOR,
	BRC_IN_HISTORY
} brc_reader_state;

/* Names that may occur only once, as digests. */
typedef struct brc_reader_names {
	uint64_t *digest;
	size_t n, cap;
} brc_reader_names;

/* All fields are to be read only. */
typedef struct brc_reader {
	brc_source *source;
	brc_reader_state state;
	size_t streams; /* trailers seen */
	uint64_t frames;
	uint32_t chain;
	unsigned char head[BRC_HEAD_BYTES]; /* of the last frame */
	unsigned char *buf;                 /* its payload */
	size_t cap;
	void *dest; /* the place for the next payload; NULL: in buf */
	size_t dest_length;
	brc_map *map;   /* of the last frame */
	brc_map *abort; /* of an abort frame that was given out as an error; else NULL */
	/* of the section that was begun: */
	char type[64], name[BRC_NAME_MAX];
	unsigned version;
	brc_tensor tensor; /* the one that was begun, without data */
	size_t chunk_rows, rows_done;
	brc_reader_names sections, tensors; /* of this stream, of this section */
} brc_reader;

#define BRC_NAMES_MAX 65536u /* sections of a stream, tensors of a section */

/* Of a path as brc_source_open has it. */
brc_rc brc_reader_open(brc_reader **r, const char *path, brc_err *err);
void brc_reader_free(brc_reader *r);
const char *brc_reader_name(const brc_reader *r);

/*
 * The next frame. After a trailer comes the next stream's first frame, or
 * BRC_F_EOF at the end of the input. An abort frame is given out once, as a
 * BRC_STREAM error whose message and hint are the upstream's;
 * r->abort then has its map.
 */
brc_rc brc_reader_next(brc_reader *r, brc_frame *frame, brc_err *err);

/*
 * Where the payload of the next frame goes, if it is a raw chunk of exactly this length. This holds
 * only for that frame. Whatever it was, the place then belongs to the caller again.
 */
void brc_reader_destination(brc_reader *r, void *dest, size_t length);

/* Parse a BRC_F_TENSOR map into t (no data). BRC_DATA if it is not a tensor that we can hold. */
brc_rc brc_tensor_of_map(const brc_map *m, brc_tensor *t, size_t *chunk_rows, brc_err *err);

#endif
