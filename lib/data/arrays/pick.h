/* One tensor out of a stream, by name. */
#ifndef BRC_DATA_ARRAYS_PICK_H
#define BRC_DATA_ARRAYS_PICK_H

#include "base/err.h"
#include "stream/reader.h"
#include "stream/section.h"

/*
 * Walk the one stream of `r` to its trailer and find a tensor: with `in` that
 * called `spec` (TENSOR, or TYPE/TENSOR where sections of several types have
 * that name) of the section called `in`; without it `spec` is
 * SECTION/TENSOR, where SECTION is a section's name or, when no section of
 * that name holds it, a type. Only sections that could be meant are held in
 * memory, `memory` bytes of them (further ones in a spool file).
 *
 * *section owns *tensor; brc_section_free() it. BRC_DATA when nothing or more
 * than one thing is called so, with a list of what there is.
 */
brc_rc brc_pick_tensor(brc_reader *r, const char *spec, const char *in, size_t memory,
		       brc_section **section, const brc_tensor **tensor, brc_err *err);

#endif
