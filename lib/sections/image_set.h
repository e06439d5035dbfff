/*
 * What a set of images is recognised by, in the history of a stream: their number, a digest of them
 * all, and a sketch, from which it is estimated how many images two sets share. The digest and the
 * sketch do not depend on the order of the images. They are made of the images as they are stored,
 * and of what further inputs get; not of labels, nor of scale and mean.
 */
#ifndef BRC_SECTIONS_IMAGE_SET_H
#define BRC_SECTIONS_IMAGE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/dataset.h"
#include "stream/map.h"

enum { BRC_IMAGE_SKETCH = 512 };

typedef struct brc_image_set {
	size_t n;                          /* images */
	uint64_t sum[2];                   /* of their hashes, modulo 2^64 */
	size_t n_sketch;                   /* fewer than BRC_IMAGE_SKETCH: all distinct hashes */
	uint64_t sketch[BRC_IMAGE_SKETCH]; /* the smallest distinct hashes, ascending */
} brc_image_set;

/* Add an image with this hash. The set was zeroed. */
void brc_image_set_add(brc_image_set *set, const uint64_t hash[2]);

/* The images sample[n] of a data set, or all (sample NULL). BRC_RESOURCE. */
brc_rc brc_image_set_of(brc_image_set *set, const brc_dataset *d, const size_t *sample, size_t n,
			brc_err *err);

/* As the history has it: {count, digest, sketch}. NULL: out of memory. */
brc_map *brc_image_set_map(const brc_image_set *set);
/* False if it is no such map. */
bool brc_image_set_read(brc_image_set *set, const brc_map *m);

/*
 * What part of the images of `of` are in `in`, and whether they are the same images. Of the hashes
 * up to the smaller of the sketches' ends, it is the part of `of` that `in` has: an estimate,
 * unless both sketches hold all hashes (*exact). NaN if `of` has none there. *common: how many.
 */
double brc_image_set_share(const brc_image_set *of, const brc_image_set *in, bool *exact,
			   size_t *common);
bool brc_image_set_same(const brc_image_set *a, const brc_image_set *b);

#endif
