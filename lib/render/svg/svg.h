/*
 * Small drawings of one group, as SVG in the page: they need no script,
 * follow light and dark, and print. Internal to lib/render.
 */
#ifndef BRC_RENDER_SVG_H
#define BRC_RENDER_SVG_H

#include "render/model/model.h"

/* Control draws in bins, with the observed value among them. */
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

/*
 * The control draws of column `row` of a statistic as a histogram, the
 * observed value marked. Nothing without draws.
 */
void brc_svg_draws(brc_str *b, const brc_inference *st, size_t row, const char *title);

/*
 * Change of recall by class as bars, the random groups' mean as a tick, a
 * star where the adjusted p of t, or without specificity of the recall, is <= level; the most
 * changed 12 classes when there are more. Nothing for a group not tested by class.
 */
void brc_svg_classes(brc_str *b, const brc_labelling *l, const brc_group *g, double level);

#define BRC_WIRING_EDGES 6000 /* drawn; more would show nothing */

/*
 * The layers of a network with branches, one a row, and arcs from each to those
 * it feeds. BRC_RESOURCE.
 */
brc_rc brc_svg_wiring(brc_str *b, const brc_network *net, brc_err *err);

/*
 * The evidence for each k of a graph: gaps of eigenvalues as bars, the agreement of starts as a
 * line, and the chosen k filled. `title` may be empty. Nothing without evidence.
 */
void brc_svg_choice(brc_str *b, const brc_graph_result *g, const char *title);

/*
 * The affinity matrix of a labelling with the clusters' boundaries, at most
 * 256 bins a side. BRC_RESOURCE, BRC_DATA. Nothing without one.
 */
brc_rc brc_svg_affinity(brc_str *b, const brc_labelling *l, brc_err *err);

#endif
