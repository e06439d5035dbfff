/* Control draws in bins, with the observed value among them. Internal to lib/render. */
#ifndef BRC_RENDER_HISTOGRAM_H
#define BRC_RENDER_HISTOGRAM_H

#include <stddef.h>

#define BRC_BINS_MAX 32

typedef struct brc_histogram {
	double low, width; /* bin i is [low + i width, low + (i + 1) width) */
	size_t bins;       /* 0: there was no finite value */
	size_t count[BRC_BINS_MAX], tallest, finite;
} brc_histogram;

/*
 * Bin the finite ones of v[0], v[stride], ... (n values) into `bins`
 * (1..BRC_BINS_MAX) equal bins whose range also covers `observed` when that is
 * finite. Values all equal get one bin of width 1 around them.
 */
void brc_histogram_fill(brc_histogram *h, const double *v, size_t n, size_t stride, double observed,
			size_t bins);

#endif
