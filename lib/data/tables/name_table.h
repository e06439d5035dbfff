/* Names numbered in order of appearance, each once, and found again. */
#ifndef BRC_DATA_TABLES_NAME_TABLE_H
#define BRC_DATA_TABLES_NAME_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Zeroed but for `mem` it is empty. */
typedef struct brc_name_table {
	char **name; /* [n] */
	size_t n, cap;
	size_t mem; /* bytes that names may take, 0: what the machine has */
	/* private */
	uint32_t *slot; /* hash table: number + 1, 0 for none; a power of two, at most half full */
	size_t slots;
	size_t bytes, admitted; /* of all names; how many were found to be within `mem` */
} brc_name_table;

void brc_name_table_clear(brc_name_table *t);

/* The number of a name, or BRC_ANY. */
size_t brc_name_table_find(const brc_name_table *t, const char *name);

/*
 * The number of a name, which is copied where it is new: then *number is the old t->n.
 * BRC_DATA for a name of more than BRC_TEXT_MAX bytes or beyond BRC_UNITS_MAX names, without
 * file or line; BRC_RESOURCE.
 */
brc_rc brc_name_table_add(brc_name_table *t, const char *name, size_t *number, brc_err *err);

#endif
