/* Weights that lie in files beside the model. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/memory.h"
#include "exec/dataflow.h"

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

/* Is every part of the path a plain name? */
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

/* The bytes of the tensor, from `offset` on. There must be as many as its shape says. */
static brc_rc extent(const Brc__OnnxTensor *t, const Brc__OnnxTensor *with, uint64_t size,
		     uint64_t *offset, uint64_t *length, brc_err *err)
{
	size_t ndim, shape[BRC_MAX_DIMS], count, item = brc_onnx_type_size(t->data_type);

	BRC_TRY(number(t, "offset", 0, offset, err));
	BRC_TRY(number(t, "length", *offset < size ? size - *offset : 0, length, err));
	if (*offset > size || *length > size - *offset)
		return brc_fail(err, BRC_DATA, "its external data ends after %llu of %llu bytes",
				(unsigned long long)size, (unsigned long long)(*offset + *length));
	BRC_TRY(brc_onnx_tensor_shape(with, &ndim, shape, &count, err));
	if (item == 0)
		return brc_fail(err, BRC_DATA, "elements of type %s are not supported",
				brc_onnx_type_name(t->data_type));
	if (*length % item || *length / item != count)
		return brc_fail(err, BRC_DATA, "its shape has %zu elements, its data %llu bytes",
				count, (unsigned long long)*length);
	return BRC_OK;
}

static brc_rc read_file(brc_exec *g, const Brc__OnnxTensor *t, Brc__OnnxTensor *with, int fd,
			brc_err *err)
{
	uint64_t offset, length;
	struct stat st;
	uint8_t *bytes;
	brc_rc rc;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return brc_fail(err, BRC_DATA, "its external data is no regular file");
	BRC_TRY(extent(t, with, (uint64_t)st.st_size, &offset, &length, err));
	BRC_TRY(brc_mem_need(length, 0, "the weights of the network", err));
	bytes = brc_alloc(length, 1, err);
	BRC_TRY(brc_made(bytes));
	rc = brc_read_at(fd, "its external data", offset, bytes, length, err);
	if (rc != BRC_OK) {
		free(bytes);
		return rc;
	}
	if (!g->again) { /* as if the model's file held it */
		g->room += 8 * length;
		g->budget += 4 * length;
	}
	with->raw_data.data = bytes;
	with->raw_data.len = length;
	with->has_raw_data = 1;
	return BRC_OK;
}

brc_rc brc_exec_external(brc_exec *g, const Brc__OnnxTensor *t, Brc__OnnxTensor *with, bool *read,
			 brc_err *err)
{
	const char *name = t->name ? t->name : "", *path = entry(t, "location");
	int fd;
	brc_rc rc;

	*with = *t;
	*read = t->data_location == LOCATION_EXTERNAL;
	if (!*read)
		return BRC_OK;
	with->data_location = 0;
	with->n_external_data = 0;
	if (!g->folder || !path || !stays_inside(path))
		return brc_fail(
			err, BRC_DATA,
			"initializer '%.200s': its external data '%.200s' is not inside the "
			"model's folder",
			name, path ? path : "");
	fd = open_inside(g->folder, path);
	if (fd < 0)
		return brc_fail(err, BRC_DATA,
				"initializer '%.200s': its external data '%.200s': %s", name, path,
				strerror(errno));
	rc = read_file(g, t, with, fd, err);
	close(fd);
	return rc == BRC_OK ? rc : brc_err_prefix(err, "initializer '%.200s'", name);
}
