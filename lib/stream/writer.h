/* Frames, sections, history and the one trailer, onto a sink. */
#ifndef BRC_STREAM_WRITER_H
#define BRC_STREAM_WRITER_H

#include "stream/reader.h"
#include "stream/section.h"
#include "stream/sink.h"

typedef struct brc_writer brc_writer;

/* Borrows the sink. zstd_level 0: chunks are written raw. */
brc_rc brc_writer_new(brc_writer **w, brc_sink *sink, unsigned zstd_level, brc_err *err);
void brc_writer_free(brc_writer *w);

/* Hand a frame through as it came. */
brc_rc brc_writer_frame(brc_writer *w, const brc_frame *f, brc_err *err);

/* A section: header, metadata, records and the tensors that it holds. Then, optionally, further
 * tensors row by row; then the end, which sets s->digest. */
brc_rc brc_writer_begin(brc_writer *w, const brc_section *s, brc_err *err);
brc_rc brc_writer_tensor(brc_writer *w, const char *name, const char *dtype, size_t ndim,
			 const size_t *shape, const char *axes, brc_err *err);
/* The next n rows of that tensor; BRC_DATA beyond its shape. */
brc_rc brc_writer_rows(brc_writer *w, const void *rows, size_t n, brc_err *err);
brc_rc brc_writer_end(brc_writer *w, brc_section *s, brc_err *err);

brc_rc brc_writer_history(brc_writer *w, const brc_map *entry, brc_err *err);
/* The abort record, best effort: failures to write are ignored. */
void brc_writer_abort(brc_writer *w, const brc_map *abort);
/*
 * The trailer: the only function that writes one, called only by the end of
 * a successful run.
 */
brc_rc brc_writer_trailer(brc_writer *w, brc_err *err);

#endif
