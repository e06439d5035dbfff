/*
 * libFuzzer target: any bytes as a graph from another program, Matrix Market, GraphML, NPY or a
 * list of edges. What is accepted must become blocks that are a graph, and those go out as text and
 * come in again as the same edges.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/edges_fuzz.c
 *     ./edges_fuzz tests/fuzz/corpus/edges
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"
#include "graph/exchange.h"

#define MEMORY ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(const char *name, const void *data, size_t size, char path[32])
{
	int fd = memfd_create(name, 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static brc_rc collect(void *ctx, const char *bytes, size_t n, brc_err *err)
{
	brc_str_addn(ctx, bytes, n);
	return brc_str_check(ctx, err);
}

/* The same edges come back, whatever the format. */
static void go_round(const brc_edge_list *l, const brc_blocks *b, brc_graph_format format)
{
	const brc_edge_source edges = brc_exchange_edges(b, NULL);
	brc_str text = {0};
	brc_edge_list back;
	brc_err err = {0};
	char path[32];

	/* not with a control character in a name */
	if (brc_graph_write(&edges, format, MEMORY, collect, &text, &err) == BRC_OK) {
		int fd = file_of("back", text.s, text.len, path);

		if (brc_edge_list_read(&back, path, NULL, MEMORY, &err) != BRC_OK ||
		    back.n != l->n || !brc_layers_equal(&back.layers, &l->layers) ||
		    (l->n > 0 && memcmp(back.edge, l->edge, l->n * sizeof(*l->edge)) != 0))
			abort();
		brc_edge_list_clear(&back);
		close(fd);
	}
	brc_str_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[32];
	brc_edge_list l;
	brc_blocks b = {0};
	brc_err err = {0};
	int fd = file_of("fuzz", data, size, path);

	if (brc_edge_list_read(&l, path, NULL, MEMORY, &err) == BRC_OK) {
		if (brc_layers_total(&l.layers) < 100000 &&
		    brc_exchange_blocks(&b, &l, MEMORY, &err) == BRC_OK) {
			if (brc_blocks_check(&b, "fuzz", &err) != BRC_OK)
				abort();
			go_round(&l, &b, BRC_GRAPH_MATRIX_MARKET);
			go_round(&l, &b, BRC_GRAPH_EDGE_TEXT);
			if (brc_layers_total(&l.layers) < 2000) /* a node for each: slow here */
				go_round(&l, &b, BRC_GRAPH_GRAPHML);
			brc_blocks_clear(&b);
		}
		brc_edge_list_clear(&l);
	}
	close(fd);
	return 0;
}
