#define _GNU_SOURCE
#include "stream/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/memory.h"
#include "base/str.h"

enum { BUFFER_BYTES = 1 << 16, PIPE_BYTES = 1 << 20, NAME_TRIES = 100 };

struct brc_sink {
	int fd;
	bool owned;
	char *path; /* NULL: standard output */
	char *temp; /* name of the temporary file; NULL while it has none */
	bool atomic;
	unsigned char *buf;
	size_t used;
};

static const char *name_of(const brc_sink *s)
{
	return s->path ? s->path : "<stdout>";
}

static brc_rc cannot(const brc_sink *s, const char *what, int errnum, brc_err *err)
{
	brc_rc rc = brc_rc_of_errno(errnum);

	brc_fail(err, rc == BRC_DATA ? BRC_RESOURCE : rc, "%s: cannot %s: %s", name_of(s), what,
		 strerror(errnum));
	if (rc == BRC_RESOURCE)
		return brc_hint(err, "make room, or write elsewhere with -o");
	return err ? err->code : rc;
}

/* The directory part of a path, "." if there is none; malloc'd. */
static char *directory_of(const char *path, brc_err *err)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return brc_strdup(".", err);
	return brc_strndup(path, slash == path ? 1 : (size_t)(slash - path), err);
}

/* An unused name in the folder of the final one. */
static char *temp_name(const char *path, unsigned attempt, brc_err *err)
{
	char suffix[64];
	char *name;

	snprintf(suffix, sizeof(suffix), ".%ld.%u.tmp", (long)getpid(), attempt);
	name = brc_alloc(strlen(path) + sizeof(suffix), 1, err);
	if (name)
		sprintf(name, "%s%s", path, suffix);
	return name;
}

/*
 * A temporary name: of the nameless file, so that rename can replace the final one. Where there is
 * no nameless file, the name is that of a new one.
 */
static brc_rc take_temp_name(brc_sink *s, brc_err *err)
{
	const bool nameless = s->fd >= 0;
	char fd_path[64];
	int errnum = EEXIST;

	snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", s->fd);
	for (unsigned attempt = 0; attempt < NAME_TRIES && errnum == EEXIST; attempt++) {
		s->temp = temp_name(s->path, attempt, err);
		BRC_TRY(brc_made(s->temp));
		if (!nameless)
			s->fd = open(s->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (nameless ? linkat(AT_FDCWD, fd_path, AT_FDCWD, s->temp, AT_SYMLINK_FOLLOW) == 0
			     : s->fd >= 0)
			return BRC_OK;
		errnum = errno;
		free(s->temp);
		s->temp = NULL;
	}
	return cannot(s, "create", errnum, err);
}

/*
 * The number of the descriptor, if the path means one that is already open, otherwise -1. Such a
 * path is never replaced by a new file, because that would replace the link in /dev itself.
 */
static int named_descriptor(const char *path)
{
	static const char *const directory[] = {"/dev/fd/", "/proc/self/fd/"};
	uint64_t fd;

	if (strcmp(path, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (size_t i = 0; i < 2; i++) {
		const size_t n = strlen(directory[i]);

		if (strncmp(path, directory[i], n) == 0 &&
		    brc_parse_u64(path + n, 0, INT_MAX, "", &fd, NULL) == BRC_OK)
			return (int)fd;
	}
	return -1;
}

static brc_rc open_descriptor(brc_sink *s, int fd, brc_err *err)
{
	if (!brc_descriptor_closed(fd))
		s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	else
		errno = EBADF;
	return s->fd < 0 ? cannot(s, "open", errno, err) : BRC_OK;
}

/* If the path is a symbolic link, its target is written, and the link stays. */
static void follow_link(brc_sink *s)
{
	struct stat st;
	char *real = NULL;

	if (lstat(s->path, &st) == 0 && S_ISLNK(st.st_mode))
		real = realpath(s->path, NULL);
	if (real) {
		free(s->path);
		s->path = real;
	}
}

static brc_rc open_path(brc_sink *s, brc_err *err)
{
	struct stat st;
	const int fd = named_descriptor(s->path);
	char *dir;

	s->owned = true;
	if (fd >= 0)
		return open_descriptor(s, fd, err);
	follow_link(s);
	if (stat(s->path, &st) == 0 && !S_ISREG(st.st_mode)) {
		s->fd = open(s->path, O_WRONLY | O_CLOEXEC);
		return s->fd < 0 ? cannot(s, "open", errno, err) : BRC_OK;
	}
	dir = directory_of(s->path, err);
	BRC_TRY(brc_made(dir));
	s->atomic = true;
	/* nameless until complete: a crash, even SIGKILL, leaves nothing behind */
	s->fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	free(dir);
	return s->fd >= 0 ? BRC_OK : take_temp_name(s, err);
}

static brc_rc open_stdout(brc_sink *s, brc_err *err)
{
	s->fd = STDOUT_FILENO;
	if (brc_descriptor_closed(s->fd)) {
		brc_fail(err, BRC_USAGE, "standard output is closed");
		return brc_hint(err, "pipe it on, or write to a file with -o");
	}
	return BRC_OK;
}

brc_rc brc_sink_open(brc_sink **out, const char *path, bool binary, brc_err *err)
{
	brc_sink *s;
	bool to_stdout;
	brc_rc rc;

	*out = NULL;
	BRC_NEW(s, 1, err);
	s->fd = -1;
	s->buf = brc_alloc(BUFFER_BYTES, 1, err);
	to_stdout = !path || strcmp(path, "-") == 0;
	rc = s->buf ? BRC_OK : BRC_RESOURCE;
	if (rc == BRC_OK && !to_stdout && !(s->path = brc_strdup(path, err)))
		rc = BRC_RESOURCE;
	BRC_THEN(rc, to_stdout ? open_stdout(s, err) : open_path(s, err));
	if (rc == BRC_OK && binary && isatty(s->fd) == 1) {
		brc_fail(err, BRC_USAGE, "a binary stream is not written to a terminal");
		rc = brc_hint(err, "pipe it into the next filter (peek shows it), or use -o FILE");
	}
	if (rc != BRC_OK) {
		brc_sink_close(s, false, NULL);
		return rc;
	}
	fcntl(s->fd, F_SETPIPE_SZ, PIPE_BYTES); /* a wish: it fails on files, which is fine */
	*out = s;
	return BRC_OK;
}

static brc_rc write_fully(brc_sink *s, struct iovec *iov, int n, brc_err *err)
{
	while (n > 0) {
		ssize_t w = writev(s->fd, iov, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return cannot(s, "write", errno, err);
		while (n > 0 && (size_t)w >= iov->iov_len) {
			w -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n > 0) {
			iov->iov_base = (char *)iov->iov_base + w;
			iov->iov_len -= (size_t)w;
		}
	}
	return BRC_OK;
}

brc_rc brc_sink_write(brc_sink *s, const void *data, size_t n, brc_err *err)
{
	struct iovec iov[2];

	if (n == 0)
		return BRC_OK; /* `data` may be NULL */
	if (n <= BUFFER_BYTES - s->used) {
		memcpy(s->buf + s->used, data, n);
		s->used += n;
		return BRC_OK;
	}
	iov[0] = (struct iovec){s->buf, s->used};
	iov[1] = (struct iovec){(void *)(uintptr_t)data, n};
	s->used = 0;
	return write_fully(s, iov, 2, err);
}

brc_rc brc_sink_flush(brc_sink *s, brc_err *err)
{
	struct iovec iov = {s->buf, s->used};

	s->used = 0;
	return iov.iov_len > 0 ? write_fully(s, &iov, 1, err) : BRC_OK;
}

static brc_rc finish(brc_sink *s, brc_err *err)
{
	int fd;

	BRC_TRY(brc_sink_flush(s, err));
	if (s->atomic && !s->temp)
		BRC_TRY(take_temp_name(s, err));
	fd = s->fd;
	s->fd = -1;
	if (close(fd) != 0)
		return cannot(s, "write", errno, err);
	if (s->atomic && rename(s->temp, s->path) != 0)
		return cannot(s, "create", errno, err);
	free(s->temp);
	s->temp = NULL;
	return BRC_OK;
}

brc_rc brc_sink_close(brc_sink *s, bool commit, brc_err *err)
{
	brc_rc rc;

	if (!s)
		return BRC_OK;
	rc = commit ? finish(s, err) : BRC_OK;
	if (s->fd >= 0 && s->owned)
		close(s->fd);
	if (s->temp)
		unlink(s->temp);
	free(s->temp);
	free(s->path);
	free(s->buf);
	free(s);
	return rc;
}
