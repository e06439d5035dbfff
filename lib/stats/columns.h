/*
 * The numbers of a statistic, each described in one row of a table.
 *
 * A new column is a field of brc_inference, the line that computes it, and a row in columns.c. All
 * code that allocates, writes, reads or shows columns goes through the tables. So the row alone
 * brings the column into the sections, the TSV and the JSON; its heads bring it into the text and
 * the page.
 */
#ifndef BRC_STATS_COLUMNS_H
#define BRC_STATS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* What a number is, which says how it is written. */
typedef enum brc_column_kind {
	BRC_COLUMN_VALUE,  /* in the unit of the statistic, as measured */
	BRC_COLUMN_CHANGE, /* in the unit of the statistic, a difference: always with its sign */
	BRC_COLUMN_SPREAD, /* in the unit of the statistic, never negative */
	BRC_COLUMN_SHARE,  /* a fraction, shown in points, whatever the unit of the statistic */
	BRC_COLUMN_NUMBER, /* without a unit */
	BRC_COLUMN_P,      /* a probability */
	BRC_COLUMN_COUNT   /* a size_t; all others are doubles */
} brc_column_kind;

/* Which statistics have it. */
typedef enum brc_column_holder {
	BRC_HELD_BY_ALL,
	BRC_HELD_BY_CORRECTED, /* not by those that follow the published code */
	BRC_HELD_BY_PUBLISHED, /* only by those */
	BRC_HELD_BY_SOME       /* by statistics that it says something of; elsewhere absent (NaN) */
} brc_column_holder;

typedef struct brc_column {
	const char *name;    /* in the sections, the JSON and, for columns, the TSV */
	const char *meaning; /* for people: one phrase */
	brc_column_kind kind;
	brc_column_holder holder;
	size_t at; /* offset of the field in its struct */
	/* What stands above it; NULL where it is not shown: */
	const char *text_head;   /* in the text report */
	const char *table_head;  /* in the page's tables of all groups or all statistics */
	const char *detail_head; /* in the page's table of one group */
} brc_column;

/* As a detail_head: in the cell of the column before, behind this sign. */
#define BRC_WITHIN "\xC2\xB1"

/* Tables end with a row without a name. */

/* Each row is a field of brc_inference that points to [m] doubles, one a sub-cluster. */
extern const brc_column brc_statistic_columns[];

/* Each row is a field of brc_inference that holds one number of all sub-clusters together. */
extern const brc_column brc_statistic_numbers[];

/*
 * Must a statistic have it? `published`: one that follows the published code. No statistic must
 * have what is held by some.
 */
bool brc_column_held(const brc_column *c, bool published);
/* Does this statistic, or these findings, have the column? */
bool brc_column_there(const brc_column *c, const void *of);

/* The field in a struct: a double ** for a column, else a size_t * (COUNT) or a double *. */
void *brc_column_field(const brc_column *c, void *of);
/* The values of a column; NULL where the struct does not have it. */
const double *brc_column_values(const brc_column *c, const void *of);
/* The value of a number: not of kind BRC_COLUMN_COUNT, and of that kind. */
double brc_column_number(const brc_column *c, const void *of);
size_t brc_column_count(const brc_column *c, const void *of);

#endif
