/* Lines of values with a separator between them, as in CSV (RFC 4180) and TSV files. */
#ifndef BRC_DATA_TABLES_SEPARATED_H
#define BRC_DATA_TABLES_SEPARATED_H

#include <stddef.h>

#include "base/err.h"
#include "data/tables/lines.h"

/* The fields of a line; zeroed it is empty. */
typedef struct brc_fields {
	char **text; /* [n], each without blanks around it and without quotes */
	size_t n, cap;
} brc_fields;

/* A tab, else a semicolon, else a comma, if the line has one outside quotes; else a blank. */
char brc_separator_of(const char *line);

/*
 * Cut a line in place. Double quotes may stand around a field, which then holds separators too, and
 * "" for a quote. A blank as the separator stands for any run of blanks and tabs. BRC_DATA for a
 * quote that does not end; it names no line.
 */
brc_rc brc_separated_fields(brc_fields *f, char *line, char separator, brc_err *err);
void brc_fields_clear(brc_fields *f);

#endif
