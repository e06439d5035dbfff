/* PNG files, by libpng. */
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/images/image_file.h"

enum { CHUNK_BYTES_MAX = 1 << 23 }; /* of a chunk beside the pixels, unpacked */

typedef struct decoder {
	const uint8_t *at;
	size_t left;
	char message[128];
	png_structp png;
	png_infop info;
	png_bytep *row;
} decoder;

static void take(png_structp png, png_bytep out, png_size_t n)
{
	decoder *d = png_get_io_ptr(png);

	if (n > d->left)
		png_error(png, "the file ends too early");
	memcpy(out, d->at, n);
	d->at += n;
	d->left -= n;
}

/* libpng must not print: it reports through the message it leaves here. */
static void on_error(png_structp png, png_const_charp message)
{
	decoder *d = png_get_error_ptr(png);

	snprintf(d->message, sizeof(d->message), "%s", message);
	png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
}

/* To 8 bits of grey or of red, green and blue, without alpha. */
static size_t normalise(decoder *d)
{
	png_byte type = png_get_color_type(d->png, d->info);

	if (type == PNG_COLOR_TYPE_PALETTE)
		png_set_palette_to_rgb(d->png);
	if (type == PNG_COLOR_TYPE_GRAY)
		png_set_expand_gray_1_2_4_to_8(d->png);
	png_set_scale_16(d->png);
	png_set_strip_alpha(d->png);
	png_set_interlace_handling(d->png);
	png_read_update_info(d->png, d->info);
	return type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_GRAY_ALPHA ? 1 : 3;
}

static brc_rc read_pixels(decoder *d, const char *name, size_t mem, brc_image *out, brc_err *err)
{
	size_t w, h, channels;

	png_read_info(d->png, d->info);
	w = png_get_image_width(d->png, d->info);
	h = png_get_image_height(d->png, d->info);
	channels = normalise(d);
	BRC_TRY(brc_image_admit(w, h, channels, mem, name, err));
	BRC_TRY(brc_image_reserve(out, w, h, channels, name, err));
	if (png_get_rowbytes(d->png, d->info) != w * channels)
		return brc_fail(err, BRC_DATA, "%s: a PNG file of an unknown kind", name);
	BRC_TRY(BRC_ARRAY(d->row, h, err));
	for (size_t y = 0; y < h; y++)
		d->row[y] = out->pixel + y * w * channels;
	png_read_image(d->png, d->row);
	png_read_end(d->png, NULL);
	return BRC_OK;
}

/* A function of its own, so that no variable changes between setjmp and longjmp. */
static brc_rc guarded(decoder *d, const char *name, size_t mem, brc_image *out, brc_err *err)
{
	if (setjmp(png_jmpbuf(d->png)))
		return brc_image_damaged(name, "PNG", d->message, err);
	return read_pixels(d, name, mem, out, err);
}

brc_rc brc_png_decode(const uint8_t *bytes, size_t n, const char *name, size_t mem, brc_image *out,
		      brc_err *err)
{
	decoder d = {.at = bytes, .left = n};
	brc_rc rc = BRC_RESOURCE;

	d.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d, on_error, on_warning);
	d.info = d.png ? png_create_info_struct(d.png) : NULL;
	if (d.info) {
		png_set_read_fn(d.png, &d, take);
		png_set_user_limits(d.png, 1 << 24, 1 << 24);
		png_set_chunk_malloc_max(d.png, CHUNK_BYTES_MAX);
		/*
		 * text and profiles may unpack to a thousand times their size, so only these are
		 * read: header, palette, transparency, pixels, end
		 */
		png_set_keep_unknown_chunks(d.png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
		png_set_benign_errors(d.png, 0); /* such as more pixels than the header says */
		rc = guarded(&d, name, mem, out, err);
	} else {
		brc_fail(err, BRC_RESOURCE, "%s: libpng cannot start", name);
	}
	png_destroy_read_struct(&d.png, &d.info, NULL);
	free(d.row);
	return rc;
}
