#define _GNU_SOURCE
#include "exec/external.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { LOCATION_EXTERNAL = 1 };

static const char *entry(const Brc__OnnxTensor *t, const char *key)
{
	for (size_t i = 0; i < t->n_external_data; i++) {
		const Brc__OnnxExternal *e = t->external_data[i];

		if (e->key && strcmp(e->key, key) == 0)
			return e->value ? e->value : "";
	}
	return NULL;
}

static brc_rc number(const Brc__OnnxTensor *t, const char *key, uint64_t otherwise, uint64_t *out,
		     brc_err *err)
{
	const char *s = entry(t, key);
	char *end;

	*out = otherwise;
	if (!s)
		return BRC_OK;
	errno = 0;
	*out = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno || *out > INT64_MAX)
		return brc_fail(err, BRC_DATA, "its %s '%.100s' is no number", key, s);
	return BRC_OK;
}

/* Every part of the path a plain name. */
static bool stays_inside(const char *path)
{
	if (!*path)
		return false;
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 0 || (n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += n;
		if (*path && !*++path)
			return false;
	}
	return true;
}

/* The file, opened folder by folder so that no link is followed; -1 with errno. */
static int open_inside(const char *folder, const char *path)
{
	int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (at >= 0) {
		size_t n = strcspn(path, "/");
		bool leaf = path[n] == '\0';
		char part[256];
		int next = -1;

		if (n < sizeof(part)) {
			memcpy(part, path, n);
			part[n] = '\0';
			next = openat(at, part,
				      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
					      (leaf ? 0 : O_DIRECTORY));
		}
		close(at);
		if (leaf)
			return next;
		at = next;
		path += n + 1;
	}
	return -1;
}

static brc_rc read_at(int fd, uint8_t *to, size_t n, uint64_t offset, brc_err *err)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, to + done, n - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return brc_fail(err, BRC_DATA, "its external data cannot be read");
		done += (size_t)got;
	}
	return BRC_OK;
}

static brc_rc read_file(brc_exec *g, Brc__OnnxTensor *t, int fd, brc_err *err)
{
	uint64_t offset, length, size;
	struct stat st;
	uint8_t *bytes;
	brc_rc rc;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return brc_fail(err, BRC_DATA, "its external data is no regular file");
	size = (uint64_t)st.st_size;
	BRC_TRY(number(t, "offset", 0, &offset, err));
	BRC_TRY(number(t, "length", offset < size ? size - offset : 0, &length, err));
	if (offset > size || length > size - offset)
		return brc_fail(err, BRC_DATA, "its external data ends after %llu of %llu bytes",
				(unsigned long long)size, (unsigned long long)(offset + length));
	bytes = malloc(length ? length : 1); /* protobuf-c frees it */
	if (!bytes)
		return brc_fail(err, BRC_RESOURCE, "out of memory");
	rc = read_at(fd, bytes, length, offset, err);
	if (rc != BRC_OK) {
		free(bytes);
		return rc;
	}
	g->budget += 4 * length; /* as if the model's file held it */
	free(t->raw_data.data);
	t->raw_data.data = bytes;
	t->raw_data.len = length;
	t->has_raw_data = 1;
	t->has_data_location = 0;
	t->data_location = 0;
	for (size_t i = 0; i < t->n_external_data; i++)
		brc__onnx_external__free_unpacked(t->external_data[i], NULL);
	t->n_external_data = 0;
	return BRC_OK;
}

brc_rc brc_exec_external(brc_exec *g, Brc__OnnxTensor *t, const char *folder, brc_err *err)
{
	const char *name = t->name ? t->name : "", *path = entry(t, "location");
	int fd;
	brc_rc rc;

	if (t->data_location != LOCATION_EXTERNAL)
		return BRC_OK;
	if (!folder || !path || !stays_inside(path))
		return brc_fail(
			err, BRC_DATA,
			"initializer '%.200s': its external data '%.200s' is not inside the "
			"model's folder",
			name, path ? path : "");
	fd = open_inside(folder, path);
	if (fd < 0)
		return brc_fail(err, BRC_DATA,
				"initializer '%.200s': its external data '%.200s': %s", name, path,
				strerror(errno));
	rc = read_file(g, t, fd, err);
	close(fd);
	return rc == BRC_OK ? rc : brc_err_prefix(err, "initializer '%.200s'", name);
}
