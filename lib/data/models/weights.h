/*
 * Named arrays of weights in files other than ONNX: safetensors (one file, or
 * several behind model.safetensors.index.json), NPZ and NPY. Only heads are
 * held; an array is read when it is asked for.
 *
 * Source of the format: https://github.com/huggingface/safetensors, "Format".
 */
#ifndef BRC_DATA_MODELS_WEIGHTS_H
#define BRC_DATA_MODELS_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/digest.h"
#include "stream/section.h"

#define BRC_SAFETENSORS_HEADER_MAX 100000000u /* bytes, as the format's own library has it */

typedef struct brc_weight {
	char *name;
	size_t ndim, shape[BRC_MAX_DIMS];
	size_t count; /* elements; 1 when ndim is 0 */
	/* where its reader finds it */
	char dtype[12]; /* of safetensors: "F32", "F16", "BF16", "F64"...; of NumPy a descr */
	size_t file;    /* index of a file, or of a member of the archive */
	size_t offset, bytes;
} brc_weight;

typedef struct brc_weights brc_weights;

/* Is this such a file, and not an ONNX model? The name or the first bytes tell. "-" is not. */
bool brc_weights_recognise(const char *path);

/*
 * Open the file, which must be a regular one. BRC_DATA naming it when its head
 * is malformed: offsets beyond the file, arrays that overlap or leave gaps, a
 * length that the shape does not have, a name that stands twice.
 */
brc_rc brc_weights_open(brc_weights **w, const char *path, brc_err *err);
void brc_weights_free(brc_weights *w);

const char *brc_weights_path(const brc_weights *w);
/* All arrays, by name in natural order ("layer2" before "layer10"). Borrowed. */
size_t brc_weights_list(const brc_weights *w, const brc_weight **list);
/* The index of a name, or BRC_ANY; an NPZ member may be called without ".npy". */
size_t brc_weights_find(const brc_weights *w, const char *name);

/*
 * Array i as floats: out[count], row-major. float16, bfloat16, float64 are
 * converted; BRC_DATA for other types, and for elements that are no finite floats.
 */
brc_rc brc_weights_read(const brc_weights *w, size_t i, float *out, brc_err *err);

/* brc_digest of the bytes of all files, in the order of their names. */
brc_rc brc_weights_digest(const brc_weights *w, char hex[33], brc_err *err);

/* Natural order of names: runs of digits compare as numbers. */
int brc_natural_order(const char *a, const char *b);

#endif
