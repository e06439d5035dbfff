/* Model files: reading the bytes, decoding them within bounds. */
#include "data/onnx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "stream/digest.h"

#define DECODE_FACTOR 4u
#define DECODE_EXTRA ((size_t)32 << 20)

/* Version of the default operator set; 0 when the model imports none. */
static int64_t default_opset(const Brc__OnnxModel *model)
{
	int64_t version = 0;

	for (size_t i = 0; i < model->n_opset_import; i++) {
		const Brc__OnnxOperatorSet *o = model->opset_import[i];

		if (!o->domain || !*o->domain || strcmp(o->domain, "ai.onnx") == 0)
			version = o->version;
	}
	return version;
}

static brc_rc check_need(size_t need, size_t n, brc_err *err)
{
	char have[32], would[32];

	if (need / DECODE_FACTOR <= n || need <= DECODE_EXTRA + DECODE_FACTOR * n)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"not a plausible ONNX model: %s would take %s of memory to decode",
			brc_human_bytes((double)n, have), brc_human_bytes((double)need, would));
}

brc_rc brc_onnx_decode(brc_onnx *m, const uint8_t *bytes, size_t n, brc_err *err)
{
	size_t need;

	memset(m, 0, sizeof(*m));
	if (n == 0)
		return brc_fail(err, BRC_DATA, "not an ONNX model: the file is empty");
	if (n > BRC_ONNX_MAX_BYTES)
		return brc_fail(err, BRC_DATA, "an ONNX file of more than 2 GiB is not supported");
	BRC_TRY(brc_onnx_scan(&brc__onnx_model__descriptor, bytes, n, &need, err));
	BRC_TRY(check_need(need, n, err));
	m->bytes = n;
	brc_digest(bytes, n, m->digest);
	m->model = brc__onnx_model__unpack(NULL, n, bytes);
	if (!m->model)
		return brc_fail(err, BRC_DATA, "not a valid ONNX model: it cannot be decoded");
	m->opset = default_opset(m->model);
	if (!m->model->graph) {
		brc_onnx_clear(m);
		brc_fail(err, BRC_DATA, "not an ONNX model: it holds no graph");
		return brc_hint(err, "is it an ONNX file?");
	}
	return BRC_OK;
}

void brc_onnx_clear(brc_onnx *m)
{
	if (m->model)
		brc__onnx_model__free_unpacked(m->model, NULL);
	memset(m, 0, sizeof(*m));
}

/* All bytes of an open file, which may be a pipe: malloc'd. */
static brc_rc read_all(int fd, uint8_t **bytes, size_t *n, brc_err *err)
{
	uint8_t *buf = NULL;
	size_t len = 0, cap = 0;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_size > (off_t)BRC_ONNX_MAX_BYTES)
			return brc_fail(err, BRC_DATA,
					"an ONNX file of more than 2 GiB is not supported");
		BRC_TRY(brc_grow(&buf, &cap, (size_t)st.st_size + 65536, 1, err));
	}
	do {
		if (len > BRC_ONNX_MAX_BYTES) {
			free(buf);
			return brc_fail(err, BRC_DATA,
					"an ONNX file of more than 2 GiB is not supported");
		}
		if (brc_grow(&buf, &cap, len + 65536, 1, err) != BRC_OK) {
			free(buf);
			return BRC_RESOURCE;
		}
		got = read(fd, buf + len, cap - len);
		if (got > 0)
			len += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		free(buf);
		return brc_fail(err, brc_rc_of_errno(errno), "%s", strerror(errno));
	}
	*bytes = buf;
	*n = len;
	return BRC_OK;
}

brc_rc brc_onnx_read(brc_onnx *m, const char *path, brc_err *err)
{
	bool standard = strcmp(path, "-") == 0;
	uint8_t *bytes = NULL;
	size_t n = 0;
	brc_rc rc;
	int fd;

	memset(m, 0, sizeof(*m));
	fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return brc_fail(err, BRC_DATA, "%s: %s", path, strerror(errno));
	rc = read_all(fd, &bytes, &n, err);
	if (!standard)
		close(fd);
	if (rc == BRC_OK) {
		rc = brc_onnx_decode(m, bytes, n, err);
		free(bytes);
	}
	return rc == BRC_OK ? rc : brc_err_prefix(err, "%s", path);
}
