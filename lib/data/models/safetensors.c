/*
 * safetensors: eight bytes with the length of a header (little-endian), the
 * header, which is JSON - for each array dtype, shape and the two offsets of
 * its elements - and the elements, without gaps.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/order.h"
#include "data/models/onnx.h"
#include "data/models/weights_state.h"

enum {
	PIECE = 1 << 16, /* elements that are converted at once */
	JSON_GROWTH = 24 /* bytes of memory for one of JSON, at the worst: "[0,0,0" */
};

typedef struct type {
	const char *name;
	size_t size;  /* bytes of an element */
	int32_t real; /* the same type in ONNX; 0: it is not read */
} type;

/* NULL for a name that the format does not know. */
static const type *type_of(const char *name)
{
	static const type known[] = {{"F32", 4, BRC_ONNX_FLOAT},
				     {"F16", 2, BRC_ONNX_FLOAT16},
				     {"BF16", 2, BRC_ONNX_BFLOAT16},
				     {"F64", 8, BRC_ONNX_DOUBLE},
				     {"I8", 1, 0},
				     {"U8", 1, 0},
				     {"BOOL", 1, 0},
				     {"I16", 2, 0},
				     {"U16", 2, 0},
				     {"I32", 4, 0},
				     {"U32", 4, 0},
				     {"I64", 8, 0},
				     {"U64", 8, 0},
				     {"C64", 8, 0},
				     {"F8_E4M3", 1, 0},
				     {"F8_E5M2", 1, 0},
				     {"F8_E8M0", 1, 0}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, name))
			return &known[i];
	return NULL;
}

static brc_rc malformed(const char *path, const char *name, const char *what, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: array '%s': %s", path, name, what);
	return brc_hint(err, "the file is damaged or cut short: fetch it again");
}

/* A whole number >= 0 that fits. */
static bool take_size(const json_t *v, size_t *out)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (size_t)json_integer_value(v);
	return true;
}

static brc_rc take_shape(const json_t *shape, const char *path, const char *name, brc_weight *a,
			 brc_err *err)
{
	if (!json_is_array(shape))
		return malformed(path, name, "no shape", err);
	if (json_array_size(shape) > BRC_MAX_DIMS)
		return malformed(path, name, "too many extents", err);
	a->ndim = json_array_size(shape);
	a->count = 1;
	for (size_t k = 0; k < a->ndim; k++)
		if (!take_size(json_array_get(shape, k), &a->shape[k]) ||
		    !brc_mul(a->count, a->shape[k], &a->count))
			return malformed(path, name, "a bad extent", err);
	return BRC_OK;
}

/* One array of the header; `data`: bytes of elements in the file. */
static brc_rc take_array(brc_weights *w, size_t file, const char *name, const json_t *v,
			 size_t begin, brc_err *err)
{
	const brc_weight_file *f = &w->file[file];
	const char *dtype = json_string_value(json_object_get(v, "dtype"));
	const json_t *offsets = json_object_get(v, "data_offsets");
	brc_weight a = {.file = file};
	size_t from, to, bytes;

	if (!dtype || !type_of(dtype))
		return malformed(f->path, name, "an unknown dtype", err);
	BRC_TRY(take_shape(json_object_get(v, "shape"), f->path, name, &a, err));
	if (json_array_size(offsets) != 2 || !take_size(json_array_get(offsets, 0), &from) ||
	    !take_size(json_array_get(offsets, 1), &to) || from > to || to > f->size - begin)
		return malformed(f->path, name, "its offsets lie beyond the file", err);
	if (!brc_mul(a.count, type_of(dtype)->size, &bytes) || bytes != to - from)
		return malformed(f->path, name, "its shape needs another number of bytes", err);
	snprintf(a.dtype, sizeof(a.dtype), "%s", dtype);
	a.offset = begin + from;
	a.bytes = bytes;
	return brc_weights_add(w, name, &a, err);
}

static int by_offset(const void *a, const void *b)
{
	const brc_weight *x = a, *y = b;

	return BRC_ORDER(x->offset, y->offset) ?: BRC_ORDER(x->bytes, y->bytes);
}

/* Arrays follow one another from the first byte to the last. */
static brc_rc check_layout(brc_weights *w, const brc_weight_file *f, size_t begin, brc_err *err)
{
	size_t n = w->n - f->first;
	brc_weight *list = n > 0 ? w->list + f->first : NULL;

	if (n > 0)
		qsort(list, n, sizeof(*list), by_offset);
	for (size_t i = 0; i < n; i++) {
		if (list[i].offset != begin)
			return malformed(f->path, list[i].name,
					 list[i].offset < begin ? "it overlaps another"
								: "a gap before it",
					 err);
		begin += list[i].bytes;
	}
	if (begin != f->size)
		return brc_fail(err, BRC_DATA, "%s: %zu bytes behind the last array", f->path,
				f->size - begin);
	return BRC_OK;
}

static brc_rc parse(const char *path, const char *text, size_t n, json_t **root, brc_err *err)
{
	json_error_t e;

	*root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &e);
	if (!*root)
		return brc_fail(err, BRC_DATA, "%s: the header is no JSON: %s (byte %d)", path,
				e.text, e.position);
	if (json_is_object(*root))
		return BRC_OK;
	json_decref(*root);
	return brc_fail(err, BRC_DATA, "%s: the header is no JSON object", path);
}

static brc_rc read_text(const brc_weight_file *f, size_t offset, size_t n, char **text,
			brc_err *err)
{
	char what[320];

	if (n > BRC_SAFETENSORS_HEADER_MAX || n > f->size - offset)
		return brc_fail(err, BRC_DATA,
				"%s: a header of %zu bytes, but %zu bytes follow, and %u are "
				"allowed",
				f->path, n, f->size - offset, BRC_SAFETENSORS_HEADER_MAX);
	snprintf(what, sizeof(what), "%.255s: its header", f->path);
	BRC_TRY(brc_mem_need(JSON_GROWTH * n, 0, what, err));
	*text = brc_alloc(n, 1, err);
	return !*text ? BRC_RESOURCE : brc_weight_file_read(f, offset, *text, n, err);
}

brc_rc brc_safetensors_head(brc_weights *w, brc_err *err)
{
	size_t file = w->n_files - 1;
	const brc_weight_file *f = &w->file[file];
	unsigned char p[8];
	size_t n;
	char *text = NULL;
	json_t *root = NULL, *v;
	const char *name;
	brc_rc rc;

	if (f->size < sizeof(p))
		return brc_fail(err, BRC_DATA, "%s: no safetensors file: %zu bytes", f->path,
				f->size);
	BRC_TRY(brc_weight_file_read(f, 0, p, sizeof(p), err));
	n = brc_little(p, sizeof(p));
	rc = read_text(f, sizeof(p), n, &text, err);
	BRC_THEN(rc, parse(f->path, text, n, &root, err));
	free(text);
	BRC_TRY(rc);
	json_object_foreach(root, name, v) if (rc == BRC_OK && strcmp(name, "__metadata__") != 0)
		rc = take_array(w, file, name, v, sizeof(p) + n, err);
	json_decref(root);
	return rc == BRC_OK ? check_layout(w, f, sizeof(p) + n, err) : rc;
}

/* ---- several files ---- */

/* Open a shard, once; its name must be that of a file beside the index. */
static brc_rc open_shard(brc_weights *w, const char *name, brc_err *err)
{
	brc_rc rc;
	const char *slash;
	size_t n;
	char *path;

	if (*name == '\0' || *name == '.' || strchr(name, '/')) {
		brc_fail(err, BRC_DATA, "%s: '%s' is not the name of a file beside it", w->path,
			 name);
		return brc_hint(err, "an index and its files stand in one folder");
	}
	for (size_t i = 1; i < w->n_files; i++)
		if (!strcmp(w->file[i].name, name))
			return BRC_OK;
	slash = strrchr(w->path, '/');
	n = slash ? (size_t)(slash - w->path) + 1 : 0;
	path = brc_alloc(n + strlen(name) + 1, 1, err);
	BRC_TRY(brc_made(path));
	memcpy(path, w->path, n);
	strcpy(path + n, name);
	rc = brc_weight_file_open(w, path, name, err);
	free(path);
	return rc == BRC_OK ? brc_safetensors_head(w, err) : rc;
}

/* Is every array of the shards in the map, and in the shard that the map names? */
static brc_rc check_map(const brc_weights *w, const json_t *map, brc_err *err)
{
	if (json_object_size(map) != w->n)
		return brc_fail(err, BRC_DATA, "%s: it lists %zu arrays, but its files hold %zu",
				w->path, json_object_size(map), w->n);
	for (size_t i = 0; i < w->n; i++) {
		const brc_weight *a = &w->list[i];
		const char *shard = json_string_value(json_object_get(map, a->name));

		if (!shard || strcmp(shard, w->file[a->file].name) != 0)
			return brc_fail(err, BRC_DATA,
					"%s: array '%s' stands in %s, which it does not say",
					w->path, a->name, w->file[a->file].name);
	}
	return BRC_OK;
}

brc_rc brc_safetensors_index(brc_weights *w, brc_err *err)
{
	char *text = NULL;
	json_t *root = NULL, *v, *map;
	const char *name;
	brc_rc rc = read_text(&w->file[0], 0, w->file[0].size, &text, err);

	BRC_THEN(rc, parse(w->path, text, w->file[0].size, &root, err));
	free(text);
	BRC_TRY(rc);
	map = json_object_get(root, "weight_map");
	if (!json_is_object(map))
		rc = brc_fail(err, BRC_DATA, "%s: JSON without a 'weight_map'", w->path);
	json_object_foreach(map, name, v) if (rc == BRC_OK) rc =
		json_is_string(v) ? open_shard(w, json_string_value(v), err)
				  : malformed(w->path, name, "no file is named", err);
	BRC_THEN(rc, check_map(w, map, err));
	json_decref(root);
	return rc;
}

/* ---- elements ---- */

brc_rc brc_safetensors_read(const brc_weights *w, const brc_weight *a, float *out, brc_err *err)
{
	const brc_weight_file *f = &w->file[a->file];
	const type *t = type_of(a->dtype);
	unsigned char *block;
	brc_rc rc;

	if (t->real == BRC_ONNX_FLOAT)
		return brc_weight_file_read(f, a->offset, out, a->count * t->size, err);
	if (t->real == 0) {
		brc_fail(err, BRC_DATA, "%s: array '%s' is of type %s", f->path, a->name, a->dtype);
		return brc_hint(err, "F32, F16, BF16 and F64 are read");
	}
	block = brc_alloc(PIECE, t->size, err);
	rc = brc_made(block);
	for (size_t at = 0; rc == BRC_OK && at < a->count; at += PIECE) {
		size_t n = brc_least(a->count - at, PIECE);

		rc = brc_weight_file_read(f, a->offset + at * t->size, block, n * t->size, err);
		for (size_t i = 0; rc == BRC_OK && i < n; i++)
			out[at + i] = brc_onnx_real(t->real, block + i * t->size);
	}
	free(block);
	return rc;
}
