/*
 * File descriptors. Of the standard ones, 0, 1 and 2, one that is closed when
 * a program starts would be given to the next file it opens: messages would
 * end up in the result, or a model would be read as the stream.
 */
#ifndef BRC_BASE_DESCRIPTORS_H
#define BRC_BASE_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Take the places of those that are closed, before any file is opened. */
void brc_descriptors_hold(void);

/* Is it closed, or only held? */
bool brc_descriptor_closed(int fd);

/*
 * All of n bytes of the file that is called `name`, from `offset` on. BRC_DATA if it ends before;
 * other errors as brc_rc_of_errno has them.
 */
brc_rc brc_read_at(int fd, const char *name, uint64_t offset, void *to, size_t n, brc_err *err);

#endif
