/*
 * ONNX model files, decoded into the messages of lib/data/models/onnx.proto. Memory is bounded
 * before it is allocated. There is also access to attributes and tensors.
 */
#ifndef BRC_DATA_MODELS_ONNX_H
#define BRC_DATA_MODELS_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/models/onnx.pb-c.h"
#include "stream/section.h"

#define BRC_ONNX_MAX_BYTES ((size_t)1 << 31) /* protobuf allows no more in one message */

/* Values of data_type and elem_type that are read. */
enum {
	BRC_ONNX_FLOAT = 1,
	BRC_ONNX_UINT8 = 2,
	BRC_ONNX_INT8 = 3,
	BRC_ONNX_UINT16 = 4,
	BRC_ONNX_INT16 = 5,
	BRC_ONNX_INT32 = 6,
	BRC_ONNX_INT64 = 7,
	BRC_ONNX_BOOL = 9,
	BRC_ONNX_FLOAT16 = 10,
	BRC_ONNX_DOUBLE = 11,
	BRC_ONNX_UINT32 = 12,
	BRC_ONNX_UINT64 = 13,
	BRC_ONNX_BFLOAT16 = 16
};

typedef struct brc_onnx {
	Brc__OnnxModel *model; /* has a graph */
	int64_t opset;         /* version of the default operator set; 0: none declared */
	size_t bytes;          /* of the file */
	char digest[33];       /* brc_digest of the bytes */
} brc_onnx;

/*
 * Read a model: a path, or '-' for standard input; gzip is undone. BRC_DATA for a file of
 * more than 2 GiB, one that is not a whole ONNX model, or one whose decoding
 * would take more than 32 MiB and 4 times its size. Release with
 * brc_onnx_clear, which may be called on a zeroed struct.
 */
brc_rc brc_onnx_read(brc_onnx *m, const char *path, brc_err *err);
brc_rc brc_onnx_decode(brc_onnx *m, const uint8_t *bytes, size_t n, brc_err *err);
void brc_onnx_clear(brc_onnx *m);

/*
 * Bytes that decoding a message would allocate at most (*need), from a walk
 * over the wire format that allocates nothing. BRC_DATA with the byte's
 * position for anything malformed: truncation, groups, wrong wire types,
 * nesting deeper than 100, or a singular sub-message that occurs twice.
 */
brc_rc brc_onnx_scan(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t n,
		     size_t *need, brc_err *err);

/* ---- attributes of a node; BRC_DATA when one is there with another type ---- */

/* NULL when absent. Borrowed. */
const Brc__OnnxAttribute *brc_onnx_attribute(const Brc__OnnxNode *node, const char *name);
brc_rc brc_onnx_attribute_int(const Brc__OnnxNode *node, const char *name, int64_t otherwise,
			      int64_t *out, brc_err *err);
brc_rc brc_onnx_attribute_float(const Brc__OnnxNode *node, const char *name, float otherwise,
				float *out, brc_err *err);
/* *v is NULL and *n is 0 when absent. Borrowed. */
brc_rc brc_onnx_attribute_ints(const Brc__OnnxNode *node, const char *name, const int64_t **v,
			       size_t *n, brc_err *err);

/*
 * Call read(ctx, name) for each name that a node reads: its inputs that are not left out, and, if
 * it holds graphs (If, Loop, Scan), all names that their nodes read and their outputs. Some of
 * those are defined inside. Time in proportion to the node.
 */
void brc_onnx_reads(const Brc__OnnxNode *node, void (*read)(void *ctx, const char *name),
		    void *ctx);

/* ---- tensors; messages begin with "initializer 'NAME'" ---- */

/*
 * Extents (at most BRC_MAX_DIMS) and number of elements. BRC_DATA for a
 * negative extent, external data, segments, or too many dimensions.
 */
brc_rc brc_onnx_tensor_shape(const Brc__OnnxTensor *t, size_t *ndim, size_t shape[BRC_MAX_DIMS],
			     size_t *count, brc_err *err);
/* Does the tensor hold integers (of any type, or BOOL)? */
bool brc_onnx_tensor_is_int(const Brc__OnnxTensor *t);
/* Bytes of an element in raw data; 0 for a type that is not read. */
size_t brc_onnx_type_size(int32_t data_type);
/* "UINT8", for messages. */
const char *brc_onnx_type_name(int32_t data_type);
/*
 * All elements, row-major; gives ownership (free). A DOUBLE is rounded to
 * float, FLOAT16 and BFLOAT16 are widened. BRC_DATA when the data has another length
 * than the shape says, or for an integer beyond INT64_MAX.
 */
brc_rc brc_onnx_tensor_floats(const Brc__OnnxTensor *t, float **v, brc_err *err);
brc_rc brc_onnx_tensor_ints(const Brc__OnnxTensor *t, int64_t **v, brc_err *err);
/* The element at p, little-endian, of type DOUBLE, FLOAT16 or BFLOAT16; a DOUBLE is rounded. */
float brc_onnx_real(int32_t data_type, const uint8_t *p);
/* IEEE 754 binary16 and bfloat16 as floats; and a float rounded to each, ties to even. */
float brc_from_half(uint16_t h);
float brc_from_brain(uint16_t b);
float brc_round_to_half(float x);
float brc_round_to_brain(float x);

#endif
