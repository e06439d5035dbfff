/*
 * The values of a network's hidden units on images. They are recorded, and summarised for later
 * stages.
 */
#ifndef BRC_NET_ACTIVATIONS_H
#define BRC_NET_ACTIVATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/threads.h"
#include "sections/dataset.h"
#include "exec/exec.h"
#include "net/net.h"
#include "net/unit_kinds.h"
#include "sections/exemplars.h"

#define BRC_EXEMPLARS 10u /* images kept for each unit */

/* How a convolution's channel, or a feature of all tokens, becomes one number for each image. */
typedef enum brc_pooling {
	BRC_POOL_MEAN,
	BRC_POOL_L1,    /* sum of magnitudes */
	BRC_POOL_MAX,   /* the largest value */
	BRC_POOL_COLSUM /* the largest sum of magnitudes of a column, as the published code takes */
} brc_pooling;

typedef struct brc_record_options {
	unsigned units; /* which layers: BRC_UNITS_HIDDEN and others; 0: hidden */
	brc_stage stage;
	brc_pooling pooling;
	brc_precision precision;
	size_t mem; /* limit in bytes, of value[n][units] too; 0: what the machine has */
} brc_record_options;

/*
 * The table of the layers that are recorded; brc_layers_clear. BRC_DATA when
 * there are none; BRC_USAGE for BRC_UNITS_ALL: inputs are not activations.
 */
brc_rc brc_net_recorded_layers(const brc_net *net, unsigned units, brc_layers *layers,
			       brc_err *err);

/*
 * *value[n][units of all layers recorded] of the images sample[n]; the caller frees
 * it. The same bytes for any number of threads; `p` (may be NULL) advances by n.
 * BRC_DATA when the images do not fit; BRC_NUMERIC naming layer, unit and image of
 * a value that is not finite; BRC_RESOURCE.
 */
brc_rc brc_net_activations(const brc_net *net, const brc_dataset *data, const size_t *sample,
			   size_t n, const brc_record_options *how, brc_pool *pool, brc_progress *p,
			   float **value, brc_err *err);

/*
 * What is kept of activations value[n][units]: each unit's strongest images (those with the largest
 * values; of equal ones the first), these images as bytes, and mean values over classes (NaN for a
 * class without an image in the sample); an image has every class that brc_dataset_classes_of says.
 * Float images are scaled so that the smallest and the largest value that are kept become 0 and
 * 255. brc_exemplars_clear releases it. Everything is copied.
 */
brc_rc brc_net_exemplars(const brc_layers *hidden, const brc_dataset *data, const size_t *sample,
			 size_t n, const float *value, brc_exemplars *x, brc_err *err);

#endif
