/*
 * libFuzzer target: any bytes as an IDX file, plain or gzipped. Reading must
 * end in order, and an array must be as large as its shape says.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/idx_fuzz.c
 *     ./idx_fuzz tests/fuzz/corpus/idx
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/array_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	if (idx_array(path, (size_t)64 << 20, &a, &err) == BRC_OK) {
		volatile unsigned char last = 0;

		if (a.count > 0)
			last = ((unsigned char *)a.data)[a.count * a.itemsize - 1];
		(void)last;
		brc_array_convert(&a, "<f4", "fuzz", &err);
		brc_array_clear(&a);
	}
	return 0;
}
