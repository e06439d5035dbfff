/*
 * Small pictures: PNG in memory through libpng, and the colour scale of
 * matrices. The bytes depend on the pixels (and libpng's version) alone.
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
	BRC_PNG_SCALE /* one byte a pixel, coloured by brc_png_scale */
} brc_png_kind;

#define BRC_PNG_MAX_SIDE 4096

/*
 * Append the PNG file of width x height pixels, row-major without padding,
 * 1..BRC_PNG_MAX_SIDE each (BRC_DATA otherwise), to `out`. BRC_RESOURCE when out of memory.
 */
brc_rc brc_png(brc_str *out, brc_png_kind kind, size_t width, size_t height, const uint8_t *pixels,
	       brc_err *err);

/* The same as a data URI: "data:image/png;base64,...". */
brc_rc brc_png_uri(brc_str *out, brc_png_kind kind, size_t width, size_t height,
		   const uint8_t *pixels, brc_err *err);

/*
 * Entry i of the colour scale: nine anchors of viridis (Smith, van der Walt
 * and Firing, CC0), linear between; even in lightness, safe for the colour-blind.
 */
void brc_png_scale(uint8_t i, uint8_t rgb[3]);

#endif
