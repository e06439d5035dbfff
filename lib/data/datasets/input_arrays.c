#include "data/datasets/input_arrays.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "sections/dataset_inputs.h"

/* ---- opening ---- */

static brc_rc set_name(brc_input_arrays *a, const char *name, size_t n, brc_err *err)
{
	brc_input_array *x = &a->at[a->n - 1];

	snprintf(x->name, sizeof(x->name), BRC_DATASET_INPUT "%.*s", (int)brc_least(n, 1000), name);
	if (n == 0 || strlen(x->name) != strlen(BRC_DATASET_INPUT) + n ||
	    !brc_section_name_ok(x->name, sizeof(x->name)))
		return brc_fail(err, BRC_USAGE, "--input: '%.*s' cannot be the name of an input",
				(int)brc_least(n, 100), name);
	for (size_t i = 0; i + 1 < a->n; i++)
		if (strcmp(a->at[i].name, x->name) == 0)
			return brc_fail(err, BRC_USAGE, "--input gives '%.100s' twice",
					x->name + strlen(BRC_DATASET_INPUT));
	return BRC_OK;
}

/* The member of an archive, as an input of its own. */
static brc_rc open_member(const char *archive, const char *name, brc_input **in, brc_err *err)
{
	brc_input *whole;
	brc_zip *z = NULL;
	brc_rc rc;

	BRC_TRY(brc_input_open(&whole, archive, err));
	rc = brc_zip_open(&z, whole, err);
	brc_input_free(whole);
	BRC_THEN(rc, brc_npz_open(z, name, in, err));
	brc_zip_free(z);
	return rc;
}

/* A single number is an array of one. */
static brc_rc open_items(brc_input_array *x, brc_input *in, size_t images, brc_err *err)
{
	brc_array head;
	bool swap;
	brc_rc rc = brc_npy_head(in, &head, &swap, err);
	char text[256];

	if (rc == BRC_OK && head.ndim == 0) {
		head.ndim = 1;
		head.shape[0] = 1;
	}
	if (rc == BRC_OK && head.shape[0] != images && head.shape[0] != 1)
		rc = brc_fail(err, BRC_DATA,
			      "%s: an array of shape %s has a row neither for each of %zu images "
			      "nor for all",
			      brc_input_name(in), brc_array_shape_text(&head, text, sizeof(text)),
			      images);
	if (rc != BRC_OK) {
		brc_input_free(in);
		return rc;
	}
	x->dtype = head.dtype[1] == 'f' ? "<f4" : "<i4";
	x->number = head.ndim == 1;
	if (x->number) { /* for each image: an item has at least one extent */
		head.shape[1] = 1;
		head.ndim = 2;
	}
	return brc_items_of_array(&x->items, in, &head, swap, err);
}

static brc_rc open_one(brc_input_arrays *a, const char *text, const char *archive, size_t images,
		       brc_err *err)
{
	const char *equals = strchr(text, '=');
	brc_input_array *x = &a->at[a->n++];
	brc_input *in;

	BRC_TRY(set_name(a, text, equals ? (size_t)(equals - text) : strlen(text), err));
	if (!equals && !archive) {
		brc_fail(err, BRC_USAGE, "--input %.100s names no file", text);
		return brc_hint(err, "--input NAME=FILE.npy; a name alone is a member of an NPZ "
				     "archive");
	}
	if (equals)
		BRC_TRY(brc_input_open(&in, equals + 1, err));
	else
		BRC_TRY(open_member(archive, text, &in, err));
	return open_items(x, in, images, err);
}

brc_rc brc_input_arrays_open(brc_input_arrays *a, const char *const *text, size_t n,
			     const char *archive, size_t images, brc_err *err)
{
	*a = (brc_input_arrays){.at = brc_calloc(n, sizeof(*a->at), err)};
	BRC_TRY(brc_made(a->at));
	for (size_t i = 0; i < n; i++)
		BRC_TRY(open_one(a, text[i], archive, images, err));
	return BRC_OK;
}

void brc_input_arrays_clear(brc_input_arrays *a)
{
	for (size_t i = 0; a->at && i < a->n; i++) {
		brc_items_free(a->at[i].items);
		brc_kept_rows_clear(&a->at[i].kept);
	}
	free(a->at);
	*a = (brc_input_arrays){0};
}

/* ---- writing ---- */

static brc_rc check_finite(const brc_input_array *x, const float *v, size_t row, brc_err *err)
{
	for (size_t i = 0; i < x->items->elements; i++)
		if (!isfinite(v[i]))
			return brc_fail(err, BRC_DATA,
					"%s: row %zu holds %g at element %zu: not a finite number",
					x->items->name, row, (double)v[i], i);
	return BRC_OK;
}

/* Row i as it will be written. */
static brc_rc make_row(brc_input_array *x, size_t i, void *raw, void *made, brc_err *err)
{
	brc_items *it = x->items;

	BRC_TRY(brc_items_next(it, raw, err));
	BRC_TRY(brc_elements_convert(it->dtype, raw, i * it->elements, it->elements, x->dtype, made,
				     it->name, err));
	return x->dtype[1] == 'f' ? check_finite(x, made, i, err) : BRC_OK;
}

static brc_rc write_rows(brc_input_array *x, const brc_input_choice *c, void *raw, void *made,
			 brc_filter *f, brc_err *err)
{
	brc_items *it = x->items;

	for (size_t i = 0; i < it->n; i++) {
		const bool all = it->n == 1 || !c->chosen;

		if (!all && !c->chosen[i] && c->aside && c->aside[i]) {
			BRC_TRY(make_row(x, i, raw, brc_kept_rows_next(&x->kept), err));
			continue;
		}
		if (!all && !c->chosen[i]) {
			BRC_TRY(brc_items_next(it, NULL, err));
			continue;
		}
		BRC_TRY(make_row(x, i, raw, made, err));
		if (c->aside && it->n == 1)
			memcpy(brc_kept_rows_next(&x->kept), made, it->elements * sizeof(float));
		BRC_TRY(brc_filter_rows(f, made, 1, err));
	}
	return brc_items_end(it, err);
}

static brc_rc begin(const brc_input_array *x, size_t rows, brc_filter *f, brc_err *err)
{
	const brc_items *it = x->items;
	size_t shape[BRC_MAX_DIMS] = {rows};

	memcpy(shape + 1, it->shape, it->ndim * sizeof(*shape));
	return brc_filter_tensor(f, x->name, x->dtype, x->number ? 1 : it->ndim + 1, shape, "image",
				 err);
}

static brc_rc write_one(brc_input_array *x, const brc_input_choice *c, brc_filter *f, brc_err *err)
{
	const brc_items *it = x->items;
	void *raw, *made;
	brc_rc rc;

	if (c->aside)
		BRC_TRY(brc_kept_rows_init(&x->kept, it->n > 1 ? c->n_aside : 1,
					   it->elements * sizeof(float), c->mem, it->name, err));
	BRC_TRY(begin(x, it->n > 1 ? c->n : 1, f, err));
	raw = brc_alloc(it->elements, it->itemsize, err);
	made = brc_alloc(it->elements, sizeof(float), err);
	rc = raw && made ? write_rows(x, c, raw, made, f, err) : BRC_RESOURCE;
	free(raw);
	free(made);
	return rc;
}

brc_rc brc_input_arrays_write(brc_input_arrays *a, const brc_input_choice *choice, brc_filter *f,
			      brc_err *err)
{
	for (size_t i = 0; i < a->n; i++)
		BRC_TRY(write_one(&a->at[i], choice, f, err));
	return BRC_OK;
}

brc_rc brc_input_arrays_write_kept(brc_input_arrays *a, brc_filter *f, brc_err *err)
{
	for (size_t i = 0; i < a->n; i++) {
		brc_input_array *x = &a->at[i];

		BRC_TRY(begin(x, x->kept.n, f, err));
		for (size_t k = 0; k < x->kept.n; k++)
			BRC_TRY(brc_filter_rows(f, brc_kept_rows_at(&x->kept, k), 1, err));
	}
	return BRC_OK;
}

brc_rc brc_input_arrays_record(const brc_input_arrays *a, brc_filter *f, brc_err *err)
{
	char digest[33];

	for (size_t i = 0; i < a->n; i++) {
		brc_section_digest_hex(a->at[i].items->digest, digest);
		BRC_TRY(brc_filter_side_digest(f, "input", digest, err));
	}
	return BRC_OK;
}
