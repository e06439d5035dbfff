#include "sections/exemplars.h"

#include <stdlib.h>
#include <string.h>

#include "base/texts.h"
#include "sections/classes.h"

void brc_exemplars_clear(brc_exemplars *x)
{
	if (x->own_arrays) {
		const void *const array[] = {x->top,   x->value, x->sample,
					     x->label, x->pixel, x->class_mean};

		for (size_t i = 0; i < sizeof(array) / sizeof(*array); i++)
			free((void *)(uintptr_t)array[i]);
	}
	brc_texts_free(x->class_name, x->classes);
	brc_layers_clear(&x->layers);
	*x = (brc_exemplars){0};
}

size_t brc_exemplars_find(const brc_exemplars *x, int32_t sample)
{
	size_t low = 0, high = x->images;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->sample[middle] < sample)
			low = middle + 1;
		else
			high = middle;
	}
	return low < x->images && x->sample[low] == sample ? low : BRC_ANY;
}

size_t brc_exemplars_pixels(const brc_exemplars *x)
{
	size_t n = 1;

	for (size_t i = 0; i < x->ndim; i++)
		n *= x->shape[i];
	return n;
}

brc_rc brc_exemplars_write(const brc_exemplars *x, brc_section *s, brc_err *err)
{
	size_t units = brc_layers_total(&x->layers), shape[BRC_MAX_DIMS] = {x->images};
	const size_t top[2] = {units, x->per_unit}, mean[2] = {units, x->classes};

	memcpy(shape + 1, x->shape, x->ndim * sizeof(*shape));
	BRC_TRY(brc_layers_write(&x->layers, s, err));
	BRC_TRY(brc_section_add(s, "top/sample", "<i4", 2, top, "unit,rank", x->top, NULL, err));
	BRC_TRY(brc_section_add(s, "top/value", "<f4", 2, top, "unit,rank", x->value, NULL, err));
	BRC_TRY(brc_section_add(s, "image/sample", "<i4", 1, shape, "image", x->sample, NULL, err));
	BRC_TRY(brc_section_add(s, "image/label", "<i4", 1, shape, "image", x->label, NULL, err));
	BRC_TRY(brc_section_add(s, "image/pixel", "|u1", x->ndim + 1, shape, "image", x->pixel,
				NULL, err));
	BRC_TRY(brc_section_add(s, "class/mean", "<f4", 2, mean, "unit,class", x->class_mean, NULL,
				err));
	return brc_classes_write(x->class_name, x->classes, s, err);
}

/* ---- reading ---- */

static brc_rc read_pixels(brc_exemplars *x, const brc_section *s, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, "image/pixel");

	if (!t || t->ndim < 1 || t->shape[0] != x->images || strcmp(t->dtype, "|u1") != 0)
		return brc_section_bad(
			s, err, "image/pixel must be |u1 with %zu rows as image/sample", x->images);
	x->pixel = t->data;
	x->ndim = t->ndim - 1;
	memcpy(x->shape, t->shape + 1, x->ndim * sizeof(*x->shape));
	return BRC_OK;
}

static brc_rc read_tensors(brc_exemplars *x, const brc_section *s, brc_err *err)
{
	size_t shape[2] = {brc_layers_total(&x->layers), BRC_ANY};
	const brc_tensor *t;

	BRC_TRY(brc_section_need(s, "top/sample", "<i4", 2, shape, &t, err));
	x->top = t->data;
	x->per_unit = shape[1] = t->shape[1];
	BRC_TRY(brc_section_need(s, "top/value", "<f4", 2, shape, &t, err));
	x->value = t->data;
	shape[1] = BRC_ANY;
	BRC_TRY(brc_section_need(s, "class/mean", "<f4", 2, shape, &t, err));
	x->class_mean = t->data;
	x->classes = t->shape[1];
	BRC_TRY(brc_section_need_column(s, "image/sample", "<i4", BRC_ANY, &t, err));
	x->sample = t->data;
	x->images = t->shape[0];
	BRC_TRY(brc_section_need_column(s, "image/label", "<i4", x->images, &t, err));
	x->label = t->data;
	BRC_TRY(read_pixels(x, s, err));
	return brc_classes_read(s, x->classes, &x->class_name, err);
}

static brc_rc check(const brc_exemplars *x, const brc_section *s, brc_err *err)
{
	size_t n = brc_layers_total(&x->layers) * x->per_unit;

	for (size_t i = 0; i < x->images; i++) {
		if (x->sample[i] < 0 || (i > 0 && x->sample[i] <= x->sample[i - 1]))
			return brc_section_bad(s, err, "image/sample is not ascending");
		if (x->label[i] < 0 || (size_t)x->label[i] >= x->classes)
			return brc_section_bad(s, err, "image %zu has label %d of %zu classes", i,
					       x->label[i], x->classes);
	}
	for (size_t i = 0; i < n; i++)
		if (x->top[i] != -1 && brc_exemplars_find(x, x->top[i]) == BRC_ANY)
			return brc_section_bad(s, err,
					       "sample %d of top/sample is not in image/sample",
					       x->top[i]);
	return BRC_OK;
}

brc_rc brc_exemplars_read(brc_exemplars *x, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*x = (brc_exemplars){0};
	rc = brc_layers_read(&x->layers, s, err);
	BRC_THEN(rc, read_tensors(x, s, err));
	BRC_THEN(rc, check(x, s, err));
	if (rc != BRC_OK)
		brc_exemplars_clear(x);
	return rc;
}
