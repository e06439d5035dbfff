/*
 * Bytes from outside: a file, a pipe, or a member of a zip archive. Gzip (RFC 1952) is decompressed
 * on the way. Every reader of data files reads from here. It takes memory only for bytes that have
 * arrived, or that the size of the file guarantees, whatever a header declares.
 */
#ifndef BRC_DATA_BYTES_INPUT_H
#define BRC_DATA_BYTES_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BRC_INPUT_PEEK 64 /* bytes that can be looked at in advance */

typedef struct brc_input brc_input;

/* A whole number of that many bytes, at most 8, little-endian. */
static inline size_t brc_little(const unsigned char *p, size_t bytes)
{
	size_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/*
 * Open a path ('-' is standard input). Data that begin with the magic of gzip
 * are decompressed; several members in a row count as one.
 */
brc_rc brc_input_open(brc_input **in, const char *path, brc_err *err);
void brc_input_free(brc_input *in);

/* The path as given, for messages. Borrowed. */
const char *brc_input_name(const brc_input *in);
/* Was it compressed? */
bool brc_input_compressed(const brc_input *in);
/* Bytes not yet read, when the file system knows: a plain regular file. */
bool brc_input_left(const brc_input *in, size_t *left);

/* Up to `want` <= BRC_INPUT_PEEK bytes ahead, without taking them; *got < want only at the end. */
brc_rc brc_input_peek(brc_input *in, size_t want, const unsigned char **p, size_t *got,
		      brc_err *err);
/* Up to `want` bytes; *got < want only at the end. */
brc_rc brc_input_read(brc_input *in, void *buf, size_t want, size_t *got, brc_err *err);
/* All of `want` bytes of the header; BRC_DATA with both counts when the file is shorter. */
brc_rc brc_input_header(brc_input *in, void *buf, size_t want, brc_err *err);

/*
 * The rest of the input, which must be `bytes` long, neither more nor less
 * (BRC_DATA naming file, expected and found bytes). *data is the caller's to
 * free(). More than `mem` (0: what the machine has) is BRC_RESOURCE.
 */
brc_rc brc_input_exactly(brc_input *in, size_t bytes, size_t mem, void **data, brc_err *err);

/*
 * The same in pieces. First say how many bytes will come; a plain file of another size is refused
 * at once. At the end say that nothing may follow.
 */
brc_rc brc_input_announce(brc_input *in, size_t bytes, brc_err *err);
brc_rc brc_input_piece(brc_input *in, void *buf, size_t bytes, brc_err *err);
brc_rc brc_input_end(brc_input *in, brc_err *err);

/* The rest of the input, at most `max` bytes of it; a NUL follows the *n bytes. As above. */
brc_rc brc_input_rest(brc_input *in, size_t max, size_t mem, void **data, size_t *n, brc_err *err);

/* What the directory of a zip archive says of a member. */
typedef struct brc_input_part {
	size_t offset, packed, size; /* where the data begin, packed and unpacked bytes */
	uint32_t crc;                /* CRC-32 of the unpacked bytes, checked at the end */
	bool deflated;
} brc_input_part;

/* A part of the seekable file behind `fd` (duplicated), called `name` in messages. */
brc_rc brc_input_open_part(brc_input **in, int fd, const char *name, const brc_input_part *part,
			   brc_err *err);

/*
 * A descriptor of the whole input, for readers that must seek. Nothing may have been read from the
 * input before (peeking is allowed). It is the file itself or, for a pipe or gzip, a copy of the
 * bytes in an unlinked temporary file under $TMPDIR (else /var/tmp). close() it, after a failure
 * too unless it is -1 (set it to that before).
 */
brc_rc brc_input_seekable(brc_input *in, int *fd, size_t *size, brc_err *err);

#endif
