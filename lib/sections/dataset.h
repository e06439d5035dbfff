/*
 * Labelled images or sequences of tokens: what the section dataset/1 holds,
 * and what networks are fed with.
 *
 * A data set borrows from its section. One that is larger than the memory a
 * filter may take lies in an unlinked spool file that is mapped (see
 * stream/collect.h), so brc_dataset_rows needs no more memory than what it
 * gives out, whatever the size of the set.
 */
#ifndef BRC_SECTIONS_DATASET_H
#define BRC_SECTIONS_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/section.h"

#define BRC_CLASSES_MAX 65536u

/* The names of two parts of a data set: of one partitions are made, on the other lesions are. */
#define BRC_DATASET_FIT "fit"
#define BRC_DATASET_TEST "test"

typedef enum brc_pixel {
	BRC_PIXEL_U1, /* uint8_t */
	BRC_PIXEL_F4, /* float */
	BRC_PIXEL_I4  /* int32_t: tokens, >= 0 */
} brc_pixel;

/* Where the channels of an image stand among its extents. */
typedef enum brc_layout {
	BRC_LAYOUT_UNKNOWN,
	BRC_LAYOUT_NCHW, /* one image is [channel, y, x] */
	BRC_LAYOUT_NHWC  /* one image is [y, x, channel] */
} brc_layout;

typedef struct brc_dataset_input brc_dataset_input; /* see sections/dataset_inputs.h */

/*
 * Everything but the class names is borrowed: from the section that was read
 * (which must outlive the data set), or from the arrays that a reader of
 * files filled.
 */
typedef struct brc_dataset {
	const void *image; /* [n, shape...], row-major */
	brc_pixel pixel;   /* element type of `image` */
	size_t n;          /* images (sequences), >= 1 */
	size_t ndim;       /* extents of ONE image: 1..7; of a sequence: 1, its tokens */
	size_t shape[BRC_MAX_DIMS];
	size_t pixels; /* product of shape[0..ndim): elements of one image */
	/* One of these three; the others are NULL: */
	const int32_t *label; /* [n, label_shape...], each within 0..classes-1, or -1 */
	const uint8_t *mark;  /* [n, classes]: 1 where the image has the label, else 0 */
	const float *target;  /* [n, classes]: what the outputs should be; finite */
	size_t unlabelled;    /* how many places have the label -1, which is none; not all */
	size_t label_ndim;    /* 0: one label an image; else one for each of its places, e.g. for */
	size_t label_shape[3];   /* each token the one that follows; [label_ndim] */
	size_t classes;          /* 1..BRC_CLASSES_MAX; or how many labels, or outputs, there are */
	double scale;            /* the network is given image * scale; finite, > 0; 1 for tokens */
	brc_layout layout;       /* where the channels stand, when that is known */
	size_t channels;         /* of mean and deviation: 0 (there are none), 1 (for all) or */
	const double *mean;      /* the extent that holds the channels; [channels]: the network */
	const double *deviation; /* is given (image * scale - mean) / deviation, which is > 0 */
	char **class_name;       /* [classes], unique and not empty; or NULL. Owned */
	brc_dataset_input *input; /* [n_inputs]: for further inputs of the network. Owned */
	size_t n_inputs;
	char source[16]; /* "idx", "npy", "npz", "cifar10", "folder", "list", "tokens" */
} brc_dataset;

/*
 * A section dataset/1 as a data set that borrows from it. Checks everything
 * stated above, and that no float image holds a NaN or infinity, before or
 * after scaling (BRC_DATA naming the section and the image). Release with
 * brc_dataset_clear, which leaves the section alone.
 */
brc_rc brc_dataset_read(brc_dataset *d, const brc_section *s, brc_err *err);

/*
 * The checks of brc_dataset_read but for the elements, so that `image` may be NULL; `what` starts
 * the message.
 */
brc_rc brc_dataset_check_head(const brc_dataset *d, const char *what, brc_err *err);
/* And the elements of n images at `image`, the first of which is number `first`. */
brc_rc brc_dataset_check_images(const brc_dataset *d, const void *image, size_t first, size_t n,
				const char *what, brc_err *err);

/*
 * Fill a fresh section dataset/1 with all but the images, whose tensor *t describes: they are
 * written in pieces. Arrays stay borrowed and must outlive the section.
 */
typedef struct brc_dataset_tensor {
	const char *name, *dtype, *axes; /* static */
	size_t ndim, shape[BRC_MAX_DIMS];
} brc_dataset_tensor;
brc_rc brc_dataset_describe(const brc_dataset *d, brc_section *s, brc_dataset_tensor *t,
			    brc_err *err);

/* Labels of one image: 1, or one for each place; 0: there are none, but marks or targets. */
size_t brc_dataset_places(const brc_dataset *d);
/* What output k should be for an image: its target, its mark, or the number that its label is. */
double brc_dataset_target(const brc_dataset *d, size_t image, size_t k);
/* has[classes]: is the image of this class, by its label, the label of any place, or a mark? */
void brc_dataset_classes_of(const brc_dataset *d, size_t image, bool *has);

/* What its items are called: "images" or "sequences". */
const char *brc_dataset_items(const brc_dataset *d);

void brc_dataset_clear(brc_dataset *d);

/*
 * Images first..first+n-1 (which must exist) as the network is given them:
 * out[n][pixels] = (float)((image * scale - mean) / deviation), in double; of
 * tokens their numbers. Safe from several threads at once.
 */
void brc_dataset_rows(const brc_dataset *d, size_t first, size_t n, float *out);
/* Tokens as networks take them; only of a data set of tokens. */
void brc_dataset_tokens(const brc_dataset *d, size_t first, size_t n, int64_t *out);

#endif
