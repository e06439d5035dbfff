/*
 * Rows of a table as they are read from a file, one after the other: checked, and kept in single
 * precision. Internal to lib/data/series.
 */
#ifndef BRC_DATA_SERIES_ROWS_H
#define BRC_DATA_SERIES_ROWS_H

#include "data/bytes/input.h"
#include "data/series/series.h"

/* The least and the largest value of a unit, and whether single precision rounds one. */
typedef struct brc_extent {
	double low, high;
	bool rounded;
} brc_extent;

typedef struct brc_rows {
	const char *file;
	size_t mem;
	bool units_down;   /* rows are units */
	bool turned;       /* a row here is a column of the file */
	size_t line;       /* of a text, of the row that comes next; 0: the file has no lines */
	size_t before;     /* columns of the file in front of the values */
	size_t n, width;   /* rows so far, their values */
	size_t cap;        /* rows for which there is room */
	brc_scratch value; /* float [n][width] */
	brc_name_table names;
	brc_extent *extent; /* of each unit, [width], or of the row if rows are units */
} brc_rows;

void brc_rows_clear(brc_rows *r);

/* Before the first row, once. BRC_DATA where there are too many units or no values. */
brc_rc brc_rows_begin(brc_rows *r, size_t width, brc_err *err);
/* The name of the next unit; `column` of the file, for messages. BRC_DATA as in brc_series_read. */
brc_rc brc_rows_name(brc_rows *r, const char *name, size_t column, brc_err *err);
/* The next row, `width` values. BRC_DATA naming the place. */
brc_rc brc_rows_add(brc_rows *r, const double *v, brc_err *err);
/* BRC_DATA: what is wrong with value `i` of the row that comes next, its place named. */
brc_rc brc_rows_bad(const brc_rows *r, size_t i, brc_err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* After the last: the units are checked, and rows become samples. */
brc_rc brc_rows_end(brc_rows *r, brc_series *s, brc_err *err);

/* The files. Both leave the rows complete, but for the end. *counts as in brc_series. */
brc_rc brc_rows_of_npy(brc_rows *r, brc_input *in, brc_err *err);
brc_rc brc_rows_of_text(brc_rows *r, brc_input *in, brc_series_head head, bool *counts,
			brc_err *err);

#endif
