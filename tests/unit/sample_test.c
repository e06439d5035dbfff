/* Choosing images: as many of each class, without replacement, each image as likely. */
#include "data_files.h"

#include "data/datasets/dataset_files.h"
#include "data/datasets/dataset_head.h"

enum { IMAGES = 60, CLASSES = 3, EACH = 5 };

/* 10 images of class 0, 20 of class 1, 30 of class 2. */
static int32_t class_of(size_t i)
{
	return i % 6 == 0 ? 0 : i % 3 == 0 || i % 6 == 1 ? 1 : 2;
}

static void make(int32_t label[IMAGES])
{
	for (size_t i = 0; i < IMAGES; i++)
		label[i] = class_of(i);
}

/* Draw with this seed, check what must hold of every draw, and count each image. */
static void draw(uint64_t seed, size_t times[IMAGES])
{
	int32_t label[IMAGES];
	bool chosen[IMAGES];
	size_t of_class[CLASSES] = {0};

	make(label);
	assert_int_equal(brc_sample_per_class(label, IMAGES, CLASSES, EACH, seed, chosen, NULL),
			 BRC_OK);
	for (size_t i = 0; i < IMAGES; i++) {
		of_class[class_of(i)] += chosen[i];
		times[i] += chosen[i];
	}
	for (size_t c = 0; c < CLASSES; c++)
		assert_int_equal(of_class[c], EACH);
}

static void draws_every_image_alike(void **state)
{
	enum { DRAWS = 3000 };
	static const double size[CLASSES] = {10, 20, 30};
	size_t times[IMAGES] = {0};

	(void)state;
	for (uint64_t seed = 0; seed < DRAWS; seed++)
		draw(seed, times);
	for (size_t i = 0; i < IMAGES; i++) {
		double p = EACH / size[class_of(i)], mean = DRAWS * p;
		double deviation = (double)times[i] - mean;

		assert_true(deviation * deviation < 25 * mean * (1 - p)); /* five sigma */
	}
}

/* The same of the whole set. */
static void draws_any_image_alike(void **state)
{
	enum { DRAWS = 3000, COUNT = 12 };
	size_t times[IMAGES] = {0};
	double p, mean;

	(void)state;
	for (uint64_t seed = 0; seed < DRAWS; seed++) {
		bool chosen[IMAGES];
		size_t n = 0;

		assert_int_equal(brc_sample_any(IMAGES, COUNT, seed, chosen, NULL), BRC_OK);
		for (size_t i = 0; i < IMAGES; i++) {
			n += chosen[i];
			times[i] += chosen[i];
		}
		assert_int_equal(n, COUNT);
	}
	p = (double)COUNT / IMAGES;
	mean = DRAWS * p;
	for (size_t i = 0; i < IMAGES; i++) {
		double deviation = (double)times[i] - mean;

		assert_true(deviation * deviation < 25 * mean * (1 - p)); /* five sigma */
	}
}

static void draws_the_same_with_the_same_seed(void **state)
{
	size_t a[IMAGES] = {0}, b[IMAGES] = {0}, c[IMAGES] = {0};

	(void)state;
	draw(42, a);
	draw(42, b);
	draw(43, c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
}

static void refuses_more_than_there_are(void **state)
{
	int32_t label[IMAGES];
	bool chosen[IMAGES];
	brc_err err = {0};

	(void)state;
	make(label);
	assert_int_equal(brc_sample_per_class(label, IMAGES, CLASSES, 11, 1, chosen, &err),
			 BRC_DATA);
	assert_non_null(strstr(err.message, "class 0 has 10"));
	assert_int_equal(brc_sample_per_class(label, IMAGES, CLASSES + 1, 1, 1, chosen, &err),
			 BRC_DATA);
	assert_non_null(strstr(err.message, "class 3 has 0"));
	assert_int_equal(brc_sample_first(IMAGES, IMAGES + 1, chosen, &err), BRC_DATA);
}

static void takes_all_of_a_class(void **state)
{
	int32_t label[IMAGES];
	bool chosen[IMAGES];

	(void)state;
	make(label);
	assert_int_equal(brc_sample_per_class(label, IMAGES, CLASSES, 10, 1, chosen, NULL), BRC_OK);
	for (size_t i = 0; i < IMAGES; i++)
		assert_true(chosen[i] || label[i] != 0);
}

static void keeps_the_labels_of_the_chosen(void **state)
{
	bool chosen[6], swap;
	size_t kept;
	brc_array a;
	const size_t shape[] = {6, 2};
	int32_t *v;

	(void)state;
	assert_int_equal(brc_array_declare(&a, "<i4", 2, shape, "", &swap, NULL), BRC_OK);
	v = a.data = malloc(a.count * sizeof(*v));
	assert_non_null(v);
	for (int i = 0; i < 12; i++)
		v[i] = i;
	assert_int_equal(brc_sample_first(6, 2, chosen, NULL), BRC_OK);
	chosen[0] = false;
	chosen[5] = true;
	brc_head_keep(&a, chosen, &kept);
	assert_int_equal(kept, 2);
	assert_int_equal(a.shape[0], 2);
	assert_int_equal(a.count, 4);
	assert_memory_equal(a.data, ((int32_t[]){2, 3, 10, 11}), 16);
	brc_array_clear(&a);
}

static void lists_are_drawn_without_replacement_in_ascending_order(void **state)
{
	size_t *a, *b, *c, n = 100, same = 0;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_dataset_draw(500, &n, 42, &a, &err), BRC_OK);
	assert_int_equal(n, 100);
	assert_int_equal(brc_dataset_draw(500, &n, 42, &b, &err), BRC_OK);
	assert_int_equal(brc_dataset_draw(500, &n, 43, &c, &err), BRC_OK);
	assert_memory_equal(a, b, 100 * sizeof(*a));
	assert_memory_not_equal(a, c, 100 * sizeof(*a));
	for (size_t i = 0; i < 100; i++) {
		assert_true(a[i] < 500 && (i == 0 || a[i] > a[i - 1]));
		for (size_t k = 0; k < 100; k++)
			same += a[i] == c[k];
	}
	assert_in_range(same, 5, 40); /* 20 are expected */
	assert_true(a[0] < 50 && a[99] >= 450);
	free(b);
	free(c);
	free(a);
	n = 0;
	assert_int_equal(brc_dataset_draw(500, &n, 42, &a, &err), BRC_OK);
	assert_int_equal(n, 500);
	assert_true(a[0] == 0 && a[499] == 499);
	free(a);
	n = 501;
	assert_int_equal(brc_dataset_draw(500, &n, 42, &a, &err), BRC_DATA);
	assert_string_equal(err.message, "501 images are asked for, but there are 500");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_every_image_alike),
		cmocka_unit_test(draws_any_image_alike),
		cmocka_unit_test(draws_the_same_with_the_same_seed),
		cmocka_unit_test(refuses_more_than_there_are),
		cmocka_unit_test(takes_all_of_a_class),
		cmocka_unit_test(keeps_the_labels_of_the_chosen),
		cmocka_unit_test(lists_are_drawn_without_replacement_in_ascending_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
