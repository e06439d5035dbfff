/*
 * libFuzzer target: any bytes as a file of weights, mostly safetensors. What is accepted
 * must be as large as its shapes say, and a chain of layers among it a graph.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/safetensors_fuzz.c
 *     ./safetensors_fuzz tests/fuzz/corpus/safetensors
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/layer_chain.h"
#include "net/unit_graph.h"

#define MEMORY ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const brc_weights *w)
{
	const brc_weight *list;
	size_t n = brc_weights_list(w, &list);

	for (size_t i = 0; i < n; i++) {
		float *value = list[i].count < MEMORY / sizeof(*value)
				       ? malloc(list[i].count * sizeof(*value) + 1)
				       : NULL;

		if (value)
			brc_weights_read(w, i, value, NULL);
		free(value);
	}
}

static void use_chain(const char *path, bool transposed)
{
	brc_layer_chain *c;
	brc_blocks b = {0};
	const brc_layer_graph *all;

	if (brc_layer_chain_read(&c, path, NULL, transposed, BRC_NORM_L1, NULL) != BRC_OK)
		return;
	all = brc_layer_chain_graph(c);
	if (brc_unit_graph_make(all, BRC_UNITS_ALL, MEMORY, &b, NULL) == BRC_OK &&
	    brc_blocks_check(&b, "fuzz", NULL) != BRC_OK)
		abort();
	brc_blocks_clear(&b);
	brc_layer_chain_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[32];
	brc_weights *w;

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (brc_weights_open(&w, path, NULL) != BRC_OK)
		return 0;
	read_all(w);
	brc_weights_free(w);
	use_chain(path, false);
	use_chain(path, true);
	return 0;
}
