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

#include "stream/summary.h"
#include "stream/writer.h"

/* ---- streams by hand ---- */

static char path[] = "/tmp/broca-content-test-XXXXXX";

static int make_path(void **state)
{
	(void)state;
	int fd = mkstemp(path);
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

/* A tensor without rows. */
static void put_tensor(hand *h, const char *name, const char *dtype, const char *axis)
{
	const int64_t shape[1] = {0};
	brc_map *m = brc_map_new();
	brc_map_put_string(m, "name", name);
	brc_map_put_string(m, "dtype", dtype);
	brc_map_put_ints(m, "shape", shape, 1);
	brc_map_put_strings(m, "axes", &axis, 1);
	brc_map_put_int(m, "rows", 1);
	put_map(h, BRC_F_TENSOR, m);
}

static void put_end(hand *h)
{
	put(h, BRC_F_END, "", 0);
}

static void finish(hand *h)
{
	brc_map *m = brc_map_new();
	brc_map_put_int(m, "frames", h->frames);
	brc_map_put_int(m, "crc", h->chain);
	put_map(h, BRC_F_TRAILER, m);
	assert_int_equal(fclose(h->f), 0);
}

static brc_rc walk(brc_summary_format format, bool deep, brc_str *out, brc_err *err)
{
	brc_source *source;
	brc_reader *r;
	brc_summary_counts counts;
	assert_int_equal(brc_source_open(&source, path, err), BRC_OK);
	assert_int_equal(brc_reader_new(&r, source, err), BRC_OK);
	brc_rc rc = brc_summarise(r, format, deep, out, &counts, err);
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
	(void)state;
	static const struct {
		const char *type, *name;
		brc_rc rc;
	} second[] = {{"labels", "x", BRC_DATA}, {"labels", "y", BRC_OK}, {"units", "x", BRC_OK}};
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
	(void)state;
	hand h = begin();
	for (int i = 0; i < 2; i++) {
		put_section(&h, "labels", "x");
		put_end(&h);
		brc_map *m = brc_map_new();
		brc_map_put_int(m, "frames", h.frames);
		brc_map_put_int(m, "crc", h.chain);
		put_map(&h, BRC_F_TRAILER, m);
		h.frames = 0;
		h.chain = 0;
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
	(void)state;
	static const char *const bad[] = {"", "a\x1b[2J", "a\nb", "a\xc2\x9b", "\xe2\x80\xae"};
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
	(void)state;
	static const char *const bad[] = {
		"|S",    "|S0",    "|S01",  "|S+1", "|S 1",
		"|S1\n", "|S4097", "|S1 2", "<f2",  "|S99999999999999999999"};
	assert_int_equal(brc_dtype_size("|S1"), 1);
	assert_int_equal(brc_dtype_size("|S4096"), 4096);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(brc_dtype_size(bad[i]), 0);
}

/* ---- texts ---- */

static void what_peek_prints_can_be_printed(void **state)
{
	(void)state;
	hand h = begin();
	put_section(&h, "labels", "x");
	put_end(&h);
	brc_map *entry = brc_map_new();
	brc_map *options = brc_map_new();
	brc_map_put_string(options, "k\xc2\x9b", "\x1b[2J\xf3\xa0\x80\x81");
	brc_map_put_string(entry, "tool", "a\xc2\x9b");
	brc_map_put_string(entry, "version", "\x1b[2J");
	brc_map_put_map(entry, "options", options);
	put_map(&h, BRC_F_HISTORY, entry);
	finish(&h);
	brc_err err = {0};
	brc_str out = {0};
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
	(void)state;
	write_zeros(256);
	brc_err err = {0};
	brc_str out = {0};
	const size_t before = peak_kib();
	assert_int_equal(walk(BRC_SUMMARY_NONE, true, &out, &err), BRC_OK);
	assert_true(peak_kib() - before < 64 << 10);
	brc_str_free(&out);
}

/* Chunks that unpack to more, or to less, than the tensor says, with a checksum to match. */
static void chunks_of_another_size_are_found(void **state)
{
	(void)state;
	static const size_t rows[] = {1, 2, 3};
	for (size_t i = 0; i < 3; i++) {
		write_zeros(2); /* two chunks of a row each */
		FILE *f = fopen(path, "rb");
		assert_non_null(f);
		unsigned char bytes[8192];
		const size_t n = fread(bytes, 1, sizeof(bytes), f);
		assert_int_equal(fclose(f), 0);
		hand h = begin();
		size_t at = BRC_MAGIC_BYTES, length;
		unsigned kind;
		uint32_t crc;
		bool first = true;
		while (at < n && brc_frame_parse(bytes + at, &kind, &crc, &length) &&
		       kind != BRC_F_TRAILER) {
			const unsigned char *payload = bytes + at + BRC_HEAD_BYTES;
			at += BRC_HEAD_BYTES + length;
			if (kind != BRC_F_CHUNK_Z) {
				put(&h, kind, payload, length);
			} else if (first) { /* all rows in one chunk frame, of 1 to 3 zstd frames */
				unsigned char many[4096];
				memcpy(many, payload, 4);
				for (size_t j = 0; j < rows[i]; j++)
					memcpy(many + 4 + j * (length - 4), payload + 4,
					       length - 4);
				put(&h, kind, many, 4 + rows[i] * (length - 4));
				put(&h, kind, payload, length);
				first = false;
			}
		}
		finish(&h);
		brc_err err = {0};
		brc_str out = {0};
		assert_int_equal(walk(BRC_SUMMARY_NONE, true, &out, &err),
				 i == 0 ? BRC_OK : BRC_STREAM);
		brc_str_free(&out);
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
		cmocka_unit_test(what_peek_prints_can_be_printed),
		cmocka_unit_test(proving_chunks_takes_no_memory),
		cmocka_unit_test(chunks_of_another_size_are_found),
	};
	return cmocka_run_group_tests(tests, make_path, remove_path);
}
