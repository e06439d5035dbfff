#include "data/assemble.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static brc_rc check_shapes(const brc_array *image, const brc_array *label, brc_err *err)
{
	char text[256];
	if (image->ndim < 2) {
		brc_fail(err, BRC_DATA, "the images have shape %s, not [images, ...]",
			 brc_array_shape_text(image, text, sizeof(text)));
		return brc_hint(err, "give the images first, then the labels");
	}
	if (label->ndim != 1 && !(label->ndim == 2 && label->shape[1] == 1)) {
		brc_fail(err, BRC_DATA, "the labels have shape %s, not [images]",
			 brc_array_shape_text(label, text, sizeof(text)));
		return brc_hint(err, "labels are class numbers from 0; of one-hot rows save "
				     "a.argmax(axis=1)");
	}
	if (image->shape[0] != label->shape[0])
		return brc_fail(err, BRC_DATA, "%zu images, but %zu labels", image->shape[0],
				label->shape[0]);
	if (image->count == 0)
		return brc_fail(err, BRC_DATA, "there are no images: their shape is %s",
				brc_array_shape_text(image, text, sizeof(text)));
	return BRC_OK;
}

static bool is_float(const brc_array *a)
{
	return a->dtype[1] == 'f';
}

static brc_rc image_types(brc_array *image, bool scaled, size_t mem, brc_err *err)
{
	size_t bytes;
	if (!strcmp(image->dtype, "|u1") || !strcmp(image->dtype, "<f4"))
		return BRC_OK;
	if (!is_float(image) && !scaled) {
		brc_fail(err, BRC_DATA,
			 "the images are integers of type %s, whose range is unknown",
			 image->dtype);
		return brc_hint(err,
				"give --scale: 0.00392156862745098 (1/255) for values up to 255, "
				"1 to take them as they are");
	}
	if (!brc_mul(image->count, sizeof(float), &bytes))
		return brc_fail(err, BRC_RESOURCE, "the images are larger than memory");
	BRC_TRY(brc_mem_need(bytes, mem, "converting the images to float", err));
	return brc_array_convert(image, "<f4", "the images", err);
}

brc_rc brc_assemble_types(brc_array *image, brc_array *label, bool scaled, size_t mem, brc_err *err)
{
	BRC_TRY(check_shapes(image, label, err));
	label->ndim = 1;
	BRC_TRY(image_types(image, scaled, mem, err));
	return brc_array_convert(label, "<i4", "the labels", err);
}

brc_rc brc_assemble_classes(const brc_array *label, size_t named, size_t *classes, brc_err *err)
{
	const int32_t *v = label->data;
	int32_t largest = 0;
	for (size_t i = 0; i < label->count; i++) {
		if (v[i] < 0)
			return brc_fail(err, BRC_DATA,
					"the label of image %zu is %d; labels are >= 0", i, v[i]);
		if (named != 0 && (size_t)v[i] >= named) {
			brc_fail(err, BRC_DATA,
				 "the label of image %zu is %d, but there are %zu classes", i, v[i],
				 named);
			return brc_hint(err,
					"labels count from 0, in the order of the class names");
		}
		if (v[i] > largest)
			largest = v[i];
	}
	*classes = named != 0 ? named : (size_t)largest + 1;
	if (*classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "the largest label is %d: more than %u classes",
				largest, BRC_CLASSES_MAX);
	return BRC_OK;
}

brc_rc brc_assemble(brc_dataset *d, const brc_array *image, const brc_array *label, size_t classes,
		    char **class_name, double scale, const char *source, brc_err *err)
{
	bool bytes = !is_float(image);
	*d = (brc_dataset){.image = image->data,
			   .pixel = bytes ? BRC_PIXEL_U1 : BRC_PIXEL_F4,
			   .n = image->shape[0],
			   .ndim = image->ndim - 1,
			   .pixels = image->count / image->shape[0],
			   .label = label->data,
			   .classes = classes,
			   .scale = !isnan(scale) ? scale
				    : bytes       ? 1 / 255.0
						  : 1,
			   .class_name = class_name};
	memcpy(d->shape, image->shape + 1, d->ndim * sizeof(*d->shape));
	snprintf(d->source, sizeof(d->source), "%s", source);
	return brc_dataset_check(d, "the data", err);
}
