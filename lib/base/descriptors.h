/*
 * The standard descriptors 0, 1 and 2. One that is closed when a program
 * starts would be given to the next file it opens: messages would end up in
 * the result, or a model would be read as the stream.
 */
#ifndef BRC_BASE_DESCRIPTORS_H
#define BRC_BASE_DESCRIPTORS_H

#include <stdbool.h>

/* Take the places of those that are closed, before any file is opened. */
void brc_descriptors_hold(void);

/* Is it closed, or only held? */
bool brc_descriptor_closed(int fd);

#endif
