/*
 * What is measured of every lesion: one tensor for each number, in the section `lesions`. Where
 * several kinds of controls were run, each kind has tensors of its own under a prefix.
 *
 * Internal to lib/sections, but for the struct.
 */
#ifndef BRC_SECTIONS_LESION_TENSORS_H
#define BRC_SECTIONS_LESION_TENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/section.h"

/*
 * Each is [draws + 1, m, classes]; row 0 is the observed partition. With p and p0 the softmax
 * outputs of an answer with and without the lesion, delta of class c is p - p0 of that class. The
 * last three are all NULL where no softmax over three or more classes makes the answers, and in
 * lesions/1.
 */
typedef struct brc_lesion_tensors {
	const int32_t *correct;    /* right answers of the class; NULL for regression */
	const double *loss;        /* their summed loss */
	const double *own;         /* sum of delta of class c over the answers of class c */
	const double *own_squares; /* sum of its squares over the same */
	const double *all;         /* sum of delta of class c over all answers */
	void *memory[5];           /* of each in this order, to be freed; NULL: borrowed */
} brc_lesion_tensors;

/* All or none of the sums of probabilities are there. */
bool brc_lesion_tensors_have_softmax(const brc_lesion_tensors *t);

/*
 * Memory for n numbers of each, which the members point to; `softmax`: with sums of probabilities.
 * Write through `memory`. BRC_RESOURCE; clear it then, too.
 */
brc_rc brc_lesion_tensors_alloc(brc_lesion_tensors *t, size_t n, bool softmax, brc_err *err);
/* Bytes of that for one number of each. */
size_t brc_lesion_tensors_bytes(bool softmax);
/* All members point n numbers further. */
void brc_lesion_tensors_skip(brc_lesion_tensors *t, size_t n);

/*
 * Into the section, which borrows them; those that are NULL are left out. Their names have `prefix`
 * in front of them: "", or "match/degree/".
 */
brc_rc brc_lesion_tensors_write(const brc_lesion_tensors *t, const size_t shape[3],
				const char *prefix, brc_section *s, brc_err *err);

/*
 * From the section, borrowed. `counts`: right answers are needed. Sums of probabilities may be
 * absent, all of them. BRC_DATA where a tensor is missing or has another shape.
 */
brc_rc brc_lesion_tensors_read(brc_lesion_tensors *t, const size_t shape[3], const char *prefix,
			       bool counts, const brc_section *s, brc_err *err);

/*
 * BRC_DATA naming draw, sub-cluster and class of a number that `images` answers, class_images of
 * each class, cannot give. Losses and sums of probabilities may be NaN.
 */
brc_rc brc_lesion_tensors_check(const brc_lesion_tensors *t, const size_t shape[3],
				const int64_t *class_images, size_t images, const brc_section *s,
				brc_err *err);

void brc_lesion_tensors_clear(brc_lesion_tensors *t); /* of a zeroed or a filled struct */

#endif
