/* The affinity matrix, sorted by cluster, as an image with boundaries. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/svg/png.h"
#include "render/svg/svg.h"

enum { SIDE_MAX = 256, LABELS_SHOWN = 40, MARGIN = 16 };

/* b x b averaged down by `factor` to side x side; not finite and negative entries count as 0. */
static float *shrink(const float *v, size_t b, size_t factor, size_t side, brc_err *err)
{
	float *out = brc_calloc(side * side, sizeof(*out), err);

	for (size_t r = 0; out && r < side; r++)
		for (size_t c = 0; c < side; c++) {
			double sum = 0;
			size_t n = 0;

			for (size_t i = r * factor; i < (r + 1) * factor && i < b; i++)
				for (size_t j = c * factor; j < (c + 1) * factor && j < b; j++, n++)
					sum += v[i * b + j] > 0 && isfinite(v[i * b + j])
						       ? v[i * b + j]
						       : 0;
			out[r * side + c] = n ? (float)(sum / (double)n) : 0;
		}
	return out;
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* The value that 99.5 % of the entries do not exceed: full brightness. */
static double ceiling_of(const float *v, size_t n, brc_err *err)
{
	float *sorted = brc_alloc(n, sizeof(*sorted), err);
	double high;

	if (!sorted)
		return NAN;
	memcpy(sorted, v, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), ascending);
	high = sorted[(size_t)(0.995 * (double)(n - 1))];
	if (!(high > 0))
		high = sorted[n - 1];
	free(sorted);
	return high > 0 ? high : 1;
}

static brc_rc add_image(brc_str *b, const float *v, size_t side, brc_err *err)
{
	double high = ceiling_of(v, side * side, err);
	uint8_t *pixels = brc_alloc(side * side, 1, err);
	brc_rc rc = BRC_RESOURCE;

	if (pixels && isfinite(high)) {
		for (size_t i = 0; i < side * side; i++)
			pixels[i] = (uint8_t)lrint(255 * sqrt(fmin(v[i] / high, 1)));
		rc = brc_png_uri(b, BRC_PNG_SCALE, side, side, pixels, err);
	}
	free(pixels);
	return rc;
}

/* Cluster c covers the bins from boundary[c] to the next boundary. */
static void add_boundaries(brc_str *b, const brc_labelling *l, double scale, double side)
{
	const int32_t *first = l->spectrum.boundary;
	size_t n = l->graph[0].k;

	for (size_t c = 0; c < n; c++) {
		double from = first[c];
		double to = c + 1 < n ? first[c + 1] : (double)l->spectrum.bins;
		double at = from / scale;

		if (c > 0 && n <= 2 * LABELS_SHOWN)
			brc_str_addf(b, "<path d=\"M%.2f 0V%.0fM0 %.2fH%.0f\"/>", at, side, at,
				     side);
		if (n <= LABELS_SHOWN && (to - from) / scale > side / 40)
			brc_str_addf(b, "<text x=\"-3\" y=\"%.1f\">%zu</text>",
				     (from + to) / 2 / scale + 3, c);
	}
}

brc_rc brc_svg_affinity(brc_str *b, const brc_labelling *l, brc_err *err)
{
	const size_t bins = l->spectrum.bins, factor = (bins + SIDE_MAX - 1) / SIDE_MAX, full = 256;
	size_t side;
	float *v;
	brc_rc rc;

	if (bins == 0)
		return BRC_OK;
	side = (bins + factor - 1) / factor;
	v = shrink(l->spectrum.image, bins, factor, side, err);
	BRC_TRY(brc_made(v));
	brc_str_addf(b,
		     "<svg class=\"affinity\" viewBox=\"-%d -2 %zu %zu\" role=\"img\" "
		     "aria-label=\"Affinity between units, sorted by cluster: bright squares on "
		     "the diagonal are clusters\"><image width=\"%zu\" height=\"%zu\" "
		     "preserveAspectRatio=\"none\" href=\"",
		     MARGIN, full + MARGIN + 2, full + 4, full, full);
	rc = add_image(b, v, side, err);
	brc_str_add(b, "\"/>");
	add_boundaries(b, l, (double)(side * factor) / (double)full, (double)full);
	brc_str_add(b, "</svg>");
	free(v);
	return rc;
}
