/*
 * PNG and JPEG files as bytes of grey or of red, green and blue, by libpng
 * and libjpeg-turbo.
 *
 * Alpha is dropped, palettes are looked up, 16 bits become 8 (rounded), grey
 * and colour turn into each other as asked (grey = 0.299 R + 0.587 G +
 * 0.114 B, in Pillow's whole numbers). Ignored are EXIF, its orientation
 * included, gamma and colour profiles: pixels are taken as they are stored.
 * CMYK is refused.
 *
 * Internal to lib/data/images.
 */
#ifndef BRC_DATA_IMAGES_IMAGE_FILE_H
#define BRC_DATA_IMAGES_IMAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BRC_IMAGE_PIXELS_MAX ((size_t)100 << 20) /* of one image: more is taken for a bomb */
#define BRC_IMAGE_BYTES_MAX ((size_t)1 << 30)    /* of one file */
#define BRC_IMAGE_WORK_MAX ((size_t)1 << 31)     /* pixels of an image times scans of its file */

/* Pixels [h][w][channels], row-major; owned. */
typedef struct brc_image {
	size_t w, h, channels; /* 1 or 3 */
	uint8_t *pixel;
} brc_image;

void brc_image_clear(brc_image *m); /* of a zeroed or a filled image */

/* Do these first bytes (8 of them) look like PNG or JPEG? */
bool brc_image_magic(const uint8_t *p, size_t n);

/*
 * Decode a file of n bytes into `channels` (1 or 3; 0: as many as the file
 * has). BRC_DATA naming the file when it is neither, damaged, cut off, too
 * large (100 Mi pixels) or CMYK; BRC_RESOURCE when its pixels, and what
 * decoding them takes beside, need more than `mem` bytes (0: what the machine has).
 */
brc_rc brc_image_decode(const uint8_t *bytes, size_t n, const char *name, size_t channels,
			size_t mem, brc_image *out, brc_err *err);
/* The refusal of a file without such first bytes. */
brc_rc brc_image_refuse(const char *name, brc_err *err);

/* Turn into that number of channels, in place. */
brc_rc brc_image_channels(brc_image *m, size_t channels, brc_err *err);

/*
 * The two formats, with the channels of the file. `out` is zeroed; the caller clears it, after a
 * failure too.
 */
brc_rc brc_png_decode(const uint8_t *bytes, size_t n, const char *name, size_t mem, brc_image *out,
		      brc_err *err);
brc_rc brc_jpeg_decode(const uint8_t *bytes, size_t n, const char *name, size_t mem, brc_image *out,
		       brc_err *err);
/* May w x h pixels be decoded, which take `each` bytes, within the limits? */
brc_rc brc_image_admit(size_t w, size_t h, size_t each, size_t mem, const char *name, brc_err *err);
/* "a damaged KIND file: why", with the remedy. */
brc_rc brc_image_damaged(const char *name, const char *kind, const char *why, brc_err *err);
/* Room for an image of this size, within the limit of pixels. */
brc_rc brc_image_reserve(brc_image *m, size_t w, size_t h, size_t channels, const char *name,
			 brc_err *err);

/* ---- other sizes, bit by bit as Pillow makes them ---- */

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
