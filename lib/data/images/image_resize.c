#include "data/images/image_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { BITS = 22 }; /* of a weight: 32, less 8 of a pixel and 2 for sums beyond the range */

/* The input pixels and weights of every output pixel along one side. */
typedef struct weights {
	size_t taps; /* room for each output pixel */
	struct {
		size_t first, n; /* input pixels */
	} * span;                /* [out] */
	int32_t *weight;         /* [out][taps] */
} weights;

static void weights_clear(weights *k)
{
	free(k->span);
	free(k->weight);
}

/* The weights of output pixel i, and the input pixels to which they belong. */
static void fill(weights *k, size_t i, size_t in, double scale, double stretch, double *w)
{
	double centre = ((double)i + 0.5) * scale, sum = 0;
	ptrdiff_t low = (ptrdiff_t)(centre - stretch + 0.5);
	ptrdiff_t high = (ptrdiff_t)(centre + stretch + 0.5);
	size_t n;

	low = low < 0 ? 0 : low;
	high = high > (ptrdiff_t)in ? (ptrdiff_t)in : high;
	n = (size_t)(high - low);
	for (size_t t = 0; t < n; t++) {
		double x = fabs(((double)low + (double)t - centre + 0.5) / stretch);

		w[t] = x < 1 ? 1 - x : 0;
		sum += w[t];
	}
	k->span[i].first = (size_t)low;
	k->span[i].n = n;
	for (size_t t = 0; t < n; t++)
		k->weight[i * k->taps + t] = (int32_t)(0.5 + w[t] / sum * (1 << BITS));
}

static brc_rc weights_init(weights *k, size_t in, size_t out, brc_err *err)
{
	double scale = (double)in / (double)out, stretch = scale < 1 ? 1 : scale;
	brc_rc rc;
	double *w;

	*k = (weights){.taps = (size_t)ceil(stretch) * 2 + 1};
	w = brc_alloc(k->taps, sizeof(*w), err);
	k->span = brc_alloc(out, sizeof(*k->span), err);
	k->weight = brc_calloc(out, k->taps * sizeof(*k->weight), err);
	rc = w && k->span && k->weight ? BRC_OK : BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < out; i++)
		fill(k, i, in, scale, stretch, w);
	free(w);
	if (rc != BRC_OK)
		weights_clear(k);
	return rc;
}

static uint8_t rounded(int32_t sum)
{
	int32_t v = sum >> BITS;

	return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v;
}

static void resample_rows(const weights *k, const brc_image *in, brc_image *out)
{
	size_t c = in->channels;

	for (size_t y = 0; y < out->h; y++)
		for (size_t x = 0; x < out->w; x++) {
			const uint8_t *p = in->pixel + (y * in->w + k->span[x].first) * c;

			for (size_t ch = 0; ch < c; ch++) {
				int32_t sum = 1 << (BITS - 1);

				for (size_t t = 0; t < k->span[x].n; t++)
					sum += p[t * c + ch] * k->weight[x * k->taps + t];
				out->pixel[(y * out->w + x) * c + ch] = rounded(sum);
			}
		}
}

static void resample_columns(const weights *k, const brc_image *in, brc_image *out, int32_t *sum)
{
	size_t line = in->w * in->channels;

	for (size_t y = 0; y < out->h; y++) {
		const uint8_t *p = in->pixel + k->span[y].first * line;

		for (size_t i = 0; i < line; i++)
			sum[i] = 1 << (BITS - 1);
		for (size_t t = 0; t < k->span[y].n; t++)
			for (size_t i = 0; i < line; i++)
				sum[i] += p[t * line + i] * k->weight[y * k->taps + t];
		for (size_t i = 0; i < line; i++)
			out->pixel[y * line + i] = rounded(sum[i]);
	}
}

/* Change one side to `size` pixels: the width or the height. */
static brc_rc resize_side(brc_image *m, bool width, size_t size, brc_err *err)
{
	brc_image out = {0};
	weights k;
	int32_t *sum;
	brc_rc rc;

	BRC_TRY(weights_init(&k, width ? m->w : m->h, size, err));
	sum = brc_alloc(m->w, m->channels * sizeof(*sum), err);
	rc = sum ? BRC_OK : BRC_RESOURCE;
	BRC_THEN(rc, brc_image_reserve(&out, width ? size : m->w, width ? m->h : size, m->channels,
				       "a resized image", err));
	if (rc == BRC_OK) {
		if (width)
			resample_rows(&k, m, &out);
		else
			resample_columns(&k, m, &out, sum);
		brc_image_clear(m);
		*m = out;
	}
	free(sum);
	weights_clear(&k);
	return rc;
}

brc_rc brc_image_resize(brc_image *m, size_t w, size_t h, brc_err *err)
{
	if (w != m->w)
		BRC_TRY(resize_side(m, true, w, err));
	return h != m->h ? resize_side(m, false, h, err) : BRC_OK;
}

brc_rc brc_image_resize_short(brc_image *m, size_t side, brc_err *err)
{
	bool upright = m->w <= m->h;
	size_t shorter = upright ? m->w : m->h, longer = upright ? m->h : m->w;
	size_t other = (size_t)((double)side * (double)longer / (double)shorter);

	return upright ? brc_image_resize(m, side, other, err)
		       : brc_image_resize(m, other, side, err);
}

brc_rc brc_image_crop(brc_image *m, size_t w, size_t h, const char *name, brc_err *err)
{
	size_t left, top, c;

	if (w > m->w || h > m->h) {
		brc_fail(err, BRC_DATA,
			 "%s: an image of %zu x %zu is too small for a crop of %zu x %zu", name,
			 m->w, m->h, w, h);
		return brc_hint(err, "--resize comes before --crop");
	}
	left = (size_t)nearbyint((double)(m->w - w) / 2);
	top = (size_t)nearbyint((double)(m->h - h) / 2);
	c = m->channels;
	for (size_t y = 0; y < h; y++)
		memmove(m->pixel + y * w * c, m->pixel + ((top + y) * m->w + left) * c, w * c);
	m->w = w;
	m->h = h;
	return BRC_OK;
}
