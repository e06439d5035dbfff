/* Options about images on a command line. */
#ifndef BRC_DATA_IMAGES_IMAGE_OPTIONS_H
#define BRC_DATA_IMAGES_IMAGE_OPTIONS_H

#include <stddef.h>

#include "base/err.h"

#define BRC_SIDE_MAX 65500u /* pixels: what a JPEG file can have */
#define BRC_CHANNELS_MAX 1024u

/* "224x160" as width and height, "224" as *w alone with *h 0; BRC_USAGE naming `option`. */
brc_rc brc_side_pair(const char *s, const char *option, size_t *w, size_t *h, brc_err *err);

/*
 * Means and standard deviations as of "0.485,0.456,0.406", either of which may be NULL (0 and 1
 * then) but not both. *mean and *deviation [*n] are to be freed, after a failure too.
 */
brc_rc brc_channel_options(const char *means, const char *deviations, double **mean,
			   double **deviation, size_t *n, brc_err *err);

#endif
