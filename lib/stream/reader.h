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

typedef struct brc_reader brc_reader;

#define BRC_NAMES_MAX 65536u /* sections of a stream, tensors of a section */

/* Takes over the source. */
brc_rc brc_reader_new(brc_reader **r, brc_source *source, brc_err *err);
void brc_reader_free(brc_reader *r);
const char *brc_reader_name(const brc_reader *r);

/*
 * The next frame. After a trailer comes the next stream's first frame, or
 * BRC_F_EOF at the end of the input. An abort frame is given out once, as a
 * BRC_STREAM error whose message and hint are the upstream's;
 * brc_reader_abort() then has its map.
 */
brc_rc brc_reader_next(brc_reader *r, brc_frame *frame, brc_err *err);
const brc_map *brc_reader_abort(const brc_reader *r);

/*
 * Where the payload of the next frame goes, if it is a raw chunk of exactly this length. This holds
 * only for that frame. Whatever it was, the place then belongs to the caller again.
 */
void brc_reader_destination(brc_reader *r, void *dest, size_t length);

/* During a section: its head, and after a BRC_F_TENSOR the tensor (without data). */
const char *brc_reader_type(const brc_reader *r);
unsigned brc_reader_version(const brc_reader *r);
const char *brc_reader_section(const brc_reader *r);
const brc_tensor *brc_reader_tensor(const brc_reader *r);
size_t brc_reader_chunk_rows(const brc_reader *r);

/* Parse a BRC_F_TENSOR map into t (no data). BRC_DATA if it is not a tensor that we can hold. */
brc_rc brc_tensor_of_map(const brc_map *m, brc_tensor *t, size_t *chunk_rows, brc_err *err);

#endif
