/* The section exemplars/1: each unit's strongest images, and its mean over each class. */
#ifndef BRC_SECTIONS_EXEMPLARS_H
#define BRC_SECTIONS_EXEMPLARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

/*
 * The arrays belong to the section that was read, which must outlive them, or to the code that made
 * them.
 */
typedef struct brc_exemplars {
	brc_layers layers;
	size_t per_unit, images, classes;
	const int32_t *top; /* [units, per_unit] numbers of samples, strongest first; -1: fewer */
	const float *value; /* [units, per_unit] */
	const int32_t *sample;      /* [images] number of each image kept, ascending */
	const int32_t *label;       /* [images], within the classes; -1: not of one class */
	size_t ndim;                /* extents of one image */
	size_t shape[BRC_MAX_DIMS]; /* [ndim] */
	const uint8_t *pixel;       /* [images, shape...] */
	const float *class_mean;    /* [units, classes]; NaN for a class without an image; NULL: */
				    /* there are no classes */
	char **class_name;          /* [classes], or NULL: numbered */
	bool own_arrays;            /* free() them with the struct */
} brc_exemplars;

void brc_exemplars_clear(brc_exemplars *x); /* of a zeroed or a filled struct */

/*
 * From a section, whose tensors are borrowed. BRC_DATA when shapes disagree, samples do not ascend,
 * a list names a sample that is not among the images, or a label is no class.
 */
brc_rc brc_exemplars_read(brc_exemplars *x, const brc_section *s, brc_err *err);
/* Into an empty section, which borrows the arrays. */
brc_rc brc_exemplars_write(const brc_exemplars *x, brc_section *s, brc_err *err);

/* The index of the image of this sample, BRC_ANY when it is not among the images. O(log images). */
size_t brc_exemplars_find(const brc_exemplars *x, int32_t sample);
/* Elements of one image. */
size_t brc_exemplars_pixels(const brc_exemplars *x);

#endif
