#define _GNU_SOURCE
#include "data/bytes/zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/memory.h"

enum {
	LOCAL_BYTES = 30,
	ENTRY_BYTES = 46,
	END_BYTES = 22,
	END64_BYTES = 56,
	LOCATOR_BYTES = 20,
	COMMENT_MAX = 65535,
	DIRECTORY_MAX = 1 << 24,
	STORED = 0,
	DEFLATED = 8,
	ENCRYPTED = 1
};

static brc_rc damaged(const brc_zip *z, const char *what, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: damaged zip archive: %s", z->path, what);
	return brc_hint(err, "fetch the archive again, or write it again with np.savez");
}

static brc_rc read_at(const brc_zip *z, size_t offset, void *buf, size_t n, brc_err *err)
{
	if (offset > z->size || n > z->size - offset)
		return damaged(z, "an offset beyond the end of the file", err);
	return brc_read_at(z->fd, z->path, offset, buf, n, err);
}

/* Where the end record begins: the last one whose comment reaches exactly to the file's end. */
static brc_rc find_end(const brc_zip *z, size_t *offset, brc_err *err)
{
	size_t n = brc_least(z->size, END_BYTES + COMMENT_MAX);
	unsigned char *tail = brc_alloc(n, 1, err);
	bool found = false;
	brc_rc rc;

	BRC_TRY(brc_made(tail));
	rc = read_at(z, z->size - n, tail, n, err);
	for (size_t i = n < END_BYTES ? 0 : n - END_BYTES + 1; rc == BRC_OK && !found && i-- > 0;)
		if (!memcmp(tail + i, "PK\5\6", 4) &&
		    i + END_BYTES + brc_little(tail + i + 20, 2) == n) {
			*offset = z->size - n + i;
			found = true;
		}
	free(tail);
	if (rc == BRC_OK && !found)
		return brc_fail(err, BRC_DATA,
				"%s: truncated, or no zip archive: its end record is missing "
				"(%zu bytes found)",
				z->path, z->size);
	return rc;
}

/* The zip64 end record, through its locator that stands before the plain one. */
static brc_rc read_end64(brc_zip *z, size_t *end, brc_err *err)
{
	unsigned char p[END64_BYTES];

	if (*end < LOCATOR_BYTES)
		return damaged(z, "no zip64 locator", err);
	BRC_TRY(read_at(z, *end - LOCATOR_BYTES, p, LOCATOR_BYTES, err));
	if (memcmp(p, "PK\6\7", 4) != 0)
		return damaged(z, "no zip64 locator", err);
	*end = brc_little(p + 8, 8);
	BRC_TRY(read_at(z, *end, p, END64_BYTES, err));
	if (memcmp(p, "PK\6\6", 4) != 0)
		return damaged(z, "no zip64 end record", err);
	z->declared = brc_little(p + 32, 8);
	z->directory_bytes = brc_little(p + 40, 8);
	z->directory = brc_little(p + 48, 8);
	return BRC_OK;
}

static brc_rc read_end(brc_zip *z, brc_err *err)
{
	size_t end = 0;
	unsigned char p[END_BYTES];

	BRC_TRY(find_end(z, &end, err));
	BRC_TRY(read_at(z, end, p, END_BYTES, err));
	z->declared = brc_little(p + 10, 2);
	z->directory_bytes = brc_little(p + 12, 4);
	z->directory = brc_little(p + 16, 4);
	if (z->declared == UINT16_MAX || z->directory_bytes == UINT32_MAX ||
	    z->directory == UINT32_MAX)
		BRC_TRY(read_end64(z, &end, err));
	if (z->directory > end || z->directory_bytes > end - z->directory)
		return damaged(z, "the directory lies beyond the end record", err);
	if (z->directory_bytes > DIRECTORY_MAX || z->declared > z->directory_bytes / ENTRY_BYTES)
		return damaged(z, "the directory is too large", err);
	return BRC_OK;
}

/* Sizes and offset that do not fit 32 bits stand in the extra field 1, in this order. */
static brc_rc read_extra64(const brc_zip *z, brc_zip_entry *m, const unsigned char *p, size_t n,
			   brc_err *err)
{
	size_t *field[] = {&m->part.size, &m->part.packed, &m->local};

	while (n >= 4) {
		size_t id = brc_little(p, 2), bytes = brc_little(p + 2, 2);

		p += 4;
		n -= 4;
		if (bytes > n)
			return damaged(z, "an extra field beyond its entry", err);
		for (size_t f = 0, at = 0; id == 1 && f < 3; f++) {
			if (*field[f] != UINT32_MAX)
				continue;
			if (at + 8 > bytes)
				return damaged(z, "a zip64 field is too short", err);
			*field[f] = brc_little(p + at, 8);
			at += 8;
		}
		p += bytes;
		n -= bytes;
	}
	return BRC_OK;
}

/* One entry of the directory at p; *used bytes long. */
static brc_rc read_entry(brc_zip *z, const unsigned char *p, size_t n, size_t *used, brc_err *err)
{
	brc_zip_entry *m;
	size_t name, extra;

	if (n < ENTRY_BYTES || memcmp(p, "PK\1\2", 4) != 0)
		return damaged(z, "a directory entry is malformed", err);
	name = brc_little(p + 28, 2);
	extra = brc_little(p + 30, 2);
	*used = ENTRY_BYTES + name + extra + brc_little(p + 32, 2);
	if (*used > n)
		return damaged(z, "a directory entry is cut off", err);
	if (memchr(p + ENTRY_BYTES, '\0', name))
		return damaged(z, "a member's name holds a zero byte", err);
	BRC_TRY(brc_grow(&z->member, &z->cap, z->n + 1, sizeof(*z->member), err));
	m = &z->member[z->n];
	*m = (brc_zip_entry){.flags = (unsigned)brc_little(p + 8, 2),
			     .method = (unsigned)brc_little(p + 10, 2),
			     .local = brc_little(p + 42, 4),
			     .part = {.crc = (uint32_t)brc_little(p + 16, 4),
				      .packed = brc_little(p + 20, 4),
				      .size = brc_little(p + 24, 4),
				      .deflated = brc_little(p + 10, 2) == DEFLATED}};
	BRC_TRY(read_extra64(z, m, p + ENTRY_BYTES + name, extra, err));
	m->name = brc_strndup((const char *)p + ENTRY_BYTES, name, err);
	BRC_TRY(brc_made(m->name));
	z->n++;
	return BRC_OK;
}

/* Where a member's bytes stand in the file, its header and name with them. */
typedef struct extent {
	size_t begin, end;
} extent;

static int by_begin(const void *pa, const void *pb)
{
	const extent *a = pa, *b = pb;

	return a->begin < b->begin ? -1 : a->begin > b->begin;
}

/* Members that share bytes could make petabytes of a small file, and no program writes them. */
static brc_rc check_apart(const brc_zip *z, brc_err *err)
{
	extent *e = brc_alloc(z->n, sizeof(*e), err);
	brc_rc rc = BRC_OK;

	BRC_TRY(brc_made(e));
	for (size_t i = 0; rc == BRC_OK && i < z->n; i++) {
		const brc_zip_entry *m = &z->member[i];
		size_t head = LOCAL_BYTES + strlen(m->name);

		if (m->local > z->size || head > z->size - m->local ||
		    m->part.packed > z->size - m->local - head)
			rc = damaged(z, "a member reaches beyond the file", err);
		e[i] = (extent){m->local, m->local + head + m->part.packed};
	}
	if (rc == BRC_OK && z->n > 0)
		qsort(e, z->n, sizeof(*e), by_begin);
	for (size_t i = 1; rc == BRC_OK && i < z->n; i++)
		if (e[i].begin < e[i - 1].end)
			rc = damaged(z, "two members overlap", err);
	free(e);
	return rc;
}

static brc_rc read_directory(brc_zip *z, brc_err *err)
{
	size_t n = z->directory_bytes;
	unsigned char *p = brc_alloc(n, 1, err);
	brc_rc rc;

	BRC_TRY(brc_made(p));
	rc = read_at(z, z->directory, p, n, err);
	for (size_t at = 0, used = 0; rc == BRC_OK && at < n; at += used)
		rc = read_entry(z, p + at, n - at, &used, err);
	if (rc == BRC_OK && z->n != z->declared)
		rc = damaged(z, "the directory does not hold as many members as declared", err);
	BRC_THEN(rc, check_apart(z, err));
	free(p);
	return rc;
}

bool brc_zip_magic(const unsigned char *p, size_t n)
{
	return n >= 4 && p[0] == 'P' && p[1] == 'K' &&
	       ((p[2] == 3 && p[3] == 4) || (p[2] == 5 && p[3] == 6));
}

brc_rc brc_zip_open(brc_zip **out, brc_input *in, brc_err *err)
{
	brc_zip *z = brc_calloc(1, sizeof(*z), err);
	brc_rc rc;

	BRC_TRY(brc_made(z));
	z->fd = -1;
	if (brc_input_compressed(in)) {
		free(z);
		return brc_fail(err, BRC_DATA, "%s: a compressed archive inside gzip",
				brc_input_name(in));
	}
	z->path = brc_strdup(brc_input_name(in), err);
	rc = z->path ? BRC_OK : BRC_RESOURCE;
	BRC_THEN(rc, brc_input_seekable(in, &z->fd, &z->size, err));
	BRC_THEN(rc, read_end(z, err));
	BRC_THEN(rc, read_directory(z, err));
	return BRC_GIVE(out, z, rc, brc_zip_free);
}

void brc_zip_free(brc_zip *z)
{
	if (!z)
		return;
	for (size_t i = 0; i < z->n; i++)
		free(z->member[i].name);
	free(z->member);
	if (z->fd >= 0)
		close(z->fd);
	free(z->path);
	free(z);
}

/* Where the member's data begin: behind its local header, which has lengths of its own. */
static brc_rc locate(const brc_zip *z, const brc_zip_entry *m, brc_input_part *part, brc_err *err)
{
	unsigned char p[LOCAL_BYTES];

	*part = m->part;
	BRC_TRY(read_at(z, m->local, p, sizeof(p), err));
	if (memcmp(p, "PK\3\4", 4) != 0 || brc_little(p + 8, 2) != m->method)
		return damaged(z, "a member's own header is malformed", err);
	part->offset = m->local + LOCAL_BYTES + brc_little(p + 26, 2) + brc_little(p + 28, 2);
	if (part->offset > z->directory || part->packed > z->directory - part->offset)
		return damaged(z, "a member reaches beyond the directory", err);
	if (m->method == STORED && part->packed != part->size)
		return damaged(z, "a stored member has two sizes", err);
	return BRC_OK;
}

brc_rc brc_zip_member(const brc_zip *z, size_t i, brc_input **in, brc_err *err)
{
	const brc_zip_entry *m = &z->member[i];
	brc_input_part part;
	brc_rc rc;
	char *title;

	if (m->flags & ENCRYPTED)
		return brc_fail(err, BRC_DATA, "%s: member '%s' is encrypted", z->path, m->name);
	if (m->method != STORED && m->method != DEFLATED) {
		brc_fail(err, BRC_DATA, "%s: member '%s' is packed by method %u", z->path, m->name,
			 m->method);
		return brc_hint(err, "stored and deflated members can be read: np.savez, "
				     "np.savez_compressed");
	}
	BRC_TRY(locate(z, m, &part, err));
	title = brc_alloc(strlen(z->path) + strlen(m->name) + 2, 1, err);
	BRC_TRY(brc_made(title));
	stpcpy(stpcpy(stpcpy(title, z->path), ":"), m->name);
	rc = brc_input_open_part(in, z->fd, title, &part, err);
	free(title);
	return rc;
}
