/*
 * A table of tensors: which array of a struct is which tensor of a section. One table writes the
 * arrays, reads them and frees them.
 *
 * Internal to lib/sections.
 */
#ifndef BRC_SECTIONS_FIELDS_H
#define BRC_SECTIONS_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/keys.h"
#include "stream/layers.h"
#include "stream/section.h"

/* As an extent: a member that is a count, or the units of all layers. */
#define BRC_COUNT(type, member) (offsetof(type, member) + 1)
#define BRC_ALL_UNITS SIZE_MAX

typedef enum brc_field_use {
	BRC_FIELD_OWNED,    /* copied when read or written, freed with the struct */
	BRC_FIELD_OPTIONAL, /* the same; NULL where the section has none */
	BRC_FIELD_BORROWED, /* not copied: the section and the struct point to one array */
	BRC_FIELD_OPTIONAL_BORROWED
} brc_field_use;

typedef struct brc_field {
	const char *name, *dtype; /* "|S": texts, a char **, or with `words` an array of enums */
	const char *axes;
	brc_field_use use;
	size_t at;                /* offset of the pointer to the array */
	size_t extent[3];         /* 0 ends them. A count that is BRC_ANY is set when it is read */
	const char *const *words; /* ends with NULL */
} brc_field;

#define BRC_FIELD(type, member, name, dtype, axes, use, ...)                                    \
	{                                                                                       \
		name, dtype, axes, BRC_FIELD_##use, offsetof(type, member), {__VA_ARGS__}, NULL \
	}

/* What a section holds: metadata, a layer table, tensors. */
typedef struct brc_content {
	const brc_key *key;
	size_t n_keys;
	const brc_field *field;
	size_t n_fields;
	size_t layers; /* BRC_COUNT of the member that is a brc_layers; 0: there is none */
	size_t size;   /* of the struct */
	brc_rc (*check)(const void *of, const brc_section *s, brc_err *err); /* or NULL */
} brc_content;

#define BRC_CONTENT(type, keys, fields, layers, check)                                            \
	{                                                                                         \
		keys, sizeof(keys) / sizeof(*(keys)), fields, sizeof(fields) / sizeof(*(fields)), \
			layers, sizeof(type), check                                               \
	}
/* Of tensors alone; `layers` is that of brc_content, for the extent BRC_ALL_UNITS. */
#define BRC_CONTENT_OF_FIELDS(type, fields, layers)                                             \
	{                                                                                       \
		NULL, 0, fields, sizeof(fields) / sizeof(*(fields)), layers, sizeof(type), NULL \
	}

/*
 * The tensors alone, with `prefix` and a slash in front of their names unless it is NULL. BRC_DATA
 * as brc_section_need.
 */
brc_rc brc_fields_read(const brc_content *c, void *of, const char *prefix, const brc_section *s,
		       brc_err *err);
brc_rc brc_fields_write(const brc_content *c, const void *of, const char *prefix, brc_section *s,
			brc_err *err);

/* Metadata, layers and tensors, in this order; then what was read is checked. */
brc_rc brc_content_read(const brc_content *c, void *of, const brc_section *s, brc_err *err);
brc_rc brc_content_write(const brc_content *c, const void *of, brc_section *s, brc_err *err);
/* Free the arrays that are owned and the layers, and make the struct zero. */
void brc_content_clear(const brc_content *c, void *of);

#endif
