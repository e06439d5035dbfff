#include "data/dataset.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CLASS_NAME_MAX 255

/* Where a float image of `pixels` elements leaves the finite numbers, or `pixels`. */
static size_t bad_pixel(const float *image, size_t pixels, double scale)
{
	for (size_t i = 0; i < pixels; i++)
		if (!(fabs(image[i] * scale) <= FLT_MAX))
			return i;
	return pixels;
}

static brc_rc check_pixels(const brc_dataset *d, const char *what, brc_err *err)
{
	if (d->pixel == BRC_PIXEL_U1) {
		if (!(255 * d->scale <= FLT_MAX))
			return brc_fail(err, BRC_DATA,
					"%s: a scale of %g makes the pixels infinite", what,
					d->scale);
		return BRC_OK;
	}
	const float *image = d->image;
	for (size_t i = 0; i < d->n; i++, image += d->pixels) {
		size_t p = bad_pixel(image, d->pixels, d->scale);
		if (p == d->pixels)
			continue;
		return brc_fail(err, BRC_DATA,
				"%s: image %zu of %zu holds %g at element %zu (scale %g): "
				"not a finite number",
				what, i, d->n, (double)image[p], p, d->scale);
	}
	return BRC_OK;
}

static brc_rc check_labels(const brc_dataset *d, const char *what, brc_err *err)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->label[i] < 0 || (size_t)d->label[i] >= d->classes)
			return brc_fail(err, BRC_DATA,
					"%s: the label of image %zu is %d; %zu classes need labels "
					"from 0 to %zu",
					what, i, d->label[i], d->classes, d->classes - 1);
	return BRC_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static brc_rc check_class_names(const brc_dataset *d, const char *what, brc_err *err)
{
	if (!d->class_name)
		return BRC_OK;
	char **sorted = brc_alloc(d->classes, sizeof(*sorted), err);
	if (!sorted)
		return BRC_RESOURCE;
	brc_rc rc = BRC_OK;
	memcpy(sorted, d->class_name, d->classes * sizeof(*sorted));
	qsort(sorted, d->classes, sizeof(*sorted), by_name);
	for (size_t c = 0; c < d->classes && rc == BRC_OK; c++) {
		if (!*sorted[c])
			rc = brc_fail(err, BRC_DATA, "%s: a class has no name", what);
		else if (strlen(sorted[c]) > CLASS_NAME_MAX)
			rc = brc_fail(err, BRC_DATA, "%s: a class name is longer than %d bytes",
				      what, CLASS_NAME_MAX);
		else if (c && !strcmp(sorted[c - 1], sorted[c]))
			rc = brc_fail(err, BRC_DATA, "%s: two classes are called '%s'", what,
				      sorted[c]);
	}
	free(sorted);
	return rc;
}

static brc_rc check_shape(const brc_dataset *d, const char *what, brc_err *err)
{
	size_t pixels = 1, total;
	if (d->ndim < 1 || d->ndim > BRC_MAX_DIMS - 1)
		return brc_fail(err, BRC_DATA, "%s: an image has %zu extents, not 1 to %d", what,
				d->ndim, BRC_MAX_DIMS - 1);
	for (size_t i = 0; i < d->ndim; i++)
		if (!brc_mul(pixels, d->shape[i], &pixels))
			return brc_fail(err, BRC_DATA, "%s: the images are too large", what);
	if (!pixels || !d->n)
		return brc_fail(err, BRC_DATA, "%s: there are no images, or they are empty", what);
	if (pixels != d->pixels || !brc_mul(pixels, d->n, &total))
		return brc_fail(err, BRC_DATA, "%s: the shape of the images is inconsistent", what);
	return BRC_OK;
}

brc_rc brc_dataset_check(const brc_dataset *d, const char *what, brc_err *err)
{
	BRC_TRY(check_shape(d, what, err));
	if (!isfinite(d->scale) || d->scale <= 0)
		return brc_fail(err, BRC_DATA, "%s: the scale is %g, not a positive number", what,
				d->scale);
	if (d->classes < 1 || d->classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: %zu classes, not 1 to %u", what, d->classes,
				BRC_CLASSES_MAX);
	BRC_TRY(check_labels(d, what, err));
	BRC_TRY(check_class_names(d, what, err));
	return check_pixels(d, what, err);
}

static brc_rc read_image(brc_dataset *d, const brc_section *s, const char *title, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, "image");
	if (!t)
		return brc_fail(err, BRC_DATA, "%s: has no tensor 'image'", title);
	if (!strcmp(t->dtype, "|u1"))
		d->pixel = BRC_PIXEL_U1;
	else if (!strcmp(t->dtype, "<f4"))
		d->pixel = BRC_PIXEL_F4;
	else
		return brc_fail(err, BRC_DATA, "%s: 'image' is %s, neither |u1 nor <f4", title,
				t->dtype);
	if (t->ndim < 2)
		return brc_fail(err, BRC_DATA, "%s: 'image' has %zu extents, fewer than 2", title,
				t->ndim);
	d->image = t->data;
	d->n = t->shape[0];
	d->ndim = t->ndim - 1;
	memcpy(d->shape, t->shape + 1, d->ndim * sizeof(*d->shape));
	d->pixels = d->n ? brc_tensor_count(t) / d->n : 0;
	return BRC_OK;
}

static brc_rc read_class_names(brc_dataset *d, const brc_section *s, brc_err *err)
{
	if (!brc_section_tensor(s, "class/name"))
		return BRC_OK;
	const brc_tensor *t;
	BRC_TRY(brc_section_need_column(s, "class/name", "|S", d->classes, &t, err));
	d->class_name = brc_calloc(d->classes, sizeof(*d->class_name), err);
	if (!d->class_name)
		return BRC_RESOURCE;
	for (size_t c = 0; c < d->classes; c++) {
		char name[CLASS_NAME_MAX + 2]; /* one more, so that the check sees an excess */
		brc_tensor_text(t, c, name, sizeof(name));
		d->class_name[c] = brc_strdup(name, err);
		if (!d->class_name[c])
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

static brc_rc read_section(brc_dataset *d, const brc_section *s, const char *title, brc_err *err)
{
	const brc_tensor *label;
	BRC_TRY(read_image(d, s, title, err));
	BRC_TRY(brc_section_need_column(s, "label", "<i4", d->n, &label, err));
	d->label = label->data;
	BRC_TRY(brc_section_size(s, "classes", &d->classes, err));
	BRC_TRY(brc_section_double(s, "scale", &d->scale, err));
	if (d->classes < 1 || d->classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: %zu classes, not 1 to %u", title, d->classes,
				BRC_CLASSES_MAX);
	strncpy(d->source, brc_map_string(s->meta, "source", ""), sizeof(d->source) - 1);
	BRC_TRY(read_class_names(d, s, err));
	return brc_dataset_check(d, title, err);
}

brc_rc brc_dataset_read(brc_dataset *d, const brc_section *s, brc_err *err)
{
	char title[256];
	memset(d, 0, sizeof(*d));
	brc_rc rc = read_section(d, s, brc_section_title(s, title, sizeof(title)), err);
	if (rc != BRC_OK)
		brc_dataset_clear(d);
	return rc;
}

brc_rc brc_dataset_write(const brc_dataset *d, brc_section *s, brc_err *err)
{
	static const char *const axes[] = {"image,x", "image,y,x", "image,channel,y,x"};
	size_t shape[BRC_MAX_DIMS] = {d->n};
	memcpy(shape + 1, d->shape, d->ndim * sizeof(*shape));
	BRC_TRY(brc_section_add(s, "image", d->pixel == BRC_PIXEL_U1 ? "|u1" : "<f4", d->ndim + 1,
				shape, d->ndim <= 3 ? axes[d->ndim - 1] : "image", d->image, NULL,
				err));
	BRC_TRY(brc_section_add(s, "label", "<i4", 1, &d->n, "image", d->label, NULL, err));
	if (d->class_name)
		BRC_TRY(brc_section_add_text(s, "class/name", (const char *const *)d->class_name,
					     d->classes, err));
	brc_map_put_int(s->meta, "classes", (int64_t)d->classes);
	brc_map_put_double(s->meta, "scale", d->scale);
	brc_map_put_string(s->meta, "source", d->source);
	return BRC_OK;
}

void brc_dataset_clear(brc_dataset *d)
{
	if (d->class_name)
		for (size_t c = 0; c < d->classes; c++)
			free(d->class_name[c]);
	free(d->class_name);
	memset(d, 0, sizeof(*d));
}

void brc_dataset_rows(const brc_dataset *d, size_t first, size_t n, float *out)
{
	size_t count = n * d->pixels, at = first * d->pixels;
	if (d->pixel == BRC_PIXEL_U1) {
		const uint8_t *in = (const uint8_t *)d->image + at;
		float value[256];
		for (int v = 0; v < 256; v++)
			value[v] = (float)(v * d->scale);
		for (size_t i = 0; i < count; i++)
			out[i] = value[in[i]];
	} else {
		const float *in = (const float *)d->image + at;
		for (size_t i = 0; i < count; i++)
			out[i] = (float)(in[i] * d->scale);
	}
}

unsigned brc_dataset_largest_byte(const brc_dataset *d)
{
	const uint8_t *byte = d->image;
	unsigned largest = 0;
	if (d->pixel != BRC_PIXEL_U1)
		return 255;
	for (size_t i = 0; i < d->n * d->pixels; i++)
		largest = byte[i] > largest ? byte[i] : largest;
	return largest;
}
