/* Weights in NPZ archives and NPY files. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/models/weights_state.h"

static brc_rc add_head(brc_weights *w, brc_input *in, const char *name, size_t member, brc_err *err)
{
	brc_array head;
	bool swap;
	brc_weight a;

	BRC_TRY(brc_npy_head(in, &head, &swap, err));
	a = (brc_weight){.ndim = head.ndim, .count = head.count, .file = member};
	memcpy(a.shape, head.shape, sizeof(a.shape));
	memcpy(a.dtype, head.dtype, sizeof(a.dtype));
	return brc_weights_add(w, name, &a, err);
}

static brc_rc open_member(const brc_weights *w, size_t member, brc_input **in, brc_err *err)
{
	return w->zip ? brc_zip_member(w->zip, member, in, err) : brc_input_open(in, w->path, err);
}

brc_rc brc_npz_heads(brc_weights *w, brc_err *err)
{
	for (size_t i = 0; i < brc_zip_count(w->zip); i++) {
		brc_input *in;
		const char *full = brc_zip_name(w->zip, i);
		size_t n = strlen(full);
		char *name =
			brc_strndup(full, n > 4 && !strcmp(full + n - 4, ".npy") ? n - 4 : n, err);
		brc_rc rc;

		if (!name)
			return BRC_RESOURCE;
		rc = open_member(w, i, &in, err);
		if (rc == BRC_OK) {
			rc = add_head(w, in, name, i, err);
			brc_input_free(in);
		}
		free(name);
		BRC_TRY(rc);
	}
	return BRC_OK;
}

brc_rc brc_npy_heads(brc_weights *w, brc_err *err)
{
	brc_input *in;
	brc_rc rc;

	BRC_TRY(open_member(w, 0, &in, err));
	rc = add_head(w, in, "weight", 0, err);
	brc_input_free(in);
	return rc;
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
	if (rc == BRC_OK)
		rc = brc_elements_convert(array.dtype, array.data, 0, a->count, "<f4", out, a->name,
					  err);
	brc_input_free(in);
	brc_array_clear(&array);
	return rc;
}
