/* Text from outside, line by line, in bounded memory. */
#ifndef BRC_DATA_TABLES_LINES_H
#define BRC_DATA_TABLES_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/bytes/input.h"

#define BRC_LINE_MAX 65536 /* bytes of a line, its end included */

typedef struct brc_lines {
	brc_input *in; /* borrowed */
	size_t number; /* of the line given out last, from 1 */
	/* private */
	char *buffer;
	size_t at, filled;
	bool end;
} brc_lines;

brc_rc brc_lines_init(brc_lines *l, brc_input *in, brc_err *err);
void brc_lines_clear(brc_lines *l); /* of a zeroed or an initialised struct; not the input */

/*
 * The next line without its end (LF or CR LF), terminated, to be changed at will and valid
 * until the next call; *line is NULL after the last. BRC_DATA naming the line for one that is
 * too long or holds a NUL.
 */
brc_rc brc_lines_next(brc_lines *l, char **line, brc_err *err);

/* BRC_DATA with "FILE: line N: " before the message. */
brc_rc brc_lines_fail(const brc_lines *l, brc_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Cut a line where blanks (tabs alone, if `tabs`) part it, in place; keeps the first `cap` fields.
 * Returns how many there are.
 */
size_t brc_line_fields(char *line, bool tabs, char **field, size_t cap);

/* The whole text as a finite number, or as a whole number within [min, max]; else false. */
bool brc_line_number(const char *s, double *out);
bool brc_line_whole(const char *s, size_t min, size_t max, size_t *out);

#endif
