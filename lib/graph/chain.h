/*
 * Networks that are plain chains, from their weights alone: dense layers and
 * convolutions one after the other, each fed by all units of the one before.
 */
#ifndef BRC_GRAPH_CHAIN_H
#define BRC_GRAPH_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/weights.h"
#include "graph/blocks.h"
#include "linalg/kernel_norm.h"

typedef struct brc_chain brc_chain;

/*
 * The layers of a file of weights. `order`: names of arrays, separated by
 * commas, from the first layer to the last; NULL: all arrays of two or four
 * extents, by name in natural order (others - biases, normalisations - are
 * left out). Two extents are a dense layer, [out, in], or [in, out] with
 * `transposed`; four a convolution, [out, in, height, width].
 *
 * A layer's inputs must be the outputs of the one before. Behind a convolution
 * a dense layer may have a whole multiple of its channels as inputs: a channel
 * that was flattened into x features, channel by channel. BRC_DATA naming both
 * layers and their shapes otherwise.
 *
 * The layers are the input (channels of a convolution), then one for each
 * array, the last being the output; each is called as its array, without
 * ".weight" or ".kernel"; an equal name gets the number of its layer behind a "#".
 */
brc_rc brc_chain_read(brc_chain **c, const char *path, const char *order, bool transposed,
		      brc_err *err);
void brc_chain_free(brc_chain *c);

/* All layers, the input first. Borrowed. */
const brc_layers *brc_chain_layers(const brc_chain *c);
/* Digest of the file's bytes (of all files of a sharded one). Borrowed. */
const char *brc_chain_digest(const brc_chain *c);

/* The section units/1, as of other networks; everything is copied. */
brc_rc brc_chain_write_units(const brc_chain *c, brc_section *s, brc_err *err);

/*
 * The graph of all layers, or of the hidden ones: the weight between two units
 * is the norm of the kernel between them (METHOD 13.1), a flattened channel's
 * x weights being one kernel. Blocks are owned by the chain. Colsum and
 * spectral need the shape of a flattened channel, which weights do not tell:
 * BRC_DATA. More than `mem` bytes (0: what the machine has) is BRC_RESOURCE.
 */
brc_rc brc_chain_blocks(brc_chain *c, bool all, brc_norm norm, size_t mem, brc_blocks *b,
			brc_err *err);

#endif
