#include "sections/dataset.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "sections/classes.h"
#include "sections/dataset_inputs.h"
#include "sections/fields.h"

/* Elements of one image that belong to one channel in a row; channels follow one another. */
static size_t channel_run(const brc_dataset *d)
{
	if (d->channels <= 1)
		return d->pixels;
	return d->layout == BRC_LAYOUT_NCHW ? d->pixels / d->channels : 1;
}

/* What the network is given for the element v of channel c. */
static double given(const brc_dataset *d, double v, size_t c)
{
	v *= d->scale;
	return d->channels == 0 ? v : (v - d->mean[c]) / d->deviation[c];
}

/* Where a float image leaves the finite numbers, or `pixels`. */
static size_t bad_pixel(const brc_dataset *d, const float *image)
{
	size_t run = channel_run(d);

	for (size_t i = 0; i < d->pixels; i++)
		if (!(fabs(given(d, image[i], d->channels > 1 ? i / run % d->channels : 0)) <=
		      FLT_MAX))
			return i;
	return d->pixels;
}

static brc_rc check_tokens(const brc_dataset *d, const int32_t *token, size_t first, size_t n,
			   const char *what, brc_err *err)
{
	for (size_t i = 0; i < n * d->pixels; i++)
		if (token[i] < 0)
			return brc_fail(err, BRC_DATA,
					"%s: sequence %zu of %zu holds the token %d at position "
					"%zu; tokens are >= 0",
					what, first + i / d->pixels, d->n, token[i], i % d->pixels);
	return BRC_OK;
}

brc_rc brc_dataset_check_images(const brc_dataset *d, const void *image, size_t first, size_t n,
				const char *what, brc_err *err)
{
	const float *v;

	if (d->pixel == BRC_PIXEL_U1) /* all bytes are good: see check_scale */
		return BRC_OK;
	if (d->pixel == BRC_PIXEL_I4)
		return check_tokens(d, image, first, n, what, err);
	v = image;
	for (size_t i = 0; i < n; i++, v += d->pixels) {
		size_t p = bad_pixel(d, v);

		if (p == d->pixels)
			continue;
		brc_fail(err, BRC_DATA,
			 "%s: image %zu of %zu holds %g at element %zu (scale %g): not a finite "
			 "number",
			 what, first + i, d->n, (double)v[p], p, d->scale);
		return brc_hint(err, "leave the image out, or replace such pixels before");
	}
	return BRC_OK;
}

/* Neither scale nor normalisation may make bytes infinite. */
static brc_rc check_scale(const brc_dataset *d, const char *what, brc_err *err)
{
	if (!isfinite(d->scale) || d->scale <= 0)
		return brc_fail(err, BRC_DATA, "%s: the scale is %g, not a positive number", what,
				d->scale);
	if (d->pixel == BRC_PIXEL_I4 && (d->scale != 1 || d->channels != 0))
		return brc_fail(err, BRC_DATA,
				"%s: it holds tokens, which cannot have a scale or a mean", what);
	for (size_t c = 0; c < d->channels; c++)
		if (!isfinite(d->mean[c]) || !isfinite(d->deviation[c]) || d->deviation[c] <= 0)
			return brc_fail(err, BRC_DATA,
					"%s: channel %zu has mean %g and standard deviation %g",
					what, c, d->mean[c], d->deviation[c]);
	for (size_t c = 0; d->pixel == BRC_PIXEL_U1 && (c == 0 || c < d->channels); c++)
		if (!(fabs(given(d, 255, c)) <= FLT_MAX) || !(fabs(given(d, 0, c)) <= FLT_MAX))
			return brc_fail(err, BRC_DATA,
					"%s: a scale of %g makes the pixels infinite", what,
					d->scale);
	return BRC_OK;
}

/* Mean and deviation are one for all, or one for each channel of images that have channels. */
static brc_rc check_channels(const brc_dataset *d, const char *what, brc_err *err)
{
	size_t have;

	if (d->channels <= 1)
		return BRC_OK;
	if (d->layout == BRC_LAYOUT_UNKNOWN || d->ndim < 2)
		return brc_fail(err, BRC_DATA,
				"%s: there are means of %zu channels, but it is not known where "
				"the images have channels",
				what, d->channels);
	have = d->shape[d->layout == BRC_LAYOUT_NCHW ? 0 : d->ndim - 1];
	if (have != d->channels)
		return brc_fail(err, BRC_DATA,
				"%s: there are means of %zu channels, but the images have %zu",
				what, d->channels, have);
	return BRC_OK;
}

size_t brc_dataset_places(const brc_dataset *d)
{
	size_t places = d->label ? 1 : 0;

	for (size_t k = 0; k < d->label_ndim; k++)
		places *= d->label_shape[k];
	return places;
}

double brc_dataset_target(const brc_dataset *d, size_t image, size_t k)
{
	if (d->target)
		return (double)d->target[image * d->classes + k];
	return d->mark ? d->mark[image * d->classes + k] : d->label[image];
}

void brc_dataset_classes_of(const brc_dataset *d, size_t image, bool *has)
{
	const size_t places = brc_dataset_places(d);

	for (size_t c = 0; c < d->classes; c++)
		has[c] = d->mark && d->mark[image * d->classes + c];
	for (size_t p = 0; p < places; p++)
		if (d->label[image * places + p] >= 0)
			has[d->label[image * places + p]] = true;
}

/* As many places are without a label as are announced. */
static brc_rc check_unlabelled(const brc_dataset *d, size_t found, const char *what, brc_err *err)
{
	if (found != d->unlabelled)
		return brc_fail(err, BRC_DATA,
				"%s: %zu places have no label, but %zu are announced", what, found,
				d->unlabelled);
	if (found == d->n * brc_dataset_places(d))
		return brc_fail(err, BRC_DATA, "%s: no place has a label", what);
	return BRC_OK;
}

static brc_rc check_labels(const brc_dataset *d, const char *what, brc_err *err)
{
	size_t each = brc_dataset_places(d), unlabelled = 0;
	const bool may_lack = d->unlabelled > 0 && d->label_ndim > 0;

	if (each == 0)
		return brc_fail(err, BRC_DATA,
				"%s: the images have no places that could be labelled", what);
	for (size_t i = 0; i < d->n * each; i++)
		if (may_lack && d->label[i] == -1)
			unlabelled++;
		else if (d->label[i] < 0 || (size_t)d->label[i] >= d->classes)
			return brc_fail(err, BRC_DATA,
					"%s: the label of image %zu is %d; %zu classes need labels "
					"from 0 to %zu",
					what, i / each, d->label[i], d->classes, d->classes - 1);
	return check_unlabelled(d, unlabelled, what, err);
}

static brc_rc check_targets(const brc_dataset *d, const char *what, brc_err *err)
{
	if (d->unlabelled > 0)
		return check_unlabelled(d, 0, what, err);
	for (size_t i = 0; i < d->n * d->classes; i++) {
		if (d->mark && d->mark[i] > 1)
			return brc_fail(
				err, BRC_DATA,
				"%s: label %zu of image %zu is %u; independent labels are 0 or "
				"1",
				what, i % d->classes, i / d->classes, d->mark[i]);
		if (d->target && !isfinite(d->target[i]))
			return brc_fail(err, BRC_DATA,
					"%s: target %zu of image %zu is not a finite number", what,
					i % d->classes, i / d->classes);
	}
	return BRC_OK;
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
		return brc_fail(
			err, BRC_DATA,
			"%s: the shape of the images does not fit the number of their elements",
			what);
	return BRC_OK;
}

brc_rc brc_dataset_check_head(const brc_dataset *d, const char *what, brc_err *err)
{
	BRC_TRY(check_shape(d, what, err));
	BRC_TRY(check_channels(d, what, err));
	BRC_TRY(check_scale(d, what, err));
	if (d->classes < 1 || d->classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: %zu classes, not 1 to %u", what, d->classes,
				BRC_CLASSES_MAX);
	if (d->label)
		BRC_TRY(check_labels(d, what, err));
	else
		BRC_TRY(check_targets(d, what, err));
	return d->class_name ? brc_classes_check(d->class_name, d->classes, what, err) : BRC_OK;
}

static const char *const layouts[] = {"", "nchw", "nhwc", NULL};

static const brc_key keys[] = {
	BRC_KEY(brc_dataset, classes, COUNT, NEEDED),
	BRC_KEY(brc_dataset, scale, NUMBER, NEEDED),
	BRC_KEY_AS("layout", brc_dataset, layout, WORD, OPTIONAL, layouts),
	BRC_KEY(brc_dataset, source, TEXT, USUAL),
	BRC_KEY(brc_dataset, unlabelled, COUNT, OPTIONAL),
};

static const brc_field fields[] = {
	BRC_FIELD(brc_dataset, mean, "channel/mean", "<f8", "row", OPTIONAL_BORROWED,
		  BRC_COUNT(brc_dataset, channels)),
	BRC_FIELD(brc_dataset, deviation, "channel/std", "<f8", "row", OPTIONAL_BORROWED,
		  BRC_COUNT(brc_dataset, channels)),
};

static brc_rc check_means(const void *of, const brc_section *s, brc_err *err)
{
	const brc_dataset *d = of;

	return !d->mean == !d->deviation
		       ? BRC_OK
		       : brc_section_bad(s, err, "channel/mean and channel/std belong together");
}

static const brc_content content = BRC_CONTENT(brc_dataset, keys, fields, 0, check_means);

static brc_rc read_image(brc_dataset *d, const brc_section *s, const char *title, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, "image"),
			 *token = brc_section_tensor(s, "token");

	if (!t && !token)
		return brc_fail(err, BRC_DATA, "%s: has no tensor 'image' or 'token'", title);
	if (token && (t || strcmp(token->dtype, "<i4") != 0 || token->ndim != 2))
		return brc_fail(err, BRC_DATA,
				"%s: 'token' must be <i4 [sequences, tokens], without an 'image'",
				title);
	t = token ? token : t;
	if (token)
		d->pixel = BRC_PIXEL_I4;
	else if (!strcmp(t->dtype, "|u1"))
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

/* [n, classes]: |u1 marks labels, <f4 holds numbers. */
static brc_rc read_target(brc_dataset *d, const brc_section *s, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, "target");
	const size_t shape[] = {d->n, d->classes};
	const bool marks = t && strcmp(t->dtype, "|u1") == 0;

	if (!t)
		return BRC_OK;
	BRC_TRY(brc_section_need(s, "target", marks ? "|u1" : "<f4", 2, shape, &t, err));
	*(marks ? (const void **)&d->mark : (const void **)&d->target) = t->data;
	return BRC_OK;
}

/* [n], or with places: of tokens [n, tokens], of images up to three extents. */
static brc_rc read_labels(brc_dataset *d, const brc_section *s, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, "label"),
			 *target = brc_section_tensor(s, "target");
	size_t shape[] = {d->n, BRC_ANY, BRC_ANY, BRC_ANY};
	const bool tokens = d->pixel == BRC_PIXEL_I4;

	if (target && t)
		return brc_section_bad(s, err, "it has both 'label' and 'target'");
	if (target)
		return BRC_OK;
	if (tokens)
		shape[1] = d->pixels;
	d->label_ndim = t && t->ndim > 1 && t->ndim <= (tokens ? 2 : 4) ? t->ndim - 1 : 0;
	BRC_TRY(brc_section_need(s, "label", "<i4", d->label_ndim + 1, shape, &t, err));
	for (size_t k = 0; k < d->label_ndim; k++)
		d->label_shape[k] = t->shape[k + 1];
	d->label = t->data;
	return BRC_OK;
}

static brc_rc read_section(brc_dataset *d, const brc_section *s, const char *title, brc_err *err)
{
	BRC_TRY(read_image(d, s, title, err));
	BRC_TRY(read_labels(d, s, err));
	BRC_TRY(brc_content_read(&content, d, s, err));
	BRC_TRY(read_target(d, s, err));
	if (!d->mean)
		d->channels = 0;
	if (d->classes < 1 || d->classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: %zu classes, not 1 to %u", title, d->classes,
				BRC_CLASSES_MAX);
	BRC_TRY(brc_classes_read(s, d->classes, &d->class_name, err));
	BRC_TRY(brc_dataset_check_head(d, title, err));
	BRC_TRY(brc_dataset_inputs_read(d, s, err));
	return brc_dataset_check_images(d, d->image, 0, d->n, title, err);
}

brc_rc brc_dataset_read(brc_dataset *d, const brc_section *s, brc_err *err)
{
	char title[256];
	brc_rc rc;

	*d = (brc_dataset){.channels = BRC_ANY};
	rc = read_section(d, s, brc_section_title(s, title, sizeof(title)), err);
	if (rc != BRC_OK)
		brc_dataset_clear(d);
	return rc;
}

static void describe_tensor(const brc_dataset *d, brc_dataset_tensor *t)
{
	static const char *const axes[] = {"image,x", "image,y,x", "image,channel,y,x"};
	static const char *const dtype[] = {"|u1", "<f4", "<i4"};
	bool tokens = d->pixel == BRC_PIXEL_I4;
	*t = (brc_dataset_tensor){.name = tokens ? "token" : "image",
				  .dtype = dtype[d->pixel],
				  .axes = d->ndim <= 3 ? axes[d->ndim - 1] : "image",
				  .ndim = d->ndim + 1,
				  .shape = {d->n}};
	if (tokens)
		t->axes = "sequence,position";
	else if (d->ndim == 3 && d->layout == BRC_LAYOUT_NHWC)
		t->axes = "image,y,x,channel";
	memcpy(t->shape + 1, d->shape, d->ndim * sizeof(*t->shape));
}

static brc_rc describe_labels(const brc_dataset *d, brc_section *s, brc_err *err)
{
	const size_t target[] = {d->n, d->classes};
	size_t shape[4] = {d->n};
	const char *axes = !d->label_ndim             ? "image"
			   : d->pixel == BRC_PIXEL_I4 ? "sequence,position"
			   : d->label_ndim == 2       ? "image,y,x"
						      : "image";

	memcpy(shape + 1, d->label_shape, d->label_ndim * sizeof(*shape));
	if (d->mark)
		return brc_section_add(s, "target", "|u1", 2, target, "image,label", d->mark, NULL,
				       err);
	if (d->target)
		return brc_section_add(s, "target", "<f4", 2, target, "image,output", d->target,
				       NULL, err);
	return brc_section_add(s, "label", "<i4", d->label_ndim + 1, shape, axes, d->label, NULL,
			       err);
}

brc_rc brc_dataset_describe(const brc_dataset *d, brc_section *s, brc_dataset_tensor *t,
			    brc_err *err)
{
	describe_tensor(d, t);
	BRC_TRY(describe_labels(d, s, err));
	BRC_TRY(brc_dataset_inputs_write(d, s, err));
	BRC_TRY(brc_classes_write(d->class_name, d->classes, s, err));
	return brc_content_write(&content, d, s, err);
}

const char *brc_dataset_items(const brc_dataset *d)
{
	return d->pixel == BRC_PIXEL_I4 ? "sequences" : "images";
}

void brc_dataset_clear(brc_dataset *d)
{
	brc_texts_free(d->class_name, d->classes);
	free(d->input);
	memset(d, 0, sizeof(*d));
}

/* The n elements of one channel. */
static void rows_of_channel(const brc_dataset *d, const void *in, size_t c, size_t n, float *out)
{
	const uint8_t *byte = in;
	const float *real = in;
	float value[256];

	if (d->pixel == BRC_PIXEL_U1 && n >= 256) {
		for (int v = 0; v < 256; v++)
			value[v] = (float)given(d, v, c);
		for (size_t i = 0; i < n; i++)
			out[i] = value[byte[i]];
	} else {
		for (size_t i = 0; i < n; i++)
			out[i] = (float)given(d, d->pixel == BRC_PIXEL_U1 ? byte[i] : real[i], c);
	}
}

void brc_dataset_rows(const brc_dataset *d, size_t first, size_t n, float *out)
{
	size_t count = n * d->pixels, size = d->pixel == BRC_PIXEL_U1 ? 1 : 4, run;
	const char *in = (const char *)d->image + first * d->pixels * size;

	if (d->pixel == BRC_PIXEL_I4) {
		for (size_t i = 0; i < count; i++)
			out[i] = (float)((const int32_t *)(const void *)in)[i];
		return;
	}
	run = d->channels > 1 ? channel_run(d) : count;
	for (size_t i = 0, c = 0; i < count; i += run, c = c + 1 < d->channels ? c + 1 : 0)
		rows_of_channel(d, in + i * size, c, run, out + i);
}

void brc_dataset_tokens(const brc_dataset *d, size_t first, size_t n, int64_t *out)
{
	const int32_t *token = (const int32_t *)d->image + first * d->pixels;

	for (size_t i = 0; i < n * d->pixels; i++)
		out[i] = token[i];
}
