/* The rows of an array in an NPY file. */
#include <stdlib.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/series/rows.h"

static brc_rc take_rows(brc_rows *r, brc_input *in, const brc_array *head, bool swap, size_t rows,
			brc_err *err)
{
	void *raw = brc_alloc(r->width, head->itemsize, err);
	double *v = brc_alloc(r->width, sizeof(*v), err);
	brc_rc rc = raw && v ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < rows; i++) {
		rc = brc_input_piece(in, raw, r->width * head->itemsize, err);
		if (rc == BRC_OK && swap)
			brc_elements_swap(raw, r->width, head->itemsize);
		BRC_THEN(rc, brc_elements_convert(head->dtype, raw, i * r->width, r->width, "<f8",
						  v, r->file, err));
		BRC_THEN(rc, brc_rows_add(r, v, err));
	}
	BRC_THEN(rc, brc_input_end(in, err));
	free(raw);
	free(v);
	return rc;
}

brc_rc brc_rows_of_npy(brc_rows *r, brc_input *in, brc_err *err)
{
	brc_array head;
	bool swap;
	char shape[128];

	BRC_TRY(brc_npy_head_any(in, &head, &swap, &r->turned, err));
	if (head.ndim != 2) {
		brc_fail(err, BRC_DATA, "%s: shape %s: a table of samples has two extents", r->file,
			 brc_array_shape_text(&head, shape, sizeof(shape)));
		return brc_hint(err, "np.save(f, a.reshape(len(a), -1))");
	}
	r->units_down ^= r->turned; /* the file holds column by column */
	BRC_TRY(brc_rows_begin(r, head.shape[r->turned ? 0 : 1], err));
	BRC_TRY(brc_input_announce(in, head.count * head.itemsize, err));
	return take_rows(r, in, &head, swap, head.shape[r->turned ? 1 : 0], err);
}
