/* Data sets in memory, checked and written at once, as filters do piece by piece. */
#ifndef TESTS_UNIT_DATASET_SECTION_H
#define TESTS_UNIT_DATASET_SECTION_H

#include "sections/dataset.h"

static inline brc_rc dataset_check(const brc_dataset *d, const char *what, brc_err *err)
{
	BRC_TRY(brc_dataset_check_head(d, what, err));
	return brc_dataset_check_images(d, d->image, 0, d->n, what, err);
}

/* Into a fresh section, which borrows images and labels. */
static inline brc_rc dataset_write(const brc_dataset *d, brc_section *s, brc_err *err)
{
	brc_dataset_tensor t;

	BRC_TRY(brc_dataset_describe(d, s, &t, err));
	return brc_section_add(s, t.name, t.dtype, t.ndim, t.shape, t.axes, d->image, NULL, err);
}

#endif
