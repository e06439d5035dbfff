/* From frames to a section in memory. */
#ifndef BRC_STREAM_COLLECT_H
#define BRC_STREAM_COLLECT_H

#include "stream/reader.h"

typedef struct brc_collector brc_collector;

/*
 * `memory`: bytes that tensors may take. Further tensors go to an unlinked spool file in $TMPDIR
 * (or /var/tmp). Neither is touched before the data have arrived, whatever a header declares.
 */
brc_rc brc_collector_new(brc_collector **c, size_t memory, brc_err *err);
void brc_collector_free(brc_collector *c);

/* After the reader gave out a section header frame. */
brc_rc brc_collector_begin(brc_collector *c, const brc_reader *r, brc_err *err);
/* Before the next frame is read: let the reader put a raw chunk directly into its place. */
void brc_collector_prepare(brc_collector *c, brc_reader *r);
/* Every further frame of the section. */
brc_rc brc_collector_add(brc_collector *c, const brc_reader *r, const brc_frame *f, brc_err *err);
/* After BRC_F_END: the section, with its digest. The caller owns it. */
brc_section *brc_collector_take(brc_collector *c);

#endif
