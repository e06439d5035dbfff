#include "data/datasets/targets.h"

#include <stdint.h>
#include <string.h>

static const char *const names[] = {"auto", "classes", "places", "labels", "regression"};

const char *brc_targets_name(brc_targets kind)
{
	return names[kind];
}

static const char ways[] = "--targets says what they are: classes (numbers from 0, [n], or one-hot "
			   "rows, [n, K]), places "
			   "([n, H, W]), labels (0 or 1, [n, K]), or regression (numbers, [n, K])";

static brc_rc bad_shape(const brc_items *it, const char *want, brc_err *err)
{
	char text[256];

	brc_fail(err, BRC_DATA, "%s: the labels have shape %s, not %s", it->label_name,
		 brc_array_shape_text(&it->label, text, sizeof(text)), want);
	return brc_hint(err, "%s", ways);
}

/* [n, 1, ...] becomes [n, ...]. */
static void drop_ones(brc_array *a)
{
	while (a->ndim > 1 && a->shape[1] == 1) {
		a->ndim--;
		memmove(a->shape + 1, a->shape + 2, (a->ndim - 1) * sizeof(*a->shape));
	}
}

/* Of [n, K] that are 0 or 1: does each row hold a single 1? */
static bool is_one_hot(const brc_array *a)
{
	const uint8_t *v = a->data;

	for (size_t i = 0; i < a->shape[0]; i++) {
		size_t ones = 0;

		for (size_t k = 0; k < a->shape[1]; k++)
			ones += v[i * a->shape[1] + k];
		if (ones != 1)
			return false;
	}
	return true;
}

/* Make them |u1 if all are 0 or 1. */
static bool make_marks(brc_array *a)
{
	const uint8_t *v;

	if (brc_array_convert(a, "|u1", "", NULL) != BRC_OK)
		return false;
	v = a->data;
	for (size_t i = 0; i < a->count; i++)
		if (v[i] > 1)
			return false;
	return true;
}

/* ---- what they are ---- */

/* [n]: make them <i4 if all are whole numbers from 0. */
static bool make_classes(brc_array *a)
{
	const int32_t *v;

	if (brc_array_convert(a, "<i4", "", NULL) != BRC_OK)
		return false;
	v = a->data;
	for (size_t i = 0; i < a->count; i++)
		if (v[i] < 0)
			return false;
	return true;
}

static brc_rc find_rows(brc_items *it, bool real, brc_targets *kind, brc_err *err)
{
	char text[256];

	if (!make_marks(&it->label)) {
		*kind = BRC_TARGETS_REGRESSION;
		return real ? BRC_OK : bad_shape(it, "[images]", err);
	}
	*kind = BRC_TARGETS_LABELS;
	if (!is_one_hot(&it->label))
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "%s: the labels have shape %s, and each row holds a single 1: are they one-hot "
		 "rows "
		 "of classes, or independent labels?",
		 it->label_name, brc_array_shape_text(&it->label, text, sizeof(text)));
	return brc_hint(err, "--targets classes takes the place of the 1 as the class, as "
			     "a.argmax(axis=1) does; --targets labels keeps them apart");
}

static brc_rc find_kind(brc_items *it, bool tokens, brc_targets *kind, brc_err *err)
{
	brc_array *a = &it->label;
	const bool real = a->dtype[1] == 'f';

	if (a->ndim == 1)
		*kind = real && !make_classes(a) ? BRC_TARGETS_REGRESSION : BRC_TARGETS_CLASSES;
	else if (a->ndim > 2 || (tokens && a->shape[1] == it->elements))
		*kind = BRC_TARGETS_PLACES;
	else
		return find_rows(it, real, kind, err);
	return BRC_OK;
}

/* ---- making them so ---- */

static brc_rc to_classes(brc_items *it, brc_err *err)
{
	brc_array *a = &it->label;
	int32_t *v;

	if (a->ndim == 1)
		return brc_array_convert(a, "<i4", it->label_name, err);
	if (a->ndim != 2 || !make_marks(a) || !is_one_hot(a))
		return bad_shape(it, "[images], nor is it one-hot rows", err);
	BRC_TRY(brc_array_convert(a, "<i4", it->label_name, err));
	v = a->data;
	for (size_t i = 0; i < a->shape[0]; i++) {
		const int32_t *row = v + i * a->shape[1];
		int32_t k = 0;

		while (!row[k])
			k++;
		v[i] = k;
	}
	a->ndim = 1;
	a->count = a->shape[0];
	return BRC_OK;
}

static brc_rc to_places(brc_items *it, bool tokens, brc_err *err)
{
	const brc_array *a = &it->label;
	char text[256];

	if (a->ndim < 2 || a->ndim > 4)
		return bad_shape(it, "[images, ...] with one to three extents of places", err);
	if (tokens && (a->ndim != 2 || a->shape[1] != it->elements))
		return brc_fail(err, BRC_DATA,
				"%s: the labels have shape %s, but a sequence has %zu tokens",
				it->label_name, brc_array_shape_text(a, text, sizeof(text)),
				it->elements);
	return brc_array_convert(&it->label, "<i4", it->label_name, err);
}

/* [n] is [n, 1]. */
static void make_rows(brc_array *a)
{
	if (a->ndim == 1)
		a->shape[a->ndim++] = 1;
}

static brc_rc to_labels(brc_items *it, brc_err *err)
{
	make_rows(&it->label);
	if (it->label.ndim != 2)
		return bad_shape(it, "[images, labels]", err);
	if (make_marks(&it->label))
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: independent labels are 0 or 1, but there are other numbers",
		 it->label_name);
	return brc_hint(err, "%s", ways);
}

static brc_rc to_numbers(brc_items *it, brc_err *err)
{
	make_rows(&it->label);
	if (it->label.ndim != 2)
		return bad_shape(it, "[images, outputs]", err);
	return brc_array_convert(&it->label, "<f4", it->label_name, err);
}

brc_rc brc_targets_settle(brc_items *it, bool tokens, brc_targets *kind, brc_err *err)
{
	brc_array *a = &it->label;

	if (a->ndim == 0)
		return brc_fail(err, BRC_DATA, "%s: there are no labels", it->name);
	if (it->n != a->shape[0])
		return brc_fail(err, BRC_DATA, "%s: %zu images, but %zu labels", it->label_name,
				it->n, a->shape[0]);
	drop_ones(a);
	if (*kind == BRC_TARGETS_AUTO)
		BRC_TRY(find_kind(it, tokens, kind, err));
	switch (*kind) {
	case BRC_TARGETS_PLACES:
		return to_places(it, tokens, err);
	case BRC_TARGETS_LABELS:
		return to_labels(it, err);
	case BRC_TARGETS_REGRESSION:
		return to_numbers(it, err);
	default:
		return to_classes(it, err);
	}
}
