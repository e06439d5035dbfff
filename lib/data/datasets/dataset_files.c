#include "data/datasets/dataset_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "data/datasets/dataset_head.h"
#include "data/tables/class_names.h"
#include "data/datasets/item_copy.h"
#include "data/datasets/dataset_parts.h"
#include "data/datasets/targets.h"
#include "data/images/image_items.h"
#include "stream/digest.h"

void brc_dataset_files_clear(brc_dataset_files *r)
{
	brc_items_free(r->items);
	brc_input_arrays_clear(&r->more);
	brc_texts_free(r->names, r->n_names);
	free(r->mean);
	free(r->deviation);
	free(r->chosen);
	free(r->aside);
}

/* ---- opening ---- */

static brc_rc exclude(bool a, bool b, const char *which, brc_err *err)
{
	return a && b ? brc_fail(err, BRC_USAGE, "%s exclude each other", which) : BRC_OK;
}

static brc_rc parse_label(const char *text, int32_t *label, brc_err *err)
{
	double v;

	BRC_TRY(brc_parse_double(text, INT32_MIN, INT32_MAX, "--ignore-label", &v, err));
	*label = (int32_t)v;
	return *label == v
		       ? BRC_OK
		       : brc_fail(err, BRC_USAGE, "--ignore-label: '%s' is no whole number", text);
}

brc_rc brc_dataset_options_settle(brc_dataset_options *o, brc_err *err)
{
	o->format = BRC_FORMATS;
	for (int f = 0; f < BRC_FORMATS; f++) {
		if (!o->is_format[f])
			continue;
		BRC_TRY(exclude(true, o->format != BRC_FORMATS,
				"--idx, --npy, --npz, --cifar10, --folder and --list", err));
		o->format = (brc_format)f;
	}
	BRC_TRY(exclude(o->first != 0, o->sample, "--first and --sample", err));
	BRC_TRY(exclude(o->rgb || o->bgr, o->grey, "--grey, --rgb and --bgr", err));
	BRC_TRY(exclude(o->nchw, o->nhwc, "--nchw and --nhwc", err));
	if ((o->tokens || o->next_token) &&
	    (!isnan(o->scale) || o->mean || o->deviation || o->bgr || o->nchw || o->nhwc))
		return brc_fail(err, BRC_USAGE, "tokens have no scale, mean or channels");
	if (o->ignore_label)
		BRC_TRY(parse_label(o->ignore_label, &o->ignored, err));
	if (o->length != 0 && !o->next_token)
		return brc_fail(err, BRC_USAGE, "--length belongs to --next-token");
	o->channels = o->grey ? 1 : o->rgb ? 3 : 0;
	o->layout = o->nchw ? BRC_LAYOUT_NCHW : o->nhwc ? BRC_LAYOUT_NHWC : BRC_LAYOUT_UNKNOWN;
	o->reverse = o->bgr;
	return BRC_OK;
}

static brc_rc set_shape(brc_dataset_files *r, brc_err *err)
{
	const brc_dataset_options *a = &r->asked;
	brc_image_shape *s = &r->how.shape;

	*s = (brc_image_shape){.channels = a->channels, .mem = a->mem};
	if (a->resize)
		BRC_TRY(brc_side_pair(a->resize, "resize", &s->resize_w, &s->resize_h, err));
	if (a->crop)
		BRC_TRY(brc_side_pair(a->crop, "crop", &s->crop_w, &s->crop_h, err));
	s->crop_h = s->crop_h != 0 ? s->crop_h : s->crop_w;
	if (!a->mean && !a->deviation)
		return BRC_OK;
	return brc_channel_options(a->mean, a->deviation, &r->mean, &r->deviation, &r->d.channels,
				   err);
}

/* A number, or a file of names. */
static brc_rc set_classes(brc_dataset_files *r, brc_err *err)
{
	const char *classes = r->asked.classes;
	uint64_t n;

	if (!classes)
		return BRC_OK;
	if (*classes != '\0' && classes[strspn(classes, "0123456789")] == '\0') {
		BRC_TRY(brc_parse_u64(classes, 1, BRC_CLASSES_MAX, "--classes", &n, err));
		r->n_names = (size_t)n;
		return BRC_OK;
	}
	BRC_TRY(brc_class_names_read(classes, &r->names, &r->n_names, err));
	r->how.class_name = r->names;
	r->how.classes = r->n_names;
	return BRC_OK;
}

static bool of_image_files(brc_format f)
{
	return f == BRC_FOLDER || f == BRC_LIST;
}

brc_rc brc_dataset_files_open(brc_dataset_files *r, const char *const *path, size_t n, brc_err *err)
{
	brc_dataset_options *a = &r->asked;
	brc_sample sample;

	a->tokens = a->tokens || a->next_token;
	if (a->sample) /* now, before files are read */
		BRC_TRY(brc_sample_parse(a->sample, &sample, err));
	BRC_TRY(set_shape(r, err));
	BRC_TRY(set_classes(r, err));
	r->how.images = a->images;
	r->how.labels = a->labels;
	r->how.next_token = a->next_token;
	r->how.length = a->length;
	r->how.mem = a->mem;
	r->format = a->format;
	BRC_TRY(brc_format_open(&r->format, path, n, &r->how, &r->items, err));
	if (of_image_files(r->format) && r->n_names != 0 && !r->names) {
		brc_fail(err, BRC_USAGE, "--classes: image files name their classes");
		return brc_hint(err, "give a file with the names, one a line");
	}
	return brc_input_arrays_open(&r->more, a->inputs, a->n_inputs,
				     r->format == BRC_NPZ ? path[0] : NULL, r->items->n, err);
}

/* ---- choosing ---- */

static brc_rc mark(brc_dataset_files *r, brc_err *err)
{
	const brc_dataset_options *a = &r->asked;
	brc_items *it = r->items;
	brc_sample sample;

	if (a->first != 0)
		return brc_sample_first(it->n, a->first, r->chosen, err);
	BRC_TRY(brc_sample_parse(a->sample, &sample, err));
	if (!sample.per_class)
		return brc_sample_any(it->n, sample.n, a->seed, r->chosen, err);
	if (r->targets != BRC_TARGETS_CLASSES) {
		brc_fail(err, BRC_USAGE,
			 "--sample %s: the labels are %s, not one class for each item", a->sample,
			 brc_targets_name(r->targets));
		return brc_hint(err, "--sample N draws from all of them");
	}
	return brc_sample_per_class(it->label.data, it->n, r->d.classes, sample.n, a->seed,
				    r->chosen, err);
}

static brc_rc choose(brc_dataset_files *r, brc_err *err)
{
	brc_items *it = r->items;

	r->d.n = it->n;
	if (r->asked.first == 0 && !r->asked.sample)
		return BRC_OK;
	BRC_TRY(BRC_ZEROED(r->chosen, it->n, err));
	BRC_TRY(mark(r, err));
	brc_head_keep(&it->label, r->chosen, &r->d.n);
	return BRC_OK;
}

static void take_labels(brc_dataset_files *r)
{
	const brc_array *label = &r->items->label;
	brc_dataset *d = &r->d;

	if (r->targets == BRC_TARGETS_LABELS) {
		d->mark = label->data;
	} else if (r->targets == BRC_TARGETS_REGRESSION) {
		d->target = label->data;
	} else {
		d->label = label->data;
		d->label_ndim = label->ndim - 1;
		memcpy(d->label_shape, label->shape + 1, d->label_ndim * sizeof(*label->shape));
	}
}

brc_rc brc_dataset_files_choose(brc_dataset_files *r, brc_err *err)
{
	const brc_dataset_options *a = &r->asked;
	brc_items *it = r->items;
	brc_dataset *d = &r->d;
	bool scaled = !isnan(a->scale);
	const int32_t *ignored = a->ignore_label ? &a->ignored : NULL;

	BRC_TRY(brc_head_pixel(it, a->tokens, scaled, &d->pixel, err));
	r->targets = (brc_targets)a->targets;
	BRC_TRY(brc_targets_settle(it, a->tokens, &r->targets, err));
	if (ignored)
		BRC_TRY(brc_head_check_ignored(it, r->targets, err));
	BRC_TRY(brc_head_classes(it, r->targets, r->n_names ? r->n_names : it->classes, ignored,
				 &d->classes, err));
	BRC_TRY(choose(r, err));
	if (!isnan(a->split))
		BRC_TRY(brc_dataset_files_split(r, err));
	if (ignored)
		BRC_TRY(brc_head_ignore(it, *ignored, &d->unlabelled, err));
	take_labels(r);
	d->class_name = it->class_name ? it->class_name : r->names;
	d->scale = scaled ? a->scale : d->pixel == BRC_PIXEL_U1 ? 1 / 255.0 : 1;
	d->mean = r->mean;
	d->deviation = r->deviation;
	snprintf(d->source, sizeof(d->source), "%s",
		 a->tokens ? "tokens" : brc_formats[r->format].name);
	return brc_dataset_files_describe_test(r, err);
}

/* ---- what the history says of the files ---- */

static brc_rc record_digest(brc_filter *f, const char *option, const void *data, size_t n,
			    brc_err *err)
{
	char digest[33];

	brc_digest(data, n, digest);
	return brc_filter_side_digest(f, option, digest, err);
}

/*
 * The digests of the operands, under the names that they have in the usage. Images and labels in
 * two files have a digest each. In every other format both have one together.
 */
static brc_rc record_operands(const brc_dataset_files *r, brc_filter *f, brc_err *err)
{
	const char *operand = brc_formats[r->format].operand;
	bool next = r->asked.next_token;
	char both[2][33] = {"", ""};

	brc_section_digest_hex(r->items->digest, both[0]);
	memcpy(both[1], r->items->label_digest, sizeof(both[1]));
	if (r->format != BRC_IDX && r->format != BRC_NPY)
		return record_digest(f, operand, both, sizeof(both), err);
	BRC_TRY(brc_filter_side_digest(f, next ? "TOKENS" : operand, both[0], err));
	return next ? BRC_OK : brc_filter_side_digest(f, "LABELS", both[1], err);
}

static brc_rc record_classes(const brc_dataset_files *r, brc_filter *f, brc_err *err)
{
	brc_str all = {0};
	brc_rc rc;

	if (r->n_names == 0)
		return BRC_OK;
	if (!r->names) {
		brc_filter_record(f, "classes", r->asked.classes);
		return BRC_OK;
	}
	for (size_t c = 0; c < r->n_names; c++)
		brc_str_addf(&all, "%s\n", r->names[c]);
	rc = brc_str_check(&all, err);
	BRC_THEN(rc, record_digest(f, "classes", all.s, all.len, err));
	brc_str_free(&all);
	return rc;
}

static brc_rc record(const brc_dataset_files *r, brc_filter *f, brc_err *err)
{
	char text[64];

	if (r->aside) {
		snprintf(text, sizeof(text), "%.15g", r->asked.split);
		brc_filter_record(f, "split", text);
	}
	if (r->format == BRC_NPZ) {
		brc_filter_record(f, "images", r->how.images);
		brc_filter_record(f, "labels", r->how.labels);
	}
	snprintf(text, sizeof(text), "%.17g", r->d.scale);
	if (!r->asked.tokens)
		brc_filter_record(f, "scale", text);
	BRC_TRY(record_operands(r, f, err));
	BRC_TRY(brc_input_arrays_record(&r->more, f, err));
	return record_classes(r, f, err);
}

/* `d` is the data set of all items that are written, or `fit`; then comes `test`. */
static brc_rc write_sections(brc_dataset_files *r, brc_item_copy *c, const char *name,
			     brc_filter *f, brc_err *err)
{
	brc_section *s;
	brc_rc rc;

	BRC_TRY(brc_section_new(&s, "dataset", 1, r->aside ? BRC_DATASET_FIT : name, err));
	rc = brc_item_copy_write(c, &r->d, s, r->asked.mem, f, err);
	brc_section_free(s);
	if (rc != BRC_OK || !r->aside)
		return rc;
	BRC_TRY(brc_section_new(&s, "dataset", 1, BRC_DATASET_TEST, err));
	rc = brc_item_copy_write_kept(c, &r->test, s, f, err);
	brc_section_free(s);
	return rc;
}

/* The shape of the images is found when the copy is planned, for both parts. */
static void copy_shape(const brc_dataset *from, brc_dataset *to)
{
	to->layout = from->layout;
	to->ndim = from->ndim;
	to->pixels = from->pixels;
	memcpy(to->shape, from->shape, sizeof(to->shape));
}

brc_rc brc_dataset_files_write(brc_dataset_files *r, const char *name, brc_filter *f, brc_err *err)
{
	brc_item_copy c = {.items = r->items,
			   .chosen = r->chosen,
			   .aside = r->aside,
			   .n_aside = r->test.n,
			   .reverse = r->asked.reverse,
			   .more = &r->more};
	brc_rc rc;

	BRC_TRY(brc_item_copy_plan(&c, r->asked.layout, &r->d, err));
	copy_shape(&r->d, &r->test);
	rc = write_sections(r, &c, name, f, err);
	brc_item_copy_clear(&c);
	r->largest = c.largest;
	return rc == BRC_OK ? record(r, f, err) : rc;
}

/* ---- a choice among the items of a data set ---- */

brc_rc brc_dataset_draw(size_t n, size_t *count, uint64_t seed, size_t **item, brc_err *err)
{
	bool *chosen = brc_alloc(n, sizeof(*chosen), err);
	int32_t *label = brc_calloc(n, sizeof(*label), err); /* all items are of one class */
	size_t listed = 0;
	brc_rc rc = chosen && label ? BRC_OK : BRC_RESOURCE;

	*count = *count ? *count : n;
	if (rc == BRC_OK && (*count > n || n > INT32_MAX))
		rc = brc_fail(err, BRC_DATA, "%zu images are asked for, but there are %zu", *count,
			      n);
	BRC_THEN(rc, brc_sample_per_class(label, n, 1, *count, seed, chosen, err));
	*item = rc == BRC_OK ? brc_alloc(*count, sizeof(**item), err) : NULL;
	for (size_t i = 0; *item && i < n; i++)
		if (chosen[i])
			(*item)[listed++] = i;
	free(chosen);
	free(label);
	return rc == BRC_OK && !*item ? BRC_RESOURCE : rc;
}
