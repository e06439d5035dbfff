#define _GNU_SOURCE
#include "stream/collect.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "base/memory.h"
#include "base/scratch.h"
#include "stream/digest.h"

/*
 * A tensor above this size gets a mapping of its own, which is committed page by page as data
 * arrive.
 */
enum { MAP_THRESHOLD = 1 << 16 };

struct brc_collector {
	size_t memory, used;
	brc_section *section;
	brc_tensor *tensor; /* the one being filled */
	size_t filled;      /* bytes */
	int spool;          /* the file it goes to, -1: memory */
	brc_section_digest *digest;
	ZSTD_DCtx *zstd;
};

brc_rc brc_collector_new(brc_collector **out, size_t memory, brc_err *err)
{
	brc_collector *c;

	*out = NULL;
	BRC_NEW(c, 1, err);
	c->memory = memory;
	c->spool = -1;
	c->digest = brc_section_digest_new(err);
	if (!c->digest) {
		free(c);
		return BRC_RESOURCE;
	}
	*out = c;
	return BRC_OK;
}

static void close_spool(brc_collector *c)
{
	if (c->spool >= 0)
		close(c->spool);
	c->spool = -1;
}

void brc_collector_free(brc_collector *c)
{
	if (!c)
		return;
	close_spool(c);
	brc_section_free(c->section);
	brc_section_digest_free(c->digest);
	ZSTD_freeDCtx(c->zstd);
	free(c);
}

brc_rc brc_collector_begin(brc_collector *c, const brc_reader *r, brc_err *err)
{
	brc_section_free(c->section);
	c->tensor = NULL;
	close_spool(c);
	brc_section_digest_reset(c->digest);
	return brc_section_new(&c->section, r->type, r->version, r->name, err);
}

/* A file for tensors that do not fit in memory. */
static brc_rc spool(brc_collector *c, brc_tensor *t, size_t bytes, brc_err *err)
{
	BRC_TRY(brc_spool_map(&c->spool, bytes, t->name, &t->data, err));
	t->map_length = bytes;
	t->spooled = true;
	return BRC_OK;
}

static brc_rc reserve(brc_collector *c, brc_tensor *t, brc_err *err)
{
	size_t bytes = brc_tensor_bytes(t);

	t->owned = true;
	if (bytes < MAP_THRESHOLD) {
		t->data = brc_calloc(bytes, 1, err);
		return t->data ? BRC_OK : BRC_RESOURCE;
	}
	if (c->used > c->memory || bytes > c->memory - c->used)
		return spool(c, t, bytes, err);
	t->data = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (t->data == MAP_FAILED) {
		t->data = NULL;
		return brc_fail(err, BRC_RESOURCE, "no address space for tensor '%s' of %zu bytes",
				t->name, bytes);
	}
	t->map_length = bytes;
	c->used += bytes;
	return BRC_OK;
}

static brc_rc add_tensor(brc_collector *c, const brc_reader *r, brc_err *err)
{
	brc_section *s = c->section;
	const brc_tensor *head = &r->tensor;
	brc_tensor *t;
	brc_rc rc;

	BRC_TRY(brc_grow(&s->tensors, &s->cap_tensors, s->n_tensors + 1, sizeof(*s->tensors), err));
	BRC_NEW_RAW(t, 1, err);
	*t = *head;
	t->data = NULL;
	close_spool(c);
	rc = reserve(c, t, err);
	if (rc != BRC_OK) {
		free(t);
		return rc;
	}
	s->tensors[s->n_tensors++] = t;
	c->tensor = t;
	c->filled = 0;
	return BRC_OK;
}

static size_t next_chunk_bytes(const brc_collector *c, const brc_reader *r)
{
	size_t left = brc_tensor_bytes(c->tensor) - c->filled;
	size_t chunk = r->chunk_rows * brc_tensor_row_bytes(c->tensor);

	return left < chunk ? left : chunk;
}

void brc_collector_prepare(brc_collector *c, brc_reader *r)
{
	/*
	 * room on the disk is taken for data that have arrived, never for data that are announced
	 */
	if (c->tensor && c->spool < 0 && c->filled < brc_tensor_bytes(c->tensor))
		brc_reader_destination(r, (char *)c->tensor->data + c->filled,
				       next_chunk_bytes(c, r));
}

static brc_rc add_chunk(brc_collector *c, const brc_reader *r, const brc_frame *f, brc_err *err)
{
	char *place = (char *)c->tensor->data + c->filled;
	size_t bytes = f->kind == BRC_F_CHUNK ? f->length : (size_t)f->raw_length;
	size_t n;

	if (c->spool >= 0)
		BRC_TRY(brc_spool_room(c->spool, c->filled, bytes, c->tensor->name, err));
	if (f->kind == BRC_F_CHUNK) {
		if (f->payload != (const unsigned char *)place)
			memcpy(place, f->payload, bytes);
	} else {
		if (!c->zstd && !(c->zstd = ZSTD_createDCtx()))
			return brc_fail(err, BRC_RESOURCE, "out of memory for decompression");
		n = ZSTD_decompressDCtx(c->zstd, place, bytes, f->payload + 4, f->length - 4);
		if (ZSTD_isError(n) || n != bytes ||
		    brc_frame_crc(BRC_F_CHUNK, place, bytes) != f->raw_crc)
			return brc_fail(err, BRC_STREAM,
					"%s: a compressed chunk of tensor '%s' does not unpack",
					brc_reader_name(r), c->tensor->name);
	}
	c->filled += bytes;
	if (c->tensor->spooled)
		brc_spool_drop(place, bytes);
	return BRC_OK;
}

static brc_rc add_map(brc_section *s, const brc_frame *f, brc_err *err)
{
	brc_map *copy;
	brc_rc rc;

	BRC_TRY(brc_map_decode(f->payload, f->length, &copy, err));
	if (f->kind == BRC_F_META) {
		brc_map_free(s->meta);
		s->meta = copy;
		return BRC_OK;
	}
	rc = brc_grow(&s->records, &s->cap_records, s->n_records + 1, sizeof(*s->records), err);
	if (rc == BRC_OK)
		s->records[s->n_records++] = copy;
	else
		brc_map_free(copy);
	return rc;
}

brc_rc brc_collector_add(brc_collector *c, const brc_reader *r, const brc_frame *f, brc_err *err)
{
	bool compressed = f->kind == BRC_F_CHUNK_Z;

	if (f->kind != BRC_F_END)
		brc_section_digest_add(c->digest, compressed ? BRC_F_CHUNK : f->kind, f->raw_length,
				       f->raw_crc);
	switch (f->kind) {
	case BRC_F_META:
	case BRC_F_RECORD:
		return add_map(c->section, f, err);
	case BRC_F_TENSOR:
		return add_tensor(c, r, err);
	case BRC_F_CHUNK:
	case BRC_F_CHUNK_Z:
		return add_chunk(c, r, f, err);
	case BRC_F_END:
		close_spool(c);
		brc_section_digest_hex(c->digest, c->section->digest);
		return BRC_OK;
	default:
		return brc_fail(err, BRC_STREAM, "%s: a frame stands where it does not belong",
				brc_reader_name(r));
	}
}

brc_section *brc_collector_take(brc_collector *c)
{
	brc_section *s = c->section;

	c->section = NULL;
	return s;
}
