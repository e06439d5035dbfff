/* Recording: a network runs on images of a data set, and the values of its hidden units are kept.
 */
#ifndef BRC_STUDY_RECORDING_H
#define BRC_STUDY_RECORDING_H

#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"
#include "net/activations.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "sections/exemplars.h"
#include "stream/layers.h"

typedef struct brc_recording {
	brc_layers layers; /* that are recorded */
	size_t *sample, n; /* [n] which images */
	float *value;      /* [n][units] */
	bool shown;        /* the items are images: there are exemplars */
	brc_exemplars exemplars;
} brc_recording;

/*
 * Record n images drawn with the seed of the command line; 0: all. Threads and progress are also
 * those of the command line. Values that look wrong for the network are said on stderr. Errors as
 * those of brc_net_recorded_layers, brc_dataset_draw and brc_net_activations. Cleared by the
 * caller, after a failure too.
 */
brc_rc brc_recording_make(brc_recording *r, const brc_net *net, const brc_dataset *data, size_t n,
			  const brc_record_options *how, const brc_cli *cli, brc_err *err);
void brc_recording_clear(brc_recording *r); /* of a zeroed or a filled struct */

#endif
