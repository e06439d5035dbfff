#include <math.h>
#include <string.h>

#include "render/svg/histogram.h"

void brc_histogram_fill(brc_histogram *h, const double *v, size_t n, size_t stride, double observed,
			size_t bins)
{
	double low = INFINITY, high = -INFINITY;

	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < n; i++) {
		double x = v[i * stride];

		if (!isfinite(x))
			continue;
		low = fmin(low, x);
		high = fmax(high, x);
		h->finite++;
	}
	if (h->finite == 0)
		return;
	if (isfinite(observed)) {
		low = fmin(low, observed);
		high = fmax(high, observed);
	}
	h->bins = high > low ? bins : 1;
	h->width = high > low ? (high - low) / (double)bins : 1;
	h->low = high > low ? low : low - 0.5;
	if (!isfinite(h->width) || !(h->width > 0)) { /* the range overflows, or underflows */
		h->bins = 0;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		double at = floor((v[i * stride] - h->low) / h->width);
		size_t bin;

		if (!isfinite(v[i * stride]))
			continue;
		bin = at >= (double)h->bins ? h->bins - 1 : (size_t)fmax(at, 0);
		if (++h->count[bin] > h->tallest)
			h->tallest = h->count[bin];
	}
}
