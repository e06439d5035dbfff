/*
 * Labelled images: what the section dataset/1 holds, and what every reader
 * of image files makes.
 */
#ifndef BRC_DATA_DATASET_H
#define BRC_DATA_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/section.h"

#define BRC_CLASSES_MAX 65536u

typedef enum brc_pixel {
	BRC_PIXEL_U1, /* uint8_t */
	BRC_PIXEL_F4  /* float */
} brc_pixel;

/*
 * Everything but the class names is borrowed: from the section that was read
 * (which must outlive the data set), or from the arrays that a reader of
 * files filled.
 */
typedef struct brc_dataset {
	const void *image; /* [n, shape...], row-major */
	brc_pixel pixel;   /* element type of `image` */
	size_t n;          /* images, >= 1 */
	size_t ndim;       /* extents of ONE image: 1..7 */
	size_t shape[BRC_MAX_DIMS];
	size_t pixels;        /* product of shape[0..ndim): elements of one image */
	const int32_t *label; /* [n], each within 0..classes-1 */
	size_t classes;       /* 1..BRC_CLASSES_MAX */
	double scale;         /* the network is given image * scale; finite, > 0 */
	char **class_name;    /* [classes], unique and not empty; or NULL. Owned */
	char source[16];      /* "idx", "npy", "npz", "cifar10" */
} brc_dataset;

/*
 * A section dataset/1 as a data set that borrows from it. Checks everything
 * stated above, and that no float image holds a NaN or infinity, before or
 * after scaling (BRC_DATA naming the section and the image). Release with
 * brc_dataset_clear, which leaves the section alone.
 */
brc_rc brc_dataset_read(brc_dataset *d, const brc_section *s, brc_err *err);

/* The checks of brc_dataset_read on a data set made by hand; `what` starts the message. */
brc_rc brc_dataset_check(const brc_dataset *d, const char *what, brc_err *err);

/* Fill a fresh section dataset/1; `image` and `label` stay borrowed and must outlive it. */
brc_rc brc_dataset_write(const brc_dataset *d, brc_section *s, brc_err *err);

void brc_dataset_clear(brc_dataset *d);

/*
 * Images first..first+n-1 (which must exist) as the network is given them:
 * out[n][pixels] = (float)(image * scale), the product in double. Safe from
 * several threads at once.
 */
void brc_dataset_rows(const brc_dataset *d, size_t first, size_t n, float *out);

/* The largest byte of byte images; 255 for floats, whose range is their own affair. */
unsigned brc_dataset_largest_byte(const brc_dataset *d);

#endif
