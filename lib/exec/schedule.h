/*
 * What a pass through a graph needs memory for, and when it needs it. Internal to lib/exec.
 *
 * A pass stops at each tap as soon as the value there, and all values that are needed to go on from
 * it, have been computed. From there, what follows can be computed again with the value changed,
 * any number of times, in memory of its own. Then the pass goes on. So only values that are still
 * used are kept: those before the tap that some node still needs, and those of one pass from the
 * tap to the outputs.
 */
#ifndef BRC_EXEC_SCHEDULE_H
#define BRC_EXEC_SCHEDULE_H

#include "exec/exec.h"
#include "exec/operator.h"
#include "exec/downstream.h"

/* A tap: what is computed again from it, and where. */
typedef struct brc_stop {
	brc_downstream downstream;
	size_t *offset; /* [values]: in the memory for what is computed again; BRC_NOWHERE: none */
	size_t tap;     /* index among the graph's taps */
} brc_stop;

struct brc_schedule {
	const brc_exec *g;
	size_t *offset; /* [values]: in the memory of a pass; BRC_NOWHERE: none */
	size_t bytes, again_bytes, scratch;
	brc_stop *stop; /* by downstream.ready */
	size_t n_stops;
};

#endif
