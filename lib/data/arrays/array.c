#include "data/arrays/array.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/models/onnx.h"

void brc_array_clear(brc_array *a)
{
	free(a->data);
	memset(a, 0, sizeof(*a));
}

/* The index of a kind in this list says how elements are loaded and stored. */
static const char *const kinds[] = {"b1", "u1", "i1", "u2", "i2", "u4",
				    "i4", "u8", "i8", "f2", "f4", "f8"};
enum { B1, U1, I1, U2, I2, U4, I4, U8, I8, F2, F4, F8, KINDS };

static int kind_of(const char *descr)
{
	for (int k = 0; k < KINDS; k++)
		if (*descr != '\0' && !strcmp(descr + 1, kinds[k]))
			return k;
	return -1;
}

static size_t itemsize_of(int kind)
{
	return (size_t)(kinds[kind][1] - '0');
}

brc_rc brc_array_declare(brc_array *a, const char *descr, size_t ndim, const size_t *shape,
			 const char *what, bool *swap, brc_err *err)
{
	int kind = kind_of(descr);
	size_t bytes;

	memset(a, 0, sizeof(*a));
	if (kind < 0 || !strchr("<>=|", descr[0])) {
		brc_fail(err, BRC_DATA, "%s: elements of type '%s' cannot be used", what, descr);
		return brc_hint(err, strchr(descr, 'O')
					     ? "Python objects are never read; save a plain array: "
					       "np.asarray(a, dtype=np.float32)"
					     : "save the array as float32, float64 or an integer "
					       "type: a.astype(np.float32)");
	}
	if (ndim > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "%s: %zu extents, more than %d", what, ndim,
				BRC_MAX_DIMS);
	a->itemsize = itemsize_of(kind);
	a->count = 1;
	a->ndim = ndim;
	bytes = a->itemsize;
	for (size_t i = 0; i < ndim; i++) {
		a->shape[i] = shape[i];
		if (!brc_mul(bytes, shape[i] == 0 ? 1 : shape[i], &bytes))
			return brc_fail(err, BRC_DATA,
					"%s: more elements than memory can hold: its header is "
					"damaged",
					what);
		a->count *= shape[i];
	}
	snprintf(a->dtype, sizeof(a->dtype), "%c%s", a->itemsize == 1 ? '|' : '<', kinds[kind]);
	*swap = descr[0] == '>' && a->itemsize > 1;
	return BRC_OK;
}

void brc_elements_swap(void *data, size_t n, size_t itemsize)
{
	unsigned char *p = data;

	for (size_t i = 0; i < n; i++, p += itemsize)
		for (size_t lo = 0, hi = itemsize - 1; lo < hi; lo++, hi--) {
			unsigned char byte = p[lo];

			p[lo] = p[hi];
			p[hi] = byte;
		}
}

/* An element: a whole number where the type is one that int64_t can hold, else a double. */
typedef struct number {
	bool whole;
	int64_t i;
	double d;
} number;

static number whole(int64_t i)
{
	return (number){true, i, (double)i};
}

static number real(double d)
{
	bool is_whole = d >= -9223372036854775808.0 && d < 9223372036854775808.0 && d == floor(d);

	return (number){is_whole, is_whole ? (int64_t)d : 0, d};
}

static number load(int kind, const unsigned char *p)
{
	union {
		uint16_t u2;
		int16_t i2;
		uint32_t u4;
		int32_t i4;
		uint64_t u8;
		int64_t i8;
		float f4;
		double f8;
	} v;

	switch (kind) {
	case B1:
		return whole(*p != 0);
	case U1:
		return whole(*p);
	case I1:
		return whole((int8_t)*p);
	case U2:
		memcpy(&v, p, 2);
		return whole(v.u2);
	case I2:
		memcpy(&v, p, 2);
		return whole(v.i2);
	case U4:
		memcpy(&v, p, 4);
		return whole(v.u4);
	case I4:
		memcpy(&v, p, 4);
		return whole(v.i4);
	case I8:
		memcpy(&v, p, 8);
		return whole(v.i8);
	case U8:
		memcpy(&v, p, 8);
		return v.u8 <= INT64_MAX ? whole((int64_t)v.u8) : (number){.d = (double)v.u8};
	case F2:
		memcpy(&v, p, 2);
		return real(brc_from_half(v.u2));
	case F4:
		memcpy(&v, p, 4);
		return real(v.f4);
	default:
		memcpy(&v, p, 8);
		return real(v.f8);
	}
}

/* False, with nothing stored, when the number does not fit. */
static bool store(int kind, number v, unsigned char *p)
{
	uint8_t byte = (uint8_t)v.i;
	int32_t word = (int32_t)v.i;
	float f = (float)v.d;

	switch (kind) {
	case U1:
		if (!v.whole || v.i < 0 || v.i > UINT8_MAX)
			return false;
		*p = byte;
		return true;
	case I4:
		if (!v.whole || v.i < INT32_MIN || v.i > INT32_MAX)
			return false;
		memcpy(p, &word, sizeof(word));
		return true;
	case I8:
		if (!v.whole)
			return false;
		memcpy(p, &v.i, sizeof(v.i));
		return true;
	case F4:
		if (isfinite(v.d) && !isfinite(f))
			return false;
		memcpy(p, &f, sizeof(f));
		return true;
	default:
		memcpy(p, &v.d, sizeof(v.d));
		return true;
	}
}

brc_rc brc_elements_convert(const char *from_type, const void *in, size_t first, size_t n,
			    const char *to_type, void *out, const char *what, brc_err *err)
{
	int from = kind_of(from_type), to = kind_of(to_type);
	const unsigned char *old = in;
	unsigned char *fresh = out;

	if (from < 0 || (to != U1 && to != I4 && to != I8 && to != F4 && to != F8))
		return brc_fail(err, BRC_USAGE, "%s: cannot convert '%s' to '%s'", what, from_type,
				to_type);
	for (size_t i = 0; i < n; i++) {
		number v = load(from, old + i * itemsize_of(from));

		if (!store(to, v, fresh + i * itemsize_of(to)))
			return brc_fail(err, BRC_DATA,
					"%s: element %zu is %.17g, which %s%s cannot hold", what,
					first + i, v.d, to == F4 ? "" : "an integer ", kinds[to]);
	}
	return BRC_OK;
}

brc_rc brc_array_convert(brc_array *a, const char *dtype, const char *what, brc_err *err)
{
	brc_rc rc;
	size_t itemsize;
	void *fresh;

	if (!strcmp(a->dtype, dtype))
		return BRC_OK;
	itemsize = brc_dtype_size(dtype);
	fresh = brc_alloc(a->count, itemsize, err);
	BRC_TRY(brc_made(fresh));
	rc = brc_elements_convert(a->dtype, a->data, 0, a->count, dtype, fresh, what, err);
	if (rc != BRC_OK) {
		free(fresh);
		return rc;
	}
	free(a->data);
	a->data = fresh;
	a->itemsize = itemsize;
	snprintf(a->dtype, sizeof(a->dtype), "%s", dtype);
	return BRC_OK;
}

char *brc_array_shape_text(const brc_array *a, char *buf, size_t cap)
{
	size_t at = (size_t)snprintf(buf, cap, "[");

	for (size_t i = 0; i < a->ndim && at < cap; i++)
		at += (size_t)snprintf(buf + at, cap - at, "%s%zu", i > 0 ? ", " : "", a->shape[i]);
	if (at < cap)
		snprintf(buf + at, cap - at, "]");
	return buf;
}
