#include "data/datasets/dataset_head.h"

#include <string.h>

static brc_rc check_shapes(const brc_items *it, bool tokens, brc_err *err)
{
	const brc_array *label = &it->label;
	char text[256];
	bool one_each = label->ndim == 1 || (label->ndim == 2 && label->shape[1] == 1);

	if (label->ndim == 0)
		return brc_fail(err, BRC_DATA, "%s: there are no labels", it->name);
	if (!one_each && !(tokens && label->ndim == 2)) {
		brc_fail(err, BRC_DATA, "%s: the labels have shape %s, not [images]",
			 it->label_name, brc_array_shape_text(label, text, sizeof(text)));
		return brc_hint(err, "labels are class numbers from 0; of one-hot rows save "
				     "a.argmax(axis=1)");
	}
	if (it->n != label->shape[0])
		return brc_fail(err, BRC_DATA, "%s: %zu images, but %zu labels", it->label_name,
				it->n, label->shape[0]);
	if (!one_each && label->shape[1] != it->elements)
		return brc_fail(err, BRC_DATA,
				"%s: the labels have shape %s, but a sequence has %zu tokens",
				it->label_name, brc_array_shape_text(label, text, sizeof(text)),
				it->elements);
	return BRC_OK;
}

brc_rc brc_head_pixel(const brc_items *it, bool tokens, bool scaled, brc_pixel *type, brc_err *err)
{
	bool real = it->dtype[1] == 'f';

	if (tokens) {
		*type = BRC_PIXEL_I4;
		if (real || it->ndim != 1) {
			brc_fail(err, BRC_DATA,
				 "%s: tokens are integers of shape [sequences, tokens], not %s "
				 "with %zu extents",
				 it->name, it->dtype, it->ndim + 1);
			return brc_hint(err, "save them with a.astype(np.int32)");
		}
		return BRC_OK;
	}
	*type = !strcmp(it->dtype, "|u1") ? BRC_PIXEL_U1 : BRC_PIXEL_F4;
	if (*type == BRC_PIXEL_U1 || real || scaled)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: the images are integers of type %s, whose range is unknown",
		 it->name, it->dtype);
	return brc_hint(err, "give --scale: 0.00392156862745098 (1/255) for values up to 255, "
			     "1 to take them as they are; --tokens for sequences of tokens");
}

brc_rc brc_head_labels(brc_items *it, bool tokens, brc_err *err)
{
	BRC_TRY(check_shapes(it, tokens, err));
	if (it->label.ndim == 2 && it->label.shape[1] == 1)
		it->label.ndim = 1;
	return brc_array_convert(&it->label, "<i4", it->label_name, err);
}

brc_rc brc_head_classes(const brc_items *it, size_t named, size_t *classes, brc_err *err)
{
	const brc_array *label = &it->label;
	const int32_t *v = label->data;
	int32_t largest = 0;
	size_t each = label->ndim == 2 ? label->shape[1] : 1;

	for (size_t i = 0; i < label->count; i++) {
		if (v[i] < 0)
			return brc_fail(err, BRC_DATA,
					"%s: the label of image %zu is %d; labels are >= 0",
					it->label_name, i / each, v[i]);
		if (named != 0 && (size_t)v[i] >= named) {
			brc_fail(err, BRC_DATA,
				 "%s: the label of image %zu is %d, but there are %zu classes",
				 it->label_name, i / each, v[i], named);
			return brc_hint(err,
					"labels count from 0, in the order of the class names");
		}
		if (v[i] > largest)
			largest = v[i];
	}
	*classes = named != 0 ? named : (size_t)largest + 1;
	if (*classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: the largest label is %d: more than %u classes",
				it->label_name, largest, BRC_CLASSES_MAX);
	return BRC_OK;
}

void brc_head_keep(brc_array *label, const bool *chosen, size_t *kept)
{
	size_t n = label->shape[0], each = label->ndim == 2 ? label->shape[1] : 1, k = 0;
	int32_t *v = label->data;

	for (size_t i = 0; i < n; i++)
		if (chosen[i])
			memmove(v + k++ * each, v + i * each, each * sizeof(*v));
	label->shape[0] = k;
	label->count = k * each;
	*kept = k;
}
