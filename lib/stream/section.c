#define _GNU_SOURCE
#include "stream/section.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "base/texts.h"
#include "base/utf8.h"

/* ---- tensors ---- */

size_t brc_dtype_size(const char *dtype)
{
	size_t width = 0;
	static const struct {
		const char *dtype;
		size_t size;
	} known[] = {{"<f4", 4}, {"<f8", 8}, {"<i4", 4}, {"<i8", 8}, {"|u1", 1}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(dtype, known[i].dtype) == 0)
			return known[i].size;
	if (strncmp(dtype, "|S", 2) != 0 || dtype[2] == '0')
		return 0;
	for (const char *c = dtype + 2; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || width > BRC_TEXT_MAX)
			return 0;
		width = 10 * width + (size_t)(*c - '0');
	}
	return width <= BRC_TEXT_MAX ? width : 0;
}

size_t brc_tensor_rows(const brc_tensor *t)
{
	return t->ndim == 0 ? 1 : t->shape[0];
}

size_t brc_tensor_row_bytes(const brc_tensor *t)
{
	size_t bytes = t->itemsize;

	for (size_t i = 1; i < t->ndim; i++)
		bytes *= t->shape[i];
	return bytes;
}

size_t brc_tensor_bytes(const brc_tensor *t)
{
	return brc_tensor_rows(t) * brc_tensor_row_bytes(t);
}

size_t brc_tensor_count(const brc_tensor *t)
{
	return brc_tensor_bytes(t) / t->itemsize;
}

char *brc_tensor_text(const brc_tensor *t, size_t i, char *buf, size_t cap)
{
	size_t n = strnlen((const char *)t->data + i * t->itemsize, t->itemsize);

	snprintf(buf, cap, "%.*s", (int)n, (const char *)t->data + i * t->itemsize);
	return buf;
}

void brc_tensor_put(const brc_tensor *t, brc_map *m)
{
	int64_t shape[BRC_MAX_DIMS];
	const char *axes[BRC_MAX_DIMS];

	for (size_t i = 0; i < t->ndim; i++) {
		shape[i] = (int64_t)t->shape[i];
		axes[i] = t->axes[i];
	}
	brc_map_put_string(m, "name", t->name);
	brc_map_put_string(m, "dtype", t->dtype);
	brc_map_put_ints(m, "shape", shape, t->ndim);
	brc_map_put_strings(m, "axes", axes, t->ndim);
}

static void tensor_free(brc_tensor *t)
{
	if (!t)
		return;
	if (t->map_length > 0)
		munmap(t->data, t->map_length);
	else if (t->owned)
		free(t->data);
	free(t);
}

/* ---- sections ---- */

static brc_rc bad_name(const char *what, const char *name, brc_err *err)
{
	return brc_fail(err, BRC_DATA, "%s '%s' is empty, too long or not printable", what, name);
}

bool brc_section_name_ok(const char *name, size_t cap)
{
	const size_t n = strlen(name);

	return n > 0 && n < cap && brc_is_printable(name);
}

brc_rc brc_section_new(brc_section **out, const char *type, unsigned version, const char *name,
		       brc_err *err)
{
	brc_section *s;

	*out = NULL;
	BRC_NEW(s, 1, err);
	if (!brc_section_name_ok(type, sizeof(s->type)) ||
	    !brc_section_name_ok(name, sizeof(s->name))) {
		free(s);
		return bad_name("the section name", name, err);
	}
	snprintf(s->type, sizeof(s->type), "%s", type);
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->version = version;
	s->meta = brc_map_new();
	if (!s->meta) {
		free(s);
		return brc_fail(err, BRC_RESOURCE, "out of memory for a section");
	}
	*out = s;
	return BRC_OK;
}

void brc_section_free(brc_section *s)
{
	if (!s)
		return;
	brc_map_free(s->meta);
	for (size_t i = 0; i < s->n_records; i++)
		brc_map_free(s->records[i]);
	free(s->records);
	for (size_t i = 0; i < s->n_tensors; i++)
		tensor_free(s->tensors[i]);
	free(s->tensors);
	free(s);
}

char *brc_section_title(const brc_section *s, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s/%u %s", s->type, s->version, s->name);
	return buf;
}

/* "section labels/1 x: " in front of a failure. */
static brc_rc in_section(const brc_section *s, brc_err *err)
{
	char title[BRC_NAME_MAX + 80];

	return brc_err_prefix(err, "section %s", brc_section_title(s, title, sizeof(title)));
}

brc_rc brc_section_bad(const brc_section *s, brc_err *err, const char *fmt, ...)
{
	char title[BRC_NAME_MAX + 80], message[sizeof(err->message)];
	va_list arguments;

	va_start(arguments, fmt);
	vsnprintf(message, sizeof(message), fmt, arguments);
	va_end(arguments);
	return brc_fail(err, BRC_DATA, "%s: %s", brc_section_title(s, title, sizeof(title)),
			message);
}

brc_map *brc_section_add_record(brc_section *s, brc_err *err)
{
	brc_map *m = NULL;

	if (brc_grow(&s->records, &s->cap_records, s->n_records + 1, sizeof(*s->records), err) !=
		    BRC_OK ||
	    !(m = brc_map_new())) {
		brc_fail(err, BRC_RESOURCE, "out of memory for a record");
		return NULL;
	}
	s->records[s->n_records++] = m;
	return m;
}

/* Split "a,b" into t->axes; missing names become "dimN". */
static void set_axes(brc_tensor *t, const char *axes)
{
	for (size_t i = 0; i < t->ndim; i++) {
		size_t n = axes ? strcspn(axes, ",") : 0;

		if (n > 0)
			snprintf(t->axes[i], sizeof(t->axes[i]), "%.*s", (int)n, axes);
		else
			snprintf(t->axes[i], sizeof(t->axes[i]), "dim%zu", i);
		if (axes)
			axes += axes[n] == ',' ? n + 1 : n;
	}
}

brc_rc brc_section_add(brc_section *s, const char *name, const char *dtype, size_t ndim,
		       const size_t *shape, const char *axes, const void *data, brc_tensor **out,
		       brc_err *err)
{
	size_t bytes = brc_dtype_size(dtype);
	brc_tensor *t;
	bool fits = true;

	if (!brc_section_name_ok(name, BRC_NAME_MAX) || bytes == 0 || ndim > BRC_MAX_DIMS)
		return bad_name("the tensor name", name, err);
	if (brc_section_tensor(s, name)) {
		brc_fail(err, BRC_DATA, "tensor '%s' is there already", name);
		return in_section(s, err);
	}
	BRC_TRY(brc_grow(&s->tensors, &s->cap_tensors, s->n_tensors + 1, sizeof(*s->tensors), err));
	BRC_NEW(t, 1, err);
	snprintf(t->name, sizeof(t->name), "%s", name);
	snprintf(t->dtype, sizeof(t->dtype), "%s", dtype);
	t->itemsize = bytes;
	t->ndim = ndim;
	for (size_t i = 0; i < ndim; i++) {
		t->shape[i] = shape[i];
		fits = fits && brc_mul(bytes, shape[i], &bytes);
	}
	if (!fits || bytes > PTRDIFF_MAX) {
		free(t);
		return brc_fail(err, BRC_DATA, "tensor '%s' has an impossible shape", name);
	}
	set_axes(t, axes);
	t->owned = !data;
	t->data = data ? (void *)(uintptr_t)data : brc_calloc(bytes, 1, err);
	if (!t->data) {
		free(t);
		return BRC_RESOURCE;
	}
	s->tensors[s->n_tensors++] = t;
	if (out)
		*out = t;
	return BRC_OK;
}

brc_rc brc_section_add_column(brc_section *s, const char *name, const char *dtype, size_t n,
			      const void *data, brc_err *err)
{
	brc_tensor *t;

	BRC_TRY(brc_section_add(s, name, dtype, 1, &n, "row", NULL, &t, err));
	if (n > 0)
		memcpy(t->data, data, brc_tensor_bytes(t));
	return BRC_OK;
}

brc_rc brc_section_add_text(brc_section *s, const char *name, const char *const *v, size_t n,
			    brc_err *err)
{
	size_t width = 1;
	char dtype[12];
	brc_tensor *t;

	for (size_t i = 0; i < n; i++)
		width = strlen(v[i]) > width ? strlen(v[i]) : width;
	if (width > BRC_TEXT_MAX) {
		brc_fail(err, BRC_DATA, "a text of '%s' is longer than %d bytes", name,
			 BRC_TEXT_MAX);
		return in_section(s, err);
	}
	snprintf(dtype, sizeof(dtype), "|S%zu", width);
	BRC_TRY(brc_section_add(s, name, dtype, 1, &n, "row", NULL, &t, err));
	for (size_t i = 0; i < n; i++)
		memcpy((char *)t->data + i * width, v[i], strlen(v[i]));
	return BRC_OK;
}

/* ---- reading ---- */

const brc_tensor *brc_section_tensor(const brc_section *s, const char *name)
{
	for (size_t i = 0; i < s->n_tensors; i++)
		if (strcmp(s->tensors[i]->name, name) == 0)
			return s->tensors[i];
	return NULL;
}

static void print_shape(size_t ndim, const size_t *shape, char *buf, size_t cap)
{
	size_t n = (size_t)snprintf(buf, cap, "[");

	for (size_t i = 0; i < ndim && n < cap; i++)
		n += (size_t)(shape[i] == BRC_ANY
				      ? snprintf(buf + n, cap - n, "%s*", i > 0 ? ", " : "")
				      : snprintf(buf + n, cap - n, "%s%zu", i > 0 ? ", " : "",
						 shape[i]));
	if (n < cap)
		snprintf(buf + n, cap - n, "]");
}

brc_rc brc_section_need(const brc_section *s, const char *name, const char *dtype, size_t ndim,
			const size_t *shape, const brc_tensor **out, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, name);
	bool same;

	if (!t) {
		brc_fail(err, BRC_DATA, "there is no tensor '%s'", name);
		return in_section(s, err);
	}
	same = t->ndim == ndim && (strcmp(dtype, "|S") == 0 ? strncmp(t->dtype, "|S", 2) == 0
							    : strcmp(t->dtype, dtype) == 0);
	for (size_t i = 0; i < ndim && same; i++)
		same = shape[i] == BRC_ANY || shape[i] == t->shape[i];
	if (!same) {
		char want[128], have[128];

		print_shape(ndim, shape, want, sizeof(want));
		print_shape(t->ndim, t->shape, have, sizeof(have));
		brc_fail(err, BRC_DATA, "tensor '%s' is %s %s, where %s %s is needed", name,
			 t->dtype, have, dtype, want);
		return in_section(s, err);
	}
	*out = t;
	return BRC_OK;
}

brc_rc brc_section_need_column(const brc_section *s, const char *name, const char *dtype, size_t n,
			       const brc_tensor **t, brc_err *err)
{
	return brc_section_need(s, name, dtype, 1, &n, t, err);
}

brc_rc brc_section_dup(const brc_section *s, const char *name, const char *dtype, size_t ndim,
		       size_t *shape, void *out, brc_err *err)
{
	void **to = out;
	const brc_tensor *t;

	*to = NULL;
	BRC_TRY(brc_section_need(s, name, dtype, ndim, shape, &t, err));
	memcpy(shape, t->shape, ndim * sizeof(*shape));
	*to = brc_memdup(t->data, brc_tensor_count(t), t->itemsize, err);
	return *to ? BRC_OK : BRC_RESOURCE;
}

brc_rc brc_section_dup_column(const brc_section *s, const char *name, const char *dtype, size_t *n,
			      void *out, brc_err *err)
{
	return brc_section_dup(s, name, dtype, 1, n, out, err);
}

brc_rc brc_section_dup_texts(const brc_section *s, const char *name, size_t *n, char ***out,
			     brc_err *err)
{
	const brc_tensor *t;

	*out = NULL;
	BRC_TRY(brc_section_need_column(s, name, "|S", *n, &t, err));
	*n = t->shape[0];
	*out = brc_calloc(*n, sizeof(**out), err);
	for (size_t i = 0; *out && i < *n; i++) {
		const char *text = (const char *)t->data + i * t->itemsize;

		(*out)[i] = brc_strndup(text, strnlen(text, t->itemsize), err);
		if (!(*out)[i]) {
			brc_texts_free(*out, i);
			*out = NULL;
		}
	}
	return *out ? BRC_OK : BRC_RESOURCE;
}
