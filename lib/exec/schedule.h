/*
 * What a pass through a graph needs memory for, and when. Internal to lib/exec.
 *
 * A pass stops at each tap as soon as the value there, and all that is needed
 * to go on from it, has been computed. From there what follows can be computed
 * again with the value changed, any number of times, in memory of its own; then
 * the pass goes on. So what is kept is what is really alive: values before the
 * tap that somebody still needs, and those of one way from a tap to the outputs.
 */
#ifndef BRC_EXEC_SCHEDULE_H
#define BRC_EXEC_SCHEDULE_H

#include "exec/exec.h"
#include "exec/operator.h"
#include "exec/downstream.h"

/* A tap: what is computed again from it, and where. */
typedef struct brc_stop {
	brc_downstream downstream;
	size_t *moved, n_moved; /* values that are computed again, that of the tap first */
	size_t *offset;         /* [n_moved]: in the memory for what is computed again */
	size_t tap;             /* index among the graph's taps */
} brc_stop;

struct brc_schedule {
	const brc_exec *g;
	size_t *offset; /* [values]: in the memory of a pass; BRC_NOWHERE: none */
	size_t bytes, again_bytes, scratch;
	brc_stop *stop; /* by downstream.ready */
	size_t n_stops;
};

#endif
