/*
 * Bytes of the output: standard output, or a file that appears under its
 * name only when it is complete.
 */
#ifndef BRC_STREAM_SINK_H
#define BRC_STREAM_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

typedef struct brc_sink brc_sink;

/*
 * PATH, or NULL or "-" for standard output. `binary` refuses a terminal. /dev/stdout, /dev/fd/N and
 * a path that exists and is no regular file (a device, a fifo) are written directly; a symbolic
 * link stays, and its target is replaced.
 */
brc_rc brc_sink_open(brc_sink **s, const char *path, bool binary, brc_err *err);
/* Buffered; large blocks go straight through. BRC_PIPE when the reader has gone. */
brc_rc brc_sink_write(brc_sink *s, const void *data, size_t n, brc_err *err);
brc_rc brc_sink_flush(brc_sink *s, brc_err *err);
/* Flush and make the file appear (`commit`), or leave nothing behind. Frees s either way. */
brc_rc brc_sink_close(brc_sink *s, bool commit, brc_err *err);

#endif
