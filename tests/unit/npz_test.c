/* NPZ archives: stored, deflated, zip64, damaged, hostile. */
#include "data_files.h"
#include "array_files.h"

#include <zlib.h>

static brc_rc read_images(const char *path, size_t mem, brc_array *out, brc_err *err)
{
	return npz_array(path, "images", mem, out, err);
}

static void reads(const char *path)
{
	static const double labels[] = {2, 0, 1, 1, 2, 0};
	brc_array a;
	brc_err err = {0};

	assert_int_equal(read_images(path, 0, &a, &err), BRC_OK);
	assert_int_equal(a.ndim, 3);
	assert_int_equal(a.shape[2], 3);
	holds_golden_values(&a, "|u1");
	assert_int_equal(npz_array(path, "labels.npy", 0, &a, &err), BRC_OK);
	assert_int_equal(brc_array_convert(&a, "<f8", "labels", &err), BRC_OK);
	assert_int_equal(a.count, 6);
	assert_memory_equal(a.data, labels, sizeof(labels));
	brc_array_clear(&a);
}

static void reads_stored_deflated_and_zip64(void **state)
{
	(void)state;
	reads(GOLDEN "stored.npz");
	reads(GOLDEN "deflated.npz");
	reads(GOLDEN "zip64.npz");
}

static void reads_a_pipe(void **state)
{
	size_t n;
	int end[2];
	char path[32];
	brc_array a;
	brc_err err = {0};
	unsigned char *bytes = slurp(GOLDEN "deflated.npz", &n);

	(void)state;
	assert_int_equal(pipe(end), 0);
	assert_int_equal(write(end[1], bytes, n), n);
	close(end[1]);
	free(bytes);
	snprintf(path, sizeof(path), "/dev/fd/%d", end[0]);
	assert_int_equal(read_images(path, 0, &a, &err), BRC_OK);
	holds_golden_values(&a, "|u1");
	close(end[0]);
}

static void lists_the_members(void **state)
{
	brc_array a;
	brc_err err = {0};

	(void)state;
	assert_int_equal(read_images(GOLDEN "keras.npz", 0, &a, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "no member is called 'images'"));
	assert_string_equal(err.hint, "there are: x_train, y_train, x_test, y_test");
}

static void refuses_every_prefix(void **state)
{
	(void)state;
	refuses_prefixes(read_images, GOLDEN "stored.npz");
	refuses_prefixes(read_images, GOLDEN "deflated.npz");
	refuses_prefixes(read_images, GOLDEN "zip64.npz");
}

/* Reading must end in order whatever bit is flipped, and never give out other pixels. */
static void survives_every_flipped_bit(void **state)
{
	size_t n;
	unsigned char *bytes = slurp(GOLDEN "deflated.npz", &n);
	size_t refused = 0;

	(void)state;
	for (size_t bit = 0; bit < 8 * n; bit++) {
		brc_array a;
		brc_err err = {0};
		temporary t;

		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		t = temporary_file(bytes, n);
		if (read_images(t.path, 1 << 20, &a, &err) == BRC_OK)
			holds_golden_values(&a, "|u1");
		else
			refused++;
		unlink(t.path);
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	assert_true(refused > n); /* most bits matter */
	free(bytes);
}

static void put(unsigned char *p, size_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (unsigned char)(value >> 8 * i);
}

/* An archive of one deflated member images.npy of n bytes, which declares `size`. */
static unsigned char *archive(const void *raw, size_t n, size_t size, unsigned method,
			      size_t *length)
{
	static const char name[] = "images.npy";
	size_t bytes = 10, packed;
	unsigned char *out = calloc(compressBound(n) + 256, 1);
	z_stream z;
	unsigned char *central, *end;

	assert_non_null(out);
	z = (z_stream){.next_in = (Bytef *)(uintptr_t)raw, .avail_in = (uInt)n};
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out + 30 + bytes;
	z.avail_out = (uInt)(compressBound(n) + 64);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed = z.total_out;
	deflateEnd(&z);
	central = out + 30 + bytes + packed;
	end = central + 46 + bytes;
	memcpy(out, "PK\3\4", 4);
	put(out + 8, method, 2);
	put(out + 26, bytes, 2);
	memcpy(out + 30, name, bytes);
	memcpy(central, "PK\1\2", 4);
	put(central + 10, method, 2);
	put(central + 16, crc32(0, raw, (uInt)n), 4);
	put(central + 20, packed, 4);
	put(central + 24, size, 4);
	put(central + 28, bytes, 2);
	memcpy(central + 46, name, bytes);
	memcpy(end, "PK\5\6", 4);
	put(end + 8, 1, 2);
	put(end + 10, 1, 2);
	put(end + 12, 46 + bytes, 4);
	put(end + 16, 30 + bytes + packed, 4);
	*length = 30 + bytes + packed + 46 + bytes + 22;
	return out;
}

static void a_member_longer_than_declared_is_refused_unread(void **state)
{
	static const char head[] = "\x93NUMPY\x01\0\x39\0{'descr': '|u1', 'fortran_order': False, "
				   "'shape': (9,), }";
	size_t n = (size_t)32 << 20, length;
	unsigned char *raw = calloc(n, 1);
	unsigned char *zip;
	brc_err err;
	temporary t;
	brc_array a;

	(void)state;
	assert_non_null(raw);
	memcpy(raw, head, 10 + 0x39);
	/* nine elements declared, 32 MiB there */
	zip = archive(raw, n, n, 8, &length);
	err = reading_fails(read_images, zip, length, BRC_DATA);
	assert_non_null(strstr(err.message, "76 bytes expected, at least 77 found"));
	free(zip);
	/* the archive's directory lies about the size */
	zip = archive(raw, 76, 75, 8, &length);
	err = reading_fails(read_images, zip, length, BRC_DATA);
	assert_non_null(strstr(err.message, "more data than the archive declares"));
	free(zip);
	zip = archive(raw, 76, 77, 8, &length);
	err = reading_fails(read_images, zip, length, BRC_DATA);
	assert_non_null(strstr(err.message, "76 bytes unpacked, 77 expected"));
	free(zip);
	/* and tells the truth */
	zip = archive(raw, 76, 76, 8, &length);
	t = temporary_file(zip, length);
	assert_int_equal(read_images(t.path, 0, &a, &err), BRC_OK);
	assert_int_equal(a.count, 9);
	brc_array_clear(&a);
	unlink(t.path);
	free(zip);
	zip = archive(raw, 76, 76, 12, &length);
	err = reading_fails(read_images, zip, length, BRC_DATA);
	assert_non_null(strstr(err.message, "method 12"));
	assert_non_null(strstr(err.hint, "savez"));
	free(zip);
	free(raw);
}

static void refuses_what_is_no_archive(void **state)
{
	brc_array a;
	brc_err err = {0};

	(void)state;
	assert_int_equal(read_images(GOLDEN "image.npy", 0, &a, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "image.npy"));
	assert_int_equal(read_images(GOLDEN "image.idx.gz", 0, &a, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "gzip"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_stored_deflated_and_zip64),
		cmocka_unit_test(reads_a_pipe),
		cmocka_unit_test(lists_the_members),
		cmocka_unit_test(refuses_every_prefix),
		cmocka_unit_test(survives_every_flipped_bit),
		cmocka_unit_test(a_member_longer_than_declared_is_refused_unread),
		cmocka_unit_test(refuses_what_is_no_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
