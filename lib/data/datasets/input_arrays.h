/*
 * Arrays for further inputs of a network, which go into a data set beside its images: NPY files, or
 * members of the archive that holds the images. Each has a row for each image, or one for all.
 */
#ifndef BRC_DATA_DATASETS_INPUT_ARRAYS_H
#define BRC_DATA_DATASETS_INPUT_ARRAYS_H

#include "data/datasets/items.h"
#include "data/datasets/kept_rows.h"
#include "stream/filter.h"

typedef struct brc_input_array {
	char name[BRC_NAME_MAX]; /* of the tensor: "input/NAME" */
	const char *dtype;       /* of the tensor: <f4 or <i4 */
	bool number;             /* one for each image, not a list of one */
	brc_items *items;
	brc_kept_rows kept; /* those of images that are written later */
} brc_input_array;

typedef struct brc_input_arrays {
	brc_input_array *at;
	size_t n;
} brc_input_arrays;

/*
 * Open what text[n] name: "NAME=FILE.npy", or "NAME" for a member of `archive` (NULL: the images
 * are in none). BRC_USAGE for a name that is given twice or cannot be one; BRC_DATA where an array
 * is neither for `images` images nor a single one. Release with brc_input_arrays_clear.
 */
brc_rc brc_input_arrays_open(brc_input_arrays *a, const char *const *text, size_t n,
			     const char *archive, size_t images, brc_err *err);
/* For which images rows are written, and for which they are kept for a second data set. */
typedef struct brc_input_choice {
	const bool *chosen, *aside; /* [images]; chosen NULL: all; aside NULL: none */
	size_t n, n_aside;
	size_t mem; /* of what is kept: brc_kept_rows_init */
} brc_input_choice;

/*
 * Write their tensors into the section that is being written, row by row. BRC_DATA for a number
 * that is not finite, or no integer of 32 bits.
 */
brc_rc brc_input_arrays_write(brc_input_arrays *a, const brc_input_choice *choice, brc_filter *f,
			      brc_err *err);
/* The tensors of what was kept, into another section. */
brc_rc brc_input_arrays_write_kept(brc_input_arrays *a, brc_filter *f, brc_err *err);
/* Note their digests in the history. */
brc_rc brc_input_arrays_record(const brc_input_arrays *a, brc_filter *f, brc_err *err);
void brc_input_arrays_clear(brc_input_arrays *a);

#endif
