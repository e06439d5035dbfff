#include "data/arrays/npy.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { HEADER_MAX = 65535, ALIGNMENT = 64, DESCR_MAX = 32 };

bool brc_npy_magic(const unsigned char *p, size_t n)
{
	return n >= 6 && !memcmp(p, "\x93NUMPY", 6);
}

/* What a header says. */
typedef struct header {
	const char *name; /* file */
	char descr[DESCR_MAX];
	bool fortran;
	size_t ndim, shape[BRC_MAX_DIMS];
} header;

static brc_rc malformed(const header *h, const char *what, brc_err *err)
{
	return brc_fail(err, BRC_DATA, "%s: the NPY header is malformed: %s", h->name, what);
}

/*
 * The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
 * Other quotes, brackets and capitals make it JSON, once commas before a bracket and the L behind
 * the numbers of Python 2 are gone. Strings have no escapes.
 */
static bool make_json(char *s)
{
	char quote = '\0', before = '\0';

	for (; *s != '\0'; s++) {
		char after = s[1 + strspn(s + 1, " \t\r\n")];

		if (*s == '\\' || (*s == '"' && quote == '\''))
			return false;
		if (quote != '\0' ? *s == quote : *s == '\'' || *s == '"') {
			quote = quote != '\0' ? '\0' : *s;
			*s = '"';
		} else if (quote != '\0') {
			continue;
		} else if ((*s == ',' && strchr(")]}", after) && !strchr("([{", before)) ||
			   (*s == 'L' && isdigit((unsigned char)before))) {
			*s = ' ';
		} else if (*s == 'T' || *s == 'F') {
			*s = (char)tolower(*s);
		}
		before = isspace((unsigned char)*s) ? before : *s;
		*s = *s == '(' ? '[' : *s == ')' ? ']' : *s;
	}
	return true;
}

static brc_rc take_shape(header *h, const json_t *shape, brc_err *err)
{
	const json_t *v;
	size_t i;

	if (!json_is_array(shape))
		return malformed(h, "no shape", err);
	h->ndim = json_array_size(shape);
	if (h->ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "%s: more than %d extents", h->name, BRC_MAX_DIMS);
	json_array_foreach(shape, i, v)
	{
		if (!json_is_integer(v) || json_integer_value(v) < 0)
			return malformed(h, "a bad extent", err);
		h->shape[i] = (size_t)json_integer_value(v);
	}
	return BRC_OK;
}

static brc_rc take_entries(header *h, const json_t *root, brc_err *err)
{
	const json_t *descr = json_object_get(root, "descr");
	const json_t *order = json_object_get(root, "fortran_order");

	if (json_is_array(descr)) {
		brc_fail(err, BRC_DATA, "%s: a structured array (a table of fields) cannot be read",
			 h->name);
		return brc_hint(err, "save one plain array for each field: np.save(f, a['field'])");
	}
	if (!json_is_string(descr) || !json_is_boolean(order) || json_object_size(root) != 3)
		return malformed(h, "it needs descr, fortran_order and shape, and nothing else",
				 err);
	snprintf(h->descr, sizeof(h->descr), "%s", json_string_value(descr));
	h->fortran = json_is_true(order);
	return take_shape(h, json_object_get(root, "shape"), err);
}

static brc_rc parse_header(header *h, char *text, brc_err *err)
{
	json_error_t e;
	json_t *root;
	brc_rc rc;

	if (!make_json(text))
		return malformed(h, "a string with escapes or quotes", err);
	root = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	if (!root)
		return malformed(h, e.text, err);
	rc = take_entries(h, root, err);
	json_decref(root);
	return rc;
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
	rc = parse_header(&h, text, err);
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
