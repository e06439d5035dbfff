#include <png.h>
#include <setjmp.h>
#include <stdio.h>

#include "base/memory.h"
#include "render/svg/png.h"

/*
 * Entry i of the colour scale: nine anchors of viridis (Smith, van der Walt and Firing, CC0),
 * linear between; even in lightness, safe for the colour-blind.
 */
static void scale_colour(unsigned i, uint8_t rgb[3])
{
	static const uint8_t anchor[9][3] = {{68, 1, 84},    {71, 45, 123},  {59, 82, 139},
					     {44, 114, 142}, {33, 144, 140}, {39, 173, 129},
					     {93, 200, 99},  {170, 220, 50}, {253, 231, 37}};
	unsigned position = i * 8u, a = position / 255u, rest = position % 255u;

	for (size_t c = 0; c < 3; c++) {
		unsigned next = a < 8 ? anchor[a + 1][c] : anchor[8][c];

		rgb[c] = (uint8_t)((anchor[a][c] * (255u - rest) + next * rest + 127u) / 255u);
	}
}

static void append(png_structp png, png_bytep data, png_size_t n)
{
	brc_str_addn(png_get_io_ptr(png), (const char *)data, n);
}

static void flush(png_structp png)
{
	(void)png;
}

/* libpng must not print: it reports through the message it leaves here. */
static void on_error(png_structp png, png_const_charp message)
{
	snprintf(png_get_error_ptr(png), 128, "%s", message);
	png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
}

static void write_header(png_structp png, png_infop info, brc_png_kind kind, size_t w, size_t h)
{
	static const int type[] = {[BRC_PNG_GREY] = PNG_COLOR_TYPE_GRAY,
				   [BRC_PNG_RGB] = PNG_COLOR_TYPE_RGB,
				   [BRC_PNG_SCALE] = PNG_COLOR_TYPE_PALETTE};
	png_color palette[256];

	png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 8, type[kind], PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (kind == BRC_PNG_SCALE) {
		for (unsigned i = 0; i < 256; i++) {
			uint8_t rgb[3];

			scale_colour(i, rgb);
			palette[i] = (png_color){rgb[0], rgb[1], rgb[2]};
		}
		png_set_PLTE(png, info, palette, 256);
	}
	png_set_compression_level(png, 9);
	png_write_info(png, info);
}

static brc_rc encode(brc_str *out, brc_png_kind kind, size_t width, size_t height,
		     const uint8_t *pixels, brc_err *err)
{
	char message[128] = "";
	size_t row = width * (kind == BRC_PNG_RGB ? 3 : 1);
	png_structp png;
	png_infop info;

	if (width < 1 || height < 1 || width > BRC_PNG_MAX_SIDE || height > BRC_PNG_MAX_SIDE)
		return brc_fail(err, BRC_DATA, "a picture of %zu x %zu pixels cannot be drawn",
				width, height);
	png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
	info = png ? png_create_info_struct(png) : NULL;
	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return brc_fail(err, BRC_RESOURCE, "out of memory for a picture");
	}
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return brc_fail(err, BRC_RESOURCE, "libpng: %s", message);
	}
	png_set_write_fn(png, out, append, flush);
	write_header(png, info, kind, width, height);
	for (size_t y = 0; y < height; y++)
		png_write_row(png, pixels + y * row);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	return brc_str_check(out, err);
}

void brc_base64(brc_str *b, const void *data, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789+/";
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0u) |
			     (left > 2 ? (unsigned)p[i + 2] : 0u);
		char four[4] = {digit[v >> 18], digit[v >> 12 & 63],
				left > 1 ? digit[v >> 6 & 63] : '=',
				left > 2 ? digit[v & 63] : '='};

		brc_str_addn(b, four, 4);
	}
}

brc_rc brc_png_uri(brc_str *out, brc_png_kind kind, size_t width, size_t height,
		   const uint8_t *pixels, brc_err *err)
{
	brc_str file = {0};
	brc_rc rc = encode(&file, kind, width, height, pixels, err);

	if (rc == BRC_OK) {
		brc_str_add(out, "data:image/png;base64,");
		brc_base64(out, file.s, file.len);
		rc = brc_str_check(out, err);
	}
	brc_str_free(&file);
	return rc;
}
