/*
 * What a stream holds, without its payloads: for peek and check. Walks every
 * frame to the last trailer, so that it also proves the stream intact.
 */
#ifndef BRC_STREAM_SUMMARY_H
#define BRC_STREAM_SUMMARY_H

#include "base/str.h"
#include "stream/reader.h"

typedef struct brc_summary_counts {
	size_t streams, sections, tensors;
	uint64_t frames, bytes; /* bytes of uncompressed payload */
} brc_summary_counts;

typedef enum brc_summary_format {
	BRC_SUMMARY_NONE, /* count only */
	BRC_SUMMARY_TEXT,
	BRC_SUMMARY_JSON
} brc_summary_format;

/* Appends to `out`; also unpacks compressed chunks when `deep`, to prove them, piece by piece. */
brc_rc brc_summarise(brc_reader *r, brc_summary_format format, bool deep, brc_str *out,
		     brc_summary_counts *counts, brc_err *err);

#endif
