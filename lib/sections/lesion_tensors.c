#include "sections/lesion_tensors.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { CORRECT, LOSS, OWN, OWN_SQUARES, ALL, TENSORS };

static const char *const names[TENSORS] = {"correct", "loss", "probability/own",
					   "probability/own_squares", "probability/all"};

static const char *dtype_of(size_t k)
{
	return k == CORRECT ? "<i4" : "<f8";
}

bool brc_lesion_tensors_have_softmax(const brc_lesion_tensors *t)
{
	return t->own && t->own_squares && t->all;
}

size_t brc_lesion_tensors_bytes(bool softmax)
{
	return sizeof(int32_t) + sizeof(double) + (softmax ? 3 * sizeof(double) : 0);
}

brc_rc brc_lesion_tensors_alloc(brc_lesion_tensors *t, size_t n, bool softmax, brc_err *err)
{
	const size_t tensors = softmax ? TENSORS : OWN;

	for (size_t k = 0; k < tensors; k++) {
		t->memory[k] = brc_alloc(n, k == CORRECT ? sizeof(int32_t) : sizeof(double), err);
		BRC_TRY(brc_made(t->memory[k]));
	}
	t->correct = t->memory[CORRECT];
	t->loss = t->memory[LOSS];
	t->own = t->memory[OWN];
	t->own_squares = t->memory[OWN_SQUARES];
	t->all = t->memory[ALL];
	return BRC_OK;
}

void brc_lesion_tensors_skip(brc_lesion_tensors *t, size_t n)
{
	t->correct = t->correct ? t->correct + n : NULL;
	t->loss += n;
	if (!brc_lesion_tensors_have_softmax(t))
		return;
	t->own += n;
	t->own_squares += n;
	t->all += n;
}

brc_rc brc_lesion_tensors_write(const brc_lesion_tensors *t, const size_t shape[3],
				const char *prefix, brc_section *s, brc_err *err)
{
	const void *const data[TENSORS] = {t->correct, t->loss, t->own, t->own_squares, t->all};

	for (size_t k = 0; k < TENSORS; k++) {
		char name[BRC_NAME_MAX];

		if (!data[k])
			continue;
		snprintf(name, sizeof(name), "%s%s", prefix, names[k]);
		BRC_TRY(brc_section_add(s, name, dtype_of(k), 3, shape, "draw,subcluster,class",
					data[k], NULL, err));
	}
	return BRC_OK;
}

brc_rc brc_lesion_tensors_read(brc_lesion_tensors *t, const size_t shape[3], const char *prefix,
			       bool counts, const brc_section *s, brc_err *err)
{
	const void *data[TENSORS] = {NULL};
	char name[BRC_NAME_MAX];
	bool softmax;

	snprintf(name, sizeof(name), "%s%s", prefix, names[OWN]);
	softmax = brc_section_tensor(s, name);
	for (size_t k = 0; k < TENSORS; k++) {
		const brc_tensor *found;

		if ((k == CORRECT && !counts) || (k >= OWN && !softmax))
			continue;
		snprintf(name, sizeof(name), "%s%s", prefix, names[k]);
		BRC_TRY(brc_section_need(s, name, dtype_of(k), 3, shape, &found, err));
		data[k] = found->data;
	}
	memset(t, 0, sizeof(*t));
	t->correct = data[CORRECT];
	t->loss = data[LOSS];
	t->own = data[OWN];
	t->own_squares = data[OWN_SQUARES];
	t->all = data[ALL];
	return BRC_OK;
}

/* Sums of n differences of probabilities, up to rounding; NaN is within. */
static bool sums_fit(const brc_lesion_tensors *t, size_t i, double n, double images)
{
	const double more = 1 + 1e-9;

	return !(fabs(t->own[i]) > n * more) && !(t->own_squares[i] < 0) &&
	       !(t->own_squares[i] > n * more) && !(fabs(t->all[i]) > images * more);
}

brc_rc brc_lesion_tensors_check(const brc_lesion_tensors *t, const size_t shape[3],
				const int64_t *class_images, size_t images, const brc_section *s,
				brc_err *err)
{
	const size_t m = shape[1], classes = shape[2];

	for (size_t i = 0; i < shape[0] * m * classes; i++) {
		const size_t b = i / classes / m, g = i / classes % m, c = i % classes;
		const long long n = class_images[c];

		if (t->correct && (t->correct[i] < 0 || t->correct[i] > n))
			return brc_section_bad(s, err,
					       "draw %zu, sub-cluster %zu, class %zu: %d of %lld "
					       "images correct",
					       b, g, c, t->correct[i], n);
		if (t->own && !sums_fit(t, i, (double)n, (double)images))
			return brc_section_bad(s, err,
					       "draw %zu, sub-cluster %zu, class %zu: %lld "
					       "probabilities cannot have these sums",
					       b, g, c, n);
	}
	return BRC_OK;
}

void brc_lesion_tensors_clear(brc_lesion_tensors *t)
{
	for (size_t k = 0; k < TENSORS; k++)
		free(t->memory[k]);
	memset(t, 0, sizeof(*t));
}
