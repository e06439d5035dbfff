/*
 * What a stream holds, without its payloads: for peek and check. Walks every
 * frame to the last trailer, so that it also proves the stream intact.
 */
#ifndef BRC_STREAM_SUMMARY_H
#define BRC_STREAM_SUMMARY_H

#include "base/str.h"
#include "stream/reader.h"
#include "stream/section.h"

typedef struct brc_summary_counts {
	size_t streams, sections, tensors;
	uint64_t frames, bytes; /* bytes of uncompressed payload */
} brc_summary_counts;

typedef enum brc_summary_format {
	BRC_SUMMARY_NONE, /* count only */
	BRC_SUMMARY_TEXT,
	BRC_SUMMARY_JSON
} brc_summary_format;

/*
 * What sections of a type hold, besides: appended, as text to the lines of the
 * section and as JSON to its object ('"key": value'). Where it fails with BRC_DATA
 * the reason stands there instead.
 */
typedef struct brc_summary_detail {
	const char *type;
	unsigned version;
	brc_rc (*show)(const brc_section *s, brc_summary_format format, brc_str *out, brc_err *err);
} brc_summary_detail;

/* Of one kind of sections, which may be NULL. Appends to `out`; also unpacks compressed chunks when
 * `deep`, to prove them, piece by piece. */
brc_rc brc_summarise(brc_reader *r, brc_summary_format format, bool deep,
		     const brc_summary_detail *detail, brc_str *out, brc_summary_counts *counts,
		     brc_err *err);

#endif
