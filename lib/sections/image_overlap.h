/* Were groups made from the images that they are tested on? The history of a stream says it. */
#ifndef BRC_SECTIONS_IMAGE_OVERLAP_H
#define BRC_SECTIONS_IMAGE_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "sections/image_set.h"
#include "stream/map.h"

typedef struct brc_image_overlap {
	bool images;  /* were the groups made from images at all? False of groups of weights */
	bool unknown; /* the history does not say which */
	bool same;    /* all of them, and no others */
	bool exact;   /* the share is no estimate */
	double share; /* of the images of the test; the largest where there are several sets */
} brc_image_overlap;

/*
 * Compare the images of `test` (NULL: not known) with those of all entries that the section with
 * this digest comes from, but for an entry `except` (NULL: none). BRC_RESOURCE.
 */
brc_rc brc_image_overlap_find(brc_image_overlap *o, const brc_map *const *entry, size_t n,
			      const char *digest, const brc_image_set *test, const brc_map *except,
			      brc_err *err);

/*
 * Is it worth a warning? Not for images that are alike by chance: the share is at least 1 %, and an
 * estimate rests on three images at least.
 */
bool brc_image_overlap_bad(const brc_image_overlap *o);

/* Append what is to be said, without a full stop: "the groups were made from ...". */
void brc_image_overlap_text(const brc_image_overlap *o, brc_str *out);

#endif
