/*
 * The internal state of brc_weights, shared by the readers of its formats. Internal to
 * lib/data/models.
 */
#ifndef BRC_DATA_MODELS_WEIGHTS_STATE_H
#define BRC_DATA_MODELS_WEIGHTS_STATE_H

#include "data/models/weights.h"
#include "data/bytes/zip.h"

/* A file that is open. */
typedef struct brc_weight_file {
	char *path, *name; /* as opened; as the index calls it */
	int fd;
	size_t size;
	size_t first; /* its first array in the list, before that is sorted */
} brc_weight_file;

struct brc_weights {
	char *path;
	brc_weight_file *file;
	size_t n_files, cap_files;
	brc_weight *list;
	size_t n, cap;
	brc_zip *zip; /* of NPZ */
};

/* Open a regular file and append it to the list of files. */
brc_rc brc_weight_file_open(brc_weights *w, const char *path, const char *name, brc_err *err);
/* Exactly n bytes at an offset that is known to lie within the file. */
brc_rc brc_weight_file_read(const brc_weight_file *f, size_t offset, void *out, size_t n,
			    brc_err *err);
/* Append an array, filled in but for its name, which is copied. */
brc_rc brc_weights_add(brc_weights *w, const char *name, const brc_weight *head, brc_err *err);

/* The formats: heads. The last file of w is open, or the zip is. */
brc_rc brc_safetensors_head(brc_weights *w, brc_err *err);
brc_rc brc_safetensors_index(brc_weights *w, brc_err *err);
brc_rc brc_numpy_heads(brc_weights *w, brc_err *err);
/* The formats: elements. */
brc_rc brc_safetensors_read(const brc_weights *w, const brc_weight *a, float *out, brc_err *err);
brc_rc brc_numpy_read(const brc_weights *w, const brc_weight *a, float *out, brc_err *err);

#endif
