#define _GNU_SOURCE
#include "data/bytes/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/descriptors.h"
#include "base/memory.h"
#include "base/scratch.h"

enum { RAW_BYTES = 1 << 16 };

typedef enum coding { PLAIN, GZIP, DEFLATE } coding;

struct brc_input {
	char *name;
	int fd;
	bool regular;    /* a regular file, whose size is known */
	size_t start;    /* where in that file we began */
	size_t size;     /* bytes from there on */
	size_t offset;   /* of the next raw byte of a part */
	size_t raw_left; /* raw bytes that may still be read */
	bool is_part;
	brc_input_part part;

	coding coding;
	z_stream z;
	bool z_open, z_done;
	unsigned char *raw;
	size_t raw_at, raw_n;

	unsigned char ahead[BRC_INPUT_PEEK];
	size_t ahead_at, ahead_n;
	size_t decoded; /* bytes unpacked so far */
	size_t taken;   /* of those, bytes given to the caller */
	size_t expected;
	uint32_t crc;
};

static brc_rc os_fail(const brc_input *in, const char *verb, brc_err *err)
{
	int e = errno;

	return brc_fail(err, brc_rc_of_errno(e), "%s: cannot %s: %s", in->name, verb, strerror(e));
}

/* Refill the raw buffer when it is empty; raw_n == raw_at afterwards only at the end. */
static brc_rc fill(brc_input *in, brc_err *err)
{
	size_t want;

	if (in->raw_at < in->raw_n)
		return BRC_OK;
	in->raw_at = in->raw_n = 0;
	want = brc_least(in->raw_left, RAW_BYTES);
	while (want > 0) {
		ssize_t n = in->is_part ? pread(in->fd, in->raw, want, (off_t)in->offset)
					: read(in->fd, in->raw, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return os_fail(in, "read", err);
		in->raw_n = (size_t)n;
		in->offset += (size_t)n;
		in->raw_left -= (size_t)n;
		break;
	}
	return BRC_OK;
}

static brc_rc packed_fail(const brc_input *in, const char *what, brc_err *err)
{
	char of[64] = "";

	if (in->expected != 0)
		snprintf(of, sizeof(of), " of %zu expected", in->expected);
	brc_fail(err, BRC_DATA, "%s: %s after %zu unpacked bytes%s", in->name, what, in->decoded,
		 of);
	return brc_hint(err, "the file is damaged or not whole: fetch or write it again");
}

static brc_rc start_inflate(brc_input *in, brc_err *err)
{
	int bits = in->coding == GZIP ? 16 + MAX_WBITS : -MAX_WBITS;

	if (inflateInit2(&in->z, bits) != Z_OK)
		return brc_fail(err, BRC_RESOURCE, "%s: zlib cannot start", in->name);
	in->z_open = true;
	return BRC_OK;
}

/* At the end of a gzip member or of deflated data: another member, or nothing more. */
static brc_rc end_inflate(brc_input *in, brc_err *err)
{
	BRC_TRY(fill(in, err));
	if (in->raw_at == in->raw_n) {
		in->z_done = true;
		return BRC_OK;
	}
	if (in->coding == GZIP && in->raw[in->raw_at] == 0x1f) {
		if (inflateReset(&in->z) != Z_OK)
			return brc_fail(err, BRC_RESOURCE, "%s: zlib cannot start", in->name);
		return BRC_OK;
	}
	return packed_fail(in, "something else follows the compressed data", err);
}

static brc_rc inflate_some(brc_input *in, unsigned char *buf, size_t want, size_t *got,
			   brc_err *err)
{
	int state;
	size_t room;

	in->z.next_out = buf;
	in->z.avail_out = (uInt)brc_least(want, RAW_BYTES * 16);
	room = in->z.avail_out;
	BRC_TRY(fill(in, err));
	if (in->raw_at == in->raw_n)
		return packed_fail(in, "truncated: the compressed data end", err);
	in->z.next_in = in->raw + in->raw_at;
	in->z.avail_in = (uInt)(in->raw_n - in->raw_at);
	state = inflate(&in->z, Z_NO_FLUSH);
	in->raw_at = in->raw_n - in->z.avail_in;
	*got = room - in->z.avail_out;
	in->decoded += *got;
	if (state == Z_STREAM_END)
		return end_inflate(in, err);
	if (state == Z_MEM_ERROR)
		return brc_fail(err, BRC_RESOURCE, "%s: out of memory in zlib", in->name);
	if (state != Z_OK && state != Z_BUF_ERROR)
		return packed_fail(in, "the compressed data are corrupt", err);
	return BRC_OK;
}

static brc_rc copy_some(brc_input *in, unsigned char *buf, size_t want, size_t *got, brc_err *err)
{
	size_t n;

	BRC_TRY(fill(in, err));
	n = in->raw_n - in->raw_at;
	*got = brc_least(n, want);
	memcpy(buf, in->raw + in->raw_at, *got);
	in->raw_at += *got;
	in->decoded += *got;
	in->z_done = *got == 0;
	return BRC_OK;
}

static brc_rc check_part(const brc_input *in, brc_err *err)
{
	if (!in->is_part)
		return BRC_OK;
	if (in->decoded == in->part.size && in->crc == in->part.crc)
		return BRC_OK;
	if (in->decoded != in->part.size)
		brc_fail(err, BRC_DATA, "%s: %zu bytes unpacked, %zu expected", in->name,
			 in->decoded, in->part.size);
	else
		brc_fail(err, BRC_DATA, "%s: corrupt: checksum %08x, but the archive says %08x",
			 in->name, in->crc, in->part.crc);
	return brc_hint(err, "the archive is damaged: fetch or write it again");
}

/* Unpack until `want` bytes or the end. */
static brc_rc decode(brc_input *in, unsigned char *buf, size_t want, size_t *got, brc_err *err)
{
	size_t total = 0;

	while (total < want && !in->z_done) {
		size_t n = 0;

		if (in->coding == PLAIN)
			BRC_TRY(copy_some(in, buf + total, want - total, &n, err));
		else
			BRC_TRY(inflate_some(in, buf + total, want - total, &n, err));
		if (in->is_part && n > 0)
			in->crc = (uint32_t)crc32_z(in->crc, buf + total, n);
		total += n;
		if (in->is_part && in->decoded > in->part.size)
			return packed_fail(in, "more data than the archive declares", err);
		if (in->z_done)
			BRC_TRY(check_part(in, err));
	}
	*got = total;
	return BRC_OK;
}

static brc_rc input_new(brc_input **out, const char *name, brc_err *err)
{
	brc_input *in = brc_calloc(1, sizeof(*in), err);

	BRC_TRY(brc_made(in));
	in->fd = -1;
	in->raw_left = SIZE_MAX;
	in->name = brc_strdup(name, err);
	in->raw = brc_alloc(RAW_BYTES, 1, err);
	if (!in->name || !in->raw) {
		brc_input_free(in);
		return BRC_RESOURCE;
	}
	*out = in;
	return BRC_OK;
}

/* Give it out where all went well, else release it. */
static brc_rc settle(brc_input **out, brc_input *in, brc_rc rc)
{
	return BRC_GIVE(out, in, rc, brc_input_free);
}

static brc_rc open_path(brc_input *in, const char *path, brc_err *err)
{
	struct stat st;
	bool is_stdin = !strcmp(path, "-");
	off_t at;

	if (is_stdin && brc_descriptor_closed(STDIN_FILENO))
		return brc_fail(err, BRC_USAGE, "standard input is closed");
	in->fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			  : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return os_fail(in, "open", err);
	if (isatty(in->fd) == 1)
		return brc_fail(err, BRC_USAGE, "%s is a terminal, a file is expected", in->name);
	if (fstat(in->fd, &st) != 0)
		return os_fail(in, "examine", err);
	if (S_ISDIR(st.st_mode))
		return brc_fail(err, BRC_DATA, "%s: is a directory, not a file", in->name);
	at = lseek(in->fd, 0, SEEK_CUR);
	in->regular = S_ISREG(st.st_mode) && at >= 0 && at <= st.st_size;
	in->start = in->regular ? (size_t)at : 0;
	in->size = in->regular ? (size_t)(st.st_size - at) : 0;
	BRC_TRY(fill(in, err));
	if (in->raw_n >= 2 && in->raw[0] == 0x1f && in->raw[1] == 0x8b) {
		in->coding = GZIP;
		return start_inflate(in, err);
	}
	return BRC_OK;
}

brc_rc brc_input_open(brc_input **out, const char *path, brc_err *err)
{
	brc_input *in;

	BRC_TRY(input_new(&in, !strcmp(path, "-") ? "standard input" : path, err));
	return settle(out, in, open_path(in, path, err));
}

brc_rc brc_input_open_part(brc_input **out, int fd, const char *name, const brc_input_part *part,
			   brc_err *err)
{
	brc_input *in;

	BRC_TRY(input_new(&in, name, err));
	in->is_part = true;
	in->part = *part;
	in->offset = part->offset;
	in->raw_left = part->packed;
	in->crc = (uint32_t)crc32_z(0, NULL, 0);
	in->coding = part->deflated ? DEFLATE : PLAIN;
	in->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (in->fd < 0)
		return settle(out, in, os_fail(in, "open", err));
	return settle(out, in, part->deflated ? start_inflate(in, err) : BRC_OK);
}

void brc_input_free(brc_input *in)
{
	if (!in)
		return;
	if (in->z_open)
		inflateEnd(&in->z);
	if (in->fd >= 0)
		close(in->fd);
	free(in->raw);
	free(in->name);
	free(in);
}

const char *brc_input_name(const brc_input *in)
{
	return in->name;
}

bool brc_input_compressed(const brc_input *in)
{
	return in->coding != PLAIN;
}

bool brc_input_left(const brc_input *in, size_t *left)
{
	if (in->coding != PLAIN || !in->regular || in->taken > in->size)
		return false;
	*left = in->size - in->taken;
	return true;
}

brc_rc brc_input_peek(brc_input *in, size_t want, const unsigned char **p, size_t *got,
		      brc_err *err)
{
	size_t have;

	if (in->ahead_n == 0)
		BRC_TRY(decode(in, in->ahead, BRC_INPUT_PEEK, &in->ahead_n, err));
	have = in->ahead_n - in->ahead_at;
	*p = in->ahead + in->ahead_at;
	*got = brc_least(want, have);
	return BRC_OK;
}

brc_rc brc_input_read(brc_input *in, void *buf, size_t want, size_t *got, brc_err *err)
{
	size_t have = in->ahead_n - in->ahead_at, n;

	*got = brc_least(want, have);
	memcpy(buf, in->ahead + in->ahead_at, *got);
	in->ahead_at += *got;
	BRC_TRY(decode(in, (unsigned char *)buf + *got, want - *got, &n, err));
	*got += n;
	in->taken += *got;
	return BRC_OK;
}

brc_rc brc_input_header(brc_input *in, void *buf, size_t want, brc_err *err)
{
	size_t got;

	BRC_TRY(brc_input_read(in, buf, want, &got, err));
	if (got < want)
		return brc_fail(err, BRC_DATA,
				"%s: truncated in its header: at least %zu bytes expected, "
				"%zu found",
				in->name, in->taken - got + want, in->taken);
	return BRC_OK;
}

static brc_rc write_all(const brc_input *in, int fd, const unsigned char *p, size_t n, brc_err *err)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return os_fail(in, "write a temporary copy", err);
		p += done;
		n -= (size_t)done;
	}
	return BRC_OK;
}

/* Copy what remains of a pipe into an unlinked temporary file. */
static brc_rc spool(brc_input *in, int *fd, size_t *size, brc_err *err)
{
	unsigned char block[8192];
	size_t got = 1;
	brc_rc rc = brc_spool_file(fd, err);

	if (rc != BRC_OK) {
		brc_err_prefix(err, "%s", in->name);
		return brc_hint(err, "set TMPDIR to a directory with room, or give a regular file");
	}
	while (rc == BRC_OK && got > 0) {
		rc = brc_input_read(in, block, sizeof(block), &got, err);
		BRC_THEN(rc, write_all(in, *fd, block, got, err));
	}
	*size = in->taken;
	return rc;
}

brc_rc brc_input_seekable(brc_input *in, int *fd, size_t *size, brc_err *err)
{
	if (!in->regular || in->start != 0 || in->coding != PLAIN)
		return spool(in, fd, size, err);
	*fd = fcntl(in->fd, F_DUPFD_CLOEXEC, 0);
	if (*fd < 0)
		return os_fail(in, "open", err);
	*size = in->size;
	return BRC_OK;
}

/* ---- the rest at once ---- */

enum { FIRST_BYTES = 1 << 20, SMALL_BYTES = 1 << 24 /* for which the machine is not asked */ };

static brc_rc size_fail(const brc_input *in, const char *what, size_t expected, const char *least,
			size_t found, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: %s: %zu bytes expected, %s%zu found", in->name, what, expected,
		 least, found);
	return brc_hint(err, "the file is damaged, or its header wrong: fetch or write it again");
}

brc_rc brc_input_announce(brc_input *in, size_t bytes, brc_err *err)
{
	size_t left;

	in->expected = in->taken + bytes;
	if (brc_input_left(in, &left) && left != bytes)
		return size_fail(in, left < bytes ? "truncated" : "too long", in->expected, "",
				 in->taken + left, err);
	return BRC_OK;
}

brc_rc brc_input_piece(brc_input *in, void *buf, size_t bytes, brc_err *err)
{
	size_t got;

	BRC_TRY(brc_input_read(in, buf, bytes, &got, err));
	return got == bytes ? BRC_OK : size_fail(in, "truncated", in->expected, "", in->taken, err);
}

brc_rc brc_input_end(brc_input *in, brc_err *err)
{
	unsigned char more;
	size_t got;

	BRC_TRY(brc_input_read(in, &more, 1, &got, err));
	return got == 0 ? BRC_OK
			: size_fail(in, "too long", in->taken - got, "at least ", in->taken, err);
}

/* All of the `bytes` announced, into *data, which the caller frees; it grows as bytes arrive. */
static brc_rc read_growing(brc_input *in, size_t bytes, void **data, brc_err *err)
{
	size_t left, have = 0;
	size_t next = brc_input_left(in, &left) ? bytes : brc_least(FIRST_BYTES, bytes);

	for (;;) {
		unsigned char *grown = realloc(*data, next > 0 ? next : 1);

		if (!grown)
			return brc_fail(err, BRC_RESOURCE, "%s: out of memory: %zu bytes", in->name,
					next);
		*data = grown;
		BRC_TRY(brc_input_piece(in, grown + have, next - have, err));
		if (next == bytes)
			return BRC_OK;
		have = next;
		next = next > bytes / 2 ? bytes : 2 * next;
	}
}

brc_rc brc_input_exactly(brc_input *in, size_t bytes, size_t mem, void **data, brc_err *err)
{
	char what[256];
	brc_rc rc;

	*data = NULL;
	BRC_TRY(brc_input_announce(in, bytes, err));
	snprintf(what, sizeof(what), "%.200s: the array that its header declares", in->name);
	BRC_TRY(brc_mem_need(bytes, mem, what, err));
	rc = read_growing(in, bytes, data, err);
	BRC_THEN(rc, brc_input_end(in, err));
	if (rc != BRC_OK) {
		free(*data);
		*data = NULL;
	}
	return rc;
}

brc_rc brc_input_rest(brc_input *in, size_t max, size_t mem, void **data, size_t *n, brc_err *err)
{
	unsigned char *block = NULL;
	size_t cap = 0, have = 0, got = 1;
	brc_rc rc = BRC_OK;

	while (rc == BRC_OK && got > 0) {
		if (have + 1 >= cap && (mem != 0 || cap > SMALL_BYTES))
			rc = brc_mem_need(2 * cap, mem, in->name, err);
		BRC_THEN(rc, brc_grow(&block, &cap, have + 4096, 1, err));
		BRC_THEN(rc, brc_input_read(in, block + have, cap - have - 1, &got, err));
		if (rc == BRC_OK && (have += got) > max)
			rc = brc_fail(err, BRC_DATA, "%s: longer than %zu bytes", in->name, max);
	}
	if (rc != BRC_OK) {
		free(block);
		return rc;
	}
	block[have] = '\0';
	*data = block;
	*n = have;
	return BRC_OK;
}
