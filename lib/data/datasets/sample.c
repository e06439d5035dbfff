#include "data/datasets/sample.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "sections/dataset.h"

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

static brc_rc check_number(size_t n, size_t most, brc_err *err)
{
	return n <= most ? BRC_OK
			 : brc_fail(err, BRC_DATA, "%zu images are more than can be drawn from", n);
}

static brc_rc draw_any(size_t n, size_t count, uint64_t seed, uint32_t layer, bool *chosen,
		       brc_err *err)
{
	brc_rng rng;
	size_t *entry;

	BRC_TRY(check_number(n, UINT32_MAX, err));
	if (count > n)
		return brc_fail(err, BRC_DATA, "%zu images are asked for, but there are %zu", count,
				n);
	entry = brc_alloc(n, sizeof(*entry), err);
	if (!entry)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++)
		entry[i] = i;
	memset(chosen, 0, n * sizeof(*chosen));
	brc_rng_init(&rng, seed, BRC_RNG_SAMPLE, layer, 0);
	draw(entry, n, count, &rng, chosen);
	free(entry);
	return BRC_OK;
}

brc_rc brc_sample_any(size_t n, size_t count, uint64_t seed, bool *chosen, brc_err *err)
{
	return draw_any(n, count, seed, BRC_CLASSES_MAX, chosen, err);
}

brc_rc brc_sample_list(size_t n, size_t *count, uint64_t seed, size_t **item, brc_err *err)
{
	bool *chosen = brc_alloc(n, sizeof(*chosen), err);
	size_t listed = 0;
	brc_rc rc = chosen ? check_number(n, INT32_MAX, err) : BRC_RESOURCE;

	*count = *count ? *count : n;
	BRC_THEN(rc, draw_any(n, *count, seed, 0, chosen, err));
	*item = rc == BRC_OK ? brc_alloc(*count, sizeof(**item), err) : NULL;
	for (size_t i = 0; *item && i < n; i++)
		if (chosen[i])
			(*item)[listed++] = i;
	free(chosen);
	return rc == BRC_OK && !*item ? BRC_RESOURCE : rc;
}

brc_rc brc_sample_per_class(const int32_t *label, size_t n, size_t classes, size_t each,
			    uint64_t seed, bool *chosen, brc_err *err)
{
	size_t *start = brc_alloc(classes + 1, sizeof(*start), err);
	size_t *order = brc_alloc(n, sizeof(*order), err);
	brc_rc rc = start && order ? BRC_OK : BRC_RESOURCE;

	memset(chosen, 0, n * sizeof(*chosen));
	BRC_THEN(rc, check_number(n, UINT32_MAX, err));
	if (rc == BRC_OK)
		sort_by_class(label, n, classes, start, order);
	for (size_t c = 0; rc == BRC_OK && c < classes; c++) {
		size_t have = start[c + 1] - start[c];
		brc_rng rng;

		brc_rng_init(&rng, seed, BRC_RNG_SAMPLE, (uint32_t)c, 0);
		if (have < each)
			rc = brc_fail(err, BRC_DATA,
				      "%zu images of every class are asked for, but class %zu has "
				      "%zu",
				      each, c, have);
		else
			draw(order + start[c], have, each, &rng, chosen);
	}
	free(start);
	free(order);
	return rc;
}
