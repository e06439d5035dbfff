/*
 * What a data set holds for further inputs of a network, besides its images or sequences: the
 * optional tensors input/NAME of the section dataset/1.
 */
#ifndef BRC_SECTIONS_DATASET_INPUTS_H
#define BRC_SECTIONS_DATASET_INPUTS_H

#include "sections/dataset.h"

/* One of them. Everything is borrowed from the section. */
struct brc_dataset_input {
	const char *name; /* of the network's input */
	bool real;        /* floats; else int32_t */
	bool shared;      /* the same for all images */
	size_t ndim;      /* extents of one image */
	size_t shape[BRC_MAX_DIMS];
	size_t count; /* product of the shape */
	const void *data;
};

#define BRC_DATASET_INPUT "input/" /* begins the names of their tensors */

/*
 * From the section: d->input[d->n_inputs], in the order of the tensors. d->n must be set. BRC_DATA
 * for another type, another number of images, or floats that are not finite. Free d->input.
 */
brc_rc brc_dataset_inputs_read(brc_dataset *d, const brc_section *s, brc_err *err);
/* Add them to a fresh section, which borrows their data. */
brc_rc brc_dataset_inputs_write(const brc_dataset *d, brc_section *s, brc_err *err);
/* That of this name, or NULL. */
const brc_dataset_input *brc_dataset_input_called(const brc_dataset *d, const char *name);
/* Its elements for one image, as floats or as integers: out[count]. */
void brc_dataset_input_floats(const brc_dataset_input *x, size_t image, float *out);
void brc_dataset_input_ints(const brc_dataset_input *x, size_t image, int64_t *out);

#endif
