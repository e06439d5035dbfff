#include "stream/writer.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/memory.h"
#include "stream/digest.h"

struct brc_writer {
	brc_sink *sink;
	unsigned level;
	bool started; /* the magic is out */
	uint64_t frames;
	uint32_t chain;
	brc_section_digest *digest;
	ZSTD_CCtx *zstd;
	unsigned char *packed;
	size_t packed_cap;
	/* the tensor being written */
	brc_tensor tensor;
	size_t chunk_rows, rows_done;
	unsigned char *partial; /* rows that do not fill a chunk yet */
	size_t partial_rows;
};

brc_rc brc_writer_new(brc_writer **out, brc_sink *sink, unsigned level, brc_err *err)
{
	brc_writer *w;

	*out = NULL;
	BRC_NEW(w, 1, err);
	w->sink = sink;
	w->level = level;
	w->digest = brc_section_digest_new(err);
	if (!w->digest) {
		free(w);
		return BRC_RESOURCE;
	}
	*out = w;
	return BRC_OK;
}

void brc_writer_free(brc_writer *w)
{
	if (!w)
		return;
	brc_section_digest_free(w->digest);
	ZSTD_freeCCtx(w->zstd);
	free(w->packed);
	free(w->partial);
	free(w);
}

static brc_rc start(brc_writer *w, brc_err *err)
{
	if (w->started)
		return BRC_OK;
	w->started = true;
	return brc_sink_write(w->sink, brc_magic, BRC_MAGIC_BYTES, err);
}

static brc_rc put(brc_writer *w, unsigned kind, uint32_t crc, const void *payload, size_t length,
		  brc_err *err)
{
	unsigned char head[BRC_HEAD_BYTES];

	brc_frame_head(kind, crc, length, head);
	BRC_TRY(start(w, err));
	BRC_TRY(brc_sink_write(w->sink, head, sizeof(head), err));
	BRC_TRY(brc_sink_write(w->sink, payload, length, err));
	w->chain = brc_frame_chain(w->chain, crc);
	w->frames++;
	return BRC_OK;
}

brc_rc brc_writer_frame(brc_writer *w, const brc_frame *f, brc_err *err)
{
	unsigned kind;
	uint32_t crc;
	size_t length;

	if (!brc_frame_parse(f->head, &kind, &crc, &length))
		return brc_fail(err, BRC_STREAM, "a frame cannot be handed through");
	return put(w, kind, crc, f->payload, length, err);
}

static brc_rc put_map(brc_writer *w, unsigned kind, const brc_map *m, brc_err *err)
{
	unsigned char *buf;
	size_t length;
	uint32_t crc;
	brc_rc rc;

	BRC_TRY(brc_map_encode(m, &buf, &length, err));
	crc = brc_frame_crc(kind, buf, length);
	if (kind != BRC_F_SECTION)
		brc_section_digest_add(w->digest, kind, length, crc);
	rc = put(w, kind, crc, buf, length, err);
	free(buf);
	return rc;
}

/* ---- tensors ---- */

static brc_rc put_packed(brc_writer *w, uint32_t raw_crc, const void *rows, size_t bytes,
			 brc_err *err)
{
	size_t bound = ZSTD_compressBound(bytes) + 4;
	size_t n;

	if (!w->zstd && !(w->zstd = ZSTD_createCCtx()))
		return brc_fail(err, BRC_RESOURCE, "out of memory for compression");
	BRC_TRY(brc_grow(&w->packed, &w->packed_cap, bound, 1, err));
	n = ZSTD_compressCCtx(w->zstd, w->packed + 4, bound - 4, rows, bytes, (int)w->level);
	if (ZSTD_isError(n))
		return brc_fail(err, BRC_RESOURCE, "compression failed: %s", ZSTD_getErrorName(n));
	for (int i = 0; i < 4; i++)
		w->packed[i] = (unsigned char)(raw_crc >> (8 * i));
	return put(w, BRC_F_CHUNK_Z, brc_frame_crc(BRC_F_CHUNK_Z, w->packed, n + 4), w->packed,
		   n + 4, err);
}

static brc_rc put_chunk(brc_writer *w, const void *rows, size_t n, brc_err *err)
{
	size_t bytes = n * brc_tensor_row_bytes(&w->tensor);
	uint32_t crc = brc_frame_crc(BRC_F_CHUNK, rows, bytes);

	brc_section_digest_add(w->digest, BRC_F_CHUNK, bytes, crc);
	w->rows_done += n;
	if (w->level > 0)
		return put_packed(w, crc, rows, bytes, err);
	return put(w, BRC_F_CHUNK, crc, rows, bytes, err);
}

static brc_rc put_tensor_head(brc_writer *w, const brc_tensor *t, brc_err *err)
{
	size_t row = brc_tensor_row_bytes(t);
	brc_map *m;
	brc_rc rc;

	w->tensor = *t;
	w->tensor.data = NULL;
	w->rows_done = w->partial_rows = 0;
	w->chunk_rows = row >= BRC_CHUNK_BYTES || row == 0 ? 1 : BRC_CHUNK_BYTES / row;
	if (row > BRC_CHUNK_MAX)
		return brc_fail(err, BRC_DATA, "a row of tensor '%s' is larger than %zu bytes",
				t->name, BRC_CHUNK_MAX);
	free(w->partial);
	w->partial = NULL;
	m = brc_map_new();
	brc_tensor_put(t, m);
	brc_map_put_int(m, "rows", (int64_t)w->chunk_rows);
	rc = put_map(w, BRC_F_TENSOR, m, err);
	brc_map_free(m);
	return rc;
}

static brc_rc check_complete(const brc_writer *w, brc_err *err)
{
	if (w->tensor.itemsize != 0 && brc_tensor_row_bytes(&w->tensor) != 0 &&
	    w->rows_done != brc_tensor_rows(&w->tensor))
		return brc_fail(err, BRC_DATA, "tensor '%s' has fewer rows than its shape says",
				w->tensor.name);
	return BRC_OK;
}

brc_rc brc_writer_tensor(brc_writer *w, const char *name, const char *dtype, size_t ndim,
			 const size_t *shape, const char *axes, brc_err *err)
{
	brc_section *s;
	brc_tensor *t;
	static const unsigned char nothing[1];
	brc_rc rc;

	BRC_TRY(check_complete(w, err));
	BRC_TRY(brc_section_new(&s, "tensor", 1, "tensor", err));
	rc = brc_section_add(s, name, dtype, ndim, shape, axes, nothing, &t, err);
	BRC_THEN(rc, put_tensor_head(w, t, err));
	brc_section_free(s);
	return rc;
}

/* Fill up the partial chunk; *rows and *n advance by what it took. */
static brc_rc fill_partial(brc_writer *w, const unsigned char **rows, size_t *n, brc_err *err)
{
	size_t row = brc_tensor_row_bytes(&w->tensor), take, full;
	bool last;

	if (!w->partial && !(w->partial = brc_alloc(w->chunk_rows, row, err)))
		return BRC_RESOURCE;
	take = w->chunk_rows - w->partial_rows < *n ? w->chunk_rows - w->partial_rows : *n;
	memcpy(w->partial + w->partial_rows * row, *rows, take * row);
	w->partial_rows += take;
	*rows += take * row;
	*n -= take;
	last = w->rows_done + w->partial_rows == brc_tensor_rows(&w->tensor);
	if (w->partial_rows < w->chunk_rows && !last)
		return BRC_OK;
	full = w->partial_rows;
	w->partial_rows = 0;
	return put_chunk(w, w->partial, full, err);
}

brc_rc brc_writer_rows(brc_writer *w, const void *data, size_t n, brc_err *err)
{
	const unsigned char *rows = data;
	size_t row = brc_tensor_row_bytes(&w->tensor), all = brc_tensor_rows(&w->tensor);

	if (n > all - w->rows_done - w->partial_rows)
		return brc_fail(err, BRC_DATA, "tensor '%s' has more rows than its shape says",
				w->tensor.name);
	if (row == 0) {
		w->rows_done += n;
		return BRC_OK;
	}
	while (n > 0) {
		size_t left = all - w->rows_done;
		size_t chunk = left < w->chunk_rows ? left : w->chunk_rows;

		if (w->partial_rows == 0 && n >= chunk) {
			BRC_TRY(put_chunk(w, rows, chunk, err));
			rows += chunk * row;
			n -= chunk;
		} else {
			BRC_TRY(fill_partial(w, &rows, &n, err));
		}
	}
	return BRC_OK;
}

/* ---- sections ---- */

brc_rc brc_writer_begin(brc_writer *w, const brc_section *s, brc_err *err)
{
	brc_map *m = brc_map_new();
	brc_rc rc;

	brc_map_put_string(m, "type", s->type);
	brc_map_put_int(m, "version", s->version);
	brc_map_put_string(m, "name", s->name);
	rc = put_map(w, BRC_F_SECTION, m, err);
	brc_map_free(m);
	BRC_TRY(rc);
	memset(&w->tensor, 0, sizeof(w->tensor));
	brc_section_digest_reset(w->digest);
	BRC_TRY(put_map(w, BRC_F_META, s->meta, err));
	for (size_t i = 0; i < s->n_records; i++)
		BRC_TRY(put_map(w, BRC_F_RECORD, s->records[i], err));
	for (size_t i = 0; i < s->n_tensors; i++) {
		const brc_tensor *t = s->tensors[i];

		BRC_TRY(put_tensor_head(w, t, err));
		BRC_TRY(brc_writer_rows(w, t->data, brc_tensor_rows(t), err));
	}
	return BRC_OK;
}

brc_rc brc_writer_end(brc_writer *w, brc_section *s, brc_err *err)
{
	BRC_TRY(check_complete(w, err));
	brc_section_digest_hex(w->digest, s->digest);
	return put(w, BRC_F_END, brc_frame_crc(BRC_F_END, "", 0), "", 0, err);
}

/* ---- the end ---- */

brc_rc brc_writer_history(brc_writer *w, const brc_map *entry, brc_err *err)
{
	return put_map(w, BRC_F_HISTORY, entry, err);
}

void brc_writer_abort(brc_writer *w, const brc_map *abort)
{
	brc_err ignored;

	if (put_map(w, BRC_F_ABORT, abort, &ignored) == BRC_OK)
		brc_sink_flush(w->sink, &ignored);
}

brc_rc brc_writer_trailer(brc_writer *w, brc_err *err)
{
	brc_map *m = brc_map_new();
	brc_rc rc;

	brc_map_put_int(m, "frames", (int64_t)w->frames);
	brc_map_put_int(m, "crc", w->chain);
	rc = put_map(w, BRC_F_TRAILER, m, err);
	brc_map_free(m);
	return rc;
}
