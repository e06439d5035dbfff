/* Maps: metadata, records and history entries, to msgpack and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stream/map.h"

static void maps_survive_msgpack(void **state)
{
	brc_err err = {0};
	brc_map *m = brc_map_new(), *inner = brc_map_new(), *back;
	const char *const words[] = {"a", "\xc3\xa9"};
	unsigned char *buf;
	size_t n;
	brc_str json = {0};

	(void)state;
	brc_map_put_int(m, "i", INT64_MIN);
	brc_map_put_double(m, "d", 1.5);
	brc_map_put_strings(m, "s", words, 2);
	brc_map_put_string(inner, "quote", "\"\n");
	brc_map_add_map(m, "list", inner);
	brc_map_put_int(m, "i", -5); /* replaced */
	assert_int_equal(brc_map_encode(m, &buf, &n, &err), BRC_OK);
	assert_int_equal(brc_map_decode(buf, n, &back, &err), BRC_OK);
	brc_map_json(back, &json);
	assert_string_equal(json.s, "{\"i\": -5, \"d\": 1.5, \"s\": [\"a\", \"\xc3\xa9\"], "
				    "\"list\": [{\"quote\": \"\\\"\\u000a\"}]}");
	brc_str_free(&json);
	for (size_t i = 0; i < n; i++) {
		brc_map *none;

		assert_int_equal(brc_map_decode(buf, i, &none, &err), BRC_DATA);
		assert_null(none);
	}
	free(buf);
	brc_map_free(m);
	brc_map_free(back);
}

static void hostile_maps_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = {
		{"", 0},
		{"\xdf\xff\xff\xff\xff", 5},          /* a map of 4 billion pairs */
		{"\x81\xa1k\xdd\xff\xff\xff\xff", 8}, /* a list of 4 billion values */
		{"\x81\xa1k\xdb\xff\xff\xff\xff", 8}, /* a text of 4 GB */
		{"\x82\xa1k\x01\xa1k\x02", 7},        /* a key that stands twice */
		{"\x81\xa1k\xa1\xff", 5},             /* not UTF-8 */
		{"\x81\xa1k\xa1\0", 5},               /* a NUL */
		{"\x81\x01\x01", 3},                  /* a key that is no text */
		{"\x81\xa1k\x01\x01", 5},             /* something after the map */
		{"\x91\x01", 2},                      /* no map */
		{"\x81\xa1k\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 12}, /* beyond int64 */
		{"\x81\xa1k\xc1", 4}, /* the one byte msgpack never uses */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		brc_err err = {0};
		brc_map *m;

		assert_int_equal(
			brc_map_decode((const unsigned char *)bad[i].bytes, bad[i].n, &m, &err),
			BRC_DATA);
	}
}

static void maps_nest_sixteen_deep(void **state)
{
	(void)state;
	for (size_t depth = 2; depth < 60; depth++) { /* the map, lists of one, and a nil */
		unsigned char deep[64] = {0x81, 0xa1, 'k'};
		brc_map *m;

		memset(deep + 3, 0x91, depth - 2);
		deep[depth + 1] = 0xc0;
		assert_int_equal(brc_map_decode(deep, depth + 2, &m, NULL),
				 depth <= BRC_MAP_MAX_DEPTH ? BRC_OK : BRC_DATA);
		brc_map_free(m);
	}
}

static void text_that_is_not_utf8_is_not_written(void **state)
{
	unsigned char *buf;
	size_t n;
	brc_err err = {0};
	brc_map *m = brc_map_new();

	(void)state;
	brc_map_put_string(m, "name", "\xed\xa0\x80");
	assert_int_equal(brc_map_encode(m, &buf, &n, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "not UTF-8"));
	brc_map_free(m);
}

static void a_key_that_stands_twice_is_found_among_many(void **state)
{
	enum { KEYS = 10000 };
	unsigned char *buf;
	size_t n;
	brc_err err = {0};
	brc_map *m = brc_map_new(), *back;

	(void)state;
	for (int i = 0; i < KEYS; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%x", i);
		brc_map_put_nil(m, key);
	}
	assert_int_equal(brc_map_encode(m, &buf, &n, &err), BRC_OK);
	assert_int_equal(brc_map_decode(buf, n, &back, &err), BRC_OK);
	assert_int_equal(back->n, KEYS);
	assert_string_equal(back->pairs[KEYS - 1].key, "270f"); /* the order is kept */
	brc_map_free(back);
	memcpy(buf + n - 5, "270e", 4); /* the last key becomes the one before it */
	assert_int_equal(brc_map_decode(buf, n, &back, &err), BRC_DATA);
	assert_string_equal(err.message, "key '270e' stands twice in the metadata");
	free(buf);
	brc_map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_survive_msgpack),
		cmocka_unit_test(hostile_maps_are_refused),
		cmocka_unit_test(maps_nest_sixteen_deep),
		cmocka_unit_test(text_that_is_not_utf8_is_not_written),
		cmocka_unit_test(a_key_that_stands_twice_is_found_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
