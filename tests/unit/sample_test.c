/* Choosing images: as many of each class, without replacement, each image as likely. */
#include "data_files.h"

#include "data/sample.h"

enum { IMAGES = 60, CLASSES = 3, EACH = 5 };

/* Image i is the pair (i, i + 1); 10 images of class 0, 20 of class 1, 30 of class 2. */
static int32_t class_of(size_t i)
{
	return i % 6 == 0 ? 0 : i % 3 == 0 || i % 6 == 1 ? 1 : 2;
}

static void make(brc_array *image, brc_array *label)
{
	bool swap;
	brc_err err = {0};
	const size_t shape[] = {IMAGES, 2};
	assert_int_equal(brc_array_declare(image, "|u1", 2, shape, "", &swap, &err), BRC_OK);
	assert_int_equal(brc_array_declare(label, "<i4", 1, shape, "", &swap, &err), BRC_OK);
	image->data = malloc(image->count);
	label->data = malloc(label->count * 4);
	assert_true(image->data != NULL && label->data != NULL);
	for (size_t i = 0; i < IMAGES; i++) {
		((uint8_t *)image->data)[2 * i] = (uint8_t)i;
		((uint8_t *)image->data)[2 * i + 1] = (uint8_t)(i + 1);
		((int32_t *)label->data)[i] = class_of(i);
	}
}

/* Draw with this seed, check what must hold of every draw, and count each image. */
static void draw(uint64_t seed, size_t times[IMAGES])
{
	brc_array image, label;
	brc_err err = {0};
	size_t of_class[CLASSES] = {0};
	make(&image, &label);
	assert_int_equal(brc_sample_per_class(&image, &label, CLASSES, EACH, seed, &err), BRC_OK);
	assert_int_equal(image.shape[0], CLASSES * EACH);
	assert_int_equal(label.shape[0], CLASSES * EACH);
	assert_int_equal(image.count, 2 * CLASSES * EACH);
	const uint8_t *pixel = image.data;
	for (size_t i = 0; i < image.shape[0]; i++) {
		assert_true(i == 0 || pixel[2 * i] > pixel[2 * i - 2]); /* in order, each once */
		assert_int_equal(pixel[2 * i + 1], pixel[2 * i] + 1);   /* whole rows */
		assert_int_equal(((int32_t *)label.data)[i], class_of(pixel[2 * i]));
		of_class[class_of(pixel[2 * i])]++;
		times[pixel[2 * i]]++;
	}
	for (size_t c = 0; c < CLASSES; c++)
		assert_int_equal(of_class[c], EACH);
	brc_array_clear(&image);
	brc_array_clear(&label);
}

static void draws_every_image_alike(void **state)
{
	(void)state;
	enum { DRAWS = 3000 };
	static const double size[CLASSES] = {10, 20, 30};
	size_t times[IMAGES] = {0};
	for (uint64_t seed = 0; seed < DRAWS; seed++)
		draw(seed, times);
	for (size_t i = 0; i < IMAGES; i++) {
		double p = EACH / size[class_of(i)], mean = DRAWS * p;
		double deviation = (double)times[i] - mean;
		assert_true(deviation * deviation < 25 * mean * (1 - p)); /* five sigma */
	}
}

static void draws_the_same_with_the_same_seed(void **state)
{
	(void)state;
	size_t a[IMAGES] = {0}, b[IMAGES] = {0}, c[IMAGES] = {0};
	draw(42, a);
	draw(42, b);
	draw(43, c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
}

static void refuses_more_than_there_are(void **state)
{
	(void)state;
	brc_array image, label;
	brc_err err = {0};
	make(&image, &label);
	assert_int_equal(brc_sample_per_class(&image, &label, CLASSES, 11, 1, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "class 0 has 10"));
	assert_int_equal(brc_sample_per_class(&image, &label, CLASSES + 1, 1, 1, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "class 3 has 0"));
	assert_int_equal(brc_sample_first(&image, &label, IMAGES + 1, &err), BRC_DATA);
	assert_int_equal(image.shape[0], IMAGES); /* left as it was */
	brc_array_clear(&image);
	brc_array_clear(&label);
}

static void takes_all_of_a_class(void **state)
{
	(void)state;
	brc_array image, label;
	brc_err err = {0};
	make(&image, &label);
	assert_int_equal(brc_sample_per_class(&image, &label, CLASSES, 10, 1, &err), BRC_OK);
	size_t zeros = 0;
	for (size_t i = 0; i < label.count; i++)
		zeros += ((int32_t *)label.data)[i] == 0;
	assert_int_equal(zeros, 10);
	assert_int_equal(brc_sample_first(&image, &label, 1, &err), BRC_OK);
	assert_int_equal(image.count, 2);
	assert_int_equal(((uint8_t *)image.data)[0], 0);
	brc_array_clear(&image);
	brc_array_clear(&label);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_every_image_alike),
		cmocka_unit_test(draws_the_same_with_the_same_seed),
		cmocka_unit_test(refuses_more_than_there_are),
		cmocka_unit_test(takes_all_of_a_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
