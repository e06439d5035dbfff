/*
 * Small maps: metadata, records, history entries. Ordered keys; values are
 * nil, bool, integers, floats, strings, lists and maps. Encoded as msgpack
 * by msgpack-c; at most 64 KiB each, nesting at most 16.
 */
#ifndef BRC_STREAM_MAP_H
#define BRC_STREAM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define BRC_MAP_MAX_BYTES 65536u
#define BRC_MAP_MAX_DEPTH 16u

typedef struct brc_map brc_map;

typedef enum brc_value_type {
	BRC_V_NIL,
	BRC_V_BOOL,
	BRC_V_INT,
	BRC_V_DOUBLE,
	BRC_V_STRING,
	BRC_V_LIST,
	BRC_V_MAP
} brc_value_type;

typedef struct brc_value {
	brc_value_type type;
	union {
		bool b;
		int64_t i;
		double d;
		char *s; /* terminated; UTF-8 checked on decoding, no NUL inside */
		struct {
			struct brc_value *items;
			size_t n;
		} list;
		brc_map *map;
	} u;
} brc_value;

typedef struct brc_pair {
	char *key;
	brc_value value;
} brc_pair;

struct brc_map {
	brc_pair *pairs;
	size_t n, cap;
	bool failed; /* an append ran out of memory: reported when encoded */
};

brc_map *brc_map_new(void); /* NULL when out of memory; then every call below does nothing */
brc_map *brc_map_dup(const brc_map *m);
void brc_map_free(brc_map *m);

/* Append a key; an existing key is replaced. Strings and arrays are copied. */
void brc_map_put_nil(brc_map *m, const char *key);
void brc_map_put_bool(brc_map *m, const char *key, bool v);
void brc_map_put_int(brc_map *m, const char *key, int64_t v);
void brc_map_put_double(brc_map *m, const char *key, double v);      /* may be NaN or infinite */
void brc_map_put_string(brc_map *m, const char *key, const char *v); /* NULL: nil */
void brc_map_put_ints(brc_map *m, const char *key, const int64_t *v, size_t n);
void brc_map_put_strings(brc_map *m, const char *key, const char *const *v, size_t n);
void brc_map_put_map(brc_map *m, const char *key, brc_map *v); /* takes ownership */
void brc_map_add_map(brc_map *m, const char *key, brc_map *v); /* append to a list of maps */

/* NULL when absent. */
const brc_value *brc_map_get(const brc_map *m, const char *key);
/* False, with *out untouched, when absent or of another type; ints serve as doubles. */
bool brc_map_int(const brc_map *m, const char *key, int64_t *out);
bool brc_map_size(const brc_map *m, const char *key, size_t *out); /* an int >= 0 */
bool brc_map_double(const brc_map *m, const char *key, double *out);
/* The string, or `otherwise`. Borrowed. */
const char *brc_map_string(const brc_map *m, const char *key, const char *otherwise);

/*
 * Encode to msgpack (malloc'd, *len bytes); BRC_RESOURCE, or BRC_DATA above the
 * limits or when a text is not UTF-8.
 */
brc_rc brc_map_encode(const brc_map *m, unsigned char **buf, size_t *len, brc_err *err);
/* Decode hostile bytes that must be one map and nothing more; BRC_DATA otherwise. */
brc_rc brc_map_decode(const unsigned char *buf, size_t len, brc_map **m, brc_err *err);
/*
 * As JSON, one line; non-finite numbers become null, unprintable characters are
 * escaped.
 */
void brc_map_json(const brc_map *m, brc_str *out);
void brc_value_json(const brc_value *v, brc_str *out);

#endif
