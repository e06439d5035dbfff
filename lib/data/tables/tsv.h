/*
 * A table of text: columns separated by tabs, under a line with their names.
 * Internal to lib/data/tables.
 */
#ifndef BRC_DATA_TABLES_TSV_H
#define BRC_DATA_TABLES_TSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/tables/lines.h"

enum { BRC_TSV_COLUMNS_MAX = 64 };

typedef struct brc_tsv {
	brc_lines lines;
	bool skip_empty; /* empty lines are no rows; else they may only stand at the end of a text
			  */
	size_t columns;  /* of the first line and of every other */
	char *field[BRC_TSV_COLUMNS_MAX]; /* of the line that was read last */
} brc_tsv;

/*
 * The first line: index[i] is where the column called name[i] stands, BRC_ANY: nowhere. A mark of
 * the byte order before it is passed over. BRC_DATA for a table without lines, with more than
 * BRC_TSV_COLUMNS_MAX columns, or with one of the names twice.
 */
brc_rc brc_tsv_head(brc_tsv *t, const char *const *name, size_t n, size_t *index, brc_err *err);

/* The next row in t->field; false in *found after the last. BRC_DATA for one of another length. */
brc_rc brc_tsv_next(brc_tsv *t, bool *found, brc_err *err);

#endif
