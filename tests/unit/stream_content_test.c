/* Streams whose frames are intact, but hold what a stream must not hold; and what it may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "stream/collect.h"
#include "stream/summary.h"
#include "stream/writer.h"

/* ---- streams by hand ---- */

static char path[] = "/tmp/broca-content-test-XXXXXX";

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

typedef struct hand {
	FILE *f;
	uint32_t chain;
	int64_t frames;
} hand;

static void put(hand *h, unsigned kind, const void *payload, size_t n)
{
	unsigned char head[BRC_HEAD_BYTES];
	const uint32_t crc = brc_frame_crc(kind, payload, n);

	brc_frame_head(kind, crc, n, head);
	assert_int_equal(fwrite(head, 1, sizeof(head), h->f), sizeof(head));
	assert_int_equal(fwrite(payload, 1, n, h->f), n);
	h->chain = brc_frame_chain(h->chain, crc);
	h->frames++;
}

/* Takes the map. */
static void put_map(hand *h, unsigned kind, brc_map *m)
{
	unsigned char *buf;
	size_t n;
	brc_err err = {0};

	assert_int_equal(brc_map_encode(m, &buf, &n, &err), BRC_OK);
	put(h, kind, buf, n);
	free(buf);
	brc_map_free(m);
}

static hand begin(void)
{
	hand h = {.f = fopen(path, "wb")};

	assert_non_null(h.f);
	assert_int_equal(fwrite(brc_magic, 1, BRC_MAGIC_BYTES, h.f), BRC_MAGIC_BYTES);
	return h;
}

static void put_section(hand *h, const char *type, const char *name)
{
	brc_map *m = brc_map_new();

	brc_map_put_string(m, "type", type);
	brc_map_put_int(m, "version", 1);
	brc_map_put_string(m, "name", name);
	put_map(h, BRC_F_SECTION, m);
	put_map(h, BRC_F_META, brc_map_new());
}

static void put_rows(hand *h, const char *name, const char *dtype, const char *axis, int64_t rows,
		     int64_t chunk)
{
	brc_map *m = brc_map_new();

	brc_map_put_string(m, "name", name);
	brc_map_put_string(m, "dtype", dtype);
	brc_map_put_ints(m, "shape", &rows, 1);
	brc_map_put_strings(m, "axes", &axis, 1);
	brc_map_put_int(m, "rows", chunk);
	put_map(h, BRC_F_TENSOR, m);
}

/* A tensor without rows. */
static void put_tensor(hand *h, const char *name, const char *dtype, const char *axis)
{
	put_rows(h, name, dtype, axis, 0, 1);
}

static void put_end(hand *h)
{
	put(h, BRC_F_END, "", 0);
}

static void put_trailer(hand *h, int64_t frames)
{
	brc_map *m = brc_map_new();

	brc_map_put_int(m, "frames", frames);
	brc_map_put_int(m, "crc", h->chain);
	put_map(h, BRC_F_TRAILER, m);
	h->frames = 0;
	h->chain = 0;
}

static void finish(hand *h)
{
	put_trailer(h, h->frames);
	assert_int_equal(fclose(h->f), 0);
}

static brc_rc walk(brc_summary_format format, bool deep, brc_str *out, brc_err *err)
{
	brc_reader *r;
	brc_summary_counts counts;
	brc_rc rc;

	assert_int_equal(brc_reader_open(&r, path, err), BRC_OK);
	rc = brc_summarise(r, format, deep, NULL, out, &counts, err);
	brc_reader_free(r);
	return rc;
}

/* The stream is refused with a message that says this. */
static void refused(brc_rc code, const char *says)
{
	brc_err err = {0};
	brc_str out = {0};

	assert_int_equal(walk(BRC_SUMMARY_NONE, false, &out, &err), code);
	assert_non_null(strstr(err.message, says));
	brc_str_free(&out);
}

static void taken(void)
{
	brc_err err = {0};
	brc_str out = {0};

	assert_int_equal(walk(BRC_SUMMARY_NONE, false, &out, &err), BRC_OK);
	brc_str_free(&out);
}

/* ---- names ---- */

static void a_section_stands_once(void **state)
{
	static const struct {
		const char *type, *name;
		brc_rc rc;
	} second[] = {{"labels", "x", BRC_DATA}, {"labels", "y", BRC_OK}, {"units", "x", BRC_OK}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		hand h = begin();

		put_section(&h, "labels", "x");
		put_end(&h);
		put_section(&h, second[i].type, second[i].name);
		put_end(&h);
		finish(&h);
		if (second[i].rc == BRC_OK)
			taken();
		else
			refused(BRC_DATA, "section 'labels x' stands twice");
	}
}

static void a_section_may_stand_in_each_of_two_streams(void **state)
{
	hand h = begin();

	(void)state;
	for (int i = 0; i < 2; i++) {
		put_section(&h, "labels", "x");
		put_end(&h);
		put_trailer(&h, h.frames);
		if (i == 0)
			fwrite(brc_magic, 1, BRC_MAGIC_BYTES, h.f);
	}
	assert_int_equal(fclose(h.f), 0);
	taken();
}

static void a_tensor_stands_once_in_a_section(void **state)
{
	(void)state;
	for (int again = 0; again < 2; again++) {
		hand h = begin();

		put_section(&h, "labels", "x");
		put_tensor(&h, "a", "<f4", "row");
		put_tensor(&h, again == 1 ? "a" : "b", "<f4", "row");
		put_end(&h);
		put_section(&h, "labels", "y");
		put_tensor(&h, "a", "<f4", "row");
		put_end(&h);
		finish(&h);
		if (again == 1)
			refused(BRC_DATA, "tensor 'a' stands twice");
		else
			taken();
	}
}

static void there_is_an_end_to_names(void **state)
{
	(void)state;
	for (unsigned extra = 0; extra < 2; extra++) {
		hand h = begin();

		put_section(&h, "labels", "x");
		for (unsigned i = 0; i < BRC_NAMES_MAX + extra; i++) {
			char name[16];

			snprintf(name, sizeof(name), "%u", i);
			put_tensor(&h, name, "<f4", "row");
		}
		put_end(&h);
		finish(&h);
		if (extra == 0)
			taken();
		else
			refused(BRC_STREAM, "too many sections, or tensors in a section");
	}
}

static void names_can_be_printed(void **state)
{
	static const char *const bad[] = {"", "a\x1b[2J", "a\nb", "a\xc2\x9b", "\xe2\x80\xae"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hand h = begin();

		put_section(&h, bad[i], "x");
		refused((fclose(h.f), BRC_STREAM), "proper type, version or name");
		h = begin();
		put_section(&h, "labels", bad[i]);
		refused((fclose(h.f), BRC_STREAM), "proper type, version or name");
		h = begin();
		put_section(&h, "labels", "x");
		put_tensor(&h, bad[i], "<f4", "row");
		refused((fclose(h.f), BRC_DATA), "section labels/1 x: a tensor has no proper name");
		if (bad[i][0] == '\0')
			continue; /* an axis may go without a name */
		h = begin();
		put_section(&h, "labels", "x");
		put_tensor(&h, "a", "<f4", bad[i]);
		refused((fclose(h.f), BRC_DATA), "tensor 'a' has an impossible shape");
	}
}

static void dtypes_are_spelled_as_numpy_does(void **state)
{
	static const char *const bad[] = {
		"|S",    "|S0",    "|S01",  "|S+1", "|S 1",
		"|S1\n", "|S4097", "|S1 2", "<f2",  "|S99999999999999999999"};

	(void)state;
	assert_int_equal(brc_dtype_size("|S1"), 1);
	assert_int_equal(brc_dtype_size("|S4096"), 4096);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(brc_dtype_size(bad[i]), 0);
}

/* ---- frames ---- */

static void the_trailer_counts_frames(void **state)
{
	(void)state;
	for (int64_t off = -1; off <= 1; off++) {
		hand h = begin();

		put_section(&h, "labels", "x");
		put_end(&h);
		put_trailer(&h, h.frames + off);
		assert_int_equal(fclose(h.f), 0);
		if (off == 0)
			taken();
		else
			refused(BRC_STREAM, "frames were lost, doubled or reordered");
	}
}

static void the_end_of_a_section_is_empty(void **state)
{
	hand h = begin();

	(void)state;
	put_section(&h, "labels", "x");
	put(&h, BRC_F_END, "x", 1);
	finish(&h);
	refused(BRC_STREAM, "an end frame that is not empty");
}

/* Beyond 64 KiB no frame but a chunk is read, even if all of it is there. */
static void control_frames_are_short(void **state)
{
	static unsigned char payload[BRC_CONTROL_MAX + 1];
	hand h = begin();

	(void)state;
	put_section(&h, "labels", "x");
	put(&h, BRC_F_RECORD, payload, sizeof(payload));
	finish(&h);
	refused(BRC_STREAM, "not a frame");
}

static void chunks_hold_some_rows_and_not_too_many(void **state)
{
	const int64_t most = (int64_t)BRC_CHUNK_MAX / 4;
	const struct {
		int64_t rows;
		bool good;
	} chunk[] = {{0, false}, {-1, false}, {most + 1, false}, {INT64_MAX, false},
		     {1, true},  {2, true},   {most, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(chunk) / sizeof(chunk[0]); i++) {
		hand h = begin();

		put_section(&h, "labels", "x");
		put_rows(&h, "a", "<f4", "row", 1, chunk[i].rows);
		put(&h, BRC_F_CHUNK, "abcd", 4);
		put_end(&h);
		finish(&h);
		if (chunk[i].good)
			taken();
		else
			refused(BRC_DATA, "tensor 'a' has an impossible chunk size");
	}
}

/* ---- texts ---- */

static void what_peek_prints_can_be_printed(void **state)
{
	hand h = begin();
	brc_map *entry;
	brc_map *options;
	brc_err err = {0};
	brc_str out = {0};

	(void)state;
	put_section(&h, "labels", "x");
	put_end(&h);
	entry = brc_map_new();
	options = brc_map_new();
	brc_map_put_string(options, "k\xc2\x9b", "\x1b[2J\xf3\xa0\x80\x81");
	brc_map_put_string(entry, "tool", "a\xc2\x9b");
	brc_map_put_string(entry, "version", "\x1b[2J");
	brc_map_put_map(entry, "options", options);
	put_map(&h, BRC_F_HISTORY, entry);
	finish(&h);
	assert_int_equal(walk(BRC_SUMMARY_TEXT, false, &out, &err), BRC_OK);
	assert_string_equal(out.s, "labels/1 x\nhistory\n  a? ?[2J "
				   "{\"k\\u009b\": \"\\u001b[2J\\udb40\\udc01\"}\n");
	brc_str_free(&out);
}

/* ---- cost ---- */

static size_t peak_kib(void)
{
	struct rusage use;

	assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
	return (size_t)use.ru_maxrss;
}

/* A quarter of a gigabyte of zeros, in chunks that zstd packs into some 20 KiB. */
static void write_zeros(size_t mib)
{
	brc_err err = {0};
	brc_sink *sink;
	brc_writer *w;
	brc_section *s;
	const size_t shape[2] = {mib, (size_t)1 << 20};
	char *row = calloc(shape[1], 1);

	assert_int_equal(brc_section_new(&s, "x", 1, "y", &err), BRC_OK);
	assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
	assert_int_equal(brc_writer_new(&w, sink, 3, &err), BRC_OK);
	assert_int_equal(brc_writer_begin(w, s, &err), BRC_OK);
	assert_int_equal(brc_writer_tensor(w, "v", "|u1", 2, shape, "a,b", &err), BRC_OK);
	for (size_t i = 0; i < mib; i++)
		assert_int_equal(brc_writer_rows(w, row, 1, &err), BRC_OK);
	assert_int_equal(brc_writer_end(w, s, &err), BRC_OK);
	assert_int_equal(brc_writer_trailer(w, &err), BRC_OK);
	brc_writer_free(w);
	assert_int_equal(brc_sink_close(sink, true, &err), BRC_OK);
	brc_section_free(s);
	free(row);
}

static void proving_chunks_takes_no_memory(void **state)
{
	brc_err err = {0};
	brc_str out = {0};
	size_t before;

	(void)state;
	write_zeros(256);
	before = peak_kib();
	assert_int_equal(walk(BRC_SUMMARY_NONE, true, &out, &err), BRC_OK);
	assert_true(peak_kib() - before < 64 << 10);
	brc_str_free(&out);
}

/* One row of 4 bytes, packed `times` times into one chunk with the given checksum. */
static void write_packed(size_t times, uint32_t raw_crc)
{
	unsigned char payload[256];
	size_t n = 4;
	hand h;

	for (int i = 0; i < 4; i++)
		payload[i] = (unsigned char)(raw_crc >> (8 * i));
	for (size_t i = 0; i < times; i++)
		n += ZSTD_compress(payload + n, sizeof(payload) - n, "abcd", 4, 3);
	h = begin();
	put_section(&h, "labels", "x");
	put_rows(&h, "a", "<f4", "row", 1, 1);
	put(&h, BRC_F_CHUNK_Z, payload, n);
	put_end(&h);
	finish(&h);
}

static brc_rc collect(brc_err *err)
{
	brc_reader *r;
	brc_collector *c;
	brc_frame f;
	brc_rc rc;

	assert_int_equal(brc_reader_open(&r, path, err), BRC_OK);
	assert_int_equal(brc_collector_new(&c, SIZE_MAX, err), BRC_OK);
	rc = brc_reader_next(r, &f, err);
	if (rc == BRC_OK)
		rc = brc_collector_begin(c, r, err);
	while (rc == BRC_OK && f.kind != BRC_F_END) {
		brc_collector_prepare(c, r);
		rc = brc_reader_next(r, &f, err);
		if (rc == BRC_OK)
			rc = brc_collector_add(c, r, &f, err);
	}
	brc_collector_free(c);
	brc_reader_free(r);
	return rc;
}

/* Chunks that unpack to more, to nothing or to something else than they say. */
static void wrong_compressed_chunks_are_found(void **state)
{
	const uint32_t crc = brc_frame_crc(BRC_F_CHUNK, "abcd", 4);
	const struct {
		size_t times;
		uint32_t crc;
		brc_rc rc;
	} chunk[] = {{1, crc, BRC_OK},
		     {1, crc ^ 1, BRC_STREAM},
		     {0, crc, BRC_STREAM},
		     {2, crc, BRC_STREAM},
		     {2, brc_frame_crc(BRC_F_CHUNK, "abcdabcd", 8), BRC_STREAM}};

	(void)state;
	for (size_t i = 0; i < sizeof(chunk) / sizeof(chunk[0]); i++) {
		brc_err err = {0};
		brc_str out = {0};

		write_packed(chunk[i].times, chunk[i].crc);
		assert_int_equal(walk(BRC_SUMMARY_NONE, true, &out, &err), chunk[i].rc);
		assert_int_equal(collect(&err), chunk[i].rc);
		brc_str_free(&out);
	}
}

/* The last bytes of a .zst file hold nothing of the stream, and are needed all the same. */
static void a_zst_file_is_complete_with_its_checksum(void **state)
{
	unsigned char bytes[1024], packed[2048];
	hand h = begin();
	FILE *f;
	size_t n;
	ZSTD_CCtx *zstd;
	size_t m;

	(void)state;
	put_section(&h, "labels", "x");
	put_end(&h);
	finish(&h);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	zstd = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	m = ZSTD_compress2(zstd, packed, sizeof(packed), bytes, n);
	ZSTD_freeCCtx(zstd);
	for (size_t cut = 0; cut < 4; cut++) {
		f = fopen(path, "wb");
		assert_non_null(f);
		assert_int_equal(fwrite(packed, 1, m - cut, f), m - cut);
		assert_int_equal(fclose(f), 0);
		if (cut == 0)
			taken();
		else
			refused(BRC_STREAM, "the zstd file is truncated");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_stands_once),
		cmocka_unit_test(a_section_may_stand_in_each_of_two_streams),
		cmocka_unit_test(a_tensor_stands_once_in_a_section),
		cmocka_unit_test(there_is_an_end_to_names),
		cmocka_unit_test(names_can_be_printed),
		cmocka_unit_test(dtypes_are_spelled_as_numpy_does),
		cmocka_unit_test(the_trailer_counts_frames),
		cmocka_unit_test(the_end_of_a_section_is_empty),
		cmocka_unit_test(control_frames_are_short),
		cmocka_unit_test(chunks_hold_some_rows_and_not_too_many),
		cmocka_unit_test(what_peek_prints_can_be_printed),
		cmocka_unit_test(proving_chunks_takes_no_memory),
		cmocka_unit_test(wrong_compressed_chunks_are_found),
		cmocka_unit_test(a_zst_file_is_complete_with_its_checksum),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
