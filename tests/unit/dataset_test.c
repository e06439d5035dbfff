/* Data sets: the section dataset/1, its checks, conversion to what networks are given. */
#include "data_files.h"

#include <math.h>

#include "data/datasets/sources.h"
#include "data/tables/class_names.h"
#include "dataset_section.h"

static const uint8_t bytes[] = {0, 1, 2, 3, 4, 5, 253, 254, 255, 9, 8, 7};
static const float floats[] = {0, -1, 2.5f, 3, 4, 1e-3f};
static const int32_t labels[] = {1, 0};
static char *names[] = {"cat", "dog"};

static brc_dataset of_bytes(void)
{
	return (brc_dataset){.image = bytes,
			     .pixel = BRC_PIXEL_U1,
			     .n = 2,
			     .ndim = 2,
			     .shape = {2, 3},
			     .pixels = 6,
			     .label = labels,
			     .classes = 2,
			     .scale = 1 / 255.0,
			     .source = "idx"};
}

static brc_dataset of_floats(void)
{
	brc_dataset d = of_bytes();

	d.image = floats;
	d.pixel = BRC_PIXEL_F4;
	d.ndim = 1;
	d.shape[0] = d.pixels = 3;
	d.scale = 1;
	return d;
}

static brc_section *written(const brc_dataset *d)
{
	brc_section *s;
	brc_err err = {0};

	assert_int_equal(brc_section_new(&s, "dataset", 1, "test", &err), BRC_OK);
	assert_int_equal(dataset_write(d, s, &err), BRC_OK);
	return s;
}

static void goes_through_a_section(void **state)
{
	brc_dataset in = of_bytes(), out;
	brc_section *s;
	brc_err err = {0};

	(void)state;
	in.class_name = names;
	s = written(&in);
	assert_int_equal(brc_dataset_read(&out, s, &err), BRC_OK);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.ndim, 2);
	assert_int_equal(out.shape[0], 2);
	assert_int_equal(out.shape[1], 3);
	assert_int_equal(out.pixels, 6);
	assert_int_equal(out.pixel, BRC_PIXEL_U1);
	assert_memory_equal(out.image, bytes, sizeof(bytes));
	assert_memory_equal(out.label, labels, sizeof(labels));
	assert_int_equal(out.classes, 2);
	assert_true(out.scale == 1 / 255.0);
	assert_string_equal(out.class_name[0], "cat");
	assert_string_equal(out.class_name[1], "dog");
	assert_string_equal(out.source, "idx");
	brc_dataset_clear(&out);
	brc_section_free(s);

	in = of_floats();
	s = written(&in);
	assert_int_equal(brc_dataset_read(&out, s, &err), BRC_OK);
	assert_int_equal(out.pixel, BRC_PIXEL_F4);
	assert_int_equal(out.ndim, 1);
	assert_null(out.class_name);
	brc_dataset_clear(&out);
	brc_section_free(s);
}

static void scales_in_double(void **state)
{
	brc_dataset d = of_bytes();
	float out[12];

	(void)state;
	brc_dataset_rows(&d, 1, 1, out);
	for (size_t i = 0; i < 6; i++)
		assert_true(out[i] == (float)(bytes[6 + i] * (1 / 255.0)));
	assert_true(out[2] == 1.0f);
	d = of_floats();
	d.scale = 0.1;
	brc_dataset_rows(&d, 0, 2, out);
	for (size_t i = 0; i < 6; i++)
		assert_true(out[i] == (float)((double)floats[i] * 0.1));
	brc_dataset_rows(&d, 2, 0, out);
	assert_true(out[0] == 0); /* untouched */
}

static void refused(const brc_dataset *d, const char *message)
{
	brc_err err = {0};

	assert_int_equal(dataset_check(d, "set", &err), BRC_DATA);
	assert_non_null(strstr(err.message, message));
}

static void normalises_by_channel(void **state)
{
	enum { PLANE = 300 }; /* beyond the size where a table of bytes is worth it */
	static uint8_t chw[2 * 2 * PLANE], hwc[2 * 2 * PLANE];
	static float out[2 * PLANE];
	const double mean[] = {0.5, 0.25}, deviation[] = {0.2, 2};
	brc_dataset d = {.image = chw,
			 .n = 2,
			 .ndim = 3,
			 .shape = {2, 20, 15},
			 .pixels = 2 * PLANE,
			 .label = labels,
			 .classes = 2,
			 .scale = 1 / 255.0,
			 .layout = BRC_LAYOUT_NCHW,
			 .channels = 2,
			 .mean = mean,
			 .deviation = deviation};
	brc_section *s;
	brc_dataset back;

	(void)state;
	for (size_t i = 0; i < sizeof(chw); i++) {
		size_t image = i / (2 * PLANE), c = i / PLANE % 2, p = i % PLANE;

		chw[i] = (uint8_t)(i * 37 % 256);
		hwc[image * 2 * PLANE + p * 2 + c] = chw[i];
	}
	assert_int_equal(dataset_check(&d, "test", NULL), BRC_OK);
	s = written(&d);
	assert_int_equal(brc_dataset_read(&back, s, NULL), BRC_OK);
	brc_dataset_rows(&back, 1, 1, out);
	for (size_t i = 0; i < 2 * PLANE; i++)
		assert_true(out[i] == (float)((chw[2 * PLANE + i] * (1 / 255.0) - mean[i / PLANE]) /
					      deviation[i / PLANE]));
	brc_dataset_clear(&back);
	brc_section_free(s);
	d.image = hwc;
	d.layout = BRC_LAYOUT_NHWC;
	memcpy(d.shape, (size_t[]){20, 15, 2}, 3 * sizeof(size_t));
	brc_dataset_rows(&d, 1, 1, out);
	for (size_t i = 0; i < 2 * PLANE; i++)
		assert_true(out[i] == (float)((hwc[2 * PLANE + i] * (1 / 255.0) - mean[i % 2]) /
					      deviation[i % 2]));
	d.channels = 1; /* one mean for all */
	brc_dataset_rows(&d, 0, 1, out);
	assert_true(out[1] == (float)((hwc[1] * (1 / 255.0) - 0.5) / 0.2));
}

static void tokens_with_a_label_each_survive_a_section(void **state)
{
	static const int32_t token[] = {5, 70000, 0, 1, 2, 3}, next[] = {1, 0, 1, 1, 1, 0};
	brc_dataset d = {.image = token,
			 .pixel = BRC_PIXEL_I4,
			 .n = 2,
			 .ndim = 1,
			 .shape = {3},
			 .pixels = 3,
			 .label = next,
			 .label_ndim = 1,
			 .label_shape = {3},
			 .classes = 2,
			 .scale = 1};
	brc_section *s = written(&d);
	brc_dataset back;
	brc_err err = {0};
	int64_t row[6];
	float real[3];
	static const int32_t negative[] = {5, 7, 0, 1, -2, 3};

	(void)state;
	assert_int_equal(brc_dataset_read(&back, s, &err), BRC_OK);
	assert_true(back.label_ndim == 1 && brc_dataset_places(&back) == 3 &&
		    back.pixel == BRC_PIXEL_I4);
	assert_memory_equal(back.label, next, sizeof(next));
	brc_dataset_tokens(&back, 0, 2, row);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(row[i], token[i]);
	brc_dataset_rows(&back, 1, 1, real);
	assert_true(real[0] == 1 && real[1] == 2 && real[2] == 3);
	brc_dataset_clear(&back);
	brc_section_free(s);
	d.image = negative;
	refused(&d, "sequence 1 of 2 holds the token -2 at position 1");
}

static void refuses_impossible_values(void **state)
{
	brc_err err = {0};
	brc_dataset good = of_bytes(), d = good;
	int32_t wrong[] = {1, 2};
	char *twice[] = {"cat", "cat"}, *empty[] = {"cat", ""};

	(void)state;
	assert_int_equal(dataset_check(&good, "set", &err), BRC_OK);
	d.label = wrong;
	refused(&d, "set: the label of image 1 is 2; 2 classes need labels from 0 to 1");
	wrong[1] = -1;
	refused(&d, "the label of image 1 is -1");
	d = good;
	for (double scale = 0; scale <= 1; scale++) {
		d.scale = scale == 0 ? 0 : NAN;
		refused(&d, "scale");
	}
	d.scale = 1e37;
	refused(&d, "infinite");
	d = good;
	d.n = 0;
	refused(&d, "no images");
	d = good;
	d.classes = 0;
	refused(&d, "classes");
	d = good;
	d.pixels = 5;
	refused(&d, "does not fit the number of their elements");
	d = good;
	d.shape[0] = SIZE_MAX / 2;
	refused(&d, "too large");
	d = good;
	d.class_name = twice;
	refused(&d, "two classes are called 'cat'");
	d.class_name = empty;
	refused(&d, "no name");
}

static void names_the_image_of_a_nan(void **state)
{
	float bad[] = {0, 1, 2, 3, NAN, 5};
	brc_dataset d = of_floats();

	(void)state;
	d.image = bad;
	refused(&d, "image 1 of 2 holds nan at element 1");
	bad[4] = -INFINITY;
	refused(&d, "image 1 of 2 holds -inf");
	bad[4] = 3e38f;
	d.scale = 10; /* overflows a float */
	refused(&d, "image 1 of 2 holds 3e+38");
}

static void refused_section(brc_section *s, const char *message)
{
	brc_err err = {0};
	brc_dataset d;

	assert_int_equal(brc_dataset_read(&d, s, &err), BRC_DATA);
	assert_non_null(strstr(err.message, message));
	assert_non_null(strstr(err.message, "dataset/1 test"));
	assert_null(d.class_name);
	brc_section_free(s);
}

static void refuses_wrong_sections(void **state)
{
	brc_dataset d = of_bytes();
	brc_section *s;
	brc_err err = {0};
	const size_t three = 3, shape[] = {2, 6};
	char *three_names[] = {"a", "b", "c"};

	(void)state;
	assert_int_equal(brc_section_new(&s, "dataset", 1, "test", &err), BRC_OK);
	refused_section(s, "no tensor 'image'");
	s = written(&d);
	brc_map_put_int(s->meta, "classes", (int64_t)1 << 40);
	refused_section(s, "classes");
	s = written(&d);
	brc_map_put_string(s->meta, "scale", "much");
	refused_section(s, "scale");
	s = written(&d);
	brc_map_put_int(s->meta, "classes", 1);
	refused_section(s, "label of image 0 is 1");
	assert_int_equal(brc_section_new(&s, "dataset", 1, "test", &err), BRC_OK);
	assert_int_equal(brc_section_add(s, "image", "|u1", 2, shape, "", bytes, NULL, &err),
			 BRC_OK);
	assert_int_equal(brc_section_add(s, "label", "<i4", 1, &three, "", floats, NULL, &err),
			 BRC_OK);
	refused_section(s, "label");
	assert_int_equal(brc_section_new(&s, "dataset", 1, "test", &err), BRC_OK);
	assert_int_equal(
		brc_section_add(s, "image", "<i4", 2, (size_t[]){1, 2}, "", bytes, NULL, &err),
		BRC_OK);
	refused_section(s, "neither |u1 nor <f4");
	s = written(&d);
	assert_int_equal(
		brc_section_add_text(s, "class/name", (const char *const *)three_names, 3, &err),
		BRC_OK);
	refused_section(s, "class/name");
}

static brc_section *with_target(const char *dtype, size_t rows, size_t columns, const void *target)
{
	const size_t shape[] = {rows, columns};
	brc_dataset d = of_bytes();
	brc_section *s;
	brc_tensor *t;

	d.label = NULL;
	d.mark = (const uint8_t[]){1, 0, 0, 1};
	s = written(&d);
	t = s->tensors[0]->name[0] == 't' ? s->tensors[0] : s->tensors[1];
	assert_string_equal(t->name, "target");
	snprintf(t->name, sizeof(t->name), "gone");
	assert_int_equal(brc_section_add(s, "target", dtype, 2, shape, "", target, NULL, NULL),
			 BRC_OK);
	return s;
}

static void refuses_wrong_targets(void **state)
{
	const uint8_t marks[] = {1, 0, 0, 1, 0, 2};
	const float numbers[] = {1, 2, 3, NAN};
	const int32_t label[] = {0, 1};
	brc_dataset d;
	brc_section *s;
	brc_err err = {0};

	(void)state;
	refused_section(with_target("|u1", 2, 2, marks + 2), "label 1 of image 1 is 2");
	refused_section(with_target("<f4", 2, 2, numbers), "target 1 of image 1 is not a finite");
	refused_section(with_target("|u1", 2, 3, marks), "'target' is |u1 [2, 3]");
	refused_section(with_target("|u1", 3, 2, marks), "'target' is |u1 [3, 2]");
	refused_section(with_target("<i4", 2, 1, label), "'target' is <i4");
	s = with_target("|u1", 2, 2, marks);
	assert_int_equal(
		brc_section_add(s, "label", "<i4", 1, (size_t[]){2}, "", label, NULL, &err),
		BRC_OK);
	refused_section(s, "both 'label' and 'target'");
	s = with_target("|u1", 2, 2, marks);
	assert_int_equal(brc_dataset_read(&d, s, &err), BRC_OK);
	assert_true(d.mark && !d.label && !d.target && brc_dataset_places(&d) == 0);
	assert_true(brc_dataset_target(&d, 0, 0) == 1 && brc_dataset_target(&d, 0, 1) == 0);
	brc_dataset_clear(&d);
	brc_section_free(s);
}

/* Labels of no places, or of more extents than there can be. */
static void refuses_wrong_places(void **state)
{
	const size_t none[] = {2, 0, 3}, many[] = {2, 1, 1, 1, 1};
	const int32_t label[] = {0, 1};
	brc_dataset d = of_bytes();
	brc_section *s;

	(void)state;
	for (int i = 0; i < 2; i++) {
		s = written(&d);
		for (size_t k = 0; k < s->n_tensors; k++)
			if (strcmp(s->tensors[k]->name, "label") == 0)
				snprintf(s->tensors[k]->name, sizeof(s->tensors[k]->name), "gone");
		assert_int_equal(brc_section_add(s, "label", "<i4", i ? 5 : 3, i ? many : none, "",
						 label, NULL, NULL),
				 BRC_OK);
		refused_section(s, i ? "'label' is <i4" : "no places");
	}
}

static void batches_of_cifar10_are_read_in_order(void **state)
{
	brc_input *in[2];
	brc_items *it;
	uint8_t image[3072];
	const size_t shape[] = {3, 32, 32};

	(void)state;
	for (int file = 0; file < 2; file++)
		assert_int_equal(brc_input_open(&in[file], GOLDEN "cifar10.bin", NULL), BRC_OK);
	assert_int_equal(brc_cifar10_open(&it, in, 2, NULL), BRC_OK);
	brc_input_free(in[0]);
	brc_input_free(in[1]);
	assert_int_equal(it->n, 6);
	assert_int_equal(it->ndim, 3);
	assert_memory_equal(it->shape, shape, sizeof(shape));
	assert_memory_equal(it->label.data, "\x09\x00\x04\x09\x00\x04", 6);
	for (size_t n = 0; n < 6; n++) {
		bool wanted = n != 1 && n != 3; /* the others are passed over */

		assert_int_equal(brc_items_next(it, wanted ? image : NULL, NULL), BRC_OK);
		for (size_t i = 0; wanted && i < 3072; i++)
			assert_int_equal(image[i], 7 * (n % 3 * 3072 + i) % 251);
	}
	assert_int_equal(brc_items_end(it, NULL), BRC_OK);
	brc_items_free(it);
}

static brc_rc read_cifar10(const char *path, size_t mem, brc_array *out, brc_err *err)
{
	brc_input *in;
	brc_items *it;
	brc_rc rc;

	(void)mem;
	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_cifar10_open(&it, &in, 1, err);
	brc_input_free(in);
	brc_items_free(it);
	return rc;
}

static void refuses_wrong_cifar10(void **state)
{
	static unsigned char records[2 * BRC_CIFAR10_RECORD];
	brc_err err = reading_fails(read_cifar10, records, BRC_CIFAR10_RECORD + 1, BRC_DATA);

	(void)state;
	assert_non_null(strstr(err.message, "3074 bytes are not a whole number"));
	reading_fails(read_cifar10, records, 0, BRC_DATA);
	records[BRC_CIFAR10_RECORD] = 10;
	err = reading_fails(read_cifar10, records, sizeof(records), BRC_DATA);
	assert_non_null(strstr(err.message, "the label of record 1 is 10, not 0 to 9"));
}

static void reads_names(const char *text, size_t n, size_t count, const char *message)
{
	brc_err err = {0};
	char **list;
	size_t found;
	temporary t = temporary_file(text, n);
	brc_rc rc = brc_class_names_read(t.path, &list, &found, &err);

	assert_int_equal(rc, !message ? BRC_OK : BRC_DATA);
	assert_int_equal(found, count);
	if (!message) {
		assert_string_equal(list[0], "T-shirt/top");
		assert_string_equal(list[count - 1], "b c");
	} else {
		assert_non_null(strstr(err.message, t.path));
		assert_non_null(strstr(err.message, message));
	}
	brc_texts_free(list, found);
	unlink(t.path);
}

static void reads_class_names(void **state)
{
	(void)state;
#define TEXT(s) s, sizeof(s) - 1
	reads_names(TEXT("T-shirt/top\nb c\n"), 2, NULL);
	reads_names(TEXT("T-shirt/top\r\nx\r\nb c\r\n\r\n"), 3, NULL);
	reads_names(TEXT("T-shirt/top\nb c"), 2, NULL);
	reads_names(TEXT("a\n\nb\n"), 0, "line 2");
	reads_names(TEXT("a\nb\nc\nb\n"), 0, "line 4: 'b' stands already in line 2");
	reads_names(TEXT("a\nb\tc\n"), 0, "line 2: a control character");
	reads_names(TEXT("a\nb\0c\n"), 0, "byte 3 is zero");
	reads_names(TEXT(""), 0, "no class names");
	reads_names(TEXT("\n\n"), 0, "no class names");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_through_a_section),
		cmocka_unit_test(scales_in_double),
		cmocka_unit_test(normalises_by_channel),
		cmocka_unit_test(tokens_with_a_label_each_survive_a_section),
		cmocka_unit_test(refuses_impossible_values),
		cmocka_unit_test(names_the_image_of_a_nan),
		cmocka_unit_test(refuses_wrong_sections),
		cmocka_unit_test(refuses_wrong_targets),
		cmocka_unit_test(refuses_wrong_places),
		cmocka_unit_test(batches_of_cifar10_are_read_in_order),
		cmocka_unit_test(refuses_wrong_cifar10),
		cmocka_unit_test(reads_class_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
