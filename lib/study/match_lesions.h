/* Lesions of matched controls. */
#ifndef BRC_STUDY_MATCH_LESIONS_H
#define BRC_STUDY_MATCH_LESIONS_H

#include "base/err.h"
#include "base/progress.h"
#include "base/threads.h"
#include "net/lesion.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "sections/lesions.h"
#include "study/experiment.h"
#include "study/match.h"

/*
 * Draw the sets of the kinds that are wanted, for an experiment that was planned: x->matched and
 * x->match. `stream` and all else come of the experiment; by->data, graph, precision, mem, pool and
 * cli are the caller's, the rest is filled in. Errors as brc_match_draw.
 */
brc_rc brc_experiment_match(brc_experiment *x, const brc_net *net, const bool wanted[BRC_MATCHES],
			    brc_matching *by, brc_err *err);

/* How many networks run over the images for the matched controls. */
size_t brc_match_lesion_count(const brc_experiment *x);

/*
 * Run the controls of all kinds of x, and fill `l`, which holds the lesions of the observed
 * partition and the random controls. Each kind runs by itself, with the unharmed network once
 * again. Errors as brc_net_lesions.
 */
brc_rc brc_match_lesions(const brc_experiment *x, const brc_net *net, const brc_dataset *data,
			 const brc_lesion_options *how, brc_pool *pool, brc_progress *p,
			 brc_lesions *l, brc_err *err);

#endif
