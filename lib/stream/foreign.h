/* Files that are given to a filter by mistake: what they are, and which filter reads them. */
#ifndef BRC_STREAM_FOREIGN_H
#define BRC_STREAM_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#define BRC_FOREIGN_BYTES 64 /* of a file's beginning; more do not matter */

typedef struct brc_foreign {
	const char *name; /* "an NPY file" */
	const char *hint; /* what reads it, or how it becomes something that is read */
	bool text;        /* nothing but lines of text */
} brc_foreign;

/* What a file is that begins with these n bytes; NULL: not known. */
const brc_foreign *brc_foreign_of(const unsigned char *p, size_t n);

#endif
