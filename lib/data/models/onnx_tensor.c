/* Tensors of an ONNX model: extents and elements, checked against each other. */
#include "data/models/onnx.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LOCATION_EXTERNAL = 1 };

const char *brc_onnx_type_name(int32_t data_type)
{
	static const char *const name[] = {
		"UNDEFINED", "FLOAT",  "UINT8",     "INT8",       "UINT16",   "INT16",
		"INT32",     "INT64",  "STRING",    "BOOL",       "FLOAT16",  "DOUBLE",
		"UINT32",    "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16",
	};

	if (data_type < 0 || (size_t)data_type >= sizeof(name) / sizeof(*name))
		return "an unknown type";
	return name[data_type];
}

static bool is_float(const Brc__OnnxTensor *t)
{
	return t->data_type == BRC_ONNX_FLOAT || t->data_type == BRC_ONNX_DOUBLE ||
	       t->data_type == BRC_ONNX_FLOAT16 || t->data_type == BRC_ONNX_BFLOAT16;
}

/* Bytes of an element of a tensor of integers in raw data; 0: it has none. */
static size_t int_size(const Brc__OnnxTensor *t)
{
	switch (t->data_type) {
	case BRC_ONNX_UINT8:
	case BRC_ONNX_INT8:
	case BRC_ONNX_BOOL:
		return 1;
	case BRC_ONNX_UINT16:
	case BRC_ONNX_INT16:
		return 2;
	case BRC_ONNX_UINT32:
	case BRC_ONNX_INT32:
		return 4;
	case BRC_ONNX_UINT64:
	case BRC_ONNX_INT64:
		return 8;
	default:
		return 0;
	}
}

static bool int_is_signed(const Brc__OnnxTensor *t)
{
	return t->data_type == BRC_ONNX_INT8 || t->data_type == BRC_ONNX_INT16 ||
	       t->data_type == BRC_ONNX_INT32 || t->data_type == BRC_ONNX_INT64;
}

bool brc_onnx_tensor_is_int(const Brc__OnnxTensor *t)
{
	return int_size(t) > 0;
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

size_t brc_onnx_type_size(int32_t data_type)
{
	const Brc__OnnxTensor t = {.data_type = data_type};

	if (data_type == BRC_ONNX_FLOAT)
		return 4;
	if (data_type == BRC_ONNX_DOUBLE)
		return 8;
	return is_float(&t) ? 2 : int_size(&t);
}

/* Elements of the one field that holds the data, or an error when that is not `count`. */
static brc_rc check_count(const Brc__OnnxTensor *t, size_t item, size_t listed, size_t count,
			  brc_err *err)
{
	size_t have = listed;

	if (t->has_raw_data && listed)
		return wrong(t, err, "it holds its data twice");
	if (t->has_raw_data) {
		if (t->raw_data.len % item)
			return wrong(t, err, "its data ends inside an element");
		have = t->raw_data.len / item;
	}
	if (have != count)
		return brc_fail(err, BRC_DATA,
				"initializer '%s': its shape has %zu elements, its data %zu",
				name_of(t), count, have);
	return BRC_OK;
}

/* Element i of a tensor that is not FLOAT. */
static float convert(const Brc__OnnxTensor *t, size_t i)
{
	double d;
	uint16_t h;

	if (t->data_type == BRC_ONNX_DOUBLE) {
		if (!t->has_raw_data)
			return (float)t->double_data[i];
		memcpy(&d, t->raw_data.data + 8 * i, 8);
		return (float)d;
	}
	if (t->has_raw_data)
		memcpy(&h, t->raw_data.data + 2 * i, 2);
	else
		h = (uint16_t)t->int32_data[i];
	return t->data_type == BRC_ONNX_FLOAT16 ? brc_from_half(h) : brc_from_brain(h);
}

brc_rc brc_onnx_tensor_floats(const Brc__OnnxTensor *t, float **v, brc_err *err)
{
	size_t ndim, shape[BRC_MAX_DIMS], count;
	bool single = t->data_type == BRC_ONNX_FLOAT, twice = t->data_type == BRC_ONNX_DOUBLE;

	if (!is_float(t)) {
		brc_fail(err, BRC_DATA, "%s initializer '%s' is not supported; floats are needed",
			 brc_onnx_type_name(t->data_type), name_of(t));
		return brc_hint(err, "export the network in single precision");
	}
	BRC_TRY(brc_onnx_tensor_shape(t, &ndim, shape, &count, err));
	BRC_TRY(check_count(t,
			    single  ? 4
			    : twice ? 8
				    : 2,
			    single  ? t->n_float_data
			    : twice ? t->n_double_data
				    : t->n_int32_data,
			    count, err));
	*v = brc_alloc(count, sizeof(**v), err);
	if (!*v)
		return BRC_RESOURCE;
	if (single && count)
		memcpy(*v, t->has_raw_data ? (const void *)t->raw_data.data : t->float_data,
		       count * sizeof(float));
	for (size_t i = 0; !single && i < count; i++)
		(*v)[i] = convert(t, i);
	return BRC_OK;
}

/* Little-endian, as the format demands and as our processors are. */
static uint64_t raw_int(const Brc__OnnxTensor *t, size_t size, size_t i)
{
	uint64_t v = 0;

	memcpy(&v, t->raw_data.data + size * i, size);
	if (int_is_signed(t) && size < 8 && v >> (8 * size - 1))
		v -= (uint64_t)1 << 8 * size;
	return v;
}

/* The list that a tensor of integers without raw data has its elements in. */
static size_t listed_ints(const Brc__OnnxTensor *t)
{
	if (t->data_type == BRC_ONNX_INT64)
		return t->n_int64_data;
	if (t->data_type == BRC_ONNX_UINT64 || t->data_type == BRC_ONNX_UINT32)
		return t->n_uint64_data;
	return t->n_int32_data;
}

static uint64_t listed_int(const Brc__OnnxTensor *t, size_t i)
{
	if (t->data_type == BRC_ONNX_INT64)
		return (uint64_t)t->int64_data[i];
	if (t->data_type == BRC_ONNX_UINT64 || t->data_type == BRC_ONNX_UINT32)
		return t->uint64_data[i];
	return (uint64_t)(int64_t)t->int32_data[i];
}

brc_rc brc_onnx_tensor_ints(const Brc__OnnxTensor *t, int64_t **v, brc_err *err)
{
	size_t ndim, shape[BRC_MAX_DIMS], count, size = int_size(t);

	if (!brc_onnx_tensor_is_int(t))
		return brc_fail(err, BRC_DATA,
				"%s initializer '%s' is not supported; integers are needed",
				brc_onnx_type_name(t->data_type), name_of(t));
	BRC_TRY(brc_onnx_tensor_shape(t, &ndim, shape, &count, err));
	BRC_TRY(check_count(t, size, listed_ints(t), count, err));
	*v = brc_alloc(count, sizeof(**v), err);
	if (!*v)
		return BRC_RESOURCE;
	for (size_t i = 0; i < count; i++) {
		uint64_t x = t->has_raw_data ? raw_int(t, size, i) : listed_int(t, i);

		(*v)[i] = t->data_type == BRC_ONNX_BOOL ? x != 0 : (int64_t)x;
		if (t->data_type == BRC_ONNX_UINT64 && x > INT64_MAX) {
			free(*v);
			*v = NULL;
			return wrong(t, err, "it holds an integer that is too large");
		}
	}
	return BRC_OK;
}
