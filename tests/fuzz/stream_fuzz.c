/*
 * libFuzzer target: any bytes as a stream, read to its end by the reader and
 * the collector; every section that arrives goes through all that read
 * sections. They must refuse or accept in order, and what is accepted must
 * hold what its contract says.
 *
 * A checksum would stop every mutation at its frame, so checksums, trailers and
 * the lengths of chunks are made right before the reader sees them.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "sections/dataset.h"
#include "data/tables/units_table.h"
#include "graph/laplacian.h"
#include "graph/normalised.h"
#include "sections/activations.h"
#include "sections/clusterability.h"
#include "sections/exemplars.h"
#include "sections/findings.h"
#include "sections/labels.h"
#include "sections/lesions.h"
#include "sections/spectrum.h"
#include "sections/units.h"
#include "stream/collect.h"
#include "stream/summary.h"
#include "stream/writer.h"

enum { CHUNK_LIMIT = 1 << 18, OUTPUT_LIMIT = 1 << 22, APPLY_UNITS = 4096, GRAPH_UNITS = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static void need(bool holds)
{
	if (!holds)
		abort();
}

/* ---- mending: a checksum would stop every mutation at its frame ---- */

typedef struct mending {
	const uint8_t *data;
	size_t size, at;
	brc_str out;
	uint64_t frames;
	uint32_t chain;
	brc_tensor tensor;
	size_t chunk_rows, rows_left; /* of the current tensor */
} mending;

static void put_frame(mending *m, unsigned kind, const void *payload, size_t length)
{
	unsigned char head[BRC_HEAD_BYTES];
	const uint32_t crc = brc_frame_crc(kind, payload, length);

	brc_frame_head(kind, crc, length, head);
	brc_str_addn(&m->out, (const char *)head, sizeof(head));
	brc_str_addn(&m->out, payload, length);
	m->chain = brc_frame_chain(m->chain, crc);
	m->frames++;
}

/* The chunk that the tensor needs next: the fuzzer's bytes, cut or filled up with zeros. */
static void put_chunk(mending *m, const uint8_t *payload, size_t length)
{
	const size_t rows = m->rows_left < m->chunk_rows ? m->rows_left : m->chunk_rows;
	const size_t bytes = rows * brc_tensor_row_bytes(&m->tensor);
	uint8_t *chunk = bytes <= CHUNK_LIMIT ? calloc(bytes, 1) : NULL;

	if (chunk == NULL) {
		put_frame(m, BRC_F_CHUNK, payload, length);
		return;
	}
	if (length > 0)
		memcpy(chunk, payload, length < bytes ? length : bytes);
	put_frame(m, BRC_F_CHUNK, chunk, bytes);
	m->rows_left -= rows;
	free(chunk);
}

/* A compressed chunk starts with the checksum of what it unpacks to. */
static void put_packed(mending *m, const uint8_t *payload, size_t length)
{
	uint8_t *copy = malloc(length + 4), *raw = malloc(CHUNK_LIMIT);
	size_t n;

	if (copy == NULL || raw == NULL)
		abort();
	memset(copy, 0, 4);
	if (length > 0)
		memcpy(copy, payload, length);
	n = length < 4 ? 0 : ZSTD_decompress(raw, CHUNK_LIMIT, copy + 4, length - 4);
	if (length >= 4 && !ZSTD_isError(n)) {
		const uint32_t crc = brc_frame_crc(BRC_F_CHUNK, raw, n);

		for (int i = 0; i < 4; i++)
			copy[i] = (uint8_t)(crc >> (8 * i));
	}
	put_frame(m, BRC_F_CHUNK_Z, copy, length);
	m->rows_left = 0; /* what comes next is taken as it is */
	free(raw);
	free(copy);
}

static void put_tensor(mending *m, const uint8_t *payload, size_t length)
{
	brc_map *map;

	put_frame(m, BRC_F_TENSOR, payload, length);
	m->rows_left = 0;
	if (brc_map_decode(payload, length, &map, NULL) != BRC_OK)
		return;
	if (brc_tensor_of_map(map, &m->tensor, &m->chunk_rows, NULL) == BRC_OK &&
	    brc_tensor_bytes(&m->tensor) > 0)
		m->rows_left = brc_tensor_rows(&m->tensor);
	brc_map_free(map);
}

static void put_trailer(mending *m)
{
	unsigned char *buf;
	size_t n;
	brc_map *map = brc_map_new();

	brc_map_put_int(map, "frames", (int64_t)m->frames);
	brc_map_put_int(map, "crc", m->chain);
	if (brc_map_encode(map, &buf, &n, NULL) != BRC_OK)
		abort();
	put_frame(m, BRC_F_TRAILER, buf, n);
	free(buf);
	brc_map_free(map);
	m->frames = 0;
	m->chain = 0;
}

/* The frame at `at`: its kind and payload; false where there is none. */
static bool frame_at(const uint8_t *data, size_t size, size_t at, unsigned *kind, size_t *length)
{
	uint32_t crc;

	return size - at >= BRC_HEAD_BYTES && brc_frame_parse(data + at, kind, &crc, length) &&
	       *length <= size - at - BRC_HEAD_BYTES;
}

static void mend_frame(mending *m, unsigned kind, const uint8_t *payload, size_t length)
{
	if (m->rows_left > 0 && kind != BRC_F_CHUNK && kind != BRC_F_CHUNK_Z &&
	    brc_tensor_bytes(&m->tensor) <= CHUNK_LIMIT)
		while (m->rows_left > 0)
			put_chunk(m, NULL, 0);
	switch (kind) {
	case BRC_F_TENSOR:
		put_tensor(m, payload, length);
		break;
	case BRC_F_CHUNK:
		if (m->rows_left > 0)
			put_chunk(m, payload, length);
		break;
	case BRC_F_CHUNK_Z:
		put_packed(m, payload, length);
		break;
	case BRC_F_TRAILER:
		put_trailer(m);
		break;
	default:
		put_frame(m, kind, payload, length);
	}
}

static void mend(mending *m)
{
	while (m->at < m->size && m->out.len < OUTPUT_LIMIT) {
		unsigned kind;
		size_t length;

		if (m->size - m->at >= BRC_MAGIC_BYTES &&
		    memcmp(m->data + m->at, brc_magic, BRC_MAGIC_BYTES) == 0) {
			brc_str_addn(&m->out, (const char *)brc_magic, BRC_MAGIC_BYTES);
			m->at += BRC_MAGIC_BYTES;
		} else if (frame_at(m->data, m->size, m->at, &kind, &length)) {
			mend_frame(m, kind, m->data + m->at + BRC_HEAD_BYTES, length);
			m->at += BRC_HEAD_BYTES + length;
		} else {
			brc_str_addn(&m->out, (const char *)m->data + m->at, m->size - m->at);
			m->at = m->size;
		}
	}
}

/*
 * Mutate the payload of one frame and set its length, so that the frames after
 * it stay frames; now and then the bytes as a whole.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t start[256], n = 0, length, at, payload, rest, room, fresh;
	uint8_t *piece;
	unsigned kind;

	for (at = BRC_MAGIC_BYTES; at < size && n < 256 && frame_at(data, size, at, &kind, &length);
	     at += BRC_HEAD_BYTES + length)
		start[n++] = at;
	if (n == 0 || seed % 16 == 0)
		return LLVMFuzzerMutate(data, size, max);
	at = start[seed / 16 % n];
	payload = at + BRC_HEAD_BYTES;
	frame_at(data, size, at, &kind, &length);
	rest = size - payload - length;
	if (max <= payload + rest) /* LLVMFuzzerMutate needs room for a byte */
		return LLVMFuzzerMutate(data, size, max);
	room = max - payload - rest;
	piece = malloc(room);
	need(piece != NULL && length <= room);
	memcpy(piece, data + payload, length);
	fresh = LLVMFuzzerMutate(piece, length, room);
	memmove(data + payload + fresh, data + payload + length, rest);
	memcpy(data + payload, piece, fresh);
	brc_frame_head(kind, 0, fresh, data + at);
	free(piece);
	return payload + fresh + rest;
}

/* ---- what reads sections ---- */

static void try_layers(const brc_section *s)
{
	brc_layers t;
	brc_err err = {0};

	if (brc_layers_read(&t, s, &err) != BRC_OK)
		return;
	for (size_t l = 0; l < t.n; l++)
		need(brc_layers_find(&t, t.name[l]) == l &&
		     brc_layers_of_unit(&t, t.first[l]) == l && t.units[l] > 0);
	brc_layers_clear(&t);
}

static void try_dataset(const brc_section *s)
{
	brc_dataset d;
	brc_err err = {0};
	float *row;

	if (brc_dataset_read(&d, s, &err) != BRC_OK)
		return;
	row = malloc(d.pixels * sizeof(*row));
	for (size_t i = 0; row != NULL && i < d.n; i++) {
		brc_dataset_rows(&d, i, 1, row);
		need(d.label[i] >= 0 && (size_t)d.label[i] < d.classes && isfinite(row[0]));
	}
	free(row);
	brc_dataset_clear(&d);
}

static void try_labels(const brc_section *s)
{
	brc_labels l;
	brc_err err = {0};

	if (brc_labels_read(&l, s, &err) != BRC_OK)
		return;
	for (size_t i = 0; i < l.layers.n; i++) {
		size_t distinct;

		need(brc_labels_distinct(l.label + l.layers.first[i], l.layers.units[i], &distinct,
					 &err) == BRC_OK &&
		     distinct <= l.layers.units[i]);
	}
	brc_labels_clear(&l);
}

static void try_blocks(const brc_section *s)
{
	brc_blocks b;
	brc_graph g;
	brc_err err = {0};

	if (brc_blocks_read(&b, s, &err) != BRC_OK)
		return;
	if (brc_layers_total(&b.layers) <= GRAPH_UNITS &&
	    brc_graph_init_all(&g, &b, &err) == BRC_OK)
		brc_graph_clear(&g);
	brc_blocks_clear(&b);
}

/* One product with the normalised adjacency: all its entries are within [-n, n]. */
static void apply(const brc_graph *g)
{
	brc_normalised *m;
	brc_err err = {0};
	double *x;

	if (g->connected > APPLY_UNITS || brc_normalised_new(&m, g, NULL, &err) != BRC_OK)
		return;
	x = calloc(2 * g->connected, sizeof(*x));
	need(x != NULL);
	for (size_t i = 0; i < g->connected; i++)
		x[i] = 1;
	if (brc_normalised_apply(m, x, x + g->connected, 1, &err) == BRC_OK)
		for (size_t i = 0; i < g->connected; i++)
			need(isfinite(x[g->connected + i]));
	free(x);
	brc_normalised_free(m);
}

static void try_laplacian(const brc_section *s)
{
	brc_laplacian l;
	brc_err err = {0};

	if (brc_laplacian_read(&l, s, &err) != BRC_OK)
		return;
	for (size_t i = 0; i < l.n; i++)
		apply(&l.graph[i].graph);
	brc_laplacian_clear(&l);
}

static void try_lesions(const brc_section *s)
{
	brc_lesions l;
	brc_err err = {0};
	double balanced;

	if (brc_lesions_read(&l, s, &err) != BRC_OK)
		return;
	balanced = brc_lesions_baseline_balanced(&l);
	need(isnan(balanced) || (balanced >= 0 && balanced <= 1));
	brc_lesions_clear(&l);
}

static void try_findings(const brc_section *s)
{
	brc_findings f;
	brc_err err = {0};

	if (brc_findings_read(&f, s, &err) == BRC_OK)
		brc_findings_clear(&f);
}

static void try_spectrum(const brc_section *s)
{
	brc_spectrum p;
	brc_err err = {0};

	if (brc_spectrum_read(&p, s, &err) != BRC_OK)
		return;
	for (size_t i = 0; i < p.links; i++)
		need((size_t)p.link_to[i] < p.group.m && p.link_weight[i] > 0);
	brc_spectrum_clear(&p);
}

static void try_clusterability(const brc_section *s)
{
	brc_clusterability c;
	brc_err err = {0};

	if (brc_clusterability_read(&c, s, &err) == BRC_OK)
		brc_clusterability_clear(&c);
}

static void try_exemplars(const brc_section *s)
{
	brc_exemplars x;
	brc_err err = {0};

	if (brc_exemplars_read(&x, s, &err) != BRC_OK)
		return;
	for (size_t i = 0; i < x.images; i++)
		need(brc_exemplars_find(&x, x.sample[i]) == i && (size_t)x.label[i] < x.classes);
	brc_exemplars_clear(&x);
}

static void try_activations(const brc_section *s)
{
	brc_activations a;
	brc_err err = {0};

	if (brc_activations_read(&a, s, &err) == BRC_OK)
		brc_activations_clear(&a);
}

static void try_units(const brc_section *s)
{
	brc_str text = {0};
	brc_units u;
	brc_err err = {0};

	if (brc_units_read(&u, s, &err) != BRC_OK)
		return;
	brc_units_tsv_write(&u, &text, &err);
	brc_units_clear(&u);
	brc_str_free(&text);
}

/* What was read can be written. */
static void write_again(brc_section *s)
{
	brc_sink *sink;
	brc_writer *w;
	brc_err err = {0};

	need(brc_sink_open(&sink, "/dev/null", false, &err) == BRC_OK);
	need(brc_writer_new(&w, sink, 0, &err) == BRC_OK);
	need(brc_writer_begin(w, s, &err) == BRC_OK && brc_writer_end(w, s, &err) == BRC_OK);
	brc_writer_free(w);
	brc_sink_close(sink, false, &err);
}

static void try_section(brc_section *s)
{
	try_layers(s);
	try_dataset(s);
	try_labels(s);
	try_blocks(s);
	try_laplacian(s);
	try_lesions(s);
	try_findings(s);
	try_spectrum(s);
	try_clusterability(s);
	try_exemplars(s);
	try_activations(s);
	try_units(s);
	write_again(s);
}

/* ---- reading ---- */

static brc_rc read_sections(brc_reader *r, brc_collector *c, brc_err *err)
{
	brc_frame f;
	bool open = false;

	for (;;) {
		if (open)
			brc_collector_prepare(c, r);
		BRC_TRY(brc_reader_next(r, &f, err));
		if (f.kind == BRC_F_EOF)
			return BRC_OK;
		if (f.kind == BRC_F_SECTION) {
			BRC_TRY(brc_collector_begin(c, r, err));
			open = true;
		} else if (open) {
			BRC_TRY(brc_collector_add(c, r, &f, err));
		}
		if (f.kind == BRC_F_END) {
			brc_section *s = brc_collector_take(c);

			try_section(s);
			brc_section_free(s);
			open = false;
		}
	}
}

static brc_reader *open_reader(const char *path)
{
	brc_reader *r;
	brc_err err = {0};

	return brc_reader_open(&r, path, &err) == BRC_OK ? r : NULL;
}

/* A failure has a message that can be printed as it is. */
static void check_message(brc_rc rc, const brc_err *err)
{
	need(rc == BRC_OK || (err->code == rc && err->message[0] != '\0'));
	for (const char *c = err->message; *c != '\0'; c++)
		need((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static brc_rc collect(const char *path)
{
	brc_collector *c;
	brc_err err = {0};
	brc_reader *r = open_reader(path);
	brc_rc rc;

	if (r == NULL)
		return BRC_DATA;
	need(brc_collector_new(&c, SIZE_MAX, &err) == BRC_OK);
	rc = read_sections(r, c, &err);
	check_message(rc, &err);
	brc_collector_free(c);
	brc_reader_free(r);
	return rc;
}

static brc_rc show_layers(const brc_section *s, brc_summary_format format, brc_str *out,
			  brc_err *err)
{
	brc_units u;
	brc_rc rc;

	BRC_TRY(brc_units_read(&u, s, err));
	rc = brc_units_table_show(&u, format, out, err);
	brc_units_clear(&u);
	return rc;
}

static brc_rc summarise(const char *path, brc_summary_format format, bool deep)
{
	brc_str text = {0};
	brc_summary_counts counts;
	brc_err err = {0};
	brc_reader *r = open_reader(path);
	brc_summary_detail layers;
	brc_rc rc;

	if (r == NULL)
		return BRC_DATA;
	layers = (brc_summary_detail){"units", 1, show_layers};
	rc = brc_summarise(r, format, deep, &layers, &text, &counts, &err);
	check_message(rc, &err);
	for (size_t i = 0; i < text.len; i++)
		need((unsigned char)text.s[i] >= 0x20 || text.s[i] == '\n');
	brc_str_free(&text);
	brc_reader_free(r);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[32];
	mending m = {.data = data, .size = size};
	brc_rc rc;

	mend(&m);
	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 ||
	    pwrite(fd, m.out.s, m.out.len, 0) != (ssize_t)m.out.len)
		abort();
	brc_str_free(&m.out);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = collect(path);
	summarise(path, BRC_SUMMARY_TEXT, false);
	summarise(path, BRC_SUMMARY_JSON, false);
	/* what `check` calls intact can be read */
	if (summarise(path, BRC_SUMMARY_NONE, true) == BRC_OK)
		need(rc == BRC_OK);
	return 0;
}
