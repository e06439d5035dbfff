/*
 * Series: a table of numbers, a row for each sample and a column for each unit, from a file. Units
 * may be regions of a brain, sensors or genes; what they do takes the place of activations.
 */
#ifndef BRC_DATA_SERIES_SERIES_H
#define BRC_DATA_SERIES_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"
#include "base/scratch.h"
#include "data/tables/unit_names.h"
#include "stream/filter.h"

/* Is the first line of a text a line of names? */
typedef enum brc_series_head { BRC_HEAD_AUTO, BRC_HEAD_YES, BRC_HEAD_NO } brc_series_head;

typedef struct brc_series_options {
	bool transposed; /* rows are units, and columns samples */
	brc_series_head head;
	size_t mem; /* bytes to hold in memory, 0: what the machine has; more are spooled */
} brc_series_options;

typedef struct brc_series {
	size_t samples, units;
	brc_scratch value;    /* float [samples][units] */
	brc_name_table names; /* of the units; n is 0 where they have none */
	bool counts;          /* the first line, read as a sample, counts as names may do */
} brc_series;

/*
 * Read a file: NPY (two extents, any numbers, either order), or text with tabs, semicolons, commas
 * or blanks between values, gzipped or not. In a text, lines that are empty or begin with # are
 * left out. Its first line holds names, as `head` says; AUTO: if there is a word in it. A first
 * column of words names the rows. BRC_DATA with the place for a value that is missing, not finite
 * or too large for single precision; for a unit whose values are too close to each other for it;
 * for two units of one name; for less than two samples or units.
 */
brc_rc brc_series_read(brc_series *s, const char *path, const brc_series_options *o, brc_err *err);
void brc_series_clear(brc_series *s); /* of a zeroed or a filled struct */

/* The sections units/1 and activations/1 called `name`; the digest joins the history. */
brc_rc brc_series_write(const brc_series *s, const char *name, brc_filter *f, brc_err *err);
/* What was read, on stderr. */
void brc_series_tell(const brc_series *s, const brc_cli *cli);

#endif
