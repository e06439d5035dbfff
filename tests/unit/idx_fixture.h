/* Arrays of fixtures in the IDX format. */
#ifndef TESTS_UNIT_IDX_FIXTURE_H
#define TESTS_UNIT_IDX_FIXTURE_H

#include "array_files.h"

#define FASHION_IMAGES "fixtures/fashion-test-2000-images.gz"
#define FASHION_LABELS "fixtures/fashion-test-2000-labels.gz"

/* brc_array_clear() it. */
static inline brc_array read_idx(const char *path)
{
	brc_err err = {0};
	brc_array a;

	assert_int_equal(idx_array(path, 0, &a, &err), BRC_OK);
	return a;
}

#endif
