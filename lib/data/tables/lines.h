/* Text from outside, line by line. This is the only place where lines and their fields are cut. */
#ifndef BRC_DATA_TABLES_LINES_H
#define BRC_DATA_TABLES_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/bytes/input.h"

#define BRC_LINE_MAX 65536 /* bytes of a line as a rule, its end included */

typedef struct brc_lines {
	const char *name; /* of the file, for messages; borrowed */
	size_t number;    /* of the line given out last, from 1 */
	/* private */
	brc_input *in; /* borrowed; NULL: the buffer is the whole text, borrowed too */
	char *buffer;
	size_t max; /* bytes of a line */
	size_t at, filled;
	bool end;
} brc_lines;

/* Of an input of any length, in the memory of one line, which has `max` bytes at most. */
brc_rc brc_lines_init(brc_lines *l, brc_input *in, size_t max, brc_err *err);
/* Of a text in memory, n bytes and a NUL, which is cut up in place; its lines have any length. */
void brc_lines_of_text(brc_lines *l, const char *name, char *text, size_t n);
void brc_lines_clear(brc_lines *l); /* of a zeroed or an initialised struct; not input or text */

/*
 * A whole file of text for it: at most `max` bytes, `mem` as in brc_input_rest; free() *text.
 * BRC_DATA for a NUL in it.
 */
brc_rc brc_text_read(const char *path, size_t max, size_t mem, char **text, size_t *n,
		     brc_err *err);

/*
 * The next line without its end (LF or CR LF), terminated, to be changed at will and valid
 * until the next call; *line is NULL after the last. BRC_DATA naming the line for one that is
 * too long or holds a NUL.
 */
brc_rc brc_lines_next(brc_lines *l, char **line, brc_err *err);
/* For a text in memory: are only empty lines left? */
bool brc_lines_only_empty(const brc_lines *l);

/* BRC_DATA with "FILE: line N: " before the message. */
brc_rc brc_lines_fail(const brc_lines *l, brc_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A failure of a call on this line: BRC_DATA gets the same before its message. Returns rc. */
brc_rc brc_lines_at(const brc_lines *l, brc_rc rc, brc_err *err);

/*
 * Cut a line into fields, in place. Runs of blanks and tabs separate them; with `tabs` each single
 * tab does. The first `cap` fields are kept. Returns how many there are.
 */
size_t brc_line_fields(char *line, bool tabs, char **field, size_t cap);

/* The whole text as a finite number, or as a whole number within [min, max]; else false. */
bool brc_line_number(const char *s, double *out);
bool brc_line_whole(const char *s, size_t min, size_t max, size_t *out);

/* ---- a table: columns separated by tabs, under a line with their names ---- */

enum { BRC_TSV_COLUMNS_MAX = 64 };

typedef struct brc_tsv {
	brc_lines lines;
	bool skip_empty; /* leave out empty lines; else they may stand only at the end of a text */
	size_t columns;  /* of the first line and of every other */
	char *field[BRC_TSV_COLUMNS_MAX]; /* of the line that was read last */
} brc_tsv;

/*
 * Read the first line. index[i] becomes the place of the column called name[i], or BRC_ANY where
 * there is none. A mark of the byte order before the line is skipped. BRC_DATA for a table without
 * lines, with more than BRC_TSV_COLUMNS_MAX columns, or with one of the names twice.
 */
brc_rc brc_tsv_head(brc_tsv *t, const char *const *name, size_t n, size_t *index, brc_err *err);

/*
 * The next row in t->field; *found is false after the last. BRC_DATA for a row with another number
 * of columns than the first line.
 */
brc_rc brc_tsv_next(brc_tsv *t, bool *found, brc_err *err);

#endif
