/* NPY files against what NumPy writes; conversion between types. */
#include "data_files.h"
#include "array_files.h"

#include <math.h>

static void reads(const char *path, const char *dtype)
{
	brc_array a;
	brc_err err = {0};

	assert_int_equal(npy_array(path, 0, &a, &err), BRC_OK);
	assert_int_equal(a.ndim, 2);
	assert_int_equal(a.shape[0], 2);
	assert_int_equal(a.shape[1], 3);
	holds_golden_values(&a, dtype);
}

static void reads_every_type(void **state)
{
	static const char *const dtypes[] = {"|b1", "|u1", "|i1", "<u2", "<i2", "<u4",
					     "<i4", "<u8", "<i8", "<f4", "<f8"};

	(void)state;
	for (size_t i = 0; i < sizeof(dtypes) / sizeof(*dtypes); i++) {
		char path[64];

		snprintf(path, sizeof(path), GOLDEN "%s.npy", dtypes[i] + 1);
		reads(path, dtypes[i]);
	}
	reads(GOLDEN "half.npy", "<f2");
	reads(GOLDEN "i2-big.npy", "<i2");
	reads(GOLDEN "i8-big.npy", "<i8");
	reads(GOLDEN "f4-big.npy", "<f4");
	reads(GOLDEN "f8-big.npy", "<f8");
}

static void reads_versions_2_and_3(void **state)
{
	(void)state;
	reads(GOLDEN "v2.npy", "<f4");
	reads(GOLDEN "v3.npy", "<f4");
}

static void reads_odd_shapes(void **state)
{
	brc_array a;
	brc_err err = {0};

	(void)state;
	assert_int_equal(npy_array(GOLDEN "scalar.npy", 0, &a, &err), BRC_OK);
	assert_int_equal(a.ndim, 0);
	assert_int_equal(a.count, 1);
	assert_true(*(double *)a.data == -0.75);
	brc_array_clear(&a);
	assert_int_equal(npy_array(GOLDEN "empty.npy", 0, &a, &err), BRC_OK);
	assert_int_equal(a.count, 0);
	assert_int_equal(a.shape[1], 3);
	brc_array_clear(&a);
	assert_int_equal(npy_array(GOLDEN "vector.npy", 0, &a, &err), BRC_OK);
	assert_int_equal(a.ndim, 1);
	assert_int_equal(((int32_t *)a.data)[4], 7);
	brc_array_clear(&a);
}

static void refuses(const char *name, const char *message, const char *hint)
{
	brc_array a;
	brc_err err = {0};
	char path[64];

	snprintf(path, sizeof(path), GOLDEN "%s", name);
	assert_int_equal(npy_array(path, 0, &a, &err), BRC_DATA);
	assert_null(a.data);
	assert_non_null(strstr(err.message, name));
	assert_non_null(strstr(err.message, message));
	assert_non_null(strstr(err.hint, hint));
}

static void refuses_what_it_cannot_hold(void **state)
{
	(void)state;
	refuses("fortran.npy", "Fortran order", "ascontiguousarray");
	refuses("complex.npy", "'<c8'", "astype");
	refuses("object.npy", "'|O'", "Python objects are never read");
	refuses("fields.npy", "structured", "field");
	refuses("text.npy", "'|S5'", "astype");
	refuses("image.idx", "not an NPY file", "--idx");
}

static void refuses_every_prefix(void **state)
{
	(void)state;
	refuses_prefixes(npy_array, GOLDEN "f4.npy");
	refuses_prefixes(npy_array, GOLDEN "v3.npy");
}

/* NPY version 1 with this header text and `n` bytes of zeros behind it. */
static brc_err reads_header(const char *text, size_t n, brc_rc code)
{
	unsigned char file[1024] = "\x93NUMPY\x01";
	size_t length = strlen(text);
	brc_array a;
	brc_err err = {0};
	temporary t;

	file[8] = (unsigned char)length;
	memcpy(file + 10, text, length);
	if (code != BRC_OK)
		return reading_fails(npy_array, file, 10 + length + n, code);
	t = temporary_file(file, 10 + length + n);
	assert_int_equal(npy_array(t.path, 0, &a, &err), BRC_OK);
	brc_array_clear(&a);
	unlink(t.path);
	return err;
}

static void reads_headers_strictly(void **state)
{
	brc_err err;

	(void)state;
	reads_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 8, BRC_OK);
	reads_header("{\"shape\":(2,1),\"fortran_order\":False,\"descr\":\"<f4\"}", 8, BRC_OK);
	reads_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2L,), }\n", 8, BRC_OK);
	reads_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': False 'shape': (2,)}", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}", 16, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': False}", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'descr': '<f4', 'shape': (2,)}", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'more': 1, 'shape': (2,)}", 8, BRC_DATA);
	reads_header("{'descr': '<f4, 'shape': (2,)}", 8, BRC_DATA);
	reads_header("{'descr': '', 'fortran_order': False, 'shape': (2,)}", 8, BRC_DATA);
	reads_header("", 8, BRC_DATA);
	reads_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", 4,
		     BRC_DATA);
	err = reads_header("{'descr': '<f8', 'fortran_order': False, 'shape': "
			   "(4294967296, 4294967296, 3)}",
			   8, BRC_DATA);
	assert_non_null(strstr(err.message, "memory"));
	reads_header("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
		     8, BRC_DATA);
}

static void converts(const char *dtype, const double *in, size_t n, const char *to, brc_rc code)
{
	bool swap;
	brc_array a;
	brc_err err = {0};

	assert_int_equal(brc_array_declare(&a, "<f8", 1, &n, "x", &swap, &err), BRC_OK);
	a.data = malloc(n * sizeof(*in));
	assert_non_null(a.data);
	memcpy(a.data, in, n * sizeof(*in));
	assert_int_equal(brc_array_convert(&a, dtype, "x", &err), BRC_OK);
	assert_int_equal(brc_array_convert(&a, to, "x", &err), code);
	if (code == BRC_OK) {
		assert_string_equal(a.dtype, to);
		assert_int_equal(brc_array_convert(&a, "<f8", "x", &err), BRC_OK);
		assert_memory_equal(a.data, in, n * sizeof(*in));
	} else {
		assert_non_null(strstr(err.message, "element 1 is"));
	}
	brc_array_clear(&a);
}

static void converts_only_what_fits(void **state)
{
	(void)state;
	converts("<f8", (double[]){0, 255}, 2, "|u1", BRC_OK);
	converts("<f8", (double[]){0, 256}, 2, "|u1", BRC_DATA);
	converts("<i4", (double[]){0, -1}, 2, "|u1", BRC_DATA);
	converts("<f8", (double[]){-2147483648.0, 2147483647.0}, 2, "<i4", BRC_OK);
	converts("<f8", (double[]){0, 2147483648.0}, 2, "<i4", BRC_DATA);
	converts("<i8", (double[]){0, 2147483648.0}, 2, "<i4", BRC_DATA);
	converts("<f8", (double[]){0, 0.5}, 2, "<i4", BRC_DATA);
	converts("<f8", (double[]){0, NAN}, 2, "<i4", BRC_DATA);
	converts("<f8", (double[]){0, INFINITY}, 2, "<i8", BRC_DATA);
	converts("<f8", (double[]){0, 0x1p63}, 2, "<i8", BRC_DATA);
	converts("<f8", (double[]){0, -0x1p63}, 2, "<i8", BRC_OK);
	converts("<f8", (double[]){0.5, -1e30f}, 2, "<f4", BRC_OK);
	converts("<f8", (double[]){0, 1e39}, 2, "<f4", BRC_DATA);
	converts("<f8", (double[]){0, INFINITY}, 2, "<f4", BRC_OK);
	converts("|u1", (double[]){1, 200}, 2, "<f4", BRC_OK);
}

/* The writer makes the very bytes that NumPy makes. */
static void writes_as_numpy_does(void **state)
{
	static const char *const names[] = {"f4",     "f8",     "i4",    "i8",   "u1",
					    "vector", "scalar", "empty", "image"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[64];
		size_t n;
		brc_array a;
		brc_err err = {0};
		brc_str out = {0};
		unsigned char *bytes;

		snprintf(path, sizeof(path), GOLDEN "%s.npy", names[i]);
		bytes = slurp(path, &n);
		assert_int_equal(npy_array(path, 0, &a, &err), BRC_OK);
		assert_int_equal(brc_npy_header(&out, a.dtype, a.ndim, a.shape, &err), BRC_OK);
		brc_str_addn(&out, a.data, a.count * a.itemsize);
		assert_int_equal(out.len, n);
		assert_memory_equal(out.s, bytes, n);
		brc_array_clear(&a);
		brc_str_free(&out);
		free(bytes);
	}
}

static void writes_text_as_numpy_does(void **state)
{
	size_t n, two = 2;
	brc_err err = {0};
	brc_str out = {0};
	unsigned char *bytes = slurp(GOLDEN "text.npy", &n);

	(void)state;
	assert_int_equal(brc_npy_header(&out, "|S5", 1, &two, &err), BRC_OK);
	brc_str_addn(&out, "conv1fc\0\0\0", 10);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.s, bytes, n);
	brc_str_free(&out);
	free(bytes);
	assert_int_equal(brc_npy_header(&out, "<c8", 1, &two, &err), BRC_DATA);
	brc_str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_type),
		cmocka_unit_test(reads_versions_2_and_3),
		cmocka_unit_test(reads_odd_shapes),
		cmocka_unit_test(refuses_what_it_cannot_hold),
		cmocka_unit_test(refuses_every_prefix),
		cmocka_unit_test(reads_headers_strictly),
		cmocka_unit_test(converts_only_what_fits),
		cmocka_unit_test(writes_as_numpy_does),
		cmocka_unit_test(writes_text_as_numpy_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
