/* The properties of units by which controls are matched: of a network, its data and its graph. */
#ifndef BRC_STUDY_MATCH_VALUES_H
#define BRC_STUDY_MATCH_VALUES_H

#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "exec/exec.h"
#include "graph/laplacian.h"
#include "sections/dataset.h"
#include "study/match_units.h"

/*
 * value[units of all layers of m->joined->labels], for the layers used[]; 0 for all others.
 *
 * in_norm: brc_net_in_norms.
 * activation: the mean over all images of the magnitude of the unit's output, behind its activation
 * function, added up over the places of an image or the tokens of a sequence. The network runs once
 * on all images, 64 MiB of activations at a time, or a quarter of `mem`; BRC_NUMERIC where one is
 * not finite. degree: the unit's degree in the graph that keeps its layer, 0 for a unit without
 * edges; BRC_DATA where the graph does not have the layer.
 */
brc_rc brc_match_in_norm(const brc_match_units *m, const bool *used, double *value, brc_err *err);
brc_rc brc_match_activation(const brc_match_units *m, const bool *used, const brc_dataset *data,
			    brc_precision precision, size_t mem, brc_pool *pool, double *value,
			    brc_err *err);
brc_rc brc_match_degree(const brc_match_units *m, const bool *used, const brc_laplacian *graph,
			double *value, brc_err *err);

#endif
