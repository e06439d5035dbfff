#include "graph/picture.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/factors.h"

/* Units of every label, then the place of the first of each: start[k] is their number. */
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

/* sum[bin, bin] of all edges, both directions of each. */
static void sum_bins(const brc_graph *g, const int32_t *bin, size_t b, double *sum)
{
	for (size_t e = 0; e < g->n_edges; e++) {
		const brc_edges *x = &g->edges[e];

		for (size_t i = 0; i < x->rows; i++) {
			brc_row row = brc_edges_row_once(x, i);
			int32_t from = bin[g->first[x->from] + i];

			if (from < 0)
				continue;
			for (size_t j = 0; j < row.n; j++) {
				int32_t to = bin[g->first[x->to] + brc_row_column(&row, j)];

				if (to < 0 || !(row.w[j] > 0))
					continue;
				sum[(size_t)from * b + (size_t)to] += (double)row.w[j];
				sum[(size_t)to * b + (size_t)from] += (double)row.w[j];
			}
		}
	}
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
	out->boundary = brc_alloc(k, sizeof(*out->boundary), err);
	if (!out->boundary)
		return BRC_RESOURCE;
	for (size_t c = 0; c < k; c++)
		out->boundary[c] = (int32_t)(start[c] * out->bins / start[k]);
	return BRC_OK;
}

brc_rc brc_picture_make(const brc_graph *g, const int32_t *label, size_t k, brc_spectrum *out,
			brc_err *err)
{
	size_t *start = label_starts(label, g->n, k, err);
	size_t m = start ? start[k] : 0;
	size_t b = m < BRC_AFFINITY_BINS ? m : BRC_AFFINITY_BINS;
	int32_t *bin = start && m ? unit_bins(label, g->n, k, start, b, err) : NULL;
	double *sum = bin ? brc_calloc(b * b, sizeof(*sum), err) : NULL;
	brc_rc rc = BRC_RESOURCE;

	if (start && m == 0)
		rc = brc_fail(err, BRC_DATA, "no unit is labelled: there is nothing to show");
	out->image = sum ? brc_alloc(b * b, sizeof(*out->image), err) : NULL;
	if (out->image)
		rc = g->factors ? brc_factors_sums(g->factors, bin, b, sum, err) : BRC_OK;
	if (rc == BRC_OK) {
		if (!g->factors)
			sum_bins(g, bin, b, sum);
		mean_bins(sum, m, b, out->image);
		out->bins = b;
		rc = find_boundaries(out, start, k, err);
	}
	free(start);
	free(bin);
	free(sum);
	return rc;
}
