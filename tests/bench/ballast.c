/*
 * A stream with one large section that every filter hands through and a
 * small graph for the stage under test to work on:
 *     ballast MEGABYTES > stream
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/rng.h"
#include "stream/layers.h"
#include "stream/writer.h"

enum { UNITS = 8, COLUMNS = 1024, BLOCK_ROWS = 256 };

/* Two pairs of layers' worth of edges: a chain of two layers of 8 units. */
static brc_rc write_graph(brc_writer *w, brc_err *err)
{
	const char *const name[] = {"a", "b"};
	const size_t units[] = {UNITS, UNITS}, shape[] = {UNITS, UNITS};
	brc_section *s;
	brc_layers layers;
	brc_tensor *t;
	brc_map *m;

	BRC_TRY(brc_section_new(&s, "weights", 1, "weights", err));
	BRC_TRY(brc_layers_init(&layers, 2, name, units, err));
	BRC_TRY(brc_layers_write(&layers, s, err));
	m = brc_section_add_record(s, err);
	brc_map_put_int(m, "block", 0);
	brc_map_put_int(m, "from", 0);
	brc_map_put_int(m, "to", 1);
	BRC_TRY(brc_section_add(s, "block/0", "<f4", 2, shape, "from,to", NULL, &t, err));
	for (size_t i = 0; i < (size_t)UNITS * UNITS; i++)
		((float *)t->data)[i] = (float)(1 + i % 7);
	BRC_TRY(brc_writer_begin(w, s, err));
	BRC_TRY(brc_writer_end(w, s, err));
	brc_section_free(s);
	brc_layers_clear(&layers);
	return BRC_OK;
}

static brc_rc write_ballast(brc_writer *w, size_t megabytes, brc_err *err)
{
	brc_section *s;
	brc_rng r;
	const size_t row_bytes = COLUMNS * sizeof(float);
	const size_t blocks = megabytes * 1000000 / row_bytes / BLOCK_ROWS;
	const size_t shape[] = {blocks * BLOCK_ROWS, COLUMNS};
	float *rows = brc_alloc((size_t)BLOCK_ROWS * COLUMNS, sizeof(float), err);

	if (!rows)
		return BRC_RESOURCE;
	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, 0);
	for (size_t i = 0; i < (size_t)BLOCK_ROWS * COLUMNS; i++)
		rows[i] = (float)brc_rng_uniform(&r);
	BRC_TRY(brc_section_new(&s, "ballast", 1, "ballast", err));
	BRC_TRY(brc_writer_begin(w, s, err));
	BRC_TRY(brc_writer_tensor(w, "value", "<f4", 2, shape, "row,column", err));
	for (size_t b = 0; b < blocks; b++)
		BRC_TRY(brc_writer_rows(w, rows, BLOCK_ROWS, err));
	BRC_TRY(brc_writer_end(w, s, err));
	brc_section_free(s);
	free(rows);
	return BRC_OK;
}

static brc_rc write_stream(size_t megabytes, brc_err *err)
{
	brc_sink *sink;
	brc_writer *w;

	BRC_TRY(brc_sink_open(&sink, NULL, true, err));
	BRC_TRY(brc_writer_new(&w, sink, 0, err));
	BRC_TRY(write_ballast(w, megabytes, err));
	BRC_TRY(write_graph(w, err));
	BRC_TRY(brc_writer_trailer(w, err));
	brc_writer_free(w);
	return brc_sink_close(sink, true, err);
}

int main(int argc, char **argv)
{
	brc_err err = {0};

	if (argc != 2 || write_stream(strtoul(argv[1], NULL, 10), &err) != BRC_OK) {
		fprintf(stderr, "ballast: %s\n",
			argc != 2 ? "say how many megabytes" : err.message);
		return 2;
	}
	return 0;
}
