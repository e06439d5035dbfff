/*
 * Images first: inputs are handed in, and outputs are given back, with the images in dimension 0,
 * one after another, wherever the model has them. Internal to lib/exec.
 */
#ifndef BRC_EXEC_IMAGES_FIRST_H
#define BRC_EXEC_IMAGES_FIRST_H

#include "exec/operator.h"

/* *value, an input, becomes the value whose dimension `to` is its dimension 0. BRC_DATA. */
brc_rc brc_exec_images_to(brc_exec *g, size_t to, size_t *value, brc_err *err);

/*
 * *value becomes one with the same elements of each image, in their order, and the images in
 * dimension 0. It stays as it is where they lie there already, or where no dimension holds images.
 * BRC_DATA when that takes too many dimensions.
 */
brc_rc brc_exec_images_first(brc_exec *g, size_t *value, brc_err *err);

#endif
