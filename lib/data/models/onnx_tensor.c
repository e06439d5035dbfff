/* Tensors of an ONNX model: extents and elements, checked against each other. */
#include "data/models/onnx.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LOCATION_EXTERNAL = 1 };

typedef enum kind { UNREAD, REAL, SIGNED, UNSIGNED } kind;

/* The list that holds the elements of a tensor without raw data. */
typedef enum list { INT32S, INT64S, UINT64S, FLOATS, DOUBLES } list;

typedef struct type {
	const char *name;
	kind kind;
	size_t size; /* bytes of an element in raw data */
	list list;
} type;

static const type types[] = {
	{.name = "UNDEFINED"},
	[BRC_ONNX_FLOAT] = {"FLOAT", REAL, 4, FLOATS},
	[BRC_ONNX_UINT8] = {"UINT8", UNSIGNED, 1, INT32S},
	[BRC_ONNX_INT8] = {"INT8", SIGNED, 1, INT32S},
	[BRC_ONNX_UINT16] = {"UINT16", UNSIGNED, 2, INT32S},
	[BRC_ONNX_INT16] = {"INT16", SIGNED, 2, INT32S},
	[BRC_ONNX_INT32] = {"INT32", SIGNED, 4, INT32S},
	[BRC_ONNX_INT64] = {"INT64", SIGNED, 8, INT64S},
	[8] = {.name = "STRING"},
	[BRC_ONNX_BOOL] = {"BOOL", UNSIGNED, 1, INT32S},
	[BRC_ONNX_FLOAT16] = {"FLOAT16", REAL, 2, INT32S},
	[BRC_ONNX_DOUBLE] = {"DOUBLE", REAL, 8, DOUBLES},
	[BRC_ONNX_UINT32] = {"UINT32", UNSIGNED, 4, UINT64S},
	[BRC_ONNX_UINT64] = {"UINT64", UNSIGNED, 8, UINT64S},
	[14] = {.name = "COMPLEX64"},
	[15] = {.name = "COMPLEX128"},
	[BRC_ONNX_BFLOAT16] = {"BFLOAT16", REAL, 2, INT32S},
};

static const type *type_of(int32_t data_type)
{
	static const type unknown = {.name = "an unknown type"};

	return data_type < 0 || (size_t)data_type >= sizeof(types) / sizeof(*types)
		       ? &unknown
		       : &types[data_type];
}

const char *brc_onnx_type_name(int32_t data_type)
{
	return type_of(data_type)->name;
}

size_t brc_onnx_type_size(int32_t data_type)
{
	return type_of(data_type)->size;
}

bool brc_onnx_tensor_is_int(const Brc__OnnxTensor *t)
{
	return type_of(t->data_type)->kind >= SIGNED;
}

static const char *name_of(const Brc__OnnxTensor *t)
{
	return t->name ? t->name : "";
}

static brc_rc wrong(const Brc__OnnxTensor *t, brc_err *err, const char *what)
{
	return brc_fail(err, BRC_DATA, "initializer '%s': %s", name_of(t), what);
}

brc_rc brc_onnx_tensor_shape(const Brc__OnnxTensor *t, size_t *ndim, size_t shape[BRC_MAX_DIMS],
			     size_t *count, brc_err *err)
{
	*count = 1;
	*ndim = t->n_dims;
	if (t->data_location == LOCATION_EXTERNAL || t->n_external_data) {
		wrong(t, err, "its data lies in another file, which is not supported");
		return brc_hint(err, "save the model with its weights in one file");
	}
	if (t->segment)
		return wrong(t, err, "a tensor in segments is not supported");
	if (t->n_dims > BRC_MAX_DIMS)
		return brc_fail(err, BRC_DATA, "initializer '%s': %zu dimensions; at most %d",
				name_of(t), t->n_dims, BRC_MAX_DIMS);
	for (size_t i = 0; i < t->n_dims; i++) {
		if (t->dims[i] < 0)
			return brc_fail(err, BRC_DATA, "initializer '%s': extent %lld", name_of(t),
					(long long)t->dims[i]);
		shape[i] = (size_t)t->dims[i];
		if (!brc_mul(*count, shape[i], count))
			return wrong(t, err, "its shape is larger than any memory");
	}
	return BRC_OK;
}

/* Elements as the file has them: little-endian, as the format demands and our processors are. */
typedef struct elements {
	const uint8_t *at;
	size_t n, width; /* how many; bytes of each */
} elements;

static elements listed(const Brc__OnnxTensor *t)
{
	switch (type_of(t->data_type)->list) {
	case FLOATS:
		return (elements){(const uint8_t *)t->float_data, t->n_float_data, 4};
	case DOUBLES:
		return (elements){(const uint8_t *)t->double_data, t->n_double_data, 8};
	case INT64S:
		return (elements){(const uint8_t *)t->int64_data, t->n_int64_data, 8};
	case UINT64S:
		return (elements){(const uint8_t *)t->uint64_data, t->n_uint64_data, 8};
	default:
		return (elements){(const uint8_t *)t->int32_data, t->n_int32_data, 4};
	}
}

/* The elements in the one field that holds them. BRC_DATA unless they are as many as in the shape.
 */
static brc_rc find_elements(const Brc__OnnxTensor *t, elements *e, brc_err *err)
{
	size_t ndim, shape[BRC_MAX_DIMS], count, size = brc_onnx_type_size(t->data_type);

	BRC_TRY(brc_onnx_tensor_shape(t, &ndim, shape, &count, err));
	*e = listed(t);
	if (t->has_raw_data) {
		if (e->n > 0)
			return wrong(t, err, "it holds its data twice");
		if (t->raw_data.len % size != 0)
			return wrong(t, err, "its data ends inside an element");
		*e = (elements){t->raw_data.data, t->raw_data.len / size, size};
	}
	if (e->n != count)
		return brc_fail(err, BRC_DATA,
				"initializer '%s': its shape has %zu elements, its data %zu",
				name_of(t), count, e->n);
	return BRC_OK;
}

static brc_rc wrong_kind(const Brc__OnnxTensor *t, const char *needed, brc_err *err)
{
	return brc_fail(err, BRC_DATA, "%s initializer '%s' is not supported; %s are needed",
			brc_onnx_type_name(t->data_type), name_of(t), needed);
}

float brc_onnx_real(int32_t data_type, const uint8_t *p)
{
	double d;
	uint16_t half;

	if (data_type == BRC_ONNX_DOUBLE) {
		memcpy(&d, p, sizeof(d));
		return (float)d;
	}
	memcpy(&half, p, sizeof(half)); /* of a list the lower half of an int32 */
	return data_type == BRC_ONNX_FLOAT16 ? brc_from_half(half) : brc_from_brain(half);
}

brc_rc brc_onnx_tensor_floats(const Brc__OnnxTensor *t, float **v, brc_err *err)
{
	elements e;

	if (type_of(t->data_type)->kind != REAL) {
		wrong_kind(t, "floats", err);
		return brc_hint(err, "export the network in single precision");
	}
	BRC_TRY(find_elements(t, &e, err));
	BRC_TRY(BRC_ARRAY(*v, e.n, err));
	if (t->data_type == BRC_ONNX_FLOAT && e.n > 0)
		memcpy(*v, e.at, e.n * sizeof(**v));
	for (size_t i = 0; t->data_type != BRC_ONNX_FLOAT && i < e.n; i++)
		(*v)[i] = brc_onnx_real(t->data_type, e.at + i * e.width);
	return BRC_OK;
}

static uint64_t read_int(const uint8_t *p, size_t width, bool is_signed)
{
	uint64_t v = 0;

	memcpy(&v, p, width);
	if (is_signed && width < 8 && v >> (8 * width - 1))
		v -= (uint64_t)1 << 8 * width;
	return v;
}

brc_rc brc_onnx_tensor_ints(const Brc__OnnxTensor *t, int64_t **v, brc_err *err)
{
	/* those of lists are int32, int64 or uint64, whatever the type of the tensor */
	bool is_signed = !t->has_raw_data || type_of(t->data_type)->kind == SIGNED;
	elements e;

	if (!brc_onnx_tensor_is_int(t))
		return wrong_kind(t, "integers", err);
	BRC_TRY(find_elements(t, &e, err));
	BRC_TRY(BRC_ARRAY(*v, e.n, err));
	for (size_t i = 0; i < e.n; i++) {
		uint64_t x = read_int(e.at + i * e.width, e.width, is_signed);

		(*v)[i] = t->data_type == BRC_ONNX_BOOL ? x != 0 : (int64_t)x;
		if (t->data_type == BRC_ONNX_UINT64 && x > INT64_MAX) {
			free(*v);
			*v = NULL;
			return wrong(t, err, "it holds an integer that is too large");
		}
	}
	return BRC_OK;
}
