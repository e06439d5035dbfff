#include "sections/lesions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "sections/classes.h"
#include "sections/fields.h"
#include "sections/lesion_matches.h"
#include "sections/subclusters.h"

static const char *const item_name[] = {"images", "sequences", "tokens",
					"places", "labels",    "outputs"};
/* The usual task is not written, so that these streams are as they always were. */
static const char *const task_name[] = {"", "binary", "labels", "regression", "places", NULL};
static const char *const loss_name[] = {"", "margin", NULL}; /* the same */
static const char *const ablate_name[] = {"zero", "in-weights", NULL};
static const char *const controls_name[] = {"permutation", "independent", NULL};

static const char *const dead_name[] = {"", "out", "keep", NULL};

static const brc_key keys[] = {
	BRC_KEY(brc_lesions, labels, TEXT, NEEDED),
	BRC_KEY(brc_lesions, draws, COUNT, NEEDED),
	BRC_KEY(brc_lesions, images, COUNT, NEEDED),
	/* this holds the items, if they are not images */
	BRC_KEY(brc_lesions, classes, COUNT, NEEDED),
	BRC_KEY_AS("ablate", brc_lesions, ablate, WORD, NEEDED, ablate_name),
	BRC_KEY_AS("controls", brc_lesions, controls, WORD, NEEDED, controls_name),
	BRC_KEY(brc_lesions, model, TEXT, NEEDED),
	BRC_KEY(brc_lesions, tokens, COUNT, OPTIONAL),
	BRC_KEY_AS("task", brc_lesions, task, WORD, OPTIONAL, task_name),
	BRC_KEY_AS("loss", brc_lesions, loss_kind, WORD, OPTIONAL, loss_name),
	BRC_KEY_AS("dead", brc_lesions, dead, WORD, OPTIONAL, dead_name),
};

enum { KEYS = sizeof(keys) / sizeof(*keys), BEFORE_ITEMS = 3 };

static const char items[] = "items";

#define CLASSES(member, name, dtype) \
	BRC_FIELD(brc_lesions, member, name, dtype, "row", OWNED, BRC_COUNT(brc_lesions, classes))
static const brc_field fields[] = {
	CLASSES(class_images, "class/images", "<i8"),
	BRC_FIELD(brc_lesions, baseline_correct, "baseline/correct", "<i8", "row", OPTIONAL,
		  BRC_COUNT(brc_lesions, classes)),
	CLASSES(baseline_loss, "baseline/loss", "<f8"),
	BRC_FIELD(brc_lesions, baseline_saturated, "baseline/saturated", "<i8", "row", OPTIONAL,
		  BRC_COUNT(brc_lesions, classes)),
	BRC_FIELD(brc_lesions, dead_unit, "dead/unit", "<i4", "row", OPTIONAL,
		  BRC_COUNT(brc_lesions, n_dead)),
};

static const brc_content content =
	BRC_CONTENT(brc_lesions, keys, fields, BRC_COUNT(brc_lesions, layers), NULL);

void brc_lesions_clear(brc_lesions *l)
{
	brc_texts_free(l->class_name, l->classes);
	brc_subcluster_table_clear(&l->table);
	free(l->left_out);
	brc_lesion_tensors_clear(&l->tensors);
	brc_lesion_matches_clear(l);
	brc_content_clear(&content, l);
}

/* ---- writing ---- */

static brc_rc write_left_out(const brc_lesions *l, brc_section *s, brc_err *err)
{
	for (size_t i = 0; i < l->n_left_out; i++) {
		brc_map *r = brc_section_add_record(s, err);

		BRC_TRY(brc_made(r));
		brc_map_put_int(r, "layer", (int64_t)l->left_out[i].layer);
		brc_map_put_int(r, "cluster", l->left_out[i].cluster);
		brc_map_put_int(r, "size", (int64_t)l->left_out[i].size);
		brc_map_put_string(r, "reason", l->left_out[i].reason);
	}
	return BRC_OK;
}

brc_rc brc_lesions_write(const brc_lesions *l, brc_section *s, brc_err *err)
{
	const size_t shape[3] = {l->draws + 1, l->m, l->classes};

	s->version = 2;
	brc_keys_put(keys, BEFORE_ITEMS, l, s->meta);
	if (l->items && strcmp(l->items, item_name[0]) != 0)
		brc_map_put_string(s->meta, items, l->items);
	brc_keys_put(keys + BEFORE_ITEMS, KEYS - BEFORE_ITEMS, l, s->meta);
	BRC_TRY(write_left_out(l, s, err));
	BRC_TRY(brc_layers_write(&l->layers, s, err));
	BRC_TRY(brc_subcluster_table_write(&l->table, "subcluster", s, err));
	BRC_TRY(brc_classes_write(l->class_name, l->classes, s, err));
	BRC_TRY(brc_fields_write(&content, l, NULL, s, err));
	BRC_TRY(brc_lesion_tensors_write(&l->tensors, shape, "", s, err));
	return brc_lesion_matches_write(l, s, err);
}

/* ---- reading ---- */

static brc_rc read_items(brc_lesions *l, const brc_section *s, brc_err *err)
{
	const char *v = brc_map_string(s->meta, items, item_name[0]);

	for (size_t i = 0; i < sizeof(item_name) / sizeof(item_name[0]); i++)
		if (strcmp(v, item_name[i]) == 0) {
			l->items = item_name[i];
			return BRC_OK;
		}
	return brc_section_bad(s, err,
			       "items is '%s', none of images, sequences, tokens, places, labels "
			       "and outputs",
			       v);
}

static brc_rc read_left_out(brc_lesions *l, const brc_section *s, brc_err *err)
{
	BRC_NEW(l->left_out, s->n_records, err);
	for (size_t i = 0; i < s->n_records; i++) {
		brc_left_out *o = &l->left_out[i];
		int64_t cluster;

		if (!brc_map_size(s->records[i], "layer", &o->layer) ||
		    !brc_map_int(s->records[i], "cluster", &cluster) ||
		    !brc_map_size(s->records[i], "size", &o->size) || o->layer >= l->layers.n ||
		    cluster < 0 || cluster > INT32_MAX || o->size > l->layers.units[o->layer])
			return brc_section_bad(
				s, err, "record %zu is no sub-cluster of the layer table", i);
		o->cluster = (int32_t)cluster;
		snprintf(o->reason, sizeof(o->reason), "%s",
			 brc_map_string(s->records[i], "reason", ""));
		l->n_left_out++;
	}
	return BRC_OK;
}

static brc_rc check_classes(const brc_lesions *l, const brc_section *s, brc_err *err)
{
	size_t images = 0;

	for (size_t c = 0; c < l->classes; c++) {
		int64_t n = l->class_images[c];

		if (n < 0 || n > INT32_MAX || !brc_add(images, (size_t)n, &images))
			return brc_section_bad(s, err, "class %zu has %lld images", c,
					       (long long)n);
		if (l->own && (l->baseline_saturated[c] < 0 || l->baseline_saturated[c] > n))
			return brc_section_bad(s, err, "class %zu: %lld of %lld answers saturated",
					       c, (long long)l->baseline_saturated[c],
					       (long long)n);
		if (l->correct && (l->baseline_correct[c] < 0 || l->baseline_correct[c] > n))
			return brc_section_bad(s, err, "class %zu: %lld of %lld correct", c,
					       (long long)l->baseline_correct[c], (long long)n);
	}
	return images == l->images && images > 0
		       ? BRC_OK
		       : brc_section_bad(s, err, "classes hold %zu images, %zu are announced",
					 images, l->images);
}

static brc_rc check_counts(const brc_lesions *l, const brc_section *s, brc_err *err)
{
	const size_t shape[3] = {l->draws + 1, l->m, l->classes};

	BRC_TRY(check_classes(l, s, err));
	BRC_TRY(brc_lesion_tensors_check(&l->tensors, shape, l->class_images, l->images, s, err));
	return brc_lesion_matches_check(l, s, err);
}

/* The tensors of the table `fields`. */
static brc_rc read_fields(brc_lesions *l, const brc_section *s, brc_err *err)
{
	l->n_dead = BRC_ANY;
	BRC_TRY(brc_fields_read(&content, l, NULL, s, err));
	l->n_dead = l->dead_unit ? l->n_dead : 0;
	if (l->n_dead > 0 && l->dead == BRC_DEAD_UNKNOWN)
		return brc_section_bad(s, err,
				       "it has 'dead/unit', but does not say whether they "
				       "are out");
	for (size_t i = 0; i < l->n_dead; i++)
		if (l->dead_unit[i] < 0 || (i > 0 && l->dead_unit[i] <= l->dead_unit[i - 1]) ||
		    (size_t)l->dead_unit[i] >= brc_layers_total(&l->layers))
			return brc_section_bad(s, err, "row %zu of 'dead/unit' is %d", i,
					       l->dead_unit[i]);
	return BRC_OK;
}

static brc_rc read_tensors(brc_lesions *l, const brc_section *s, brc_err *err)
{
	const size_t shape[3] = {l->draws + 1, l->m, l->classes};

	if (l->draws < 1 || l->draws >= (size_t)1 << 30)
		return brc_section_bad(
			s, err, "%zu control draws are announced; 1 to 2^30 - 1 are possible",
			l->draws);
	BRC_TRY(brc_lesion_tensors_read(&l->tensors, shape, "", brc_task_counts(l->task), s, err));
	BRC_TRY(brc_lesion_matches_read(l, s, err));
	BRC_TRY(read_fields(l, s, err));
	if (l->correct && !l->baseline_correct)
		return brc_section_bad(s, err, "it has no tensor 'baseline/correct'");
	if (l->own && !l->baseline_saturated)
		return brc_section_bad(s, err, "it has no tensor 'baseline/saturated'");
	BRC_TRY(brc_classes_read(s, l->classes, &l->class_name, err));
	return check_counts(l, s, err);
}

static brc_rc read_all(brc_lesions *l, const brc_section *s, brc_err *err)
{
	BRC_TRY(brc_keys_get(keys, KEYS, l, s, s->meta, err));
	if (l->loss_kind == BRC_LOSS_MARGIN && l->task == BRC_TASK_REGRESSION)
		return brc_section_bad(s, err, "regression has no margin");
	BRC_TRY(read_items(l, s, err));
	BRC_TRY(brc_layers_read(&l->layers, s, err));
	BRC_TRY(brc_subcluster_table_read(&l->table, s, "subcluster", &l->layers, err));
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

/* The mean recall of answers without any knowledge, and two standard errors. */
static double balanced_chance(const brc_lesions *l, size_t classes)
{
	const double each = 1 / (double)classes;
	double variance = 0;

	for (size_t c = 0; c < l->classes; c++)
		if (l->class_images[c] > 0)
			variance += each * (1 - each) / (double)l->class_images[c];
	return each + 2 * each * sqrt(variance);
}

bool brc_lesions_at_chance(const brc_lesions *l, double *chance)
{
	const double n = (double)l->images;
	double largest = 0, right;
	size_t classes = 0;

	for (size_t c = 0; c < l->classes; c++) {
		largest = fmax(largest, (double)l->class_images[c]);
		classes += l->class_images[c] > 0;
	}
	*chance = largest / n;
	if (!l->correct || classes < 2 || l->task == BRC_TASK_LABELS || l->tokens > 0)
		return false;
	right = brc_lesions_baseline_plain(l);
	return right < 1 && right < *chance + 2 * sqrt(*chance * (1 - *chance) / n) &&
	       brc_lesions_baseline_balanced(l) < balanced_chance(l, classes);
}

double brc_lesions_baseline_balanced(const brc_lesions *l)
{
	double sum = 0;
	size_t classes = 0;

	for (size_t c = 0; l->correct && c < l->classes; c++) {
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

	for (size_t c = 0; l->correct && c < l->classes; c++)
		correct += l->baseline_correct[c];
	return l->correct ? (double)correct / (double)l->images : NAN;
}

double brc_lesions_baseline_loss(const brc_lesions *l)
{
	double images = 0, loss = 0;

	for (size_t c = 0; c < l->classes; c++) {
		images += (double)l->class_images[c];
		loss += l->baseline_loss[c];
	}
	return loss / images;
}
