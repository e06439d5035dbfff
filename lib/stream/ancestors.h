/* Which entries of a history a section comes from. */
#ifndef BRC_STREAM_ANCESTORS_H
#define BRC_STREAM_ANCESTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/map.h"

/*
 * made[n]: is it the entry that wrote the section with this digest, or one that wrote what such an
 * entry read, and so on? Entries may stand in any order, and be hostile: the work is that of
 * sorting what they wrote. BRC_RESOURCE.
 */
brc_rc brc_ancestors(const brc_map *const *entry, size_t n, const char *digest, bool *made,
		     brc_err *err);

#endif
