#define _GNU_SOURCE
#include "stream/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/descriptors.h"
#include "base/memory.h"

enum { PIPE_BYTES = 1 << 20, PEEK_BYTES = 4 };

struct brc_source {
	int fd;
	bool owned; /* close fd */
	char *name;
	unsigned char peeked[PEEK_BYTES]; /* the first bytes, read to tell zstd from the rest */
	size_t peeked_n, peeked_at;
	ZSTD_DStream *zstd; /* NULL: plain */
	unsigned char *compressed;
	ZSTD_inBuffer in;
	size_t zstd_left; /* what ZSTD_decompressStream returned: 0 at the end of a zstd frame */
};

static brc_rc cannot(const brc_source *s, const char *what, int errnum, brc_err *err)
{
	brc_rc rc = brc_rc_of_errno(errnum);

	return brc_fail(err, rc == BRC_PIPE ? BRC_DATA : rc, "%s: cannot %s: %s", s->name, what,
			strerror(errnum));
}

/* read(2) until n bytes or the end. */
static brc_rc read_fully(brc_source *s, unsigned char *buf, size_t n, size_t *got, brc_err *err)
{
	*got = 0;
	while (*got < n && s->peeked_at < s->peeked_n)
		buf[(*got)++] = s->peeked[s->peeked_at++];
	while (*got < n) {
		size_t want = n - *got < PIPE_BYTES ? n - *got : PIPE_BYTES;
		ssize_t r = read(s->fd, buf + *got, want);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return cannot(s, "read", errno, err);
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return BRC_OK;
}

static brc_rc open_fd(brc_source *s, const char *path, brc_err *err)
{
	if (strcmp(path, "-") == 0) {
		s->fd = STDIN_FILENO;
		if (brc_descriptor_closed(s->fd)) {
			brc_fail(err, BRC_USAGE, "standard input is closed");
			return brc_hint(err, "pipe a stream in, or see --help");
		}
	} else {
		s->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (s->fd < 0) {
			cannot(s, "open", errno, err);
			return brc_hint(err, "check the path; '-' is standard input");
		}
		s->owned = true;
	}
	if (isatty(s->fd) == 1) {
		brc_fail(err, BRC_USAGE, "%s is a terminal, a stream is expected", s->name);
		return brc_hint(err, "pipe a stream in, e.g. 'read-data ... | ...', or see --help");
	}
	fcntl(s->fd, F_SETPIPE_SZ, PIPE_BYTES); /* a wish: it fails on files, which is fine */
	return BRC_OK;
}

/* A whole-file .zst starts with the zstd magic number 0xFD2FB528. */
static brc_rc detect_zstd(brc_source *s, brc_err *err)
{
	static const unsigned char magic[PEEK_BYTES] = {0x28, 0xb5, 0x2f, 0xfd};
	size_t got;

	BRC_TRY(read_fully(s, s->peeked, PEEK_BYTES, &got, err));
	s->peeked_n = got;
	if (got > 0 && got < PEEK_BYTES && memcmp(s->peeked, magic, got) == 0)
		return brc_fail(err, BRC_STREAM, "%s: the zstd file is truncated", s->name);
	if (got < PEEK_BYTES || memcmp(s->peeked, magic, PEEK_BYTES) != 0)
		return BRC_OK;
	s->zstd = ZSTD_createDStream();
	s->compressed = brc_alloc(ZSTD_DStreamInSize(), 1, err);
	if (!s->zstd || !s->compressed)
		return brc_fail(err, BRC_RESOURCE, "%s: out of memory for decompression", s->name);
	s->in = (ZSTD_inBuffer){s->compressed, 0, 0};
	return BRC_OK;
}

brc_rc brc_source_open(brc_source **out, const char *path, brc_err *err)
{
	brc_source *s;
	brc_rc rc;

	*out = NULL;
	BRC_NEW(s, 1, err);
	s->fd = -1;
	s->name = brc_strdup(strcmp(path, "-") == 0 ? "<stdin>" : path, err);
	rc = s->name ? open_fd(s, path, err) : BRC_RESOURCE;
	BRC_THEN(rc, detect_zstd(s, err));
	if (rc != BRC_OK) {
		brc_source_close(s);
		return rc;
	}
	*out = s;
	return BRC_OK;
}

void brc_source_close(brc_source *s)
{
	if (!s)
		return;
	if (s->owned)
		close(s->fd);
	ZSTD_freeDStream(s->zstd);
	free(s->compressed);
	free(s->name);
	free(s);
}

const char *brc_source_name(const brc_source *s)
{
	return s->name;
}

static brc_rc read_zstd(brc_source *s, unsigned char *buf, size_t n, size_t *got, brc_err *err)
{
	ZSTD_outBuffer out = {buf, n, 0};

	while (out.pos < n) {
		if (s->in.pos == s->in.size) {
			size_t fresh;

			BRC_TRY(read_fully(s, s->compressed, ZSTD_DStreamInSize(), &fresh, err));
			s->in = (ZSTD_inBuffer){s->compressed, fresh, 0};
			if (fresh == 0 && s->zstd_left != 0)
				return brc_fail(err, BRC_STREAM, "%s: the zstd file is truncated",
						s->name);
			if (fresh == 0)
				break;
		}
		s->zstd_left = ZSTD_decompressStream(s->zstd, &out, &s->in);
		if (ZSTD_isError(s->zstd_left))
			return brc_fail(err, BRC_STREAM, "%s: the zstd file is corrupt: %s",
					s->name, ZSTD_getErrorName(s->zstd_left));
	}
	*got = out.pos;
	return BRC_OK;
}

brc_rc brc_source_read(brc_source *s, void *buf, size_t n, size_t *got, brc_err *err)
{
	return s->zstd ? read_zstd(s, buf, n, got, err) : read_fully(s, buf, n, got, err);
}
