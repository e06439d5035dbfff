/*
 * libFuzzer target: any bytes as an NPY file or, if they begin like a zip archive,
 * as an NPZ archive. Reading must end in order, and an array must be as large
 * as its shape says.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/npy_fuzz.c
 *     ./npy_fuzz tests/fuzz/corpus/npy
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/array_files.h"

#define MEMORY ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(brc_rc rc, brc_array *a)
{
	volatile unsigned char last = 0;

	if (rc != BRC_OK)
		return;
	if (a->count > 0)
		last = ((unsigned char *)a->data)[a->count * a->itemsize - 1];
	(void)last;
	brc_array_convert(a, "<i4", "fuzz", NULL);
	brc_array_clear(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[32];
	brc_err err = {0};
	brc_array a;

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (brc_zip_magic(data, size)) {
		use(npz_array(path, "images", MEMORY, &a, &err), &a);
		use(npz_array(path, "labels", MEMORY, &a, &err), &a);
	} else {
		use(npy_array(path, MEMORY, &a, &err), &a);
	}
	return 0;
}
