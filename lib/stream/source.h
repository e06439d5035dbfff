/*
 * Bytes of an input: a file, a pipe or standard input; a whole input
 * compressed by zstd is decompressed on the way.
 */
#ifndef BRC_STREAM_SOURCE_H
#define BRC_STREAM_SOURCE_H

#include <stddef.h>

#include "base/err.h"

typedef struct brc_source brc_source;

/* PATH, "-" for standard input, /dev/fd/N. BRC_DATA if it cannot be opened; a terminal is
 * BRC_USAGE. */
brc_rc brc_source_open(brc_source **s, const char *path, brc_err *err);
void brc_source_close(brc_source *s);
/* "<stdin>" or the path. */
const char *brc_source_name(const brc_source *s);
/* Up to n bytes, fewer (*got < n) only at the end of the input. */
brc_rc brc_source_read(brc_source *s, void *buf, size_t n, size_t *got, brc_err *err);

#endif
