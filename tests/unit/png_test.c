/* Base64 by RFC 4648; pictures, decoded again by libpng. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>

#include "render/svg/png.h"

static void base64_equals_the_vectors_of_the_standard(void **state)
{
	/* section 10 */
	static const char *const vector[][2] = {{"", ""},
						{"f", "Zg=="},
						{"fo", "Zm8="},
						{"foo", "Zm9v"},
						{"foob", "Zm9vYg=="},
						{"fooba", "Zm9vYmE="},
						{"foobar", "Zm9vYmFy"}};
	brc_str b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(vector) / sizeof(*vector); i++) {
		brc_base64(&b, vector[i][0], strlen(vector[i][0]));
		assert_string_equal(b.s ? b.s : "", vector[i][1]);
		brc_str_free(&b);
	}
	brc_base64(&b, "\xFB\xFF\xFE", 3);
	assert_string_equal(b.s, "+//+");
	brc_str_free(&b);
}

static const char prefix[] = "data:image/png;base64,";

static unsigned digit_of(char c)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digit, c);

	assert_non_null(at);
	return (unsigned)(at - digit);
}

/* The pixels of a data URI as RGB; free() them. */
static uint8_t *decode(const brc_str *uri, size_t *width, size_t *height)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	uint8_t *file = malloc(uri->len), *pixels;
	unsigned bits = 0, have = 0;
	size_t n = 0;

	assert_non_null(file);
	assert_memory_equal(uri->s, prefix, sizeof(prefix) - 1);
	for (const char *c = uri->s + sizeof(prefix) - 1; *c && *c != '='; c++) {
		bits = bits << 6 | digit_of(*c);
		have += 6;
		if (have >= 8) {
			have -= 8;
			file[n++] = (uint8_t)(bits >> have);
		}
	}
	assert_true(png_image_begin_read_from_memory(&image, file, n));
	image.format = PNG_FORMAT_RGB;
	pixels = malloc(PNG_IMAGE_SIZE(image));
	assert_non_null(pixels);
	assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
	*width = image.width;
	*height = image.height;
	free(file);
	return pixels;
}

static void round_trip(brc_png_kind kind, size_t width, size_t height)
{
	size_t depth = kind == BRC_PNG_RGB ? 3 : 1, w, h;
	uint8_t *in = malloc(width * height * depth), *out;
	brc_str file = {0};
	brc_err err;

	assert_non_null(in);
	for (size_t i = 0; i < width * height * depth; i++)
		in[i] = (uint8_t)(i * 37 + i / 5);
	assert_int_equal(brc_png_uri(&file, kind, width, height, in, &err), BRC_OK);
	out = decode(&file, &w, &h);
	assert_int_equal(w, width);
	assert_int_equal(h, height);
	for (size_t i = 0; i < width * height; i++) {
		uint8_t want[3] = {in[i * depth], in[i * depth + depth / 2],
				   in[i * depth + depth - 1]};

		assert_memory_equal(out + 3 * i, want, 3);
	}
	free(in);
	free(out);
	brc_str_free(&file);
}

static void a_picture_comes_back_as_it_was(void **state)
{
	(void)state;
	round_trip(BRC_PNG_GREY, 28, 28);
	round_trip(BRC_PNG_GREY, 1, 1);
	round_trip(BRC_PNG_RGB, 32, 17);
}

static void sides_of_zero_or_too_many_pixels_are_refused(void **state)
{
	uint8_t pixel = 0;
	brc_str file = {0};
	brc_err err;

	(void)state;
	assert_int_equal(brc_png_uri(&file, BRC_PNG_GREY, 0, 1, &pixel, &err), BRC_DATA);
	assert_int_equal(brc_png_uri(&file, BRC_PNG_GREY, 1, BRC_PNG_MAX_SIDE + 1, &pixel, &err),
			 BRC_DATA);
	assert_non_null(strstr(err.message, "1 x 4097"));
	assert_int_equal(file.len, 0);
	brc_str_free(&file);
}

/* From dark to light, and never back: what makes the scale readable in grey. */
static void the_colour_scale_grows_lighter_throughout(void **state)
{
	uint8_t level[256], *rgb;
	double before = -1;
	brc_str file = {0};
	size_t w, h;
	brc_err err;

	(void)state;
	for (size_t i = 0; i < 256; i++)
		level[i] = (uint8_t)i;
	assert_int_equal(brc_png_uri(&file, BRC_PNG_SCALE, 64, 4, level, &err), BRC_OK);
	rgb = decode(&file, &w, &h);
	assert_int_equal(w, 64);
	assert_int_equal(h, 4);
	for (size_t i = 0; i < 256; i++) {
		const uint8_t *c = rgb + 3 * i;
		double light = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];

		assert_true(light >= before - 0.5);
		before = light;
	}
	assert_memory_equal(rgb, ((uint8_t[]){68, 1, 84}), 3);
	assert_memory_equal(rgb + 3 * 255, ((uint8_t[]){253, 231, 37}), 3);
	free(rgb);
	brc_str_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_equals_the_vectors_of_the_standard),
		cmocka_unit_test(a_picture_comes_back_as_it_was),
		cmocka_unit_test(sides_of_zero_or_too_many_pixels_are_refused),
		cmocka_unit_test(the_colour_scale_grows_lighter_throughout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
