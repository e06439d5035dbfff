/*
 * Large working memory. It is in the machine's memory or, if the work does not fit into the memory
 * that it may use, in an unlinked file in $TMPDIR (or /var/tmp).
 */
#ifndef BRC_BASE_SCRATCH_H
#define BRC_BASE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

typedef struct brc_scratch {
	void *data; /* page-aligned, zeroed */
	size_t bytes;
	bool spooled; /* a file holds it */
} brc_scratch;

/*
 * Make room for `bytes`. `spool` puts it on the disk, where the room is taken at once. If there is
 * no room, BRC_RESOURCE, naming `what`, with a hint.
 */
brc_rc brc_scratch_init(brc_scratch *s, size_t bytes, bool spool, const char *what, brc_err *err);
void brc_scratch_clear(brc_scratch *s); /* of a zeroed or an initialised struct */

/* For spooled memory: release its pages to the file until they are touched again. */
void brc_scratch_drop(const brc_scratch *s);

/* The same for n bytes of any mapping of a file, and for the rest of their pages. */
void brc_spool_drop(const void *p, size_t n);

/* An unlinked file for such use; the caller closes it. */
brc_rc brc_spool_file(int *fd, brc_err *err);

/*
 * For memory that fills little by little: a mapping of `bytes` of an unlinked file, which takes no
 * room yet. The caller unmaps it, and closes *fd where that is not -1, also after a failure.
 * BRC_RESOURCE, naming `what`.
 */
brc_rc brc_spool_map(int *fd, size_t bytes, const char *what, void **data, brc_err *err);

/* Take room for some of its bytes before they are written: without room, a write is a SIGBUS. */
brc_rc brc_spool_room(int fd, size_t from, size_t bytes, const char *what, brc_err *err);

#endif
