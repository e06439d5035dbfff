/* IDX files, plain and gzipped, good and hostile. */
#include "data_files.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <zlib.h>

#include "base/memory.h"
#include "array_files.h"

static void reads(const char *path, const char *dtype, size_t ndim, const size_t *shape)
{
	brc_array a;
	brc_err err = {0};

	assert_int_equal(idx_array(path, 0, &a, &err), BRC_OK);
	assert_int_equal(a.ndim, ndim);
	assert_memory_equal(a.shape, shape, ndim * sizeof(*shape));
	holds_golden_values(&a, dtype);
}

static void reads_every_type(void **state)
{
	const size_t image[] = {6, 4, 3}, small[] = {2, 3};

	(void)state;
	reads(GOLDEN "image.idx", "|u1", 3, image);
	reads(GOLDEN "image.idx.gz", "|u1", 3, image);
	reads(GOLDEN "image-members.idx.gz", "|u1", 3, image);
	reads(GOLDEN "i1.idx", "|i1", 2, small);
	reads(GOLDEN "i2.idx", "<i2", 2, small);
	reads(GOLDEN "i4.idx", "<i4", 2, small);
	reads(GOLDEN "f4.idx", "<f4", 2, small);
	reads(GOLDEN "f8.idx", "<f8", 2, small);
}

static void refuses_every_prefix(void **state)
{
	(void)state;
	refuses_prefixes(idx_array, GOLDEN "image.idx");
	refuses_prefixes(idx_array, GOLDEN "image.idx.gz");
	refuses_prefixes(idx_array, GOLDEN "f8.idx");
}

/* gzip of n bytes at `raw`. */
static unsigned char *gzipped(const void *raw, size_t n, size_t *length)
{
	z_stream z = {0};
	unsigned char *out;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	*length = deflateBound(&z, n);
	out = malloc(*length);
	assert_non_null(out);
	z.next_in = (Bytef *)(uintptr_t)raw;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)*length;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*length = z.total_out;
	deflateEnd(&z);
	return out;
}

static void says_what_was_expected_and_found(void **state)
{
	unsigned char good[] = {0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4, 5};
	brc_err err = reading_fails(idx_array, good, 11, BRC_DATA);
	size_t n;
	unsigned char *z;

	(void)state;
	assert_non_null(strstr(err.message, "truncated: 12 bytes expected, 11 found"));
	err = reading_fails(idx_array, good, 13, BRC_DATA);
	assert_non_null(strstr(err.message, "too long: 12 bytes expected, 13 found"));
	z = gzipped(good, 13, &n);
	err = reading_fails(idx_array, z, n, BRC_DATA);
	assert_non_null(strstr(err.message, "too long: 12 bytes expected, at least 13 found"));
	free(z);
	z = gzipped(good, 11, &n);
	err = reading_fails(idx_array, z, n, BRC_DATA);
	assert_non_null(strstr(err.message, "truncated: 12 bytes expected, 11 found"));
	free(z);
}

static void refuses_wrong_magic(void **state)
{
	const unsigned char type[] = {0, 0, 7, 1, 0, 0, 0, 1, 1}, none[] = {0, 0, 8, 0, 1};
	const unsigned char nine[64] = {0, 0, 8, 9};
	brc_err err = reading_fails(idx_array, type, sizeof(type), BRC_DATA);

	(void)state;
	assert_non_null(strstr(err.message, "begins with 00 00 07 01"));
	assert_true(err.hint[0] != '\0');
	reading_fails(idx_array, none, sizeof(none), BRC_DATA);
	reading_fails(idx_array, nine, sizeof(nine), BRC_DATA);
	reading_fails(idx_array, "P5 28 28 255 ", 13, BRC_DATA);
}

static void refuses_damaged_gzip(void **state)
{
	size_t n;
	unsigned char *bytes = slurp(GOLDEN "image.idx.gz", &n);
	brc_err err;

	(void)state;
	bytes[n - 6] ^= 1; /* its checksum */
	err = reading_fails(idx_array, bytes, n, BRC_DATA);
	assert_non_null(strstr(err.message, "corrupt"));
	bytes[n - 6] ^= 1;
	bytes[n] = 'x';
	err = reading_fails(idx_array, bytes, n + 1, BRC_DATA);
	assert_non_null(strstr(err.message, "something else follows"));
	free(bytes);
}

/* A header that declares much over little data, and the reverse, both plain and gzipped. */
static void hostile(void)
{
	const unsigned char vast[16] = {0, 0, 8, 3, 0, 0, 0x40, 0, 0, 0, 0x40, 0, 0, 0, 0, 8};
	const unsigned char overflow[20] = {0,   0,   8,   4,   255, 255, 255, 255, 255, 255,
					    255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	const unsigned char one[] = {0, 0, 8, 1, 0, 0, 0, 1, 7};
	size_t n, zeros = (size_t)48 << 20;
	unsigned char *z;
	temporary t;
	brc_err err = {0};
	brc_array a;
	brc_rc want;
	unsigned char *bomb;

	reading_fails(idx_array, vast, sizeof(vast), BRC_DATA); /* 2 GiB declared */
	reading_fails(idx_array, overflow, sizeof(overflow), BRC_DATA);
	z = gzipped(vast, sizeof(vast), &n);
	t = temporary_file(z, n);
	/* found to be truncated, without an allocation that the limit would refuse; a machine
	 * that has not the 2 GiB says so instead */
	want = brc_mem_available() > (size_t)2 << 30 ? BRC_DATA : BRC_RESOURCE;
	assert_int_equal(idx_array(t.path, 0, &a, &err), want);
	unlink(t.path);
	free(z);
	bomb = calloc(zeros, 1);
	assert_non_null(bomb);
	memcpy(bomb, one, sizeof(one));
	z = gzipped(bomb, zeros, &n);
	free(bomb);
	err = reading_fails(idx_array, z, n, BRC_DATA);
	assert_non_null(strstr(err.message, "9 bytes expected, at least 10 found"));
	free(z);
}

#ifndef __SANITIZE_ADDRESS__
static rlim_t address_space(void)
{
	unsigned long long pages;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%llu", &pages), 1);
	fclose(f);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}
#endif

static void a_hostile_header_allocates_nothing(void **state)
{
#ifdef __SANITIZE_ADDRESS__
	(void)state;
	hostile(); /* ASan needs terabytes of address space */
#else
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		rlim_t most = address_space() + ((rlim_t)192 << 20); /* the tests' own 100 MB fit */
		struct rlimit limit = {most, most};

		assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
		hostile(); /* a failed assertion exits with a status other than 0 */
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#endif
}

static void honours_the_memory_limit(void **state)
{
	brc_err err = {0};
	brc_array a;

	(void)state;
	assert_int_equal(idx_array(GOLDEN "image.idx", 71, &a, &err), BRC_RESOURCE);
	assert_non_null(strstr(err.message, "image.idx"));
	assert_int_equal(idx_array(GOLDEN "image.idx.gz", 71, &a, &err), BRC_RESOURCE);
	assert_int_equal(idx_array(GOLDEN "image.idx.gz", 72, &a, &err), BRC_OK);
	brc_array_clear(&a);
}

static void reads_a_pipe(void **state)
{
	size_t n;
	int end[2];
	char path[32];
	unsigned char *bytes = slurp(GOLDEN "image.idx.gz", &n);

	(void)state;
	assert_int_equal(pipe(end), 0);
	assert_int_equal(write(end[1], bytes, n), n);
	close(end[1]);
	free(bytes);
	snprintf(path, sizeof(path), "/dev/fd/%d", end[0]);
	reads(path, "|u1", 3, (const size_t[]){6, 4, 3});
	close(end[0]);
}

static void names_missing_files(void **state)
{
	brc_err err = {0};
	brc_array a;

	(void)state;
	assert_int_equal(idx_array("no/such\nfile", 0, &a, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "no/such?file: cannot open"));
	assert_int_equal(idx_array("tests", 0, &a, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_type),
		cmocka_unit_test(refuses_every_prefix),
		cmocka_unit_test(says_what_was_expected_and_found),
		cmocka_unit_test(refuses_wrong_magic),
		cmocka_unit_test(refuses_damaged_gzip),
		cmocka_unit_test(a_hostile_header_allocates_nothing),
		cmocka_unit_test(honours_the_memory_limit),
		cmocka_unit_test(reads_a_pipe),
		cmocka_unit_test(names_missing_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
