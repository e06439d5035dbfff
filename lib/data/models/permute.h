/*
 * Untrained copies of a model: the entries of each weight tensor permuted among themselves. The
 * values of every tensor stay, and so does everything else of the file; what training put where is
 * gone.
 */
#ifndef BRC_DATA_MODELS_PERMUTE_H
#define BRC_DATA_MODELS_PERMUTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/models/onnx.h"

typedef struct brc_permuted {
	size_t tensors, entries; /* permuted */
	size_t kept;             /* floats of one entry, or that do not vary */
} brc_permuted;

/*
 * Permute the entries of every tensor of real numbers (FLOAT, DOUBLE, FLOAT16, BFLOAT16) that the
 * graph has as an initializer, or as the value of a Constant node: weights, biases and the
 * parameters of norms alike, each tensor within itself. Tensor number i of these has the generator
 * (seed, BRC_RNG_WEIGHTS, i). Integers, and tensors inside of branches, loops and functions, stay.
 * BRC_DATA for external data, whose bytes are not in the file, and for a tensor whose data has
 * another length than its shape says.
 */
brc_rc brc_onnx_permute(brc_onnx *m, uint64_t seed, brc_permuted *done, brc_err *err);

/*
 * The bytes of the file, fields that broca does not know included; free() *bytes. BRC_RESOURCE.
 */
brc_rc brc_onnx_encode(const brc_onnx *m, uint8_t **bytes, size_t *n, brc_err *err);

#endif
