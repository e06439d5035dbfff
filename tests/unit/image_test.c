/* Images: decoded, turned grey, resized and cropped, all to the bit as Pillow does it. */
#include "data_files.h"

#include "data/images/image_file.h"
#include "array_files.h"

#define IMAGES "tests/golden/images/"

static brc_rc decode(const char *path, size_t channels, brc_image *m, brc_err *err)
{
	size_t n;
	unsigned char *bytes = slurp(path, &n);
	brc_rc rc = brc_image_decode(bytes, n, path, channels, 0, m, err);

	free(bytes);
	return rc;
}

static brc_image decoded(const char *path, size_t channels)
{
	brc_image m;

	assert_int_equal(decode(path, channels, &m, NULL), BRC_OK);
	return m;
}

/* The pixels of the array file; the image is cleared. */
static void is(brc_image *m, const char *path)
{
	brc_array a;

	assert_int_equal(npy_array(path, 0, &a, NULL), BRC_OK);
	assert_string_equal(a.dtype, "|u1");
	assert_int_equal(a.ndim, m->channels == 1 ? 2 : 3);
	assert_int_equal(a.shape[0], m->h);
	assert_int_equal(a.shape[1], m->w);
	assert_memory_equal(a.data, m->pixel, a.count);
	brc_array_clear(&a);
	brc_image_clear(m);
}

static void decodes_as_pillow_does(void **state)
{
	static const char *const files[] = {IMAGES "rgb.png",     IMAGES "grey.png",
					    IMAGES "palette.png", IMAGES "bits.png",
					    IMAGES "rgba.png",    IMAGES "la.png",
					    IMAGES "rgb.jpg",     IMAGES "progressive.jpg",
					    IMAGES "grey.jpg",    IMAGES "turned.jpg"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char golden[128];
		brc_image m;

		snprintf(golden, sizeof(golden), "%s.npy", files[i]);
		m = decoded(files[i], 0);
		is(&m, golden);
	}
}

static void rounds_16_bits_to_8(void **state)
{
	brc_image m = decoded(IMAGES "rgb16.png", 0);

	(void)state;
	is(&m, IMAGES "rgb16.png.npy");
	m = decoded(IMAGES "grey16.png", 0);
	is(&m, IMAGES "grey16.png.npy");
}

static void turns_colour_grey_and_back(void **state)
{
	brc_image m = decoded(IMAGES "rgb.png", 1);

	(void)state;
	is(&m, IMAGES "to-grey.npy");
	m = decoded(IMAGES "grey.png", 3);
	for (size_t i = 0; i < m.w * m.h; i++)
		assert_true(m.pixel[3 * i] == m.pixel[3 * i + 1] &&
			    m.pixel[3 * i] == m.pixel[3 * i + 2]);
	assert_int_equal(brc_image_channels(&m, 1, NULL), BRC_OK);
	is(&m, IMAGES "grey.png.npy");
}

static void resizes_as_pillow_does(void **state)
{
	static const size_t size[][2] = {{10, 10}, {64, 48}, {37, 5}, {9, 23}, {1, 1}, {50, 11}};
	brc_image m;

	(void)state;
	for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		char golden[128];

		snprintf(golden, sizeof(golden), IMAGES "rgb-%zux%zu.npy", size[i][0], size[i][1]);
		m = decoded(IMAGES "rgb.png", 0);
		assert_int_equal(brc_image_resize(&m, size[i][0], size[i][1], NULL), BRC_OK);
		is(&m, golden);
	}
	m = decoded(IMAGES "grey.png", 0);
	assert_int_equal(brc_image_resize(&m, 14, 14, NULL), BRC_OK);
	is(&m, IMAGES "grey-14x14.npy");
	m = decoded(IMAGES "grey.png", 0);
	assert_int_equal(brc_image_resize(&m, m.w, m.h, NULL), BRC_OK); /* nothing to do */
	is(&m, IMAGES "grey.png.npy");
}

static void crops_the_middle(void **state)
{
	brc_err err = {0};
	brc_image m = decoded(IMAGES "rgb.png", 0);

	(void)state;
	assert_int_equal(brc_image_resize_short(&m, 16, NULL), BRC_OK);
	assert_int_equal(brc_image_crop(&m, 12, 12, "x", NULL), BRC_OK);
	is(&m, IMAGES "rgb-short-16-crop-12.npy");
	m = decoded(IMAGES "rgb.png", 0);
	assert_int_equal(brc_image_crop(&m, 24, 24, "small.png", &err), BRC_DATA);
	assert_non_null(strstr(err.message, "small.png: an image of 37 x 23 is too small"));
	brc_image_clear(&m);
}

static void refuses(const void *bytes, size_t n, const char *message)
{
	brc_image m;
	brc_err err = {0};

	assert_int_equal(brc_image_decode(bytes, n, "it.png", 0, 0, &m, &err), BRC_DATA);
	assert_null(m.pixel);
	assert_ptr_equal(strstr(err.message, "it.png: "), err.message);
	assert_non_null(strstr(err.message, message));
}

static void refuses_every_cut(const char *path, size_t tail)
{
	size_t n;
	unsigned char *bytes = slurp(path, &n);

	for (size_t cut = 0; cut + tail < n; cut++)
		refuses(bytes, cut, "");
	free(bytes);
}

static void refuses_what_is_cut_off(void **state)
{
	(void)state;
	refuses_every_cut(IMAGES "rgb.png", 0);
	refuses_every_cut(IMAGES "rgba.png", 0);
	refuses_every_cut(IMAGES "rgb.jpg", 2); /* without its end mark an image is still whole */
	refuses_every_cut(IMAGES "progressive.jpg", 2);
}

static void refuses_damage_bombs_and_cmyk(void **state)
{
	size_t n;
	unsigned char *png = slurp(IMAGES "rgb.png", &n);
	static const uint8_t bomb[] =
		"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x10\0\0\0\x10\0\0\x08\2\0\0\0"
		"\xc4\x4a\x37\x92\0\0\0\4IDAT";
	brc_image m;
	brc_err err = {0};

	(void)state;
	png[n / 2] ^= 0x10;
	refuses(png, n, "damaged PNG");
	free(png);
	/* 2^20 x 2^20 pixels, with a right checksum of the header */
	refuses(bomb, sizeof(bomb) - 1, "1048576 x 1048576 pixels");
	refuses("GIF89a......", 12, "neither PNG nor JPEG");
	assert_int_equal(decode(IMAGES "cmyk.jpg", 0, &m, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "cmyk.jpg: a JPEG file of 4 channels (CMYK)"));
	assert_non_null(strstr(err.hint, "convert it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_as_pillow_does),
		cmocka_unit_test(rounds_16_bits_to_8),
		cmocka_unit_test(turns_colour_grey_and_back),
		cmocka_unit_test(resizes_as_pillow_does),
		cmocka_unit_test(crops_the_middle),
		cmocka_unit_test(refuses_what_is_cut_off),
		cmocka_unit_test(refuses_damage_bombs_and_cmyk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
