#include "data/datasets/dataset_head.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

/* Labels that are not counted have as many names as columns. */
static brc_rc check_columns(const brc_items *it, const char *kind, size_t named, size_t *classes,
			    brc_err *err)
{
	*classes = it->label.shape[1];
	if (*classes == 0 || *classes > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: rows of %zu, not 1 to %u", it->label_name,
				*classes, BRC_CLASSES_MAX);
	return named == 0 || named == *classes
		       ? BRC_OK
		       : brc_fail(err, BRC_DATA, "%s: %zu columns of %s, but %zu classes are named",
				  it->label_name, *classes, kind, named);
}

/* Places may have no label, which some number stands for. */
static brc_rc may_be_ignored(brc_targets kind, int32_t label, const char *hint, brc_err *err)
{
	if (kind != BRC_TARGETS_PLACES)
		return hint ? brc_hint(err, "%s", hint) : BRC_DATA;
	return brc_hint(err, "%s%sif %d stands for places without a label: --ignore-label %d",
			hint ? hint : "", hint ? "; " : "", label, label);
}

static brc_rc check_label(const brc_items *it, brc_targets kind, size_t named, size_t image,
			  int32_t label, brc_err *err)
{
	if (label < 0) {
		brc_fail(err, BRC_DATA, "%s: the label of image %zu is %d; labels are >= 0",
			 it->label_name, image, label);
		return may_be_ignored(kind, label, NULL, err);
	}
	if (named == 0 || (size_t)label < named)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: the label of image %zu is %d, but there are %zu classes",
		 it->label_name, image, label, named);
	return may_be_ignored(kind, label, "labels count from 0, in the order of the class names",
			      err);
}

brc_rc brc_head_classes(const brc_items *it, brc_targets kind, size_t named, const int32_t *ignored,
			size_t *classes, brc_err *err)
{
	const brc_array *label = &it->label;
	const int32_t *v = label->data;
	int32_t largest = 0;
	size_t each = it->n ? label->count / it->n : 1;

	if (kind == BRC_TARGETS_LABELS || kind == BRC_TARGETS_REGRESSION)
		return check_columns(it, brc_targets_name(kind), named, classes, err);
	for (size_t i = 0; i < label->count; i++) {
		if (ignored && v[i] == *ignored)
			continue;
		BRC_TRY(check_label(it, kind, named, i / each, v[i], err));
		if (v[i] > largest)
			largest = v[i];
	}
	*classes = named != 0 ? named : (size_t)largest + 1;
	if (*classes <= BRC_CLASSES_MAX)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: the largest label is %d: more than %u classes", it->label_name,
		 largest, BRC_CLASSES_MAX);
	return may_be_ignored(kind, largest, NULL, err);
}

/* ---- places without a label ---- */

brc_rc brc_head_check_ignored(const brc_items *it, brc_targets kind, brc_err *err)
{
	if (kind == BRC_TARGETS_PLACES)
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "%s: --ignore-label needs a label for each place or token, but "
		 "these are %s",
		 it->label_name, brc_targets_name(kind));
	return brc_hint(err, kind == BRC_TARGETS_CLASSES
				     ? "leave out images without a class before"
				     : "--targets places, if they are labels of places");
}

brc_rc brc_head_ignore(const brc_items *it, int32_t ignored, size_t *n, brc_err *err)
{
	const brc_array *label = &it->label;
	int32_t *v = label->data;

	*n = 0;
	for (size_t i = 0; i < label->count; i++)
		if (v[i] == ignored) {
			v[i] = -1;
			++*n;
		}
	if (*n < label->count)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: all labels are %d, which is ignored", it->label_name, ignored);
	return brc_hint(err, "at least one place must have a label");
}

void brc_head_keep(brc_array *label, const bool *chosen, size_t *kept)
{
	size_t n = label->shape[0], k = 0, each = n ? label->count / n : 0;
	size_t bytes = each * label->itemsize;
	char *v = label->data;

	for (size_t i = 0; i < n; i++)
		if (chosen[i])
			memmove(v + k++ * bytes, v + i * bytes, bytes);
	label->shape[0] = k;
	label->count = k * each;
	*kept = k;
}

/* ---- choosing ---- */

brc_rc brc_sample_parse(const char *text, brc_sample *s, brc_err *err)
{
	static const char each[] = "-per-class";
	size_t n = 0, digits = strspn(text, "0123456789");

	for (size_t i = 0; i < digits && n <= INT32_MAX; i++)
		n = 10 * n + (size_t)(text[i] - '0');
	*s = (brc_sample){n, strcmp(text + digits, each) == 0};
	if (n >= 1 && n <= INT32_MAX && (s->per_class || text[digits] == '\0'))
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "--sample: '%s' is no number of images", text);
	return brc_hint(err, "--sample 1000: of all; --sample 50-per-class: of each class");
}

brc_rc brc_sample_first(size_t n, size_t first, bool *chosen, brc_err *err)
{
	if (first > n)
		return brc_fail(err, BRC_DATA,
				"the first %zu images are asked for, but there are %zu", first, n);
	for (size_t i = 0; i < n; i++)
		chosen[i] = i < first;
	return BRC_OK;
}

/* start[c]..start[c + 1]: where the images of class c stand in `order`, ascending. */
static void sort_by_class(const int32_t *label, size_t n, size_t classes, size_t *start,
			  size_t *order)
{
	memset(start, 0, (classes + 1) * sizeof(*start));
	for (size_t i = 0; i < n; i++)
		start[label[i] + 1]++;
	for (size_t c = 0; c < classes; c++)
		start[c + 1] += start[c];
	for (size_t i = 0; i < n; i++)
		order[start[label[i]]++] = i;
	memmove(start + 1, start, classes * sizeof(*start));
	start[0] = 0;
}

/* Draw `each` of the n entries and mark them. */
static void draw(size_t *entry, size_t n, size_t each, brc_rng *rng, bool *chosen)
{
	for (size_t i = 0; i < each; i++) {
		size_t j = i + brc_rng_below(rng, (uint32_t)(n - i)), picked = entry[j];

		entry[j] = entry[i];
		entry[i] = picked;
		chosen[picked] = true;
	}
}

static brc_rc check_number(size_t n, brc_err *err)
{
	return n <= UINT32_MAX
		       ? BRC_OK
		       : brc_fail(err, BRC_DATA, "%zu images are more than can be drawn from", n);
}

brc_rc brc_sample_any(size_t n, size_t count, uint64_t seed, bool *chosen, brc_err *err)
{
	brc_rng rng;
	size_t *entry;

	BRC_TRY(check_number(n, err));
	if (count > n)
		return brc_fail(err, BRC_DATA, "%zu images are asked for, but there are %zu", count,
				n);
	BRC_TRY(BRC_ARRAY(entry, n, err));
	for (size_t i = 0; i < n; i++)
		entry[i] = i;
	memset(chosen, 0, n * sizeof(*chosen));
	brc_rng_init(&rng, seed, BRC_RNG_SAMPLE, BRC_CLASSES_MAX, 0);
	draw(entry, n, count, &rng, chosen);
	free(entry);
	return BRC_OK;
}

brc_rc brc_sample_counts(const int32_t *label, size_t n, size_t classes, const size_t *each,
			 uint64_t seed, brc_purpose purpose, bool *chosen, brc_err *err)
{
	size_t *start = brc_alloc(classes + 1, sizeof(*start), err);
	size_t *order = brc_alloc(n, sizeof(*order), err);
	brc_rc rc = start && order ? BRC_OK : BRC_RESOURCE;

	memset(chosen, 0, n * sizeof(*chosen));
	BRC_THEN(rc, check_number(n, err));
	if (rc == BRC_OK)
		sort_by_class(label, n, classes, start, order);
	for (size_t c = 0; rc == BRC_OK && c < classes; c++) {
		brc_rng rng;

		brc_rng_init(&rng, seed, purpose, (uint32_t)c, 0);
		draw(order + start[c], start[c + 1] - start[c], each[c], &rng, chosen);
	}
	free(start);
	free(order);
	return rc;
}

brc_rc brc_sample_per_class(const int32_t *label, size_t n, size_t classes, size_t each,
			    uint64_t seed, bool *chosen, brc_err *err)
{
	size_t *have = brc_calloc(classes, sizeof(*have), err);
	brc_rc rc = have ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		have[label[i]]++;
	for (size_t c = 0; rc == BRC_OK && c < classes; c++) {
		if (have[c] < each)
			rc = brc_fail(err, BRC_DATA,
				      "%zu images of every class are asked for, but class %zu has "
				      "%zu",
				      each, c, have[c]);
		have[c] = each;
	}
	BRC_THEN(rc, brc_sample_counts(label, n, classes, have, seed, BRC_RNG_SAMPLE, chosen, err));
	free(have);
	return rc;
}
