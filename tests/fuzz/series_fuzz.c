/*
 * libFuzzer target: any bytes as a table of samples, NPY or text. Reading must end in order, and
 * what is read must be whole: finite values, a name for each unit or none.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/series_fuzz.c
 *     ./series_fuzz tests/fuzz/corpus/series
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/series/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const char *path, const brc_series_options *how)
{
	brc_err err = {0};
	brc_series s;

	if (brc_series_read(&s, path, how, &err) == BRC_OK) {
		const float *v = s.value.data;

		if (s.samples < 2 || s.units < 2 || (s.names.n != 0 && s.names.n != s.units))
			abort();
		for (size_t i = 0; i < s.samples * s.units; i++)
			if (!isfinite(v[i]))
				abort();
	}
	brc_series_clear(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[32];

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	use(path, &(brc_series_options){.mem = 1 << 20});
	use(path, &(brc_series_options){.mem = 1 << 10, .transposed = true});
	use(path, &(brc_series_options){.head = BRC_HEAD_YES, .transposed = true});
	use(path, &(brc_series_options){.head = BRC_HEAD_NO});
	return 0;
}
