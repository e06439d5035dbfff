/*
 * Controls that are like the groups in one property of their units, such as the norm of the weights
 * that feed them. The units of a layer lie in bins by that property, and labels are permuted inside
 * bins alone. So a control has as many units of every bin as its group.
 *
 * Bins are made from the property, without a look at the labels. So under the null that labels
 * carry nothing beyond the bins, the observed labels are exchangeable with the draws, for all
 * groups together: p, omnibus and max-T are as exact as they are for random controls.
 */
#ifndef BRC_STUDY_BINNED_CONTROLS_H
#define BRC_STUDY_BINNED_CONTROLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/match_kinds.h"
#include "stream/layers.h"
#include "study/controls.h"

enum {
	BRC_BINS = 5,     /* of a layer */
	BRC_BIN_UNITS = 4 /* a layer has fewer bins where they would hold fewer units each */
};

/*
 * The bin of each of n finite values: bin b of `bins` holds those of which the share b / bins to
 * (b + 1) / bins of all is smaller. Equal values have the mean of their ranks, so that they share
 * a bin; some bins may then be empty. Returns how many are not. BRC_RESOURCE: 0.
 */
size_t brc_bins_of(const double *value, size_t n, size_t bins, int32_t *bin, brc_err *err);

typedef struct brc_binned_controls {
	const double *value; /* [units of all layers], borrowed */
	const brc_layers *layers;
	size_t *bins; /* [layers] that are not empty; 0 where nothing was drawn */
	/* private, of the layer that is drawn: */
	int32_t *order;           /* [units of the largest layer] by bin, then as they are */
	int32_t *label;           /* [the same] */
	double *own;              /* [the same] */
	size_t end[BRC_BINS + 1]; /* bin b has order[end[b] .. end[b + 1]) */
} brc_binned_controls;

/* By a property of the units of `layers`; both borrowed. BRC_RESOURCE. */
brc_rc brc_binned_controls_init(brc_binned_controls *c, const double *value,
				const brc_layers *layers, brc_err *err);
void brc_binned_controls_clear(brc_binned_controls *c); /* of a zeroed or an initialised struct */

/*
 * How brc_control_sets_redraw draws them: the labels of each bin in turn are shuffled, in order of
 * the units. The value of a set is the mean over its units.
 */
brc_redraw brc_binned_redraw(brc_binned_controls *c, brc_match kind);

#endif
