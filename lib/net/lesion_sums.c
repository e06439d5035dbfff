#include "net/lesion_sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

size_t brc_lesion_sums_bytes(bool changes)
{
	return sizeof(int32_t) + sizeof(double) + (changes ? 3 * sizeof(double) : 0);
}

brc_rc brc_lesion_sums_alloc(brc_lesion_sums *s, size_t most, size_t saturated, brc_err *err)
{
	BRC_NEW_RAW(s->correct, most, err);
	BRC_NEW_RAW(s->loss, most, err);
	if (!s->changes)
		return BRC_OK;
	BRC_NEW_RAW(s->own, most, err);
	BRC_NEW_RAW(s->squares, most, err);
	BRC_NEW_RAW(s->all, most, err);
	BRC_NEW_RAW(s->saturated, saturated, err);
	return BRC_OK;
}

void brc_lesion_sums_begin(brc_lesion_sums *s, size_t batches, size_t sets, size_t cells)
{
	const size_t n = batches * sets * cells;

	s->batches = batches;
	s->sets = sets;
	s->cells = cells;
	memset(s->correct, 0, n * sizeof(*s->correct));
	memset(s->loss, 0, n * sizeof(*s->loss));
	if (!s->changes)
		return;
	memset(s->own, 0, n * sizeof(*s->own));
	memset(s->squares, 0, n * sizeof(*s->squares));
	memset(s->all, 0, n * sizeof(*s->all));
}

/* sum[n] of part[batches][n]. */
static void add_doubles(const double *part, size_t batches, size_t n, double *sum)
{
	memset(sum, 0, n * sizeof(*sum));
	for (size_t b = 0; b < batches; b++)
		for (size_t i = 0; i < n; i++)
			sum[i] += part[b * n + i];
}

static void add_counts(const brc_lesion_sums *s, size_t n, int32_t *sum)
{
	memset(sum, 0, n * sizeof(*sum));
	for (size_t b = 0; b < s->batches; b++)
		for (size_t i = 0; i < n; i++)
			sum[i] += s->correct[b * n + i];
}

void brc_lesion_sums_add_up(const brc_lesion_sums *s, size_t done, const brc_lesion_results *to)
{
	const size_t n = s->sets * s->cells, at = done * s->cells;
	const brc_lesion_changes *c = to->changes;

	add_counts(s, n, to->correct + at);
	add_doubles(s->loss, s->batches, n, to->loss + at);
	if (!c)
		return;
	add_doubles(s->own, s->batches, n, c->own + at);
	add_doubles(s->squares, s->batches, n, c->squares + at);
	add_doubles(s->all, s->batches, n, c->all + at);
	memset(c->saturated, 0, s->cells * sizeof(*c->saturated));
	for (size_t i = 0; i < s->batches * s->cells; i++)
		c->saturated[i % s->cells] += s->saturated[i];
}

void brc_lesion_sums_clear(brc_lesion_sums *s)
{
	free(s->correct);
	free(s->loss);
	free(s->own);
	free(s->squares);
	free(s->all);
	free(s->saturated);
	memset(s, 0, sizeof(*s));
}
