/* Weights in NPZ archives and NPY files. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/models/weights_state.h"

static brc_rc open_member(const brc_weights *w, size_t member, brc_input **in, brc_err *err)
{
	return w->zip ? brc_zip_member(w->zip, member, in, err) : brc_input_open(in, w->path, err);
}

static brc_rc add_head(brc_weights *w, const char *name, size_t member, brc_err *err)
{
	brc_weight a = {.file = member};
	brc_array head;
	brc_input *in;
	bool swap;
	brc_rc rc;

	BRC_TRY(open_member(w, member, &in, err));
	rc = brc_npy_head(in, &head, &swap, err);
	brc_input_free(in);
	BRC_TRY(rc);
	a.ndim = head.ndim;
	a.count = head.count;
	memcpy(a.shape, head.shape, sizeof(a.shape));
	memcpy(a.dtype, head.dtype, sizeof(a.dtype));
	return brc_weights_add(w, name, &a, err);
}

brc_rc brc_numpy_heads(brc_weights *w, brc_err *err)
{
	if (!w->zip)
		return add_head(w, "weight", 0, err);
	for (size_t i = 0; i < w->zip->n; i++) {
		const char *full = w->zip->member[i].name;
		char *name = brc_strndup(full, brc_npz_stem(full), err);
		brc_rc rc = name ? add_head(w, name, i, err) : BRC_RESOURCE;

		free(name);
		BRC_TRY(rc);
	}
	return BRC_OK;
}

brc_rc brc_numpy_read(const brc_weights *w, const brc_weight *a, float *out, brc_err *err)
{
	brc_input *in;
	brc_array array = {0};
	brc_rc rc;

	BRC_TRY(open_member(w, a->file, &in, err));
	rc = brc_npy_read_input(in, 0, &array, err);
	if (rc == BRC_OK && array.count != a->count)
		rc = brc_fail(err, BRC_DATA, "%s: '%s' changed while it was read", w->path,
			      a->name);
	BRC_THEN(rc, brc_elements_convert(array.dtype, array.data, 0, a->count, "<f4", out, a->name,
					  err));
	brc_input_free(in);
	brc_array_clear(&array);
	return rc;
}
