#define _GNU_SOURCE
#include "data/models/weights.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/models/weights_state.h"

enum { DIGEST_BYTES = 1 << 20 };

/* ---- files ---- */

brc_rc brc_weight_file_open(brc_weights *w, const char *path, const char *name, brc_err *err)
{
	struct stat st;
	brc_weight_file *f;

	BRC_TRY(brc_grow(&w->file, &w->cap_files, w->n_files + 1, sizeof(*w->file), err));
	f = &w->file[w->n_files++];
	*f = (brc_weight_file){.fd = -1, .first = w->n};
	f->path = brc_strdup(path, err);
	f->name = brc_strdup(name, err);
	if (!f->path || !f->name)
		return BRC_RESOURCE;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		brc_fail(err, BRC_DATA, "%s: cannot open: %s", path, strerror(errno));
		return w->n_files == 1
			       ? BRC_DATA
			       : brc_hint(err, "an index and its files stand in one folder");
	}
	if (!S_ISREG(st.st_mode)) {
		brc_fail(err, BRC_DATA, "%s: not a regular file", path);
		return brc_hint(err, "weights are read where they stand, not from a pipe");
	}
	f->size = (size_t)st.st_size;
	return BRC_OK;
}

brc_rc brc_weight_file_read(const brc_weight_file *f, size_t offset, void *out, size_t n,
			    brc_err *err)
{
	return brc_read_at(f->fd, f->path, offset, out, n, err);
}

brc_rc brc_weights_add(brc_weights *w, const char *name, const brc_weight *head, brc_err *err)
{
	brc_weight *a;

	BRC_TRY(brc_grow(&w->list, &w->cap, w->n + 1, sizeof(*w->list), err));
	a = &w->list[w->n];
	*a = *head;
	a->name = brc_strdup(name, err);
	BRC_TRY(brc_made(a->name));
	w->n++;
	return BRC_OK;
}

/* ---- opening ---- */

typedef enum kind { NO_WEIGHTS, SAFETENSORS, INDEX, NPZ, NPY } kind;

/*
 * A name that ends so makes it a safetensors file, even if a bad header does not show that. Without
 * it, one has a header of plausible length that begins like JSON.
 */
static kind kind_of(const char *path, const unsigned char *p, size_t n)
{
	const char *end = strrchr(path, '.');

	if (end && end > path && !strcmp(end, ".safetensors"))
		return SAFETENSORS;
	if (brc_zip_magic(p, n))
		return NPZ;
	if (brc_npy_magic(p, n))
		return NPY;
	if (n > 8 && p[8] == '{' && p[4] == 0 && p[5] == 0 && p[6] == 0 && p[7] == 0)
		return SAFETENSORS;
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", p[i]))
			return p[i] == '{' ? INDEX : NO_WEIGHTS;
	return NO_WEIGHTS;
}

bool brc_weights_recognise(const char *path)
{
	unsigned char p[16];
	struct stat st;
	ssize_t n;
	int fd;

	if (!strcmp(path, "-") || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = pread(fd, p, sizeof(p), 0);
	close(fd);
	return n >= 0 && kind_of(path, p, (size_t)n) != NO_WEIGHTS;
}

static brc_rc open_zip(brc_weights *w, brc_err *err)
{
	brc_input *in;
	brc_rc rc;

	BRC_TRY(brc_input_open(&in, w->path, err));
	rc = brc_zip_open(&w->zip, in, err);
	brc_input_free(in);
	return rc == BRC_OK ? brc_numpy_heads(w, err) : rc;
}

static brc_rc read_heads(brc_weights *w, brc_err *err)
{
	unsigned char p[16];
	const char *slash = strrchr(w->path, '/');
	const brc_weight_file *f;
	size_t n;

	BRC_TRY(brc_weight_file_open(w, w->path, slash ? slash + 1 : w->path, err));
	f = &w->file[0];
	n = brc_least(f->size, sizeof(p));
	BRC_TRY(brc_weight_file_read(f, 0, p, n, err));
	switch (kind_of(w->path, p, n)) {
	case NPZ:
		return open_zip(w, err);
	case NPY:
		return brc_numpy_heads(w, err);
	case SAFETENSORS:
		return brc_safetensors_head(w, err);
	case INDEX:
		return brc_safetensors_index(w, err);
	default:
		brc_fail(err, BRC_DATA, "%s: neither safetensors, NPZ nor NPY", w->path);
		return brc_hint(err, "of a sharded model give model.safetensors.index.json");
	}
}

int brc_natural_order(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		size_t na = strspn(a, "0123456789"), nb = strspn(b, "0123456789");

		if (na > 0 && nb > 0) {
			size_t za = strspn(a, "0"), zb = strspn(b, "0");
			int order;

			za = za < na ? za : na - 1;
			zb = zb < nb ? zb : nb - 1;
			if (na - za != nb - zb)
				return na - za < nb - zb ? -1 : 1;
			order = strncmp(a + za, b + zb, na - za);
			if (order != 0)
				return order;
			a += na;
			b += nb;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return (*a != '\0') - (*b != '\0');
}

static int by_name(const void *a, const void *b)
{
	const brc_weight *x = a, *y = b;
	int order = brc_natural_order(x->name, y->name);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static brc_rc sort(brc_weights *w, brc_err *err)
{
	if (w->n == 0)
		return brc_fail(err, BRC_DATA, "%s: holds no arrays", w->path);
	qsort(w->list, w->n, sizeof(*w->list), by_name);
	for (size_t i = 1; i < w->n; i++)
		if (!strcmp(w->list[i - 1].name, w->list[i].name))
			return brc_fail(err, BRC_DATA, "%s: two arrays are called '%s'", w->path,
					w->list[i].name);
	return BRC_OK;
}

brc_rc brc_weights_open(brc_weights **out, const char *path, brc_err *err)
{
	brc_weights *w = brc_calloc(1, sizeof(*w), err);
	brc_rc rc;

	*out = NULL;
	BRC_TRY(brc_made(w));
	w->path = brc_strdup(path, err);
	rc = w->path ? read_heads(w, err) : BRC_RESOURCE;
	BRC_THEN(rc, sort(w, err));
	return BRC_GIVE(out, w, rc, brc_weights_free);
}

void brc_weights_free(brc_weights *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		free(w->list[i].name);
	for (size_t i = 0; i < w->n_files; i++) {
		if (w->file[i].fd >= 0)
			close(w->file[i].fd);
		free(w->file[i].path);
		free(w->file[i].name);
	}
	brc_zip_free(w->zip);
	free(w->list);
	free(w->file);
	free(w->path);
	free(w);
}

/* ---- use ---- */

const char *brc_weights_path(const brc_weights *w)
{
	return w->path;
}

size_t brc_weights_list(const brc_weights *w, const brc_weight **list)
{
	*list = w->list;
	return w->n;
}

size_t brc_weights_find(const brc_weights *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->list[i].name, name))
			return i;
	return BRC_ANY;
}

brc_rc brc_weights_read(const brc_weights *w, size_t i, float *out, brc_err *err)
{
	const brc_weight *a = &w->list[i];

	BRC_TRY(strchr("<>|=", a->dtype[0]) ? brc_numpy_read(w, a, out, err)
					    : brc_safetensors_read(w, a, out, err));
	for (size_t e = 0; e < a->count; e++)
		if (!isfinite(out[e]))
			return brc_fail(err, BRC_DATA,
					"%s: '%s' holds %g at element %zu: not a finite number",
					w->path, a->name, (double)out[e], e);
	return BRC_OK;
}

static int by_file(const void *a, const void *b)
{
	const brc_weight_file *x = *(const brc_weight_file *const *)a,
			      *y = *(const brc_weight_file *const *)b;

	return strcmp(x->name, y->name);
}

static brc_rc add_file(brc_section_digest *d, const brc_weight_file *f, void *block, brc_err *err)
{
	for (size_t at = 0, n; at < f->size; at += n) {
		n = brc_least(f->size - at, DIGEST_BYTES);
		BRC_TRY(brc_weight_file_read(f, at, block, n, err));
		brc_section_digest_bytes(d, block, n);
	}
	return BRC_OK;
}

brc_rc brc_weights_digest(const brc_weights *w, char hex[33], brc_err *err)
{
	const brc_weight_file **file = brc_calloc(w->n_files, sizeof(*file), err);
	void *block = brc_alloc(DIGEST_BYTES, 1, err);
	brc_section_digest *d = brc_section_digest_new(err);
	brc_rc rc = file && block && d ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < w->n_files; i++)
		file[i] = &w->file[i];
	if (rc == BRC_OK)
		qsort(file, w->n_files, sizeof(*file), by_file);
	for (size_t i = 0; rc == BRC_OK && i < w->n_files; i++)
		rc = add_file(d, file[i], block, err);
	if (rc == BRC_OK)
		brc_section_digest_hex(d, hex);
	brc_section_digest_free(d);
	free(block);
	free(file);
	return rc;
}
