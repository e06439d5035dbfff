/*
 * Sequences of tokens in which the label of a token is the token that follows. Internal to
 * lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_TOKEN_ITEMS_H
#define BRC_DATA_DATASETS_TOKEN_ITEMS_H

#include <stddef.h>

#include "base/err.h"
#include "data/datasets/items.h"

/*
 * From an NPY file of integers [n, T]: items <i4 [T - 1], the first tokens of each sequence, with
 * labels [n, T - 1], the token that follows each. From [tokens], a single text: `length` of them an
 * item. Each item begins where the one before it ended; a rest at the end is not used.
 *
 * The input is borrowed. All tokens are held, within `mem` bytes (0: what the
 * machine has), since they are the labels too. BRC_DATA when the array is of
 * another kind, or sequences have fewer than two tokens.
 */
brc_rc brc_items_of_next_tokens(brc_items **it, brc_input *in, size_t length, size_t mem,
				brc_err *err);

#endif
