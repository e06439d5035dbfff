#include "data/arrays/npy.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { HEADER_MAX = 65535, ALIGNMENT = 64, DESCR_MAX = 32 };

bool brc_npy_magic(const unsigned char *p, size_t n)
{
	return n >= 6 && !memcmp(p, "\x93NUMPY", 6);
}

/* The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } */
typedef struct header {
	const char *name, *at; /* file; next character of the text, which ends with NUL */
	char descr[DESCR_MAX];
	bool fortran, has_descr, has_fortran, has_shape;
	size_t ndim, shape[BRC_MAX_DIMS];
} header;

static brc_rc malformed(const header *h, const char *what, brc_err *err)
{
	return brc_fail(err, BRC_DATA, "%s: the NPY header is malformed: %s at '%.20s'", h->name,
			what, h->at);
}

static void skip_blanks(header *h)
{
	h->at += strspn(h->at, " \t\r\n");
}

static bool take(header *h, const char *token)
{
	size_t n;

	skip_blanks(h);
	n = strlen(token);
	if (strncmp(h->at, token, n) != 0)
		return false;
	h->at += n;
	return true;
}

/* A quoted string without escapes, cut off at cap - 1 bytes. */
static bool take_string(header *h, char *buf, size_t cap)
{
	size_t n;
	const char *from, *end;
	char quote;

	skip_blanks(h);
	quote = *h->at;
	if (quote != '\'' && quote != '"')
		return false;
	from = h->at + 1;
	end = strchr(from, quote);
	if (!end || memchr(from, '\\', (size_t)(end - from)))
		return false;
	n = (size_t)(end - from);
	n = n < cap - 1 ? n : cap - 1;
	memcpy(buf, from, n);
	buf[n] = '\0';
	h->at = end + 1;
	return true;
}

static bool take_extent(header *h, size_t *out)
{
	size_t v;

	skip_blanks(h);
	if (!isdigit((unsigned char)*h->at))
		return false;
	v = 0;
	for (; isdigit((unsigned char)*h->at); h->at++)
		if (!brc_mul(v, 10, &v) || !brc_add(v, (size_t)(*h->at - '0'), &v))
			return false;
	take(h, "L"); /* written by Python 2 */
	*out = v;
	return true;
}

static brc_rc take_shape(header *h, brc_err *err)
{
	bool comma = true;

	h->ndim = 0;
	if (!take(h, "("))
		return malformed(h, "no shape", err);
	while (!take(h, ")")) {
		if (h->ndim == BRC_MAX_DIMS)
			return brc_fail(err, BRC_DATA, "%s: more than %d extents", h->name,
					BRC_MAX_DIMS);
		if (!comma || !take_extent(h, &h->shape[h->ndim]))
			return malformed(h, "a bad extent", err);
		h->ndim++;
		comma = take(h, ",");
	}
	return BRC_OK;
}

static brc_rc take_descr(header *h, brc_err *err)
{
	skip_blanks(h);
	if (*h->at == '[') {
		brc_fail(err, BRC_DATA, "%s: a structured array (a table of fields) cannot be read",
			 h->name);
		return brc_hint(err, "save one plain array for each field: np.save(f, a['field'])");
	}
	return take_string(h, h->descr, sizeof(h->descr)) ? BRC_OK : malformed(h, "no type", err);
}

static brc_rc take_entry(header *h, brc_err *err)
{
	char key[DESCR_MAX];
	bool *seen;
	brc_rc rc = BRC_OK;

	if (!take_string(h, key, sizeof(key)) || !take(h, ":"))
		return malformed(h, "no key", err);
	if (!strcmp(key, "descr")) {
		seen = &h->has_descr;
		rc = take_descr(h, err);
	} else if (!strcmp(key, "fortran_order")) {
		seen = &h->has_fortran;
		h->fortran = take(h, "True");
		if (!h->fortran && !take(h, "False"))
			rc = malformed(h, "neither True nor False", err);
	} else if (!strcmp(key, "shape")) {
		seen = &h->has_shape;
		rc = take_shape(h, err);
	} else {
		return brc_fail(err, BRC_DATA, "%s: the NPY header has an unknown key '%s'",
				h->name, key);
	}
	if (rc == BRC_OK && *seen)
		rc = malformed(h, "a key that stands twice", err);
	*seen = true;
	return rc;
}

static brc_rc parse_header(header *h, brc_err *err)
{
	bool comma = true;

	if (!take(h, "{"))
		return malformed(h, "no dictionary", err);
	while (!take(h, "}")) {
		if (!comma)
			return malformed(h, "no comma", err);
		BRC_TRY(take_entry(h, err));
		comma = take(h, ",");
	}
	skip_blanks(h);
	if (*h->at != '\0')
		return malformed(h, "something after the dictionary", err);
	if (!h->has_descr || !h->has_fortran || !h->has_shape)
		return malformed(h, "descr, fortran_order or shape is missing", err);
	return BRC_OK;
}

/* Magic, version and length; then the text, which the caller frees. */
static brc_rc read_text(brc_input *in, char **text, brc_err *err)
{
	unsigned char p[12];
	const char *name = brc_input_name(in);
	brc_rc rc;
	size_t wide, length;

	BRC_TRY(brc_input_header(in, p, 8, err));
	if (!brc_npy_magic(p, 8)) {
		brc_fail(err, BRC_DATA, "%s: not an NPY file: it begins with %02x %02x %02x %02x",
			 name, p[0], p[1], p[2], p[3]);
		return brc_hint(err, "NPY is what np.save writes; --npz reads what np.savez "
				     "writes, --idx the files of MNIST");
	}
	if (p[6] < 1 || p[6] > 3 || p[7] != 0)
		return brc_fail(err, BRC_DATA,
				"%s: NPY version %d.%d is not known; 1.0, 2.0 and 3.0 are", name,
				p[6], p[7]);
	wide = p[6] == 1 ? 2 : 4;
	BRC_TRY(brc_input_header(in, p + 8, wide, err));
	length = brc_little(p + 8, wide);
	if (length > HEADER_MAX)
		return brc_fail(err, BRC_DATA, "%s: the NPY header has %zu bytes, more than %d",
				name, length, HEADER_MAX);
	*text = brc_calloc(length + 1, 1, err);
	BRC_TRY(brc_made(*text));
	rc = brc_input_header(in, *text, length, err);
	if (rc == BRC_OK && memchr(*text, '\0', length))
		rc = brc_fail(err, BRC_DATA, "%s: the NPY header holds a zero byte", name);
	if (rc != BRC_OK)
		free(*text);
	return rc;
}

brc_rc brc_npy_head_any(brc_input *in, brc_array *out, bool *swap, bool *fortran, brc_err *err)
{
	char *text = NULL;
	header h = {.name = brc_input_name(in)};
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	BRC_TRY(read_text(in, &text, err));
	h.at = text;
	rc = parse_header(&h, err);
	free(text);
	BRC_THEN(rc, brc_array_declare(out, h.descr, h.ndim, h.shape, h.name, swap, err));
	*fortran = h.fortran && h.ndim > 1;
	return rc;
}

brc_rc brc_npy_head(brc_input *in, brc_array *out, bool *swap, brc_err *err)
{
	bool fortran;

	BRC_TRY(brc_npy_head_any(in, out, swap, &fortran, err));
	if (!fortran)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: the array is in Fortran order", brc_input_name(in));
	return brc_hint(err, "save it in C order: np.save(f, np.ascontiguousarray(a))");
}

brc_rc brc_npy_read_input(brc_input *in, size_t mem, brc_array *out, brc_err *err)
{
	bool swap = false;

	BRC_TRY(brc_npy_head(in, out, &swap, err));
	BRC_TRY(brc_input_exactly(in, out->count * out->itemsize, mem, &out->data, err));
	if (swap)
		brc_elements_swap(out->data, out->count, out->itemsize);
	return BRC_OK;
}

/* "(2, 3)", "(2,)", "()" */
static void add_shape(brc_str *out, size_t ndim, const size_t *shape)
{
	brc_str_add(out, "(");
	for (size_t i = 0; i < ndim; i++) {
		brc_str_addf(out, i == 0 ? "%zu" : " %zu", shape[i]);
		brc_str_add(out, i + 1 < ndim || ndim == 1 ? "," : "");
	}
	brc_str_add(out, ")");
}

brc_rc brc_npy_header(brc_str *out, const char *dtype, size_t ndim, const size_t *shape,
		      brc_err *err)
{
	brc_str text = {0};
	brc_rc rc;

	if (brc_dtype_size(dtype) == 0)
		return brc_fail(err, BRC_DATA, "a tensor of type '%s' cannot be written", dtype);
	brc_str_addf(&text, "{'descr': '%s', 'fortran_order': False, 'shape': ", dtype);
	add_shape(&text, ndim, shape);
	brc_str_add(&text, ", }");
	while (!text.failed && (10 + text.len + 1) % ALIGNMENT != 0)
		brc_str_add(&text, " ");
	brc_str_add(&text, "\n");
	rc = brc_str_check(&text, err);
	if (rc == BRC_OK) {
		char length[2] = {(char)(text.len & 0xff), (char)(text.len >> 8)};

		brc_str_addn(out, "\x93NUMPY\x01\x00", 8);
		brc_str_addn(out, length, 2);
		brc_str_addn(out, text.s, text.len);
		rc = brc_str_check(out, err);
	}
	brc_str_free(&text);
	return rc;
}
