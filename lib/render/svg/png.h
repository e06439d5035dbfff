/*
 * Small images: PNG in memory through libpng. The bytes depend on the pixels (and libpng's version)
 * alone. Internal to lib/render.
 */
#ifndef BRC_RENDER_PNG_H
#define BRC_RENDER_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef enum brc_png_kind {
	BRC_PNG_GREY, /* one byte a pixel */
	BRC_PNG_RGB,  /* three bytes a pixel */
	BRC_PNG_SCALE /* one byte a pixel, on a scale from dark blue to yellow */
} brc_png_kind;

#define BRC_PNG_MAX_SIDE 4096

/*
 * Append the PNG file of width x height pixels, row-major without padding, as a data URI:
 * "data:image/png;base64,...". BRC_DATA unless both sides are within 1..BRC_PNG_MAX_SIDE;
 * BRC_RESOURCE.
 */
brc_rc brc_png_uri(brc_str *out, brc_png_kind kind, size_t width, size_t height,
		   const uint8_t *pixels, brc_err *err);

/* Append the base64 encoding (RFC 4648, with padding) of n bytes. */
void brc_base64(brc_str *b, const void *data, size_t n);

#endif
