/* Files for the tests of lib/data: golden ones, and temporary ones with given bytes. */
#ifndef TESTS_UNIT_DATA_FILES_H
#define TESTS_UNIT_DATA_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "data/arrays/array.h"
#include "data/bytes/input.h"

#define GOLDEN "tests/golden/data/"

typedef struct temporary {
	char path[256];
} temporary;

/* A temporary file of these bytes; unlink() t.path. */
static inline temporary temporary_file(const void *bytes, size_t n)
{
	temporary t;
	const char *dir = getenv("TMPDIR");
	int fd;

	snprintf(t.path, sizeof(t.path), "%.200s/broca-test-XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(t.path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
	return t;
}

/* The bytes of a file, which the caller frees. */
static inline unsigned char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	unsigned char *bytes;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	bytes = malloc(*n + 1);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

typedef brc_rc (*array_reader)(const char *path, size_t mem, brc_array *out, brc_err *err);

/* The failure of reading these bytes, which must be one of `code`. */
static inline brc_err reading_fails(array_reader read, const void *bytes, size_t n, brc_rc code)
{
	brc_err err = {0};
	brc_array a;
	temporary t = temporary_file(bytes, n);

	assert_int_equal(read(t.path, 0, &a, &err), code);
	assert_null(a.data);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.message, t.path)); /* every message names the file */
	unlink(t.path);
	return err;
}

/* Every strict prefix of a good file must be refused as wrong data. */
static inline void refuses_prefixes(array_reader read, const char *path)
{
	size_t n;
	unsigned char *bytes = slurp(path, &n);

	for (size_t cut = 0; cut < n; cut++)
		reading_fails(read, bytes, cut, BRC_DATA);
	free(bytes);
}

/* Element i of the golden arrays; see tests/oracle/data.py. */
static inline double golden_value(const char *dtype, size_t i)
{
	if (!strcmp(dtype, "|u1"))
		return 7 * i % 251;
	if (!strcmp(dtype, "|b1"))
		return i % 2;
	if (dtype[1] == 'f')
		return ((double)i - 3) / 4;
	return dtype[1] == 'u' ? 3.0 * (double)i : 3.0 * (double)i - 5;
}

/* The array must be of this dtype and hold the golden values. It is cleared. */
static inline void holds_golden_values(brc_array *a, const char *dtype)
{
	brc_err err = {0};

	assert_string_equal(a->dtype, dtype);
	assert_int_equal(brc_array_convert(a, "<f8", "test", &err), BRC_OK);
	for (size_t i = 0; i < a->count; i++)
		assert_true(((double *)a->data)[i] == golden_value(dtype, i));
	brc_array_clear(a);
}

#endif
