/* The images that a filter used: noted in the history, and compared with those of earlier ones. */
#ifndef BRC_STUDY_USED_IMAGES_H
#define BRC_STUDY_USED_IMAGES_H

#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"
#include "sections/dataset.h"
#include "stream/filter.h"

/* Images sample[n] of `data` (NULL: all) were used. BRC_RESOURCE. */
brc_rc brc_note_images(brc_filter *f, const brc_dataset *data, const size_t *sample, size_t n,
		       brc_err *err);

/*
 * All images of `data` are used to test groups that come from the section with this digest. If they
 * were made from the same images, it is a warning on stderr. BRC_RESOURCE.
 */
brc_rc brc_note_test_images(brc_filter *f, const brc_dataset *data, const char *digest,
			    const brc_cli *cli, brc_err *err);

#endif
