#include "study/lesions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "study/table.h"

static const char *const item_name[] = {"images", "sequences", "tokens"};
static const char *const ablate_name[] = {"zero", "in-weights"};
static const char *const controls_name[] = {"permutation", "independent"};

void brc_lesions_clear(brc_lesions *l)
{
	brc_layers_clear(&l->layers);
	brc_table_free_classes(l->class_name, l->classes);
	free(l->layer);
	free(l->cluster);
	free(l->size);
	free(l->left_out);
	free(l->class_images);
	free(l->baseline_correct);
	free(l->baseline_loss);
	free(l->own_correct);
	free(l->own_loss);
	memset(l, 0, sizeof(*l));
}

/* ---- writing ---- */

static brc_rc write_left_out(const brc_lesions *l, brc_section *s, brc_err *err)
{
	for (size_t i = 0; i < l->n_left_out; i++) {
		brc_map *r = brc_section_add_record(s, err);

		if (!r)
			return BRC_RESOURCE;
		brc_map_put_int(r, "layer", (int64_t)l->left_out[i].layer);
		brc_map_put_int(r, "cluster", l->left_out[i].cluster);
		brc_map_put_int(r, "size", (int64_t)l->left_out[i].size);
		brc_map_put_string(r, "reason", l->left_out[i].reason);
	}
	return BRC_OK;
}

brc_rc brc_lesions_write(const brc_lesions *l, brc_section *s, brc_err *err)
{
	const size_t shape[3] = {l->draws + 1, l->m, l->classes}, c = l->classes;
	const char *axes = "draw,subcluster,class";

	brc_map_put_string(s->meta, "labels", l->labels);
	brc_map_put_int(s->meta, "draws", (int64_t)l->draws);
	brc_map_put_int(s->meta, "images", (int64_t)l->images);
	if (l->items && strcmp(l->items, item_name[0]) != 0)
		brc_map_put_string(s->meta, "items", l->items);
	brc_map_put_int(s->meta, "classes", (int64_t)c);
	brc_map_put_string(s->meta, "ablate", ablate_name[l->ablate]);
	brc_map_put_string(s->meta, "controls", controls_name[l->controls]);
	brc_map_put_string(s->meta, "model", l->model);
	BRC_TRY(write_left_out(l, s, err));
	BRC_TRY(brc_layers_write(&l->layers, s, err));
	BRC_TRY(brc_table_write(s, l->m, l->layer, l->cluster, l->size, err));
	if (l->class_name)
		BRC_TRY(brc_section_add_text(s, "class/name", (const char *const *)l->class_name, c,
					     err));
	BRC_TRY(brc_section_add_column(s, "class/images", "<i8", c, l->class_images, err));
	BRC_TRY(brc_section_add_column(s, "baseline/correct", "<i8", c, l->baseline_correct, err));
	BRC_TRY(brc_section_add_column(s, "baseline/loss", "<f8", c, l->baseline_loss, err));
	BRC_TRY(brc_section_add(s, "correct", "<i4", 3, shape, axes, l->correct, NULL, err));
	return brc_section_add(s, "loss", "<f8", 3, shape, axes, l->loss, NULL, err);
}

/* ---- reading ---- */

static brc_rc read_items(brc_lesions *l, const brc_section *s, brc_err *err)
{
	const char *v = brc_map_string(s->meta, "items", item_name[0]);
	char title[256];

	for (size_t i = 0; i < sizeof(item_name) / sizeof(item_name[0]); i++)
		if (strcmp(v, item_name[i]) == 0) {
			l->items = item_name[i];
			return BRC_OK;
		}
	return brc_fail(err, BRC_DATA, "%s: items is '%s', none of images, sequences and tokens",
			brc_section_title(s, title, sizeof(title)), v);
}

static brc_rc read_choice(const brc_section *s, const char *key, const char *const name[2],
			  int *out, brc_err *err)
{
	const char *v;
	char title[256];

	BRC_TRY(brc_section_string(s, key, &v, err));
	for (*out = 0; *out < 2; ++*out)
		if (strcmp(v, name[*out]) == 0)
			return BRC_OK;
	return brc_fail(err, BRC_DATA, "%s: %s is '%s', neither '%s' nor '%s'",
			brc_section_title(s, title, sizeof(title)), key, v, name[0], name[1]);
}

static brc_rc read_meta(brc_lesions *l, const brc_section *s, brc_err *err)
{
	const char *labels, *model;
	int choice;

	BRC_TRY(brc_section_string(s, "labels", &labels, err));
	BRC_TRY(brc_section_string(s, "model", &model, err));
	snprintf(l->labels, sizeof(l->labels), "%s", labels);
	snprintf(l->model, sizeof(l->model), "%s", model);
	BRC_TRY(brc_section_size(s, "draws", &l->draws, err));
	BRC_TRY(brc_section_size(s, "images", &l->images, err));
	BRC_TRY(read_items(l, s, err));
	BRC_TRY(read_choice(s, "ablate", ablate_name, &choice, err));
	l->ablate = (brc_ablate)choice;
	BRC_TRY(read_choice(s, "controls", controls_name, &choice, err));
	l->controls = (brc_controls)choice;
	return BRC_OK;
}

static brc_rc read_left_out(brc_lesions *l, const brc_section *s, brc_err *err)
{
	char title[256];

	l->left_out = brc_calloc(s->n_records, sizeof(*l->left_out), err);
	if (!l->left_out)
		return BRC_RESOURCE;
	for (size_t i = 0; i < s->n_records; i++) {
		brc_left_out *o = &l->left_out[i];
		int64_t cluster;

		if (!brc_map_size(s->records[i], "layer", &o->layer) ||
		    !brc_map_int(s->records[i], "cluster", &cluster) ||
		    !brc_map_size(s->records[i], "size", &o->size) || o->layer >= l->layers.n ||
		    cluster < 0 || cluster > INT32_MAX || o->size > l->layers.units[o->layer])
			return brc_fail(err, BRC_DATA,
					"%s: record %zu is no sub-cluster of the layer table",
					brc_section_title(s, title, sizeof(title)), i);
		o->cluster = (int32_t)cluster;
		snprintf(o->reason, sizeof(o->reason), "%s",
			 brc_map_string(s->records[i], "reason", ""));
		l->n_left_out++;
	}
	return BRC_OK;
}

/* A column of `classes` values, copied. */
static brc_rc read_classes(const brc_section *s, const char *name, const char *dtype,
			   size_t classes, void *out, brc_err *err)
{
	const brc_tensor *t;
	void **to = out;

	BRC_TRY(brc_section_need_column(s, name, dtype, classes, &t, err));
	*to = brc_alloc(classes, 8, err);
	if (!*to)
		return BRC_RESOURCE;
	memcpy(*to, t->data, classes * 8);
	return BRC_OK;
}

static brc_rc check_counts(const brc_lesions *l, const brc_section *s, brc_err *err)
{
	size_t images = 0;
	char title[256];

	brc_section_title(s, title, sizeof(title));
	for (size_t c = 0; c < l->classes; c++) {
		int64_t n = l->class_images[c];

		if (n < 0 || n > INT32_MAX || !brc_add(images, (size_t)n, &images))
			return brc_fail(err, BRC_DATA, "%s: class %zu has %lld images", title, c,
					(long long)n);
		if (l->baseline_correct[c] < 0 || l->baseline_correct[c] > n)
			return brc_fail(err, BRC_DATA, "%s: class %zu: %lld of %lld correct", title,
					c, (long long)l->baseline_correct[c], (long long)n);
	}
	if (images != l->images || images == 0)
		return brc_fail(err, BRC_DATA, "%s: classes hold %zu images, %zu are announced",
				title, images, l->images);
	for (size_t i = 0; i < (l->draws + 1) * l->m * l->classes; i++) {
		size_t c = i % l->classes;

		if (l->correct[i] < 0 || l->correct[i] > l->class_images[c])
			return brc_fail(err, BRC_DATA,
					"%s: draw %zu, sub-cluster %zu, class %zu: %d of %lld "
					"images correct",
					title, i / l->classes / l->m, i / l->classes % l->m, c,
					l->correct[i], (long long)l->class_images[c]);
	}
	return BRC_OK;
}

static brc_rc read_tensors(brc_lesions *l, const brc_section *s, brc_err *err)
{
	size_t shape[3] = {0, 0, BRC_ANY};
	const brc_tensor *t;
	char title[256];

	if (l->draws < 1 || l->draws >= (size_t)1 << 30)
		return brc_fail(err, BRC_DATA, "%s: %zu control draws",
				brc_section_title(s, title, sizeof(title)), l->draws);
	shape[0] = l->draws + 1;
	shape[1] = l->m;
	BRC_TRY(brc_section_need(s, "correct", "<i4", 3, shape, &t, err));
	l->correct = t->data;
	l->classes = shape[2] = t->shape[2];
	BRC_TRY(brc_section_need(s, "loss", "<f8", 3, shape, &t, err));
	l->loss = t->data;
	BRC_TRY(read_classes(s, "class/images", "<i8", l->classes, &l->class_images, err));
	BRC_TRY(read_classes(s, "baseline/correct", "<i8", l->classes, &l->baseline_correct, err));
	BRC_TRY(read_classes(s, "baseline/loss", "<f8", l->classes, &l->baseline_loss, err));
	BRC_TRY(brc_table_read_classes(s, l->classes, &l->class_name, err));
	return check_counts(l, s, err);
}

static brc_rc read_all(brc_lesions *l, const brc_section *s, brc_err *err)
{
	BRC_TRY(read_meta(l, s, err));
	BRC_TRY(brc_layers_read(&l->layers, s, err));
	BRC_TRY(brc_table_read(s, &l->layers, &l->m, &l->layer, &l->cluster, &l->size, err));
	BRC_TRY(read_left_out(l, s, err));
	return read_tensors(l, s, err);
}

brc_rc brc_lesions_read(brc_lesions *l, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	memset(l, 0, sizeof(*l));
	rc = read_all(l, s, err);
	if (rc != BRC_OK)
		brc_lesions_clear(l);
	return rc;
}

/* ---- baseline ---- */

double brc_lesions_baseline_balanced(const brc_lesions *l)
{
	double sum = 0;
	size_t classes = 0;

	for (size_t c = 0; c < l->classes; c++) {
		if (l->class_images[c] == 0)
			continue;
		sum += (double)l->baseline_correct[c] / (double)l->class_images[c];
		classes++;
	}
	return sum / (double)classes;
}

double brc_lesions_baseline_plain(const brc_lesions *l)
{
	int64_t correct = 0;

	for (size_t c = 0; c < l->classes; c++)
		correct += l->baseline_correct[c];
	return (double)correct / (double)l->images;
}
