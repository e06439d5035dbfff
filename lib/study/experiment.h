/*
 * The lesion experiment: which sub-clusters of a labelling are lesioned, with which controls, and
 * the counts that result.
 */
#ifndef BRC_STUDY_EXPERIMENT_H
#define BRC_STUDY_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/threads.h"
#include "sections/dataset.h"
#include "sections/labels.h"
#include "graph/subcluster.h"
#include "net/lesion.h"
#include "net/net.h"
#include "net/task.h"
#include "study/controls.h"
#include "study/joined_heads.h"
#include "sections/lesions.h"
#include "stream/section.h"

typedef struct brc_experiment_options {
	size_t draws;        /* controls of each sub-cluster, >= 1 */
	size_t min_size;     /* units a sub-cluster needs */
	double max_fraction; /* of the layer's clustered units that it may hold */
	brc_controls controls;
	brc_ablate ablate;
	brc_precision precision;
	uint64_t seed;
	size_t mem;                 /* limit in bytes; 0: what the machine has */
	const brc_scoring *scoring; /* when it runs; NULL: as brc_task_decide finds it */
	bool may_be_empty; /* no sub-cluster that can be lesioned is no error: then m is 0 */
	const bool *dead;  /* [units of the labels' layers] that are in no group and no control, or
			      NULL; borrowed by brc_experiment_init */
} brc_experiment_options;

/* Ready to run. Borrows the labels. */
typedef struct brc_experiment {
	brc_experiment_options options;
	const brc_labels *labels;
	size_t *net_layer;       /* [layers of the labels] index in the network's table */
	brc_joined_heads joined; /* the labels as they are lesioned */
	brc_subclusters *all;    /* every sub-cluster of these, without dead units */
	brc_subclusters *whole;  /* the same with them; NULL: there are none */
	size_t m, *keep;         /* [m] those that are lesioned: indices in `all` */
	size_t n_left_out;
	brc_left_out *left_out; /* the others */
	brc_control_sets sets;
	bool matched[BRC_MATCHES]; /* which other kinds of controls there are, and their sets: */
	brc_control_sets match[BRC_MATCHES]; /* see study/match_lesions.h */
} brc_experiment;

/*
 * Sub-clusters of hidden layers within the bounds of size are kept; those of
 * input and output layers are left out with a reason, since silencing an
 * answer says nothing about how it is found. BRC_DATA when a layer of the
 * labels is not one of the network's (name and number of units), or when no
 * sub-cluster is left; BRC_RESOURCE.
 */
brc_rc brc_experiment_init(brc_experiment *x, const brc_net *net, const brc_labels *labels,
			   const brc_experiment_options *options, brc_err *err);
void brc_experiment_clear(brc_experiment *x); /* of a zeroed or an initialised struct */

/*
 * Lesion those alone for which wanted[m] is true. Their controls stay the same, because a draw
 * permutes the labels of whole layers. With none of them m is 0, and there is nothing to run.
 * BRC_RESOURCE.
 */
brc_rc brc_experiment_narrow(brc_experiment *x, const bool *wanted, brc_err *err);

/*
 * How many networks run over the images: one for every lesion of controls of all kinds, and the
 * network without a lesion.
 */
size_t brc_experiment_lesions(const brc_experiment *x);

/*
 * Run it. `name` is the name of the labels. `pool` and `p` may be NULL; `p`
 * advances by brc_experiment_lesions() times the images. Errors as
 * brc_net_lesions; BRC_RESOURCE when it needs more memory than the limit.
 */
brc_rc brc_experiment_run(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
			  const char *name, brc_pool *pool, brc_progress *p, brc_lesions *l,
			  brc_err *err);

#endif
