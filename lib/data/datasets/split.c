#include "data/datasets/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "data/datasets/dataset_head.h"

/* A class that may get one item more. */
typedef struct claim {
	double remainder;
	uint64_t lot;
	size_t class_index;
} claim;

static int by_remainder(const void *a, const void *b)
{
	const claim *x = a, *y = b;

	if (x->remainder != y->remainder)
		return x->remainder > y->remainder ? -1 : 1;
	if (x->lot != y->lot)
		return x->lot < y->lot ? -1 : 1;
	return (x->class_index > y->class_index) - (x->class_index < y->class_index);
}

/* The whole part of a class's share, and whether it may get one more. */
static size_t whole_part(size_t have, double share, bool *more)
{
	const size_t least = have > 1, most = have > 1 ? have - 1 : have;
	size_t n = (size_t)floor(share);

	n = n < least ? least : n > most ? most : n;
	*more = n < most && (double)n < share;
	return n;
}

/* have[classes] items in all; each[classes]: how many of them are to be fitted. */
static void apportion(const size_t *have, size_t classes, double fraction, uint64_t seed,
		      claim *list, size_t *each)
{
	size_t n = 0, given = 0, claims = 0, wanted;
	brc_rng rng;

	brc_rng_init(&rng, seed, BRC_RNG_SPLIT, UINT32_MAX, 0);
	for (size_t c = 0; c < classes; c++) {
		const double share = fraction * (double)have[c];
		const uint64_t lot = brc_rng_u64(&rng);
		bool more;

		n += have[c];
		given += each[c] = whole_part(have[c], share, &more);
		if (more)
			list[claims++] = (claim){share - (double)each[c], lot, c};
	}
	wanted = (size_t)floor(fraction * (double)n + 0.5);
	wanted = wanted < 1 ? 1 : wanted > n - 1 ? n - 1 : wanted;
	qsort(list, claims, sizeof(*list), by_remainder);
	for (size_t i = 0; i < claims && given < wanted; i++, given++)
		each[list[i].class_index]++;
}

brc_rc brc_split_mark(const int32_t *label, size_t n, size_t classes, double fraction,
		      uint64_t seed, bool *fit, brc_err *err)
{
	int32_t *none = NULL;
	size_t *have, *each;
	claim *list;
	brc_rc rc;

	if (n < 2) {
		brc_fail(err, BRC_DATA, "%zu item%s cannot be split into two parts", n,
			 n == 1 ? "" : "s");
		return brc_hint(err, "each part needs at least one");
	}
	if (!label)
		BRC_TRY(brc_made(none = brc_calloc(n, sizeof(*none), err)));
	have = brc_calloc(2 * classes, sizeof(*have), err);
	each = have ? have + classes : NULL;
	list = brc_alloc(classes, sizeof(*list), err);
	rc = have && list ? BRC_OK : BRC_RESOURCE;
	if (rc == BRC_OK) {
		for (size_t i = 0; i < n; i++)
			have[label ? label[i] : 0]++;
		apportion(have, classes, fraction, seed, list, each);
	}
	BRC_THEN(rc, brc_sample_counts(label ? label : none, n, classes, each, seed, BRC_RNG_SPLIT,
				       fit, err));
	free(list);
	free(have);
	free(none);
	return rc;
}

brc_rc brc_split_rows(brc_array *label, const bool *fit, brc_err *err)
{
	const size_t n = label->shape[0], bytes = n ? label->count / n * label->itemsize : 0;
	char *v = label->data, *moved;
	size_t kept = 0, others = 0;

	if (!label->data)
		return BRC_OK;
	BRC_TRY(brc_made(moved = brc_alloc(n, bytes, err)));
	for (size_t i = 0; i < n; i++)
		if (fit[i])
			memmove(v + kept++ * bytes, v + i * bytes, bytes);
		else
			memcpy(moved + others++ * bytes, v + i * bytes, bytes);
	memcpy(v + kept * bytes, moved, others * bytes);
	free(moved);
	return BRC_OK;
}
