/* Changes the size of images, bit by bit as Pillow does. Internal to lib/data/images. */
#ifndef BRC_DATA_IMAGES_IMAGE_RESIZE_H
#define BRC_DATA_IMAGES_IMAGE_RESIZE_H

#include "base/err.h"
#include "data/images/image_file.h"

/*
 * Resize to w x h, in place: a triangle filter, which widens with the
 * reduction (antialiasing), first over rows, then over columns, each rounded
 * to bytes, with weights of 22 bits. Equal to Pillow's
 * Image.resize((w, h), BILINEAR). Cost: O(w h_old s_x + w h s_y), s the
 * widths of the filter.
 */
brc_rc brc_image_resize(brc_image *m, size_t w, size_t h, brc_err *err);

/*
 * The size at which the shorter side has `side` pixels, and the other side follows in proportion,
 * rounded down.
 */
brc_rc brc_image_resize_short(brc_image *m, size_t side, brc_err *err);

/*
 * Cut out the middle w x h pixels, in place; half a pixel is rounded to the even place, as
 * torchvision's CenterCrop does. BRC_DATA naming the file and both sizes when the image is smaller.
 */
brc_rc brc_image_crop(brc_image *m, size_t w, size_t h, const char *name, brc_err *err);

#endif
