/* Lesions measure what a network still gets right when units are silenced. */
#ifndef BRC_NET_LESION_H
#define BRC_NET_LESION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/threads.h"
#include "sections/dataset.h"
#include "exec/exec.h"
#include "net/net.h"
#include "net/task.h"
#include "sections/lesions.h"

/* Units of one layer silenced together. n == 0 is the unharmed network: the baseline. */
typedef struct brc_lesion {
	size_t layer;        /* index in brc_net_layers(), or brc_net_block_layer() */
	const int32_t *unit; /* within 0..units-1 of that layer, any order; borrowed */
	size_t n;
} brc_lesion;

/* How they are run. */
typedef struct brc_lesion_options {
	brc_ablate ablate;
	brc_precision precision;
	size_t mem;                 /* limit in bytes; 0: what the machine has */
	size_t held;                /* bytes of it that the caller already uses */
	const brc_scoring *scoring; /* NULL: as brc_task_decide finds it */
} brc_lesion_options;

/*
 * Sums of changes of probabilities, as brc_softmax_changes has them: for each lesion and class
 * [n_sets][C], and [C] how many answers of the unharmed network are saturated.
 */
typedef struct brc_lesion_changes {
	double *own, *squares, *all;
	int64_t *saturated;
} brc_lesion_changes;

/*
 * Run every lesion over every image.
 *
 * correct[n_sets][C] and loss[n_sets][C], C being the cells of the scoring: for each lesion and
 * class (or label, or output), how many answers are right and their summed loss
 * (brc_score_items). The class predicted is that of the largest logit, the lowest
 * index among equals; a row with a NaN is wrong and its loss NaN. Where the
 * network ends in Softmax or Sigmoid the logits are its input, else its output; the loss
 * of classes is logsumexp(logits) - logit of the label, so that a saturated
 * Softmax still has an exact loss. A network that answers at every place
 * counts each answer with its label's class.
 *
 * Images go in micro-batches; the network is run once per micro-batch, stops
 * behind each layer, and each lesion there computes again what depends on the
 * silenced units. Sums run over images in order inside a micro-batch and over
 * micro-batches in order: the same bytes for any number of threads.
 *
 * `changes` may be NULL, and must be where brc_score_softmax() says no: changes of probabilities
 * are summed there. The probabilities of the unharmed network come from a pass of its own at the
 * begin of a task, and are kept for its micro-batch alone.
 *
 * `pool` may be NULL (one thread); `p` (may be NULL) advances by n_sets times
 * the number of images in all. BRC_DATA: images or labels do not fit the
 * network (brc_task_decide), a lesion names a layer or unit that does not exist, or the incoming
 * weights of an input; BRC_NUMERIC: the unharmed network gives a logit that is
 * not finite (image named); BRC_RESOURCE, above options->mem too.
 */
brc_rc brc_net_lesions(const brc_net *net, const brc_dataset *data, const brc_lesion *set,
		       size_t n_sets, const brc_lesion_options *options, brc_pool *pool,
		       brc_progress *p, int32_t *correct, double *loss,
		       const brc_lesion_changes *changes, brc_err *err);

#endif
