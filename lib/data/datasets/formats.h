/*
 * Files of labelled images in every format that can be read. The content tells the formats apart.
 */
#ifndef BRC_DATA_DATASETS_FORMATS_H
#define BRC_DATA_DATASETS_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/images/image_items.h"
#include "data/datasets/items.h"

typedef enum brc_format {
	BRC_IDX,     /* two files, images and labels; see data/datasets/idx.h */
	BRC_NPY,     /* two files, images and labels; see data/arrays/npy.h */
	BRC_NPZ,     /* one archive with both; see data/arrays/npy.h */
	BRC_CIFAR10, /* any number of batches; see data/datasets/cifar10.h */
	BRC_FOLDER,  /* a folder of folders of images; see data/images/image_list.h */
	BRC_LIST,    /* a table of images and classes; the same */
	BRC_FORMATS  /* any: what the first file looks like */
} brc_format;

typedef struct brc_format_facts {
	const char *name; /* as the option: "idx", "npy", "npz", "cifar10", "folder", "list" */
	const char *
		operand; /* what the history calls the files: "ARCHIVE"; "IMAGES", "LABELS" apart */
	size_t least, most; /* files */
	const char *files;  /* the same in words */
} brc_format_facts;

extern const brc_format_facts brc_formats[BRC_FORMATS];

typedef struct brc_format_options {
	const char *images,
		*labels;         /* members of an NPZ archive; NULL: the usual ones, filled in */
	brc_image_shape shape;   /* of image files */
	char *const *class_name; /* [classes]: the order of the classes of image files */
	size_t classes;
	bool next_token; /* one NPY file of tokens, each labelled by the one that follows */
	size_t length;   /* of sequences cut from a single one; 0: they are cut already */
	size_t mem;      /* for labels; 0: what the machine has */
} brc_format_options;

/*
 * The files as a source of items; *f BRC_FORMATS becomes the format found: that of a folder, or
 * what the first bytes of the first file say. CIFAR-10 has no magic: a regular file of whole
 * records that begins with a label counts. BRC_DATA when it is none of them.
 * BRC_USAGE when the format needs another number of files or has none of the
 * options given. brc_items_free() *it, after a failure too.
 */
brc_rc brc_format_open(brc_format *f, const char *const *path, size_t n, brc_format_options *o,
		       brc_items **it, brc_err *err);

#endif
