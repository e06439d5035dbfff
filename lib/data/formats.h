/* Files of labelled images in every format that is read, told apart by their content. */
#ifndef BRC_DATA_FORMATS_H
#define BRC_DATA_FORMATS_H

#include <stddef.h>

#include "base/err.h"
#include "data/array.h"
#include "data/input.h"

typedef enum brc_format {
	BRC_IDX,     /* two files, images and labels; see data/idx.h */
	BRC_NPY,     /* two files, images and labels; see data/npy.h */
	BRC_NPZ,     /* one archive with both; see data/npy.h */
	BRC_CIFAR10, /* any number of batches; see data/cifar10.h */
	BRC_FORMATS
} brc_format;

/* "idx", "npy", "npz", "cifar10". */
const char *brc_format_name(brc_format f);

/*
 * The format of a file from its first bytes (nothing is taken). CIFAR-10 has
 * no magic: a regular file of whole records that begins with a label counts.
 * BRC_DATA when it is none of them.
 */
brc_rc brc_format_detect(brc_input *in, brc_format *out, brc_err *err);

/* The names of two members of an NPZ archive; NULL: the usual ones. */
typedef struct brc_member_names {
	const char *images, *labels;
} brc_member_names;

/*
 * Images and labels as the files have them, each array within `mem` bytes (0:
 * what the machine has). BRC_USAGE when the format needs another number of
 * files. For NPZ the NULLs in `names` are filled in with static strings.
 * Clear the arrays after a failure too.
 */
brc_rc brc_format_read(brc_format f, brc_input *const *in, size_t n, brc_member_names *names,
		       size_t mem, brc_array *image, brc_array *label, brc_err *err);

#endif
