/*
 * Controls as good as the groups: sets that are drawn so that they are like the groups in
 * something, beside those that are drawn at random (docs/method.md, "Controls").
 */
#ifndef BRC_STUDY_MATCH_H
#define BRC_STUDY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"
#include "base/threads.h"
#include "exec/exec.h"
#include "graph/laplacian.h"
#include "sections/dataset.h"
#include "sections/labels.h"
#include "sections/match_kinds.h"
#include "study/controls.h"
#include "study/match_units.h"

/* Does any of the kinds need a graph? */
bool brc_match_needs_graph(const bool wanted[BRC_MATCHES]);

/* What the draws are made of. All is borrowed. */
typedef struct brc_matching {
	brc_match_units units;
	const brc_subclusters *all;
	const size_t *keep; /* [m] */
	size_t m, n;        /* n draws */
	uint64_t seed;
	const uint32_t *stream;     /* as brc_control_sets_init */
	const brc_dataset *data;    /* for activation */
	const brc_laplacian *graph; /* for degree and cohesion */
	brc_precision precision;
	size_t mem;
	brc_pool *pool;     /* may be NULL */
	const brc_cli *cli; /* layers with fewer bins are named; NULL: they are not */
} brc_matching;

/*
 * The sets of one kind, sub-cluster by sub-cluster as those drawn at random, with their values.
 * Errors as those of study/match_values.h and brc_cohesive_redraw.
 */
brc_rc brc_match_draw(brc_control_sets *sets, brc_match kind, const brc_matching *by, brc_err *err);

#endif
