/* The stream: frames, sections, truncation, corruption, history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "stream/collect.h"
#include "stream/crc32c.h"
#include "stream/digest.h"
#include "stream/foreign.h"
#include "stream/frame.h"
#include "stream/history.h"
#include "stream/layers.h"
#include "stream/reader.h"
#include "stream/writer.h"

/* ---- a scratch file ---- */

static char path[] = "/tmp/broca-stream-test-XXXXXX";

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

static void put_file(const unsigned char *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static unsigned char *get_file(size_t *n)
{
	FILE *f = fopen(path, "rb");
	unsigned char *bytes;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	bytes = malloc(*n + 1);
	assert_int_equal(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

/* ---- writing and reading streams ---- */

static brc_section *example(size_t rows)
{
	const char *const names[] = {"fc1", "layer two"};
	const int64_t units[] = {7, 9};
	const size_t shape[2] = {rows, 3};
	brc_tensor *t;
	brc_err err = {0};
	brc_section *s;
	brc_map *r;

	assert_int_equal(brc_section_new(&s, "labels", 1, "weights.global", &err), BRC_OK);
	brc_map_put_int(s->meta, "k", 16);
	brc_map_put_double(s->meta, "ncut", 0.25);
	brc_map_put_string(s->meta, "mode", "global");
	r = brc_section_add_record(s, &err);
	brc_map_put_bool(r, "empty", false);
	brc_map_put_nil(r, "warning");
	assert_int_equal(
		brc_section_add(s, "value", "<f4", 2, shape, "sample,unit", NULL, &t, &err),
		BRC_OK);
	for (size_t i = 0; i < rows * 3; i++)
		((float *)t->data)[i] = (float)i * 0.5f;
	assert_int_equal(brc_section_add_text(s, "layer/name", names, 2, &err), BRC_OK);
	assert_int_equal(brc_section_add_column(s, "layer/units", "<i8", 2, units, &err), BRC_OK);
	assert_int_equal(brc_section_add_column(s, "none", "<i4", 0, units, &err), BRC_OK);
	return s;
}

static void write_stream(brc_section *s, unsigned level, bool trailer)
{
	brc_err err = {0};
	brc_sink *sink;
	brc_writer *w;

	assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
	assert_int_equal(brc_writer_new(&w, sink, level, &err), BRC_OK);
	assert_int_equal(brc_writer_begin(w, s, &err), BRC_OK);
	assert_int_equal(brc_writer_end(w, s, &err), BRC_OK);
	if (trailer)
		assert_int_equal(brc_writer_trailer(w, &err), BRC_OK);
	brc_writer_free(w);
	assert_int_equal(brc_sink_close(sink, true, &err), BRC_OK);
}

/* Read the whole input; the last section goes to *s if that is not NULL. */
static brc_rc read_stream(brc_section **s, size_t memory, brc_err *err)
{
	brc_reader *r = NULL;
	brc_collector *c = NULL;
	brc_section *last = NULL;
	brc_rc rc = brc_reader_open(&r, path, err);
	brc_frame f = {.kind = BRC_F_META};

	if (rc == BRC_OK)
		rc = brc_collector_new(&c, memory, err);
	while (rc == BRC_OK && f.kind != BRC_F_EOF) {
		brc_collector_prepare(c, r);
		rc = brc_reader_next(r, &f, err);
		if (rc == BRC_OK && f.kind == BRC_F_SECTION)
			rc = brc_collector_begin(c, r, err);
		else if (rc == BRC_OK && f.kind >= BRC_F_META && f.kind <= BRC_F_END)
			rc = brc_collector_add(c, r, &f, err);
		if (rc == BRC_OK && f.kind == BRC_F_END) {
			brc_section_free(last);
			last = brc_collector_take(c);
		}
	}
	brc_collector_free(c);
	if (r)
		brc_reader_free(r);
	if (s && rc == BRC_OK)
		*s = last;
	else
		brc_section_free(last);
	return rc;
}

static void assert_example(const brc_section *s, size_t rows)
{
	const size_t shape[2] = {rows, BRC_ANY};
	brc_err err = {0};
	size_t k;
	double ncut;
	const brc_tensor *t;
	char text[32];

	assert_string_equal(s->type, "labels");
	assert_string_equal(s->name, "weights.global");
	assert_true(brc_map_size(s->meta, "k", &k));
	assert_int_equal(k, 16);
	assert_true(brc_map_double(s->meta, "ncut", &ncut));
	assert_true(ncut == 0.25);
	assert_int_equal(s->n_records, 1);
	assert_int_equal(brc_map_get(s->records[0], "warning")->type, BRC_V_NIL);
	assert_int_equal(brc_section_need(s, "value", "<f4", 2, shape, &t, &err), BRC_OK);
	assert_int_equal((uintptr_t)t->data % 64, 0);
	for (size_t i = 0; i < rows * 3; i++)
		assert_true(((const float *)t->data)[i] == (float)i * 0.5f);
	assert_string_equal(t->axes[1], "unit");
	t = brc_section_tensor(s, "layer/name");
	assert_string_equal(brc_tensor_text(t, 1, text, sizeof(text)), "layer two");
}

static void a_section_comes_back_as_it_was(void **state)
{
	(void)state;
	for (size_t rows = 0; rows <= 300000;
	     rows = rows * 10 + 3) /* up to 3.6 MB: several chunks */
		for (unsigned level = 0; level <= 3; level += 3)
			for (size_t memory = 0; memory <= SIZE_MAX / 2; memory += SIZE_MAX / 2) {
				brc_err err = {0};
				brc_section *out = example(rows), *in;

				write_stream(out, level, true);
				assert_int_equal(read_stream(&in, memory, &err), BRC_OK);
				assert_example(in, rows);
				assert_string_equal(in->digest,
						    out->digest); /* whatever the level */
				brc_section_free(in);
				brc_section_free(out);
			}
}

/* A place for the frame that comes next is not kept for a later chunk of that length. */
static void a_destination_is_for_one_frame(void **state)
{
	enum { ROWS = 5, BYTES = ROWS * 3 * 4 };
	unsigned char place[BYTES];
	brc_section *s = example(ROWS);
	brc_reader *r;
	brc_frame f = {.kind = BRC_F_META};

	(void)state;
	write_stream(s, 0, true);
	for (int asked = 0; asked < 2; asked++) { /* once and for every frame */
		memset(place, 1, sizeof(place));
		assert_int_equal(brc_reader_open(&r, path, NULL), BRC_OK);
		brc_reader_destination(r, place, sizeof(place));
		do {
			assert_int_equal(brc_reader_next(r, &f, NULL), BRC_OK);
			if (asked)
				brc_reader_destination(r, place, sizeof(place));
		} while (f.kind != BRC_F_EOF);
		for (size_t i = 0; i < sizeof(place); i++)
			assert_int_equal(place[i],
					 asked ? ((unsigned char *)s->tensors[0]->data)[i] : 1);
		brc_reader_free(r);
	}
	brc_section_free(s);
}

static void rows_may_come_in_any_pieces(void **state)
{
	enum { ROWS = 100000 };
	brc_section *whole = example(ROWS);
	size_t n, n2;
	const float *value;
	unsigned char *first = NULL;
	static const size_t piece[] = {1, 7, 1000, 99999, ROWS};

	(void)state;
	write_stream(whole, 0, true);
	value = brc_section_tensor(whole, "value")->data;
	for (size_t p = 0; p < 5; p++) {
		brc_err err = {0};
		brc_sink *sink;
		brc_writer *w;
		brc_section *s;
		const size_t shape[2] = {ROWS, 3};
		unsigned char *bytes;

		assert_int_equal(brc_section_new(&s, "x", 1, "y", &err), BRC_OK);
		assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
		assert_int_equal(brc_writer_new(&w, sink, 0, &err), BRC_OK);
		assert_int_equal(brc_writer_begin(w, s, &err), BRC_OK);
		assert_int_equal(brc_writer_tensor(w, "v", "<f4", 2, shape, "a,b", &err), BRC_OK);
		for (size_t i = 0; i < ROWS; i += piece[p]) {
			size_t take = ROWS - i < piece[p] ? ROWS - i : piece[p];

			assert_int_equal(brc_writer_rows(w, value + i * 3, take, &err), BRC_OK);
		}
		assert_int_equal(brc_writer_rows(w, value, 1, &err), BRC_DATA);
		assert_int_equal(brc_writer_end(w, s, &err), BRC_OK);
		assert_int_equal(brc_writer_trailer(w, &err), BRC_OK);
		brc_writer_free(w);
		assert_int_equal(brc_sink_close(sink, true, &err), BRC_OK);
		brc_section_free(s);
		bytes = get_file(&n2);
		if (first) {
			assert_int_equal(n, n2);
			assert_memory_equal(first, bytes, n);
			free(bytes);
		} else {
			first = bytes;
			n = n2;
		}
	}
	free(first);
	brc_section_free(whole);
}

static void a_tensor_short_of_rows_cannot_be_ended(void **state)
{
	brc_err err = {0};
	brc_sink *sink;
	brc_writer *w;
	brc_section *s;
	const size_t shape[1] = {3};
	const float x[3] = {0};

	(void)state;
	assert_int_equal(brc_section_new(&s, "x", 1, "y", &err), BRC_OK);
	assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
	assert_int_equal(brc_writer_new(&w, sink, 0, &err), BRC_OK);
	assert_int_equal(brc_writer_begin(w, s, &err), BRC_OK);
	assert_int_equal(brc_writer_tensor(w, "v", "<f4", 1, shape, "a", &err), BRC_OK);
	assert_int_equal(brc_writer_rows(w, x, 2, &err), BRC_OK);
	assert_int_equal(brc_writer_end(w, s, &err), BRC_DATA);
	brc_writer_free(w);
	brc_sink_close(sink, false, NULL);
	brc_section_free(s);
}

/* ---- damage ---- */

static void every_strict_prefix_is_truncated(void **state)
{
	brc_section *s = example(5);

	(void)state;
	for (unsigned level = 0; level <= 3; level += 3) {
		size_t n;
		unsigned char *bytes;

		write_stream(s, level, true);
		bytes = get_file(&n);
		for (size_t i = 0; i < n; i++) {
			brc_err err = {0};

			put_file(bytes, i);
			assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
			assert_true(err.hint[0] != '\0');
		}
		free(bytes);
	}
	brc_section_free(s);
}

static void every_flipped_bit_is_found(void **state)
{
	brc_section *s = example(5);

	(void)state;
	for (unsigned level = 0; level <= 3; level += 3) {
		size_t n;
		unsigned char *bytes;

		write_stream(s, level, true);
		bytes = get_file(&n);
		for (size_t bit = 0; bit < n * 8; bit++) {
			brc_err err = {0};
			brc_rc rc;

			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
			put_file(bytes, n);
			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
			rc = read_stream(NULL, SIZE_MAX, &err);
			assert_true(rc == BRC_DATA || rc == BRC_STREAM);
		}
		free(bytes);
	}
	brc_section_free(s);
}

static void every_prefix_of_a_zst_file_is_truncated(void **state)
{
	brc_section *s = example(5), *in;
	brc_err err = {0};
	size_t n;
	unsigned char *bytes, *packed;
	size_t m;

	(void)state;
	write_stream(s, 0, true);
	bytes = get_file(&n);
	packed = malloc(ZSTD_compressBound(n));
	m = ZSTD_compress(packed, ZSTD_compressBound(n), bytes, n, 3);
	put_file(packed, m);
	assert_int_equal(read_stream(&in, SIZE_MAX, &err), BRC_OK);
	assert_example(in, 5);
	brc_section_free(in);
	for (size_t i = 0; i < m; i++) {
		put_file(packed, i);
		assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
	}
	free(packed);
	free(bytes);
	brc_section_free(s);
}

/* Offsets of all frames. */
static size_t frame_offsets(const unsigned char *b, size_t n, size_t *at, size_t cap)
{
	size_t count = 0, i = BRC_MAGIC_BYTES, length;
	unsigned kind;
	uint32_t crc;

	while (i + BRC_HEAD_BYTES <= n && brc_frame_parse(b + i, &kind, &crc, &length)) {
		assert_true(count < cap);
		at[count++] = i;
		i += BRC_HEAD_BYTES + length;
	}
	at[count] = i;
	assert_int_equal(i, n);
	return count;
}

/* Whole frames, each intact, lost, doubled or swapped: only the trailer can tell. */
static void lost_doubled_and_reordered_frames_are_found(void **state)
{
	brc_section *s = example(5);
	size_t n, at[64];
	unsigned char *b, *x;
	size_t frames;

	(void)state;
	for (int i = 0; i < 3; i++)
		brc_map_put_int(brc_section_add_record(s, NULL), "i", i);
	write_stream(s, 0, true);
	b = get_file(&n);
	x = malloc(2 * n);
	frames = frame_offsets(b, n, at, 63);
	for (size_t i = 0; i + 1 < frames; i++) {
		brc_err err = {0};
		brc_rc rc;
		size_t first, second;

		memcpy(x, b, at[i]);
		memcpy(x + at[i], b + at[i + 1], n - at[i + 1]); /* lost */
		put_file(x, n - (at[i + 1] - at[i]));
		assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
		memcpy(x, b, at[i + 1]);
		memcpy(x + at[i + 1], b + at[i], n - at[i]); /* doubled */
		put_file(x, n + (at[i + 1] - at[i]));
		rc = read_stream(NULL, SIZE_MAX, &err);
		assert_true(rc == BRC_STREAM || rc == BRC_DATA); /* a tensor that stands twice */
		first = at[i + 1] - at[i];
		second = at[i + 2] - at[i + 1];
		memcpy(x, b, n);
		memcpy(x + at[i], b + at[i + 1], second); /* swapped with the next */
		memcpy(x + at[i] + second, b + at[i], first);
		put_file(x, n);
		rc = read_stream(NULL, SIZE_MAX, &err);
		assert_true(rc == BRC_STREAM || memcmp(x, b, n) == 0);
	}
	free(x);
	free(b);
	brc_section_free(s);
}

static void files_of_other_programs_are_known_by_their_beginning(void **state)
{
#define BEGINS(TEXT, NAME, HINT)                   \
	{                                          \
		TEXT, sizeof(TEXT) - 1, NAME, HINT \
	}
	static const struct {
		const char *bytes;
		size_t n;
		const char *name, *hint;
	} file[] = {
		BEGINS("\x93NUMPY\1\0v\0{'descr'", "an NPY file", "read-data --series"),
		BEGINS("PK\3\4\24\0\0\0", "a zip archive, such as NPZ", "read-data ARCHIVE.npz"),
		BEGINS("\x1f\x8b\10\0", "a gzip file", "gunzip"),
		BEGINS("\x89PNG\r\n\x1a\n\0\0", "a PNG image", "read-data FOLDER"),
		BEGINS("\xff\xd8\xff\xe0", "a JPEG image", "read-data FOLDER"),
		BEGINS("\0\0\x08\3\0\0", "an IDX file", "read-data IMAGES LABELS"),
		BEGINS("\10\7\22\7pytorch", "an ONNX model", "extract-weights FILE"),
		BEGINS("\10\10:\xff\1\12", "an ONNX model", "extract-weights FILE"),
		BEGINS("\x30\1\0\0\0\0\0\0{\"a\"", "a safetensors file", "extract-weights FILE"),
		BEGINS("{\"broca\": 1}", "a JSON document", "no filter"),
		BEGINS("%%MatrixMarket matrix", "a Matrix Market file", "import --graph FILE"),
		BEGINS("a,b,c\n1,2,3\n", "a text file", "read-data --series FILE"),
	};
	static const unsigned char noise[] = {0xfe, 1, 2, 0, 7};

	(void)state;
	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++) {
		const brc_foreign *is =
			brc_foreign_of((const unsigned char *)file[i].bytes, file[i].n);

		assert_non_null(is);
		assert_string_equal(is->name, file[i].name);
		assert_non_null(strstr(is->hint, file[i].hint));
	}
	assert_null(brc_foreign_of(noise, sizeof(noise)));
	assert_null(brc_foreign_of(noise, 0));
}

static void something_else_is_not_a_stream(void **state)
{
	brc_err err = {0};

	(void)state;
	put_file((const unsigned char *)"<html>hello, world</html>", 25);
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "not a broca stream"));
	assert_non_null(strstr(err.message, "an XML or HTML document"));
	put_file((const unsigned char *)"\xc7\x05\x42"
					"BRC\n\x02",
		 8);
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "version 2"));
}

/* A header that declares 4 TB costs neither memory nor time before data comes. */
static void declared_sizes_are_not_believed(void **state)
{
	brc_err err = {0};
	brc_sink *sink;
	brc_writer *w;
	brc_section *s;
	const size_t shape[2] = {(size_t)1 << 22, (size_t)1 << 18};

	(void)state;
	assert_int_equal(brc_section_new(&s, "x", 1, "y", &err), BRC_OK);
	assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
	assert_int_equal(brc_writer_new(&w, sink, 0, &err), BRC_OK);
	assert_int_equal(brc_writer_begin(w, s, &err), BRC_OK);
	assert_int_equal(brc_writer_tensor(w, "v", "<f4", 2, shape, "a,b", &err), BRC_OK);
	brc_writer_free(w);
	assert_int_equal(brc_sink_close(sink, true, &err), BRC_OK);
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
	assert_int_equal(read_stream(NULL, 0, &err), BRC_STREAM); /* spooled: a sparse file */
	brc_section_free(s);
}

static void an_abort_says_what_broke_upstream(void **state)
{
	brc_err err = {0};
	brc_sink *sink;
	brc_writer *w;
	brc_map *m = brc_map_new();

	(void)state;
	brc_map_put_string(m, "tool", "corr");
	brc_map_put_int(m, "code", 3);
	brc_map_put_string(m, "message", "unit 5 of layer fc1 is NaN");
	brc_map_put_string(m, "hint", "train better");
	assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
	assert_int_equal(brc_writer_new(&w, sink, 0, &err), BRC_OK);
	brc_writer_abort(w, m);
	brc_map_free(m);
	brc_writer_free(w);
	assert_int_equal(brc_sink_close(sink, true, &err), BRC_OK);
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
	assert_non_null(strstr(err.message, "corr failed upstream: unit 5 of layer fc1 is NaN"));
	assert_string_equal(err.hint, "train better");
}

static void concatenated_streams_are_read_one_after_another(void **state)
{
	brc_section *s = example(2);
	size_t n;
	unsigned char *b, *two;
	brc_err err = {0};

	(void)state;
	write_stream(s, 0, true);
	b = get_file(&n);
	two = malloc(2 * n);
	memcpy(two, b, n);
	memcpy(two + n, b, n);
	put_file(two, 2 * n);
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_OK);
	two[n] = 'x';
	put_file(two, 2 * n);
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
	put_file(two, n + 1); /* one stray byte after the trailer */
	assert_int_equal(read_stream(NULL, SIZE_MAX, &err), BRC_STREAM);
	free(two);
	free(b);
	brc_section_free(s);
}

/* ---- checksums, maps, layers, history ---- */

static void crc_has_its_check_value_on_both_paths(void **state)
{
	static unsigned char b[70000];

	(void)state;
	assert_int_equal(brc_crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(brc_crc32c_portable(0, "123456789", 9), 0xe3069283);
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (unsigned char)(i * i >> 3);
	for (size_t n = 0; n < sizeof(b); n = n * 2 + 1)
		for (size_t skip = 0; skip < 3 && skip <= n; skip++)
			assert_int_equal(brc_crc32c(7, b + skip, n - skip),
					 brc_crc32c_portable(7, b + skip, n - skip));
	assert_int_equal(brc_crc32c(brc_crc32c(0, b, 20000), b + 20000, 50000),
			 brc_crc32c(0, b, 70000));
}

static void wrong_layer_tables_are_refused(void **state)
{
	brc_err err = {0};
	brc_layers t, back;
	const char *const name[] = {"fc1", "fc2"};
	const char *const twice[] = {"fc1", "fc1"};
	const size_t units[] = {3, 5}, none[] = {3, 0}, huge[] = {3, SIZE_MAX};
	const size_t most[] = {BRC_UNITS_MAX - 1, 1}, more[] = {BRC_UNITS_MAX, 1};
	brc_section *s;

	(void)state;
	assert_int_equal(brc_layers_init(&t, 2, twice, units, &err), BRC_DATA);
	assert_int_equal(brc_layers_init(&t, 2, name, none, &err), BRC_DATA);
	assert_int_equal(brc_layers_init(&t, 2, name, huge, &err), BRC_DATA);
	assert_int_equal(brc_layers_init(&t, 2, name, more, &err), BRC_DATA);
	assert_int_equal(brc_layers_init(&t, BRC_LAYERS_MAX + 1, name, units, &err), BRC_DATA);
	assert_int_equal(brc_layers_init(&t, 2, name, most, &err), BRC_OK);
	brc_layers_clear(&t);
	assert_int_equal(brc_layers_init(&t, 2, name, units, &err), BRC_OK);
	assert_int_equal(brc_layers_total(&t), 8);
	assert_int_equal(brc_layers_of_unit(&t, 2), 0);
	assert_int_equal(brc_layers_of_unit(&t, 3), 1);
	assert_int_equal(brc_layers_find(&t, "fc2"), 1);
	assert_int_equal(brc_layers_find(&t, "fc3"), BRC_ANY);
	assert_int_equal(brc_section_new(&s, "labels", 1, "x", &err), BRC_OK);
	assert_int_equal(brc_layers_write(&t, s, &err), BRC_OK);
	assert_int_equal(brc_layers_read(&back, s, &err), BRC_OK);
	assert_true(brc_layers_equal(&t, &back));
	brc_section_free(s);
	brc_layers_clear(&t);
	brc_layers_clear(&back);
}

static void history_keeps_each_entry_once(void **state)
{
	brc_err err = {0};
	brc_history h = {0};
	const brc_cli cli = {.tool = "corr", .c = {.threads = 1, .seed = 42}};
	brc_cli other = cli;
	brc_map *e;

	(void)state;
	other.c.threads = 2;
	other.c.mem = 1000;
	for (int i = 0; i < 2; i++) { /* what cannot change the result leaves no trace */
		e = brc_history_entry(i == 0 ? &cli : &other);
		brc_history_note(e, "reads", "section", "activations/1 a", "00");
		assert_int_equal(brc_history_seal(e, i == 1, &err), BRC_OK);
		assert_int_equal(brc_history_add(&h, e, &err), BRC_OK);
		brc_map_free(e);
	}
	assert_int_equal(h.n, 1);
	e = brc_history_entry(&cli);
	assert_int_equal(brc_history_add(&h, e, &err), BRC_DATA); /* no id */
	brc_map_free(e);
	brc_history_clear(&h);
}

static void wrong_tensors_are_named(void **state)
{
	brc_err err = {0};
	brc_section *s = example(4);
	const brc_tensor *t;
	const size_t shape[2] = {5, BRC_ANY};

	(void)state;
	assert_int_equal(brc_section_need(s, "value", "<f4", 2, shape, &t, &err), BRC_DATA);
	assert_string_equal(err.message,
			    "section labels/1 weights.global: tensor 'value' is <f4 [4, 3], "
			    "where <f4 [5, *] is needed");
	assert_int_equal(brc_section_need(s, "other", "<f4", 2, shape, &t, &err), BRC_DATA);
	assert_int_equal(brc_section_need_column(s, "layer/name", "<i4", 2, &t, &err), BRC_DATA);
	brc_section_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_comes_back_as_it_was),
		cmocka_unit_test(a_destination_is_for_one_frame),
		cmocka_unit_test(rows_may_come_in_any_pieces),
		cmocka_unit_test(a_tensor_short_of_rows_cannot_be_ended),
		cmocka_unit_test(every_strict_prefix_is_truncated),
		cmocka_unit_test(every_flipped_bit_is_found),
		cmocka_unit_test(every_prefix_of_a_zst_file_is_truncated),
		cmocka_unit_test(lost_doubled_and_reordered_frames_are_found),
		cmocka_unit_test(something_else_is_not_a_stream),
		cmocka_unit_test(files_of_other_programs_are_known_by_their_beginning),
		cmocka_unit_test(declared_sizes_are_not_believed),
		cmocka_unit_test(an_abort_says_what_broke_upstream),
		cmocka_unit_test(concatenated_streams_are_read_one_after_another),
		cmocka_unit_test(crc_has_its_check_value_on_both_paths),
		cmocka_unit_test(wrong_layer_tables_are_refused),
		cmocka_unit_test(history_keeps_each_entry_once),
		cmocka_unit_test(wrong_tensors_are_named),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
