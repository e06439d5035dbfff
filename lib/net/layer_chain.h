/*
 * Networks that are plain chains, read from their weights alone: dense layers and convolutions one
 * after the other. Each is fed by all units of the layer before it.
 */
#ifndef BRC_NET_LAYER_CHAIN_H
#define BRC_NET_LAYER_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/models/weights.h"
#include "linalg/kernel_norm.h"
#include "net/layer_graph.h"

typedef struct brc_layer_chain brc_layer_chain;

/*
 * The layers of a file of weights. `order`: names of arrays, separated by commas, from the first
 * layer to the last; NULL: all arrays of two or four extents, by name in natural order (others -
 * biases, normalisations - are left out). Two extents are a dense layer, [out, in], or [in, out]
 * with `transposed`; four a convolution, [out, in, height, width]. `norm` makes one weight of a
 * kernel; the x weights of a flattened channel are one kernel.
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
brc_rc brc_layer_chain_read(brc_layer_chain **c, const char *path, const char *order,
			    bool transposed, brc_norm norm, brc_err *err);
void brc_layer_chain_free(brc_layer_chain *c);

/*
 * All of it, borrowed: the digest is of the file's bytes (of all files of a sharded one). BRC_DATA
 * for weights under colsum or spectral that need the shape of a flattened channel, because the file
 * does not hold it.
 */
const brc_layer_graph *brc_layer_chain_graph(const brc_layer_chain *c);

#endif
