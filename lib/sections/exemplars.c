#include "sections/exemplars.h"

#include <stdlib.h>
#include <string.h>

#include "base/texts.h"
#include "sections/classes.h"
#include "sections/fields.h"

#define FIELD(member, name, dtype, axes, ...) \
	BRC_FIELD(brc_exemplars, member, name, dtype, axes, BORROWED, __VA_ARGS__)
#define COUNT(member) BRC_COUNT(brc_exemplars, member)

static const brc_field list_fields[] = {
	FIELD(top, "top/sample", "<i4", "unit,rank", BRC_ALL_UNITS, COUNT(per_unit)),
	FIELD(value, "top/value", "<f4", "unit,rank", BRC_ALL_UNITS, COUNT(per_unit)),
	FIELD(sample, "image/sample", "<i4", "image", COUNT(images)),
	FIELD(label, "image/label", "<i4", "image", COUNT(images)),
};

static const brc_field mean_fields[] = {
	FIELD(class_mean, "class/mean", "<f4", "unit,class", BRC_ALL_UNITS, COUNT(classes)),
};

/* The images stand between them: how many extents they have is not known here. */
static const brc_content lists =
	BRC_CONTENT_OF_FIELDS(brc_exemplars, list_fields, BRC_COUNT(brc_exemplars, layers));
static const brc_content means =
	BRC_CONTENT_OF_FIELDS(brc_exemplars, mean_fields, BRC_COUNT(brc_exemplars, layers));

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
	size_t shape[BRC_MAX_DIMS] = {x->images};

	memcpy(shape + 1, x->shape, x->ndim * sizeof(*shape));
	BRC_TRY(brc_layers_write(&x->layers, s, err));
	BRC_TRY(brc_fields_write(&lists, x, NULL, s, err));
	BRC_TRY(brc_section_add(s, "image/pixel", "|u1", x->ndim + 1, shape, "image", x->pixel,
				NULL, err));
	if (x->class_mean)
		BRC_TRY(brc_fields_write(&means, x, NULL, s, err));
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

static brc_rc read_all(brc_exemplars *x, const brc_section *s, brc_err *err)
{
	x->per_unit = x->images = x->classes = BRC_ANY;
	BRC_TRY(brc_layers_read(&x->layers, s, err));
	BRC_TRY(brc_fields_read(&lists, x, NULL, s, err));
	if (brc_section_tensor(s, "class/mean"))
		BRC_TRY(brc_fields_read(&means, x, NULL, s, err));
	else
		x->classes = 0;
	BRC_TRY(read_pixels(x, s, err));
	return brc_classes_read(s, x->classes, &x->class_name, err);
}

static brc_rc check(const brc_exemplars *x, const brc_section *s, brc_err *err)
{
	size_t n = brc_layers_total(&x->layers) * x->per_unit;

	for (size_t i = 0; i < x->images; i++) {
		if (x->sample[i] < 0 || (i > 0 && x->sample[i] <= x->sample[i - 1]))
			return brc_section_bad(s, err, "image/sample is not ascending");
		if (x->label[i] < -1 || (x->label[i] >= 0 && (size_t)x->label[i] >= x->classes))
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
	rc = read_all(x, s, err);
	BRC_THEN(rc, check(x, s, err));
	if (rc != BRC_OK)
		brc_exemplars_clear(x);
	return rc;
}
