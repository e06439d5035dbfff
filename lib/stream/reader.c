#include "stream/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "stream/foreign.h"

enum { FIRST_BUFFER = 1 << 20 };

brc_rc brc_reader_open(brc_reader **out, const char *path, brc_err *err)
{
	brc_reader *r = brc_calloc(1, sizeof(*r), err);
	brc_rc rc = r ? brc_source_open(&r->source, path, err) : BRC_RESOURCE;

	*out = rc == BRC_OK ? r : NULL;
	if (rc != BRC_OK)
		free(r);
	return rc;
}

void brc_reader_free(brc_reader *r)
{
	if (!r)
		return;
	brc_source_close(r->source);
	brc_map_free(r->map);
	brc_map_free(r->abort);
	free(r->sections.digest);
	free(r->tensors.digest);
	free(r->buf);
	free(r);
}

const char *brc_reader_name(const brc_reader *r)
{
	return brc_source_name(r->source);
}

void brc_reader_destination(brc_reader *r, void *dest, size_t length)
{
	r->dest = dest;
	r->dest_length = length;
}

/* ---- failures ---- */

static brc_rc truncated(brc_reader *r, brc_err *err)
{
	if (r->frames == 0 && r->streams == 0 && r->state == BRC_AT_MAGIC)
		brc_fail(err, BRC_STREAM, "%s: the stream is empty or ends within its first bytes",
			 brc_reader_name(r));
	else
		brc_fail(err, BRC_STREAM,
			 "%s: the stream is truncated after %llu frames: no trailer",
			 brc_reader_name(r), (unsigned long long)r->frames);
	return brc_hint(err, "the program that wrote it failed or was stopped; see its message");
}

static brc_rc corrupt(brc_reader *r, const char *what, brc_err *err)
{
	brc_fail(err, BRC_STREAM, "%s: the stream is corrupt: %s (frame %llu)", brc_reader_name(r),
		 what, (unsigned long long)r->frames + 1);
	return brc_hint(err, "copy or make it again; 'check' verifies a stream");
}

/* The input begins with m[n], which is not the beginning of a stream. */
static brc_rc no_stream(brc_reader *r, const unsigned char *m, size_t n, brc_err *err)
{
	unsigned char begin[BRC_FOREIGN_BYTES];
	const brc_foreign *is;
	size_t more;

	memcpy(begin, m, n);
	BRC_TRY(brc_source_read(r->source, begin + n, sizeof(begin) - n, &more, err));
	is = brc_foreign_of(begin, n + more);
	brc_fail(err, BRC_DATA, "%s: this is not a broca stream%s%s", brc_reader_name(r),
		 is ? " but " : "", is ? is->name : "");
	return brc_hint(err, "%s",
			is ? is->hint
			   : "streams come from read-data, extract-weights and the "
			     "filters after them");
}

/* ---- bytes ---- */

static brc_rc read_magic(brc_reader *r, bool *eof, brc_err *err)
{
	unsigned char m[BRC_MAGIC_BYTES];
	size_t got;

	BRC_TRY(brc_source_read(r->source, m, sizeof(m), &got, err));
	*eof = got == 0 && r->streams > 0;
	if (*eof)
		return BRC_OK;
	if (memcmp(m, brc_magic, got) != 0) {
		if (r->streams > 0)
			return corrupt(r, "something other than a stream follows the trailer", err);
		if (got >= 7 && memcmp(m, brc_magic, 7) == 0) {
			brc_fail(err, BRC_DATA, "%s: version %u of the stream is not known",
				 brc_reader_name(r), got > 7 ? m[7] : 0);
			return brc_hint(err, "a newer broca wrote it");
		}
		return no_stream(r, m, got, err);
	}
	if (got < sizeof(m))
		return truncated(r, err);
	r->state = BRC_BETWEEN_SECTIONS;
	r->sections.n = 0;
	r->frames = 0;
	r->chain = 0;
	return BRC_OK;
}

/*
 * Read the payload into the caller's place or into the buffer, which grows only as data arrive. The
 * place is only for this frame; at the next frame it may be gone.
 */
static brc_rc read_payload(brc_reader *r, unsigned kind, size_t length,
			   const unsigned char **payload, brc_err *err)
{
	size_t got, done = 0;
	void *dest = r->dest;

	r->dest = NULL;
	if (kind == BRC_F_CHUNK && dest && r->dest_length == length) {
		BRC_TRY(brc_source_read(r->source, dest, length, &got, err));
		*payload = dest;
		return got == length ? BRC_OK : truncated(r, err);
	}
	while (done < length) {
		size_t step = length - done < FIRST_BUFFER ? length - done : FIRST_BUFFER;

		BRC_TRY(brc_grow(&r->buf, &r->cap, done + step, 1, err));
		BRC_TRY(brc_source_read(r->source, r->buf + done, step, &got, err));
		if (got < step)
			return truncated(r, err);
		done += step;
	}
	*payload = r->buf;
	return BRC_OK;
}

/* ---- the grammar ---- */

/*
 * Each name may occur once. Their number is limited, which bounds the time that hostile names take.
 */
static brc_rc once(brc_reader *r, brc_reader_names *seen, const char *what, const char *name,
		   brc_err *err)
{
	const uint64_t digest = XXH3_64bits(name, strlen(name));

	if (seen->n == BRC_NAMES_MAX)
		return corrupt(r, "too many sections, or tensors in a section", err);
	for (size_t i = 0; i < seen->n; i++)
		if (seen->digest[i] == digest)
			return brc_fail(err, BRC_DATA, "%s: %s '%s' stands twice",
					brc_reader_name(r), what, name);
	BRC_TRY(brc_grow(&seen->digest, &seen->cap, seen->n + 1, sizeof(*seen->digest), err));
	seen->digest[seen->n++] = digest;
	return BRC_OK;
}

brc_rc brc_tensor_of_map(const brc_map *m, brc_tensor *t, size_t *chunk_rows, brc_err *err)
{
	const char *name = brc_map_string(m, "name", NULL), *dtype = brc_map_string(m, "dtype", "");
	const brc_value *shape = brc_map_get(m, "shape"), *axes = brc_map_get(m, "axes");
	size_t bytes;

	*t = (brc_tensor){.itemsize = brc_dtype_size(dtype)};
	if (!name || !brc_section_name_ok(name, sizeof(t->name)) || t->itemsize == 0)
		return brc_fail(err, BRC_DATA,
				"a tensor has no proper name or the unknown dtype '%s'", dtype);
	snprintf(t->name, sizeof(t->name), "%s", name);
	snprintf(t->dtype, sizeof(t->dtype), "%s", dtype);
	if (!shape || shape->type != BRC_V_LIST || shape->u.list.n > BRC_MAX_DIMS || !axes ||
	    axes->type != BRC_V_LIST || axes->u.list.n != shape->u.list.n)
		return brc_fail(err, BRC_DATA, "tensor '%s' has no shape and axes that we know",
				name);
	t->ndim = shape->u.list.n;
	bytes = t->itemsize;
	for (size_t i = 0; i < t->ndim; i++) {
		const brc_value *s = &shape->u.list.items[i], *a = &axes->u.list.items[i];

		if (s->type != BRC_V_INT || s->u.i < 0 || a->type != BRC_V_STRING ||
		    strlen(a->u.s) >= sizeof(t->axes[i]) || !brc_is_printable(a->u.s) ||
		    !brc_mul(bytes, s->u.i > 0 ? (size_t)s->u.i : 1, &bytes) || bytes > PTRDIFF_MAX)
			return brc_fail(err, BRC_DATA, "tensor '%s' has an impossible shape", name);
		t->shape[i] = (size_t)s->u.i;
		snprintf(t->axes[i], sizeof(t->axes[i]), "%s", a->u.s);
	}
	if (!brc_map_size(m, "rows", chunk_rows) || *chunk_rows == 0 ||
	    !brc_mul(*chunk_rows, brc_tensor_row_bytes(t), &bytes) || bytes > BRC_CHUNK_MAX)
		return brc_fail(err, BRC_DATA, "tensor '%s' has an impossible chunk size", name);
	return BRC_OK;
}

static brc_rc open_section(brc_reader *r, brc_err *err)
{
	const char *type = brc_map_string(r->map, "type", "");
	const char *name = brc_map_string(r->map, "name", "");
	char title[sizeof(r->type) + sizeof(r->name)];
	size_t version;

	if (!brc_section_name_ok(type, sizeof(r->type)) ||
	    !brc_section_name_ok(name, sizeof(r->name)) ||
	    !brc_map_size(r->map, "version", &version) || version == 0 || version > UINT16_MAX)
		return corrupt(r, "a section header without a proper type, version or name", err);
	snprintf(r->type, sizeof(r->type), "%s", type);
	snprintf(r->name, sizeof(r->name), "%s", name);
	r->version = (unsigned)version;
	r->tensors.n = 0;
	snprintf(title, sizeof(title), "%s %s", type, name);
	return once(r, &r->sections, "section", title, err);
}

static brc_rc open_tensor(brc_reader *r, brc_err *err)
{
	if (brc_tensor_of_map(r->map, &r->tensor, &r->chunk_rows, err) != BRC_OK)
		return brc_err_prefix(err, "%s: section %s/%u %s", brc_reader_name(r), r->type,
				      r->version, r->name);
	return once(r, &r->tensors, "tensor", r->tensor.name, err);
}

/* Rows still to come of the current tensor. */
static size_t rows_left(const brc_reader *r)
{
	return brc_tensor_row_bytes(&r->tensor) == 0 ? 0
						     : brc_tensor_rows(&r->tensor) - r->rows_done;
}

static brc_rc take_chunk(brc_reader *r, brc_frame *f, brc_err *err)
{
	size_t rows = rows_left(r) < r->chunk_rows ? rows_left(r) : r->chunk_rows;
	size_t bytes = rows * brc_tensor_row_bytes(&r->tensor);

	if (f->kind == BRC_F_CHUNK && f->length != bytes)
		return corrupt(r, "a chunk of the wrong length", err);
	if (f->kind == BRC_F_CHUNK_Z) {
		if (f->length < 4)
			return corrupt(r, "a compressed chunk without its checksum", err);
		f->raw_crc = (uint32_t)f->payload[0] | (uint32_t)f->payload[1] << 8 |
			     (uint32_t)f->payload[2] << 16 | (uint32_t)f->payload[3] << 24;
		f->raw_length = bytes;
	}
	r->rows_done += rows;
	if (rows_left(r) == 0)
		r->state = BRC_IN_SECTION;
	return BRC_OK;
}

static brc_rc take_trailer(brc_reader *r, brc_err *err)
{
	size_t frames;
	int64_t chain;

	if (!brc_map_size(r->map, "frames", &frames) || !brc_map_int(r->map, "crc", &chain))
		return corrupt(r, "a trailer without count and checksum", err);
	if (frames != r->frames || chain != (int64_t)r->chain)
		return corrupt(r, "frames were lost, doubled or reordered", err);
	r->streams++;
	r->state = BRC_AT_MAGIC;
	return BRC_OK;
}

static brc_rc take_abort(brc_reader *r, brc_err *err)
{
	const char *hint;

	r->abort = r->map;
	r->map = NULL;
	brc_fail(err, BRC_STREAM, "%s: %s failed upstream: %s", brc_reader_name(r),
		 brc_map_string(r->abort, "tool", "a program"),
		 brc_map_string(r->abort, "message", "no message"));
	hint = brc_map_string(r->abort, "hint", "");
	return hint[0] != '\0' ? brc_hint(err, "%s", hint) : BRC_STREAM;
}

#define AT(state) (1u << (state))

/* In which states each kind of frame may come. */
static const unsigned places[] = {
	[BRC_F_SECTION] = AT(BRC_BETWEEN_SECTIONS),
	[BRC_F_META] = AT(BRC_AFTER_HEADER),
	[BRC_F_RECORD] = AT(BRC_IN_SECTION),
	[BRC_F_TENSOR] = AT(BRC_IN_SECTION),
	[BRC_F_CHUNK] = AT(BRC_IN_TENSOR),
	[BRC_F_CHUNK_Z] = AT(BRC_IN_TENSOR),
	[BRC_F_END] = AT(BRC_IN_SECTION),
	[BRC_F_HISTORY] = AT(BRC_BETWEEN_SECTIONS) | AT(BRC_IN_HISTORY),
	[BRC_F_ABORT] = ~0u,
	[BRC_F_TRAILER] = AT(BRC_BETWEEN_SECTIONS) | AT(BRC_IN_HISTORY),
};

static brc_rc advance(brc_reader *r, brc_frame *f, brc_err *err)
{
	if ((places[f->kind] & AT(r->state)) == 0)
		return corrupt(r, "a frame out of place", err);
	switch (f->kind) {
	case BRC_F_SECTION:
		r->state = BRC_AFTER_HEADER;
		return open_section(r, err);
	case BRC_F_META:
		r->state = BRC_IN_SECTION;
		return BRC_OK;
	case BRC_F_TENSOR:
		r->rows_done = 0;
		BRC_TRY(open_tensor(r, err));
		r->state = rows_left(r) > 0 ? BRC_IN_TENSOR : BRC_IN_SECTION;
		return BRC_OK;
	case BRC_F_CHUNK:
	case BRC_F_CHUNK_Z:
		return take_chunk(r, f, err);
	case BRC_F_END:
		r->state = BRC_BETWEEN_SECTIONS;
		return f->length == 0 ? BRC_OK : corrupt(r, "an end frame that is not empty", err);
	case BRC_F_HISTORY:
		r->state = BRC_IN_HISTORY;
		return BRC_OK;
	case BRC_F_ABORT:
		return take_abort(r, err);
	case BRC_F_TRAILER:
		return take_trailer(r, err);
	default:
		return BRC_OK;
	}
}

static bool is_map(brc_kind kind)
{
	return kind != BRC_F_CHUNK && kind != BRC_F_CHUNK_Z && kind != BRC_F_END;
}

brc_rc brc_reader_next(brc_reader *r, brc_frame *f, brc_err *err)
{
	size_t got, length;
	unsigned kind;
	uint32_t crc;

	if (r->state == BRC_AT_MAGIC) {
		bool eof;

		BRC_TRY(read_magic(r, &eof, err));
		if (eof) {
			*f = (brc_frame){.kind = BRC_F_EOF};
			return BRC_OK;
		}
	}
	BRC_TRY(brc_source_read(r->source, r->head, sizeof(r->head), &got, err));
	if (got < sizeof(r->head))
		return truncated(r, err);
	if (!brc_frame_parse(r->head, &kind, &crc, &length))
		return corrupt(r, "not a frame", err);
	*f = (brc_frame){.kind = kind, .head = r->head, .length = length};
	BRC_TRY(read_payload(r, kind, length, &f->payload, err));
	if (brc_frame_crc(kind, f->payload, length) != crc)
		return corrupt(r, "checksum mismatch", err);
	f->raw_length = length;
	f->raw_crc = crc;
	brc_map_free(r->map);
	r->map = NULL;
	if (is_map(kind) && brc_map_decode(f->payload, length, &r->map, err) != BRC_OK)
		return brc_err_prefix(err, "%s: frame %llu", brc_reader_name(r),
				      (unsigned long long)r->frames + 1);
	f->map = r->map;
	BRC_TRY(advance(r, f, err));
	r->chain = brc_frame_chain(r->chain, crc);
	r->frames++;
	return BRC_OK;
}
