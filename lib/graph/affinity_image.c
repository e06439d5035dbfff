#include "graph/affinity_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "graph/layout.h"

/*
 * Count the units of every label, then find the place of the first unit of each. start[k] is the
 * number of all.
 */
static size_t *label_starts(const int32_t *label, size_t n, size_t k, brc_err *err)
{
	size_t *start = brc_calloc(k + 1, sizeof(*start), err);

	if (!start)
		return NULL;
	for (size_t u = 0; u < n; u++)
		if (label[u] >= 0)
			start[label[u] + 1]++;
	for (size_t c = 0; c < k; c++)
		start[c + 1] += start[c];
	return start;
}

/* The bin of every unit in order of (label, unit), -1 for units in no cluster. */
static int32_t *unit_bins(const int32_t *label, size_t n, size_t k, const size_t *start, size_t b,
			  brc_err *err)
{
	int32_t *bin = brc_alloc(n, sizeof(*bin), err);
	size_t *place = brc_alloc(k, sizeof(*place), err);

	if (!bin || !place) {
		free(bin);
		free(place);
		return NULL;
	}
	memcpy(place, start, k * sizeof(*place));
	for (size_t u = 0; u < n; u++)
		bin[u] = label[u] < 0 ? -1 : (int32_t)(place[label[u]]++ * b / start[k]);
	free(place);
	return bin;
}

/* The first place of bin i among m units: the least p with p * b / m == i. */
static size_t bin_start(size_t i, size_t m, size_t b)
{
	return (i * m + b - 1) / b;
}

static void mean_bins(const double *sum, size_t m, size_t b, float *out)
{
	for (size_t i = 0; i < b; i++)
		for (size_t j = 0; j < b; j++) {
			size_t rows = bin_start(i + 1, m, b) - bin_start(i, m, b);
			size_t cols = bin_start(j + 1, m, b) - bin_start(j, m, b);

			out[i * b + j] = (float)(sum[i * b + j] / (double)(rows * cols));
		}
}

static brc_rc find_boundaries(brc_spectrum *out, const size_t *start, size_t k, brc_err *err)
{
	out->clusters = k;
	BRC_TRY(BRC_ARRAY(out->boundary, k, err));
	for (size_t c = 0; c < k; c++)
		out->boundary[c] = (int32_t)(start[c] * out->bins / start[k]);
	return BRC_OK;
}

brc_rc brc_affinity_image_make(const brc_graph *g, const int32_t *label, size_t k,
			       brc_spectrum *out, brc_err *err)
{
	size_t *start = label_starts(label, g->n, k, err);
	size_t m = start ? start[k] : 0;
	size_t b = m < BRC_AFFINITY_BINS ? m : BRC_AFFINITY_BINS;
	int32_t *bin = start && m ? unit_bins(label, g->n, k, start, b, err) : NULL;
	double *sum = bin ? brc_calloc(b * b, sizeof(*sum), err) : NULL;
	brc_rc rc = BRC_RESOURCE;

	BRC_ASSERT_VALID(brc_graph_valid(g));
	if (start && m == 0)
		rc = brc_fail(err, BRC_DATA, "no unit is labelled: there is nothing to show");
	out->image = sum ? brc_alloc(b * b, sizeof(*out->image), err) : NULL;
	if (out->image)
		rc = g->store->sums(g, bin, b, sum, err);
	if (rc == BRC_OK) {
		mean_bins(sum, m, b, out->image);
		out->bins = b;
		rc = find_boundaries(out, start, k, err);
	}
	free(start);
	free(bin);
	free(sum);
	return rc;
}
