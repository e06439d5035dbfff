/* Whole arrays from files of arrays, by what the readers of data sets are made of. */
#ifndef TESTS_UNIT_ARRAY_FILES_H
#define TESTS_UNIT_ARRAY_FILES_H

#include <string.h>

#include "data/arrays/npy.h"
#include "data/datasets/sources.h"

/* The array of an NPY file. */
static inline brc_rc npy_array(const char *path, size_t mem, brc_array *out, brc_err *err)
{
	brc_input *in;
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_npy_read_input(in, mem, out, err);
	brc_input_free(in);
	return rc;
}

/* The member of an NPZ archive of that name ("x" or "x.npy"). */
static inline brc_rc npz_array(const char *path, const char *member, size_t mem, brc_array *out,
			       brc_err *err)
{
	brc_input *in, *part = NULL;
	brc_zip *z = NULL;
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_zip_open(&z, in, err);
	brc_input_free(in);
	if (rc == BRC_OK)
		rc = brc_npz_open(z, member, &part, err);
	if (rc == BRC_OK)
		rc = brc_npy_read_input(part, mem, out, err);
	brc_input_free(part);
	brc_zip_free(z);
	return rc;
}

/* The array of an IDX file. */
static inline brc_rc idx_array(const char *path, size_t mem, brc_array *out, brc_err *err)
{
	brc_input *in;
	bool swap = false;
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_idx_head(in, out, &swap, err);
	if (rc == BRC_OK)
		rc = brc_input_exactly(in, out->count * out->itemsize, mem, &out->data, err);
	if (rc == BRC_OK && swap)
		brc_elements_swap(out->data, out->count, out->itemsize);
	brc_input_free(in);
	return rc;
}

#endif
