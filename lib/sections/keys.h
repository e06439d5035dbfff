/*
 * A table of keys says which member of a struct belongs to which key of a map. The map is the
 * metadata of a section, or one of its records. The same table writes the map and reads it.
 *
 * Internal to lib/sections.
 */
#ifndef BRC_SECTIONS_KEYS_H
#define BRC_SECTIONS_KEYS_H

#include <stddef.h>

#include "base/err.h"
#include "stream/section.h"

typedef enum brc_key_kind {
	BRC_KEY_COUNT,        /* size_t: a whole number >= 0 */
	BRC_KEY_COUNT_OR_NAN, /* double: a whole number, NaN where it is not known */
	BRC_KEY_NUMBER,       /* double */
	BRC_KEY_BOOL,         /* bool */
	BRC_KEY_TEXT,         /* char[]; a text that does not fit is refused */
	BRC_KEY_STRING,       /* char *, owned */
	BRC_KEY_WORD          /* an enum or a bool: the number of a word among `words` */
} brc_key_kind;

typedef enum brc_key_use {
	BRC_KEY_NEEDED,  /* a map without it is refused */
	BRC_KEY_USUAL,   /* written always; where it is missing the member stays as it is */
	BRC_KEY_OPTIONAL /* the same, and not written where it is NaN, a count of 0, or an empty
			     text */
} brc_key_use;

typedef struct brc_key {
	const char *key;
	brc_key_kind kind;
	brc_key_use use;
	size_t offset, size;      /* of the member */
	const char *const *words; /* ends with NULL */
} brc_key;

/* A row of the table: the member `member` of `type` under the key of the same name. */
#define BRC_KEY(type, member, kind, use)                                        \
	{                                                                       \
#member, BRC_KEY_##kind, BRC_KEY_##use, offsetof(type, member), \
			sizeof(((type *)0)->member), NULL                       \
	}
/* The same under another key; `words` is NULL but for a WORD. */
#define BRC_KEY_AS(name, type, member, kind, use, words)                     \
	{                                                                    \
		name, BRC_KEY_##kind, BRC_KEY_##use, offsetof(type, member), \
			sizeof(((type *)0)->member), words                   \
	}

/* Append the keys to `m`, in the order of the table. */
void brc_keys_put(const brc_key *keys, size_t n, const void *from, brc_map *m);

/*
 * Fill members from `m`, which is the metadata of `s` or one of its records. BRC_DATA naming
 * section and key where a needed one is missing, or one is of another type.
 */
brc_rc brc_keys_get(const brc_key *keys, size_t n, void *to, const brc_section *s, const brc_map *m,
		    brc_err *err);

#endif
